"""Sockets that reach this machine and nothing else."""

import ipaddress
import socket
from typing import Any

import pytest


class OutsideReachedError(RuntimeError):
    """A test tried to reach the network."""


def is_here(host: object) -> bool:
    """Whether a host's name or address means this machine; no name is looked up to find out."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost", socket.gethostname()):
        return True
    try:
        address = ipaddress.ip_address(str(name))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse_the_outside(patch: pytest.MonkeyPatch) -> None:
    """Make connections and look-ups that leave this machine raise OutsideReachedError; other families (Unix) pass."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def check(connection: socket.socket, address: Any) -> None:
        if connection.family in (socket.AF_INET, socket.AF_INET6) and not is_here(address[0]):
            raise OutsideReachedError(f"a test tried to reach {address[0]}")

    def checked_connect(connection: socket.socket, address: Any) -> None:
        check(connection, address)
        connect(connection, address)

    def checked_connect_ex(connection: socket.socket, address: Any) -> int:
        check(connection, address)
        return connect_ex(connection, address)

    def checked_getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        if not is_here(host):
            raise OutsideReachedError(f"a test tried to look up {host}")
        return getaddrinfo(host, *arguments, **options)

    patch.setattr(socket.socket, "connect", checked_connect)
    patch.setattr(socket.socket, "connect_ex", checked_connect_ex)
    patch.setattr(socket, "getaddrinfo", checked_getaddrinfo)
