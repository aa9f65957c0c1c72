"""The Python interface for notebooks: the same answers as the command line, under a role and a purpose that are recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import ibis
import ibis.expr.types as ir

from fangxian.code.codes import codes_at, in_force
from fangxian.code.decide import decide, show
from fangxian.code.explain import explain
from fangxian.code.explanation import Explanation
from fangxian.code.telling import tell
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.facts import fact_type
from fangxian.facts.known import Known, instant
from fangxian.policy.moment import moment, moment_in_force
from fangxian.policy.policy import Policy, policy
from fangxian.store.journal import Access, Journal


class Notebook:
    """An opened lake. Its tables are Ibis tables: `.to_polars()`, `.to_pandas()`, `.to_pyarrow()`, or go on in Ibis.

    Every look is recorded in the lake's journal before it happens, under the role and purpose given on opening.
    """

    def __init__(self, path: str | Path, *, role: str, purpose: str) -> None:
        """Open the lake at `path`. Raises FangxianError for what is not a lake and for an empty role or purpose."""
        self._access = Access(role=role, purpose=purpose)
        self._lake = Lake.open(Path(path))
        self._journal = Journal(self._lake.path / "access.jsonl")
        self._engine = DuckDBEngine(self._lake)
        self._ibis = ibis.duckdb.from_connection(self._engine.connection)

    def facts(self, name: str) -> ir.Table:
        """Return every stored fact of a type (`check_in`, `trip` …) with the columns that rules may read.

        Shape: one row a fact, as delivered; withdrawals are facts of their own and not applied here. Raises FangxianError for
        a type that does not exist.
        """
        wanted = fact_type(name)
        self._journal.record(self._access, what="facts", about=name)
        return self._ibis.table(wanted.name).select(*wanted.table().columns)

    def hits(self, policy: str, at: str | datetime | None = None, *, known_at: str | datetime | None = None) -> ir.Table:
        """Return the hits of a policy as known at `known_at` (now by default), those that hold at `at` if it is given.

        Shape: person_id, rule, colour, from_at, until_at (null while open), because. Times in the table are UTC, without a
        zone. `at` and `known_at` are written as on the command line ("2020-02-17" is that day's end), or are datetimes: with
        a zone, or else on the policy's own clocks. Raises FangxianError for a policy that is not known, for what is not a
        time, and for an `at` before the policy began.
        """
        chosen, asked, known = self._chosen(policy, at, known_at)
        self._journal.record(self._access, what="hits", about=chosen.name)
        table = self._ibis.table(self._decided(chosen, known).get_name())
        return in_force(table, instant(asked)) if at is not None else table

    def codes(self, policy: str, at: str | datetime | None = None, *, known_at: str | datetime | None = None) -> ir.Table:
        """Return everybody's code at an instant (now by default): person_id, colour. Errors and times as for `hits`."""
        chosen, asked, known = self._chosen(policy, at, known_at)
        self._journal.record(self._access, what="codes", about=chosen.name)
        found = codes_at(chosen, Known(instant(known), chosen.utc_offset), self._decided(chosen, known), instant(asked))
        return self._ibis.sql(self._engine.sql(found), dialect="duckdb")

    def explain(
        self, person_id: str, policy: str, at: str | datetime | None = None, *, known_at: str | datetime | None = None
    ) -> Explanation:
        """Return why one person's code has its colour; `Notebook.tell` puts it into words. Errors and times as for `hits`."""
        chosen, asked, known = self._chosen(policy, at, known_at)
        self._journal.record(self._access, what="explain", about=person_id)
        return explain(self._engine, chosen, person_id, at=asked, known_at=known)

    @staticmethod
    def tell(explanation: Explanation, language: str = "zh") -> Sequence[str]:
        """Return an explanation as lines of text in Chinese ("zh") or English ("en")."""
        return tell(explanation, language=language)

    def _chosen(self, name: str, at: str | datetime | None, known_at: str | datetime | None) -> tuple[Policy, datetime, datetime]:
        chosen = policy(name)
        return chosen, moment_in_force(at, chosen), moment(known_at, chosen)

    def _decided(self, chosen: Policy, known_at: datetime) -> ir.Table:
        """Decide everybody and return the hits under a name of their own, for tables already given out read by name."""
        decided = decide(self._engine, chosen, known_at=known_at)
        return show(self._engine, decided, f"{decided.folder.parent.name}-{decided.folder.name}")

    def __enter__(self) -> Self:
        """Return the notebook itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Give back memory and files."""
        self._engine.close()
