"""Which route a request is for, and what becomes of that kind of request under overload: read from sacrifice.yaml, once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route, compile_path

from fangxian.errors import FangxianError
from fangxian.facts import Text

NEVER: Final = -1
"""The rank of what is never dropped."""


@dataclass(frozen=True)
class Sacrifice:
    """One class of requests: dropped before all classes of a higher rank; `lasting_s` is its condition, where it has one."""

    name: str
    words: Text
    why: Text
    rank: int
    routes: tuple[str, ...]
    lasting_s: float | None = None


@dataclass(frozen=True)
class Kind:
    """The kind of a request: its route as it is declared, its class, and the class it falls into while its code lasts."""

    template: str
    sacrifice: Sacrifice
    while_lasting: Sacrifice | None = None


@cache
def order() -> tuple[Sacrifice, ...]:
    """Return every class, those that are dropped in their order, then those that never are."""
    said = described()
    dropped = [_sacrifice(each, rank) for rank, each in enumerate(said["classes"])]
    return (*dropped, *(_sacrifice(each, NEVER) for each in said["never"]))


@cache
def described() -> Mapping[str, Any]:
    """Return the file as it is written."""
    read: Mapping[str, Any] = yaml.safe_load((Path(__file__).parent / "sacrifice.yaml").read_text("utf-8"))
    return read


class Kinds:
    """Finds the kind of a request by its method and path; what has no route is of the class that is dropped first."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        """Know an application's routes. Raises FangxianError for one that sacrifice.yaml does not name."""
        rows = _by_route()
        served = list(served_routes(routes))
        if missing := [f"{method} {path}" for method, path in served if (method, path) not in rows]:
            raise FangxianError(
                "Some routes belong to no class of sacrifice.yaml.",
                known=", ".join(missing),
                next_step="Say there what becomes of them under overload.",
            )
        self._exact: dict[tuple[str, str], Kind] = {}
        self._patterns: list[tuple[re.Pattern[str], str, Kind]] = []
        for method, path in served:
            kind = _kind(path, rows[method, path])
            if "{" in path:
                self._patterns.append((compile_path(path)[0], method, kind))
            else:
                self._exact[method, path] = kind
        self._unknown = Kind("unknown", order()[0])

    def of(self, method: str, path: str) -> Kind:
        """Return the kind of a request."""
        method = "GET" if method == "HEAD" else method
        if found := self._exact.get((method, path)):
            return found
        return next((kind for pattern, of, kind in self._patterns if of == method and pattern.match(path)), self._unknown)


def served_routes(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Yield the method and path of everything that an application answers, mounted applications included."""
    for route in routes:
        if isinstance(route, Mount) and isinstance(route.app, FastAPI):
            yield "GET", f"{route.path}{route.app.openapi_url}"
            for path, operations in route.app.openapi()["paths"].items():
                yield from ((method.upper(), f"{route.path}{path}") for method in operations)
        elif isinstance(route, Mount):
            yield "GET", f"{route.path}/{{path:path}}"
        elif isinstance(route, Route):
            yield from ((method, route.path) for method in sorted((route.methods or {"GET"}) - {"HEAD"}))


def _by_route() -> dict[tuple[str, str], list[Sacrifice]]:
    found: dict[tuple[str, str], list[Sacrifice]] = {}
    for sacrifice in order():
        for line in sacrifice.routes:
            *methods, path = line.split()
            for method in methods:
                found.setdefault((method, path), []).append(sacrifice)
    return found


def _kind(path: str, rows: list[Sacrifice]) -> Kind:
    always = next(row for row in rows if row.lasting_s is None)
    return Kind(path, always, next((row for row in rows if row.lasting_s is not None), None))


def _sacrifice(said: Mapping[str, Any], rank: int) -> Sacrifice:
    return Sacrifice(said["name"], Text(**said["words"]), Text(**said["why"]), rank, tuple(said["routes"]), said.get("lasting_s"))
