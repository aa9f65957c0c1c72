"""Which addresses are this machine itself: what lets anybody in as anybody serves nobody else."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

HERE: Final = ("127.0.0.1", "localhost", "::1")
"""The names of this machine for itself."""


def is_here(client: str | None) -> bool:
    """Return whether a client's address, as the server has it from the proxies it believes, is of this machine."""
    try:
        return client is not None and ip_address(client).is_loopback
    except ValueError:
        return False
