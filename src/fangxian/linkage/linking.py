"""Linking: from weighed pairs to one answer a record, a person for certain, a doubtful one, or nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

import duckdb

from fangxian.facts import Text
from fangxian.linkage.model import COMPARISONS
from fangxian.linkage.parameters import Thresholds


class Answer(StrEnum):
    """What became of a record."""

    CERTAIN = "certain"
    DOUBTFUL = "doubtful"
    NONE = "none"

    @property
    def words(self) -> Text:
        """The answer for people."""
        return {
            Answer.CERTAIN: Text("确定", "certain"),
            Answer.DOUBTFUL: Text("存疑，待核对", "doubtful, to be looked at"),
            Answer.NONE: Text("未找到", "nobody found"),
        }[self]


def resolve(
    connection: duckdb.DuckDBPyConnection,
    pairs: str,
    records: str,
    *,
    thresholds: Thresholds,
    one_to_one: bool,
    into: str,
) -> dict[Answer, int]:
    """Make the table `into` (record, known_id, weight, answer, next_weight, and the step of each comparison) and count the answers.

    A record is certain where its best pair is heavy enough and ahead of the next person's. With `one_to_one` a row of the register is
    given to one record: the heaviest, if it is ahead of the next; the others become doubtful.
    """
    steps = "".join(f", answered.{compared.name}" for compared in COMPARISONS)
    ahead = thresholds.ahead_of_next
    claimed = (
        f"count(*) FILTER (weight >= {thresholds.certain_from}) OVER same_person > 1 AND (weight < max(weight) OVER same_person OR "
        f"count(*) FILTER (weight > heaviest_of_person - {ahead}) OVER same_person > 1)"
        if one_to_one
        else "false"
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE {into} AS
        WITH ranked AS (
            SELECT *, lead(weight) OVER best_first AS next_weight, max(weight) OVER (PARTITION BY known_id) AS heaviest_of_person
            FROM {pairs} WINDOW best_first AS (PARTITION BY record ORDER BY weight DESC, known_id)
            QUALIFY row_number() OVER best_first = 1
        ), answered AS (
            SELECT *, CASE
                WHEN weight >= {thresholds.certain_from} AND coalesce(weight - next_weight >= {ahead}, true) AND NOT ({claimed})
                    THEN '{Answer.CERTAIN}'
                WHEN weight >= {thresholds.doubtful_from} THEN '{Answer.DOUBTFUL}' ELSE '{Answer.NONE}' END AS answer
            FROM ranked WINDOW same_person AS (PARTITION BY known_id)
        )
        SELECT all_records.unique_id AS record, CASE WHEN answer <> '{Answer.NONE}' THEN known_id END AS known_id, weight, next_weight,
            coalesce(answer, '{Answer.NONE}') AS answer{steps}
        FROM {records} AS all_records LEFT JOIN answered ON answered.record = all_records.unique_id
        """
    )
    counted = dict(connection.execute(f"SELECT answer, count(*) FROM {into} GROUP BY answer").fetchall())
    return {answer: int(counted.get(answer, 0)) for answer in Answer}


def reasons(language: str) -> str:
    """Return the expression of why two rows are taken for one person: the steps that agreed, then what differs, in words."""
    agreed = [
        _case(compared.name, {step: words.in_language(language) for step, words in _steps(compared.name)}) for compared in COMPARISONS
    ]
    differ = Text("不同：", "differs: ").in_language(language)
    different = [f"CASE WHEN {compared.name} = 0 THEN '{compared.title.in_language(language)}' END" for compared in COMPARISONS]
    comma, stop = Text("、", ", ").in_language(language), Text("；", "; ").in_language(language)
    said = f"nullif(concat_ws('{comma}', {', '.join(agreed)}), '')"
    return f"concat_ws('{stop}', {said}, '{differ}' || nullif(concat_ws('{comma}', {', '.join(different)}), ''))"


def said_steps(steps: Mapping[str, Any]) -> Iterator[tuple[Text, Text]]:
    """Yield title and words of each comparison that says something of a pair, for a page."""
    for compared in COMPARISONS:
        step = steps.get(compared.name)
        if step is not None and step >= 0:
            yield compared.title, compared.words(step) or Text("不同", "different")


def _steps(name: str) -> Iterator[tuple[int, Text]]:
    compared = next(each for each in COMPARISONS if each.name == name)
    return ((len(compared.steps) - place, step.words) for place, step in enumerate(compared.steps))


def _case(column: str, words: Mapping[int, str]) -> str:
    cases = " ".join(f"WHEN {step} THEN '{text}'" for step, text in words.items())
    return f"CASE {column} {cases} END"
