"""A route of the interface that is described as all are, and answered without what FastAPI does for each call: half of its cost."""

# No postponed annotations here, as in `api.citizen`.
from collections.abc import Callable, Coroutine
from inspect import signature
from typing import Any, Final

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError

from fangxian.web.api.refusing import short_json

_PLACE: Final = TypeAdapter(int)


class BareRoute(APIRoute):
    """A route whose function takes the body as `given`, the number in the address as `place`, and the `request`; it returns a model."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request: it refuses as every route does what is of another kind, too long or not as described."""
        function, model = self.endpoint, signature(self.endpoint).parameters["given"].annotation

        async def answer(request: Request) -> Response:
            body = await short_json(request)
            place = _read(("path", "place"), _PLACE.validate_python, request.path_params["place"])
            given = _read(("body",), model.model_validate_json, body)
            said = await function(given=given, place=place, request=request)
            return Response(said.__pydantic_serializer__.to_json(said), media_type="application/json")

        return answer


def _read(where: tuple[str, ...], read: Callable[[Any], Any], sent: Any) -> Any:
    try:
        return read(sent)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)
        raise RequestValidationError([each | {"loc": (*where, *each["loc"])} for each in wrong]) from None
