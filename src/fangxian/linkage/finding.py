"""Finding the people of a delivery's rows: the certain ones become facts, the doubtful ones work, and nothing waits for either."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from fangxian.facts import SamePerson
from fangxian.linkage.files import ADDRESS, BORN, KIND, NAME, NUMBER, PHONE, REGION, REGISTER, SEX, SOURCE, load, work_space
from fangxian.linkage.linked import Linked, Way, link
from fangxian.linkage.linking import Answer
from fangxian.linkage.model import COMPARISONS
from fangxian.sources import spelling
from fangxian.sources.identity import KeyHolder

SAID: Final = {
    NAME: "name",
    KIND: "",
    NUMBER: "id_number",
    BORN: "born_on",
    SEX: "sex",
    PHONE: "phone",
    ADDRESS: "address",
    REGION: "region_code",
}
"""Under which name the rows that a finder is given hold what files say under ours."""

ROWS: Final = tuple(column for column in SAID.values() if column)

Keep = Callable[[pa.Table], None]
"""Keeps doubtful pairs as work. Shape: source, person_id (of the register), provisional_person_id, weight, region_code (may be null), and
`contents`: JSON with `record` and `known`, the texts of `ROWS` of each, and `steps`, the step of each comparison."""


@dataclass
class RegisterFinder:
    """Finds people in a register: a file, or the rows of one in memory. `linked` says how it went, once it was asked."""

    register: Path | pa.Table
    key_holder: KeyHolder
    way: Way
    at: datetime
    keep: Keep | None = None
    linked: Linked | None = None

    def find(self, rows: pa.Table, *, source: str, delivery_id: str) -> pa.Table:
        """Return the facts of type SamePerson that are certain; doubtful pairs are given to `keep`."""
        with work_space() as connection:
            if isinstance(self.register, Path):
                load(connection, REGISTER, self.register, table="register_cell")
            else:
                connection.register("register_cell", self.register)
            connection.register("rows", rows)
            self.linked = link(connection, "register_cell", "rows", self.key_holder, record="record", way=self.way, headings=SAID)
            if self.keep and self.linked.answers[Answer.DOUBTFUL]:
                self.keep(_doubtful(connection, source))
            return self._certain(connection, delivery_id)

    def _certain(self, connection: duckdb.DuckDBPyConnection, delivery_id: str) -> pa.Table:
        number = spelling.cited_fact(f"concat_ws('|', '{SOURCE}', rows.person_id, known_id, '{delivery_id}')")
        told = {
            "fact_id": number,
            "known_at": "decided_at",
            "source": f"'{SOURCE}'",
            "delivery_id": f"'{delivery_id}'",
            "person_id": "known_id",
            "from_at": "decided_at",
            "provisional_person_id": "rows.person_id",
            "basis": f"'{SOURCE}'",
            "weight": "round(weight, 1)",
            "first_signer_id": "CAST(NULL AS VARCHAR)",
            "second_signer_id": "CAST(NULL AS VARCHAR)",
        }
        assert told.keys() == SamePerson.columns.keys()  # noqa: S101  (a column more would have to be told)
        columns = ", ".join(f"{expression} AS {name}" for name, expression in told.items())
        return connection.execute(
            f"SELECT {columns} FROM link JOIN rows USING (record), (SELECT $at::TIMESTAMP AS decided_at) WHERE answer = '{Answer.CERTAIN}'",
            {"at": self.at},
        ).to_arrow_table()


def _doubtful(connection: duckdb.DuckDBPyConnection, source: str) -> pa.Table:
    said = _struct({name: f"rows.{name}" for name in ROWS})
    known = _struct({name: f"known_cell.{spelling.name(heading)}" for heading, name in SAID.items() if name})
    steps = _struct({compared.name: f"link.{compared.name}" for compared in COMPARISONS})
    return connection.execute(
        f"""
        SELECT '{source}' AS source, known_id AS person_id, rows.person_id AS provisional_person_id, round(weight, 1) AS weight,
            coalesce(sought.region_code, known.region_code) AS region_code,
            CAST(to_json({{'record': {said}, 'known': {known}, 'steps': {steps}}}) AS VARCHAR) AS contents
        FROM link JOIN rows USING (record) JOIN known_cell ON known_cell.person_id = known_id
            JOIN sought ON sought.unique_id = link.record JOIN known ON known.unique_id = known_id
        WHERE answer = '{Answer.DOUBTFUL}' ORDER BY link.record
        """
    ).to_arrow_table()


def _struct(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"'{name}': {expression}" for name, expression in values.items()) + "}"
