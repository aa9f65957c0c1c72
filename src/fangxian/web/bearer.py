"""The token that a request bears (RFC 6750): machines, gates and programs are known by it."""

from __future__ import annotations

from starlette.datastructures import Headers


def bearer_of(headers: Headers) -> str:
    """Return the bearer token of a request, empty where it has none."""
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
