"""From which address a request comes: that of the connection, or what a proxy that is believed says."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from fangxian.services.this_machine import is_here

_THROUGH_PROXY: Final = ("forwarded", "x-forwarded-for")


def client_of(request: Request) -> str | None:
    """Return the address of a client; None where it came through a proxy of this machine that is not believed for whom it asks.

    Whoever comes through such a proxy is not from this machine, although the proxy is.
    """
    address = request.client.host if request.client else None
    through = any(header in request.headers for header in _THROUGH_PROXY)
    return None if through and is_here(address) else address
