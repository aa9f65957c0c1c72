"""Spec tables: what each rule concludes, as text that a person can read; printed in the rule book, run on every engine.

A module `test_<rule>.py` has its cases in `CASES`; `all_cases()` walks the package, so none can be forgotten.
"""

import importlib
import pkgutil
from functools import cache

from spec.case import Case


@cache
def all_cases() -> tuple[Case, ...]:
    """Return every case of every module of this package."""
    modules = (importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__) if m.name.startswith("test_"))
    return tuple(case for module in modules for case in module.CASES)
