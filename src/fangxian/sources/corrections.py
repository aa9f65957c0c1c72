"""Corrections: a source says a record again with other content, and what it said before under that number stands no longer.

The lake's facts are looked up by number, and where the content differs the door writes a withdrawal, of reason `corrected`,
about whom the earlier content was about. It takes back what was known before the later of the two, in whichever order their
files come. Two contents of one known time both stand: nobody but the source knows which is right, so they are flagged.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import duckdb

from fangxian.engine.compaction import TELLING_OF_THE_DELIVERY, subject
from fangxian.engine.lake import Lake
from fangxian.engine.snapshot import Snapshot
from fangxian.facts import AreaWithdrawal, Fact, PersonFact, Withdrawal
from fangxian.facts.withdrawal import CORRECTED
from fangxian.sources import spelling

WITHDRAWALS: Final[tuple[type[Fact], ...]] = (Withdrawal, AreaWithdrawal)


def corrections_table(withdrawal: type[Fact]) -> str:
    """Return the name of the table of a delivery's corrections: withdrawals, in the columns of their type."""
    return f"correction_{withdrawal.name}"


def open_corrections(door: duckdb.DuckDBPyConnection) -> None:
    """Make the empty tables of corrections and of `said_twice` (fact_type, corrected, tied: how many records) on a connection."""
    for withdrawal in WITHDRAWALS:
        door.execute(
            f"CREATE TEMP TABLE {corrections_table(withdrawal)} (fact_id BIGINT, known_at TIMESTAMP, source VARCHAR, delivery_id VARCHAR, "
            f"{subject(withdrawal)} VARCHAR, from_at TIMESTAMP, fact_type VARCHAR, withdrawn_fact_id BIGINT, reason VARCHAR)"
        )
    door.execute("CREATE TEMP TABLE said_twice (fact_type VARCHAR, corrected BIGINT, tied BIGINT)")


def correct(door: duckdb.DuckDBPyConnection, lake: Lake, fact_type: type[Fact], path: Path) -> None:
    """Find what the facts of a delivery, written to `path`, correct, and what corrects them; add it to the door's tables."""
    if not path.exists():
        return
    _gather(door, lake.files(fact_type), fact_type, path)
    about, kind = subject(fact_type), spelling.text(fact_type.name)
    number = spelling.cited_fact(f"concat_ws('|', '{CORRECTED}', {kind}, fact_id, epoch_us(struck_at))")
    into = corrections_table(Withdrawal if issubclass(fact_type, PersonFact) else AreaWithdrawal)
    # A content is struck when the next other one is known. Where both were in the lake before, that was written then.
    door.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE struck AS
        SELECT DISTINCT source, {about}, fact_id, struck_at FROM (
            SELECT source, former.{about}, fact_id, min(later.known_at) AS struck_at,
                former.fresh OR arg_min(later.fresh, later.known_at) AS news
            FROM said AS former JOIN said AS later USING (fact_id, source)
            WHERE former.content <> later.content AND former.known_at < later.known_at
            GROUP BY source, former.{about}, fact_id, former.known_at, former.fresh
        ) WHERE news;
        INSERT INTO {into}
        SELECT {number}, struck_at, source, getvariable('delivery_id'), {about}, struck_at, {kind}, fact_id, '{CORRECTED}' FROM struck;
        INSERT INTO said_twice SELECT {kind}, (SELECT count(DISTINCT fact_id) FROM struck), count(DISTINCT fact_id)
        FROM said AS one JOIN said AS other USING (fact_id, source, known_at) WHERE one.content <> other.content AND one.fresh
        """
    )


def _gather(door: duckdb.DuckDBPyConnection, files: list[str], fact_type: type[Fact], path: Path) -> None:
    """Make the table `said`: the facts of this delivery (`fresh`) and of the lake whose number is said more than once."""
    fresh, stored = f"read_parquet({spelling.text(str(path))})", f"read_parquet([{spelling.texts(tuple(files))}])"
    # Numbers first, and they alone: of a file that brings only news, nothing else of the lake is read.
    known = f"SELECT fact_id FROM {stored} WHERE fact_id IN (SELECT fact_id FROM {fresh}) UNION ALL" if files else ""
    door.execute(
        f"CREATE OR REPLACE TEMP TABLE again AS SELECT DISTINCT fact_id FROM ({known} "
        f"SELECT fact_id FROM {fresh} GROUP BY fact_id HAVING count(*) > 1)"
    )
    rows = (
        f"SELECT fact_id, source, {subject(fact_type)}, known_at, hash({_content(fact_type)}) AS content, {{}} AS fresh "
        "FROM {} WHERE fact_id IN (SELECT fact_id FROM again)"
    )
    door.execute(f"CREATE OR REPLACE TEMP TABLE said AS {rows.format(True, fresh)}")
    if files and door.execute("SELECT 1 FROM again LIMIT 1").fetchone():
        door.execute(f"INSERT INTO said {rows.format(False, stored)}")


def standing_ties(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, fact_type: type[Fact], source: str) -> int:
    """Return how many record numbers of a source have two contents of one time that both still stand.

    A later report of the number ends a tie, whichever content it has, and so does a withdrawal of it.
    """
    files = snapshot.files(fact_type)
    if not files:
        return 0
    about, taken_back = subject(fact_type), snapshot.files(Withdrawal if issubclass(fact_type, PersonFact) else AreaWithdrawal)
    withdrawn = (
        f"SELECT ({about}, withdrawn_fact_id) FROM read_parquet([{spelling.texts(tuple(taken_back))}]) "
        f"WHERE fact_type = {spelling.text(fact_type.name)} AND reason <> '{CORRECTED}'"
    )
    found = connection.execute(
        f"""
        SELECT count(*) FROM (
            SELECT fact_id, min(content) <> max(content) AS tied FROM (
                SELECT fact_id, known_at, hash({_content(fact_type)}) AS content FROM read_parquet([{spelling.texts(tuple(files))}])
                WHERE source = {spelling.text(source)} {f"AND ({about}, fact_id) NOT IN ({withdrawn})" if taken_back else ""}
            ) GROUP BY fact_id, known_at QUALIFY known_at = max(known_at) OVER (PARTITION BY fact_id)
        ) WHERE tied
        """
    ).fetchone()
    return int(found[0]) if found else 0


def _content(fact_type: type[Fact]) -> str:
    """Return the columns in which two reports of a fact must agree to say the same."""
    return ", ".join(spelling.name(c) for c in fact_type.columns if c not in TELLING_OF_THE_DELIVERY)
