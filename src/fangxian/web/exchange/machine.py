"""The routes of other installations: a signed message in, a signed message out. The signatures are all that anybody is known by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from fangxian.errors import FangxianError
from fangxian.exchange.machine import ANSWERING, answer
from fangxian.exchange.message import LONGEST, Kind
from fangxian.exchange.posting import PATH
from fangxian.exchange.refusals import Refusal, RefusedMessageError
from fangxian.services.living import Living
from fangxian.web.guard import short_body

_STATUS = {Refusal.UNREADABLE: 400, Refusal.UNKNOWN: 404, Refusal.REPLAYED: 409, Refusal.TOO_MANY: 429}


def machine_routes(living: Living) -> Iterator[BaseRoute]:
    """Yield a route for each kind of message that begins something."""
    for kind in ANSWERING:
        yield Route(f"{PATH}/{kind}", _route(living, kind), methods=["POST"])


def _route(living: Living, kind: Kind) -> Callable[[Request], Awaitable[Response]]:
    async def taken(request: Request) -> Response:
        # One that is too long is refused as what cannot be read.
        data = await short_body(request, most=LONGEST) or b""
        try:
            return Response(await run_in_threadpool(answer, living, data, kind), media_type="application/cose")
        except RefusedMessageError as refused:
            return PlainTextResponse(refused.reason, _STATUS.get(refused.reason, 403))
        except FangxianError:
            # What went wrong here may be about somebody: only that it did is said.
            return PlainTextResponse(Refusal.FAILED, 503)

    return taken
