"""Routes that say which action of the permission matrix they are: a test goes over all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.routing import Route

from fangxian.work.roles import Action


class _Number(IntegerConvertor):
    """A whole number in an address: Starlette's own takes any number of digits, and Python reads no more than 4,300."""

    regex = "[0-9]{1,9}"


register_url_convertor("int", _Number())


class Permitted(Route):
    """A route with its action."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        action: Action | None,
        methods: Sequence[str],
        others: Sequence[Action] = (),
        directly: bool = False,
    ) -> None:
        """Answer `methods` of a path; `action` is a row of the permission matrix, None where it asks who somebody is.

        `others` are further actions under any of which the same is asked for. What is asked for `directly` comes by `running.direct`.
        """
        super().__init__(path, endpoint, methods=list(methods))
        self.action, self.others, self.directly = action, tuple(others), directly
