"""How long a code, a credential, a paper, a file and a key last: the numbers of `limits.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from typing import Any, Final

import yaml


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The numbers that a gate and an issuer go by."""

    code_good_for: timedelta
    allowed_clock_skew: timedelta
    day_credential_longest: timedelta
    paper_longest: timedelta
    files_old_after: timedelta
    key_published_ahead: timedelta
    clock_witnesses: int


def _packaged() -> Limits:
    stated: dict[str, dict[str, Any]] = yaml.safe_load(files(__package__).joinpath("limits.yaml").read_text(encoding="utf-8"))
    values: dict[str, Any] = {}
    for name, number in stated.items():
        values[name] = timedelta(seconds=number["value"]) if number["unit"] == "second" else number["value"]
    return Limits(**values)


LIMITS: Final = _packaged()
"""The numbers that ship."""
