"""Packing: all spec cases in one lake, so that a policy's hits cost one query on each engine.

Rules concern people independently, so the cases share tables once their persons are told apart. Areas are shared by
people, so each case has areas of its own: `330106` becomes `330106~7`, which lies in the same province and prefecture.

A known time is only ever compared with the known time that is asked about, so cases that ask about different ones can be
moved to one: by as much as all known times of their facts are moved.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pyarrow as pa
from spec_tables import facts_from_text, instant

from fangxian.code.hits import HITS, all_hits
from fangxian.engine.opening import Engine
from fangxian.facts import AreaFact, Fact
from fangxian.facts.known import Known
from fangxian.facts.known import instant as literal
from fangxian.policy.policy import policy
from spec.case import Case

Hits = list[dict[str, Any]]


def person_of(number: int, person_id: str) -> str:
    """Return the id under which a person of the case with this number is stored."""
    return hashlib.md5(f"{number}/{person_id}".encode(), usedforsecurity=False).hexdigest()


def packed(cases: Sequence[Case], *, asked: str | None = None) -> dict[type[Fact], pa.Table]:
    """Return the facts of every case in one table for each type, each case moved to the known time `asked` if one is given."""
    found: dict[type[Fact], list[pa.Table]] = {}
    for number, case in enumerate(cases):
        moved = instant(asked) - instant(case.known_at) if asked else timedelta()
        for fact_type, text in case.facts.items():
            found.setdefault(fact_type, []).append(_apart(facts_from_text(fact_type, text), number, moved))
    return {fact_type: pa.concat_tables(tables) for fact_type, tables in found.items()}


def _apart(table: pa.Table, number: int, moved: timedelta) -> pa.Table:
    rows = table.to_pylist()
    for row in rows:
        for name, value in row.items():
            if name == "person_id":
                row[name] = person_of(number, value)
            elif name.endswith("region_code") and value:
                row[name] = f"{value}~{number}"
        row["known_at"] += moved
    return pa.Table.from_pylist(rows, schema=table.schema)


def people(case: Case, number: int) -> Mapping[str, str]:
    """Return the stored person ids of a case and the ids that its text gives them."""
    tables = (facts_from_text(t, text) for t, text in case.facts.items() if not issubclass(t, AreaFact))
    named = {person_id for table in tables for person_id in table["person_id"].to_pylist()}
    return {person_of(number, person_id): person_id for person_id in named}


def answers(engine: Engine, cases: Sequence[Case], *, asked: str | None = None) -> dict[tuple[int, str], pa.Table]:
    """Return the hits of each case in each of its policies, by the case's number and the policy's name.

    Every case is asked about its own known time, or about `asked`, if its facts were moved to that.
    """
    found: dict[tuple[int, str], pa.Table] = {}
    for name, known_at in sorted({(policy_name, asked or case.known_at) for case in cases for policy_name in case.policies}):
        chosen = policy(name)
        rows = engine.rows(all_hits(chosen, Known(literal(instant(known_at)), chosen.utc_offset))).to_pylist()
        mine = [(number, case) for number, case in enumerate(cases) if name in case.policies and known_at in (asked, case.known_at)]
        found |= {(number, name): _of_case(rows, case, number) for number, case in mine}
    return found


def _of_case(rows: Hits, case: Case, number: int) -> pa.Table:
    named = people(case, number)
    mine = [
        {**row, "person_id": named[row["person_id"]]}
        for row in rows
        if row["person_id"] in named and (not case.rule or row["rule"] == case.rule)
    ]
    return pa.Table.from_pylist(mine, schema=HITS.to_pyarrow())
