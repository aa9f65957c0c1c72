"""What the modules of a package declare: it is walked, so nothing has to register itself, and nothing can forget to."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Protocol, TypeVar

from fangxian.errors import FangxianError


class Named(Protocol):
    """What has a name."""

    @property
    def name(self) -> str:
        """The name that it is found by."""


T = TypeVar("T", bound=Named)


def declared(package: ModuleType, kind: type[T]) -> tuple[T, ...]:
    """Return everything of a kind that the modules of a package declare, in order of name."""
    modules = (importlib.import_module(f"{package.__name__}.{module.name}") for module in pkgutil.iter_modules(package.__path__))
    found = {value.name: value for module in modules for value in vars(module).values() if isinstance(value, kind)}
    return tuple(found[name] for name in sorted(found))


def named(name: str, among: Iterable[T], *, what: str, next_step: str) -> T:
    """Return the one called `name`. Raises as `unknown` where there is none."""
    found = {each.name: each for each in among}
    if name not in found:
        raise unknown(name, found, what=what, next_step=next_step)
    return found[name]


def named_or_read(name: str, among: Iterable[T], *, read: Callable[[Path], T], what: str, file: str) -> T:
    """Return the one called `name`, or what `read` makes of the file of that path. Raises as `unknown` where there is neither."""
    found = {each.name: each for each in among}
    if name not in found and name.endswith(".yaml") and Path(name).is_file():
        return read(Path(name))
    return named(name, found.values(), what=what, next_step=f"Name one of these, or the path of {file}.")


def unknown(name: str, known: Iterable[str], *, what: str, next_step: str) -> FangxianError:
    """Return the error that there is no such thing: it names the known ones, and asks for the nearest where one is near.

    >>> print(unknown("hangzou", ["hangzhou", "hubei"], what="policy", next_step="Name one of these."))
    There is no policy called hangzou.
    Known: hangzhou, hubei.
    Did you mean hangzhou?
    """
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    return FangxianError(
        f"There is no {what} called {name}.",
        known=f"Known: {', '.join(names)}.",
        next_step=f"Did you mean {near[0]}?" if near else next_step,
    )
