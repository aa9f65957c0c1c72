"""Fangxian (防线): facts in, answers out, work done about them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fangxian.notebook import Notebook

__version__ = "0.1.0"
__all__ = ["__version__", "open"]


def open(path: str | Path, *, role: str, purpose: str) -> Notebook:  # noqa: A001  (fangxian.open is the name that people type)
    """Open a lake for a notebook, under a role and a purpose that are recorded.

    Raises FangxianError for what is not a lake and for an empty role or purpose.
    """
    from fangxian.notebook import Notebook

    return Notebook(path, role=role, purpose=purpose)
