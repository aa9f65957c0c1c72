"""From which address a request comes: that of the connection, or what a proxy that is believed says."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from starlette.requests import Request
from starlette.types import Scope

from fangxian.services.this_machine import is_here

_THROUGH_PROXY: Final = ("forwarded", "x-forwarded-for")


def client_of(request: Request) -> str | None:
    """Return the address of a client; None where it came through a proxy of this machine that is not believed for whom it asks.

    Whoever comes through such a proxy is not from this machine, although the proxy is.
    """
    address = request.client.host if request.client else None
    through = any(header in request.headers for header in _THROUGH_PROXY)
    return None if through and is_here(address) else address


_IPV6_NETWORK: Final = 64
"""A household or a phone has a whole network of this size: its addresses count as one."""


def counted_as(scope: Scope) -> str:
    """Return the address, or the network of IPv6, that a request counts for where one may ask so often only."""
    client = scope.get("client")
    try:
        address = ip_address(client[0] if client else "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((address, _IPV6_NETWORK), strict=False))
    return str(address)
