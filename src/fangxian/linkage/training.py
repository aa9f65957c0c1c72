"""Training: how often people who are the same agree, and people who are not, learnt from two files without labels."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from fangxian.errors import FangxianError
from fangxian.linkage.model import settings

_SEED: Final = 7
_PAIRS: Final = 2_000_000
_RARE_AMONG_SAME: Final = 0.01
_LEARNT_WHERE: Final = (
    "l.name_letters = r.name_letters AND l.region_code = r.region_code",
    "l.born_on = r.born_on AND l.region_code = r.region_code",
    "l.phone = r.phone",
)
"""Pairs among which many are the same; what a rule asks for is learnt from the others."""


def train(connection: duckdb.DuckDBPyConnection, register: str, records: str, *, likely: float) -> dict[str, Any]:
    """Return the weights of a model that was trained on two normalised tables: by comparison, m and u of each step and of the rest.

    Source of the method: expectation maximisation, as Splink has it; u from random pairs. The seed is fixed.
    """
    from splink import DuckDBAPI, Linker

    # It says which steps no pair showed: those get `otherwise`.
    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection)
    tables = [api.register(register, dataset_display_name="a_register"), api.register(records, dataset_display_name="b_records")]
    linker = Linker(tables, settings(likely=likely), log_level=None)
    linker.training.estimate_u_using_random_sampling(max_pairs=_PAIRS, seed=_SEED)
    learnt = [rule for rule in _LEARNT_WHERE if _learn(linker, rule)]
    if not learnt:
        raise FangxianError(
            "Nothing can be learnt from these files: no two rows have the same name, birth date or phone.",
            done="No model was written.",
            next_step="Give files of which some thousand rows are about the same people.",
        )
    found = linker.misc.save_model_to_json()
    return {
        "likely": likely,
        "comparisons": {each["output_column_name"]: _weights(each) for each in found["comparisons"] if _learnt_of(each)},
    }


def _learn(linker: Any, rule: str) -> bool:
    """Learn from the pairs of a rule; return False where there are none."""
    from splink.internals.exceptions import EMTrainingException

    try:
        linker.training.estimate_parameters_using_expectation_maximisation(rule, fix_u_probabilities=True)
    except EMTrainingException:
        return False
    return True


def _learnt_of(comparison: Mapping[str, Any]) -> bool:
    """Whether the files showed anything of a comparison; of what they do not have nothing is learnt."""
    return any(isinstance(level.get("m_probability"), float) for level in comparison["comparison_levels"])


def _weights(comparison: Mapping[str, Any]) -> list[list[float]]:
    levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
    return [[_learnt(level, "m_probability", _RARE_AMONG_SAME), _learnt(level, "u_probability", 1 / _PAIRS)] for level in levels]


def _learnt(level: Mapping[str, Any], name: str, otherwise: float) -> float:
    """Return a probability to three digits; what no pair showed is as rare as the number of pairs allows to say."""
    found = level.get(name)
    return float(f"{max(found, otherwise) if isinstance(found, float) else otherwise:.3g}")


def save(weights: Mapping[str, Any], path: Path) -> None:
    """Write trained weights as JSON, a comparison a line."""
    lines = ",\n".join(f'    "{name}": {json.dumps(each)}' for name, each in weights["comparisons"].items())
    path.write_text(f'{{\n  "likely": {weights["likely"]},\n  "comparisons": {{\n{lines}\n  }}\n}}\n', "utf-8")
