"""Whether a process lives, and whether it is ready: for balancers, which send nobody to one that is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from fangxian.services.living import Living
from fangxian.store.serving import Serving

_ANSWERS_WITHIN: Final = 2.0
_FOLLOWS_WITHIN: Final = timedelta(seconds=30)
"""Whoever has not followed the store for longer may answer with colours that are no more."""


def health_routes(living: Living, serving: Serving) -> list[Route]:
    """Return /health, which answers while the process lives, and /ready, which says of each part whether it is."""
    parts: dict[str, Callable[[], object]] = {
        "store": lambda: _ask_store(living),
        "signing key": lambda: living.signing.signer(living.clock()),
        "vault": living.vault.expect_answer,
        "codes in memory": lambda: _expect(serving.loads > 0 and serving.silent_for < _FOLLOWS_WITHIN),
    }

    def ready(request: Request) -> Response:
        found = {name: _is_ready(part) for name, part in parts.items()}
        told = {"ready": all(found.values()), "parts": {name: "ready" if good else "not ready" for name, good in found.items()}}
        return Response(orjson.dumps(told), 200 if told["ready"] else 503, media_type="application/json")

    return [Route("/health", _alive), Route("/ready", ready)]


async def _alive(request: Request) -> Response:
    return PlainTextResponse("alive\n")


def _is_ready(part: Callable[[], object]) -> bool:
    """Whether a part answers; why it does not is for the log and the metrics, and not for whoever asks."""
    try:
        part()
    except Exception:
        return False
    return True


def _ask_store(living: Living) -> None:
    with living.store.pool.connection(timeout=_ANSWERS_WITHIN) as connection:
        connection.execute("SELECT 1")


def _expect(true: bool) -> None:
    if not true:
        raise ValueError
