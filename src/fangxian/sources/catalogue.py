"""Every source there is: the package `agencies` is walked, so nothing has to register itself."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import cache

from fangxian.errors import FangxianError
from fangxian.sources import agencies
from fangxian.sources.source import Source


@cache
def all_sources() -> tuple[Source, ...]:
    """Return every source, in order of name."""
    modules = (importlib.import_module(f"{agencies.__name__}.{module.name}") for module in pkgutil.iter_modules(agencies.__path__))
    found = {value.name: value for module in modules for value in vars(module).values() if isinstance(value, Source)}
    return tuple(found[name] for name in sorted(found))


def source_named(name: str) -> Source:
    """Return the source called `name`; raises FangxianError with the known ones and the nearest."""
    sources = {source.name: source for source in all_sources()}
    if name in sources:
        return sources[name]
    near = difflib.get_close_matches(name, sources, n=1)
    raise FangxianError(
        f"There is no source called {name!r}." + (f" Did you mean {near[0]}?" if near else ""),
        known="Known sources: " + ", ".join(sources) + ".",
        next_step="Run `fangxian sources` to see what each of them sends.",
    )
