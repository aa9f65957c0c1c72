"""Compiling expressions once, one thread at a time: Ibis keeps what it has compared in one place for all threads, unguarded."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from threading import RLock
from typing import Any, ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")
_TURN = RLock()


def compiled_once(make: Callable[_Given, _Made]) -> Callable[_Given, _Made]:
    """Return `make` so that it is run once for the same arguments, and while no other of these runs."""
    kept: Any = cache(make)

    @wraps(make)
    def once(*args: _Given.args, **named: _Given.kwargs) -> _Made:
        with _TURN:
            made: _Made = kept(*args, **named)
            return made

    return once
