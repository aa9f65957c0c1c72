"""The model: what is compared, in which steps, and how much each step weighs; trained once and kept in `model.json`.

Source of the method: Fellegi and Sunter, A theory for record linkage, JASA 1969, as Splink has it, with weights of rare and common
names told apart by how often they stand in the files themselves. Conditions are SQL that DuckDB and Spark read alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from fangxian.facts import Text

OTHERWISE: Final = "ELSE"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One way in which two values agree: its condition on `<column>_l` and `<column>_r`, and its words.

    `rare` names the column whose rare values weigh more.
    """

    when: str
    words: Text
    rare: str = ""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One thing that is compared, its steps from the closest on; where `missing` holds nothing is concluded."""

    name: str
    title: Text
    missing: str
    steps: tuple[Step, ...]

    def words(self, step: int) -> Text | None:
        """Return what the step that Splink numbered says: -1 nothing to compare, 0 they differ, the closest has the highest number."""
        return self.steps[len(self.steps) - step].words if step > 0 else None


def _null(*columns: str) -> str:
    return " OR ".join(f"{column}_{side} IS NULL" for column in columns for side in "lr")


COMPARISONS: Final = (
    Compared(
        name="name",
        title=Text("姓名", "name"),
        missing=_null("name_pinyin"),
        steps=(
            Step(when="name_characters_l = name_characters_r", words=Text("姓名相同", "same name"), rare="name_characters"),
            Step(when="name_pinyin_l = name_pinyin_r", words=Text("姓名同音", "names sound alike"), rare="name_pinyin"),
            Step(
                when="name_letters_l = name_letters_r",
                words=Text("姓名拼音次序不同", "same pinyin in another order"),
                rare="name_letters",
            ),
            Step(
                when="(length(name_characters_l) > 2 AND length(name_characters_r) > 2 "
                "AND levenshtein(name_characters_l, name_characters_r) <= 1) "
                "OR (length(name_pinyin_l) > 5 AND levenshtein(name_pinyin_l, name_pinyin_r) <= 1)",
                words=Text("姓名仅差一字（或一个字母）", "names differ in one character or letter"),
            ),
            Step(
                when="substr(name_characters_l, 1, 1) = substr(name_characters_r, 1, 1)",
                words=Text("仅姓相同", "same surname only"),
            ),
        ),
    ),
    Compared(
        name="birth",
        title=Text("出生日期", "birth date"),
        missing=_null("born_on"),
        steps=(
            Step(when="born_on_l = born_on_r", words=Text("出生日期相同", "same birth date")),
            Step(when="born_on_l = born_on_swapped_r", words=Text("出生月、日颠倒", "day and month of birth swapped")),
            Step(when="levenshtein(born_on_l, born_on_r) <= 1", words=Text("出生日期差一位数字", "birth dates differ in one digit")),
            Step(when="substr(born_on_l, 1, 4) = substr(born_on_r, 1, 4)", words=Text("仅出生年份相同", "same year of birth only")),
        ),
    ),
    Compared(
        name="phone",
        title=Text("电话", "phone"),
        missing=_null("phone"),
        steps=(
            Step(when="phone_l = phone_r", words=Text("电话相同", "same phone")),
            Step(when="levenshtein(phone_l, phone_r) <= 1", words=Text("电话差一位", "phones differ in one digit")),
        ),
    ),
    Compared(
        name="id_number",
        title=Text("证件号码", "id number"),
        missing=_null("id_number"),
        steps=(
            Step(when="id_number_l = id_number_r", words=Text("证件号码相同", "same id number")),
            Step(
                when="levenshtein(id_number_l, id_number_r) <= 2",
                words=Text("证件号码差一位或相邻两位颠倒", "id numbers differ in one digit or in two that changed places"),
            ),
        ),
    ),
    Compared(
        name="sex",
        title=Text("性别", "sex"),
        missing=_null("sex"),
        steps=(Step(when="sex_l = sex_r", words=Text("性别相同", "same sex")),),
    ),
    Compared(
        name="address",
        title=Text("住址", "address"),
        missing=_null("region_code"),
        steps=(
            Step(
                when="region_code_l = region_code_r AND street_l = street_r AND numbers_l = numbers_r",
                words=Text("住址相同", "same address"),
            ),
            Step(
                when="region_code_l = region_code_r AND (street_l = street_r OR numbers_l = numbers_r)",
                words=Text("同县区，路名或门牌相同", "same county, and same street or same numbers"),
            ),
            Step(when="region_code_l = region_code_r", words=Text("同县区", "same county")),
            Step(when="substr(region_code_l, 1, 4) = substr(region_code_r, 1, 4)", words=Text("同市", "same prefecture")),
        ),
    ),
)

BLOCKING: Final = (
    "l.phone = r.phone",
    "l.id_number = r.id_number",
    "l.name_letters = r.name_letters AND l.born_on = r.born_on",
    "l.name_letters = r.name_letters AND l.region_code = r.region_code",
    "l.name_letters = r.name_letters AND l.born_on = r.born_on_swapped",
    "l.name_letters = r.name_letters AND l.numbers = r.numbers",
    "l.born_on = r.born_on AND l.region_code = r.region_code",
    "l.name_letters = r.name_letters AND substr(l.born_on, 1, 4) = substr(r.born_on, 1, 4)",
    "l.born_on = r.born_on AND substr(l.name_pinyin, 1, 2) = substr(r.name_pinyin, 1, 2)",
)
"""Of two large files pairs that agree on none of these are never compared."""

EVERY_PAIR_OF: Final = 2_000_000
"""Up to so many pairs all are compared: a small file costs seconds, and rules would miss what is wrong everywhere."""


def settings(*, likely: float = 1e-6, pairs: int | None = None) -> dict[str, Any]:
    """Return the untrained model in Splink's words; `likely` is how likely a pair is the same person before anything is compared,
    `pairs` how many there are.
    """
    return {
        "link_type": "link_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": likely,
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": rule} for rule in (("1 = 1",) if pairs is not None and pairs <= EVERY_PAIR_OF else BLOCKING)
        ],
        "comparisons": [
            {
                "output_column_name": compared.name,
                "comparison_description": compared.title.en,
                "comparison_levels": list(_levels(compared)),
            }
            for compared in COMPARISONS
        ],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": False,
        "max_iterations": 20,
        "linker_uid": "fangxian",
    }


def _levels(compared: Compared) -> Iterator[dict[str, Any]]:
    yield {"sql_condition": compared.missing, "label_for_charts": "missing", "is_null_level": True}
    for step in compared.steps:
        rare = {"tf_adjustment_column": step.rare, "tf_adjustment_weight": 1.0} if step.rare else {}
        yield {"sql_condition": step.when, "label_for_charts": step.words.en, **rare}
    yield {"sql_condition": OTHERWISE, "label_for_charts": "different"}


@cache
def _shipped() -> Mapping[str, Any]:
    trained: dict[str, Any] = json.loads(files(__package__).joinpath("model.json").read_text("utf-8"))
    return trained


def model(path: Path | None = None, *, likely: float | None = None, pairs: int | None = None) -> dict[str, Any]:
    """Return the trained model, the one that ships unless a file is named, for pairs that are so many, and as likely as said.

    What a model was trained without, because its files did not have it, weighs as in the one that ships.
    """
    trained = json.loads(path.read_text("utf-8")) if path else deepcopy(dict(_shipped()))
    filled = settings(likely=likely or trained["likely"], pairs=pairs)
    for comparison in filled["comparisons"]:
        name = comparison["output_column_name"]
        weighed = trained["comparisons"].get(name) or _shipped()["comparisons"][name]
        for level, (m, u) in zip(comparison["comparison_levels"][1:], weighed, strict=True):
            level["m_probability"], level["u_probability"] = m, u
    return filled
