"""Linkage: a register and messy records of an invented world whose truth is known, at growing sizes; and two public sets."""

import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from fangxian.linkage.files import RECORD, RECORDS, REGISTER, load, work_space
from fangxian.linkage.linked import Way, link
from fangxian.linkage.linking import Answer, resolve
from fangxian.linkage.model import model
from fangxian.linkage.normal import normalise
from fangxian.linkage.parameters import Thresholds
from fangxian.linkage.training import save, train
from fangxian.linkage.weighing import weigh
from fangxian.sources import spelling
from fangxian.sources.identity import KeyFile
from fangxian.world.namesakes import ON, Namesakes

REAL: Final = Path(os.environ.get("FANGXIAN_REAL_DATA", Path(__file__).parents[1] / ".." / "shared" / "data")) / "linkage"
SEED: Final = 20200201
"""Another than the model was trained with: it has seen none of these people."""


@dataclass(frozen=True, kw_only=True)
class LinkageFigures:
    """How long records of a set were linked with its register, and how many links are right; `seconds` is 0 for what is not timed.

    `cpu_seconds` are those of all cores: on a machine that does other things they say more.

    `same` are the records that are somebody's of the register; `sure` and `sure_right` are links at once, `doubtful` goes to an officer.
    """

    what: str
    register: int
    records: int
    seconds: float
    cpu_seconds: float
    same: int
    sure: int
    sure_right: int
    doubtful: int
    doubtful_right: int


def measure_linkage(scratch: Path, *, sizes: Sequence[int]) -> list[LinkageFigures]:
    """Link so many records with as many register rows, smallest first; then the public sets, where they are there."""
    made = [_namesakes(scratch, size) for size in sizes]
    public = (found for own in (False, True) for found in (_febrl(scratch, own=own), _fake(scratch, own=own)))
    return [*made, *(found for found in public if found)]


def _namesakes(scratch: Path, size: int) -> LinkageFigures:
    world = Namesakes.make(size, size, seed=SEED)
    register, records = scratch / "register.parquet", scratch / "records.parquet"
    world.register.write_parquet(register)
    world.records.write_parquet(records)
    started, cpu_started = time.perf_counter(), time.process_time()
    with work_space() as connection:
        load(connection, REGISTER, register, table="register_cell")
        load(connection, RECORDS, records, table="record_cell")
        link(
            connection,
            "register_cell",
            "record_cell",
            KeyFile(secrets.token_bytes(32)),
            record=spelling.name(RECORD),
            way=Way(on=ON, one_to_one=True),
        )
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
        connection.register("truth", world.truth.to_arrow())
        connection.execute(
            f"CREATE TABLE truly AS SELECT {spelling.name(RECORD)} AS record, person_id AS known_id FROM truth LEFT JOIN known_cell "
            'ON known_cell."证件号码" = truth."证件号码" AND truth.person IS NOT NULL'
        )
        return _judged(connection, f"invented world, {size:,}", seconds=seconds, cpu_seconds=cpu_seconds, register=size)


def _judged(
    connection: duckdb.DuckDBPyConnection, what: str, *, seconds: float = 0, cpu_seconds: float = 0, register: int
) -> LinkageFigures:
    """Compare the table `link` with the table `truly` (record, known_id)."""
    right = "link.known_id = truly.known_id"
    sure, doubtful = f"answer = '{Answer.CERTAIN}'", f"answer = '{Answer.DOUBTFUL}'"
    row = connection.execute(
        f"SELECT count(*), count(truly.known_id), count(*) FILTER ({sure}), count(*) FILTER ({sure} AND {right}), "
        f"count(*) FILTER ({doubtful}), count(*) FILTER ({doubtful} AND {right}) FROM link JOIN truly USING (record)"
    ).fetchone()
    assert row is not None
    names = ("records", "same", "sure", "sure_right", "doubtful", "doubtful_right")
    return LinkageFigures(what=what, register=register, seconds=seconds, cpu_seconds=cpu_seconds, **dict(zip(names, row, strict=True)))


def _febrl(scratch: Path, *, own: bool) -> LinkageFigures | None:
    """FEBRL 1: 500 invented Australians, each with one damaged copy."""
    return _public(
        scratch,
        "FEBRL 1",
        "febrl1.csv",
        """
        SELECT column00 AS id, split_part(column00, '-', 2) AS who, contains(column00, 'org') AS known,
                concat_ws(' ', column01, column02) AS name,
            column09 AS born_on, column10 AS number, column07 AS region, column04 AS street, column03 AS numbers, NULL AS phone FROM raw
        """,
        own=own,
    )


def _fake(scratch: Path, *, own: bool) -> LinkageFigures | None:
    """fake_1000: several records each of 251 invented Britons; e-mail stands in the place of the phone, the city of the county."""
    return _public(
        scratch,
        "fake_1000",
        "fake_1000.csv",
        """
        SELECT unique_id AS id, "cluster" AS who,
            row_number() OVER (PARTITION BY "cluster" ORDER BY CAST(unique_id AS INTEGER)) = 1 AS known,
            concat_ws(' ', first_name, surname) AS name, dob AS born_on, NULL::VARCHAR AS number,
                city AS region, NULL AS street, NULL AS numbers,
            email AS phone FROM raw
        """,
        own=own,
    )


def _public(scratch: Path, what: str, file: str, rows: str, *, own: bool) -> LinkageFigures | None:
    """Link the copies of a set with its originals, by the model that ships or its own; None where the set is missing."""
    path = REAL / file
    if not path.exists():
        print(f"bench: {what} is left out: {path.name} is not under {path.parent.name}/")
        return None
    thresholds = Thresholds.on(ON)
    with work_space() as connection:
        # FEBRL's file has blanks behind its commas and headings: columns are taken by place there.
        header = "header = false, skip = 1, " if "column00" in rows else "header = true, "
        connection.execute(f"CREATE TABLE raw AS SELECT * FROM read_csv('{path}', {header}all_varchar = true, delim = ',')")
        columns = [row[0] for row in connection.execute("DESCRIBE raw").fetchall()]
        tidy = ", ".join(f"nullif(trim({spelling.name(c)}), '') AS {spelling.name(c)}" for c in columns)
        connection.execute(f"CREATE TABLE said AS WITH raw AS (SELECT {tidy} FROM main.raw) {rows}")
        headings = {
            "姓名": "name",
            "证件类型": "",
            "证件号码": "number",
            "出生日期": "born_on",
            "性别": "",
            "联系电话": "",
            "住址": "",
            "居住地代码": "",
        }
        for side, kept in (("known", "known"), ("sought", "NOT known")):
            connection.execute(f"CREATE TABLE cells AS FROM said WHERE {kept}")
            normalise(connection, "cells", unique_id="id", into=side, on=ON, headings=headings)
            connection.execute(
                f"UPDATE {side} SET region_code = region, street = cells.street, numbers = cells.numbers, phone = cells.phone, "
                f"id_number = cells.number FROM cells WHERE cells.id = unique_id; DROP TABLE cells"
            )
        people = connection.execute("SELECT count(*), (SELECT count(*) FROM sought) FROM known").fetchone()
        assert people is not None
        # The register is the whole population of such a set, and every copy is somebody's.
        likely, file_of_model = 1 / people[0], scratch / "model.json" if own else None
        if file_of_model:
            save(train(connection, "known", "sought", likely=likely), file_of_model)
        trained = model(file_of_model, likely=likely, pairs=people[0] * people[1])
        weigh(connection, "known", "sought", trained, from_weight=-5, into="pair")
        resolve(connection, "pair", "sought", thresholds=thresholds, one_to_one=False, into="link")
        connection.execute(
            "CREATE TABLE truly AS SELECT copy.id AS record, own.id AS known_id FROM said AS copy "
            "LEFT JOIN said AS own ON own.who = copy.who AND own.known WHERE NOT copy.known"
        )
        return _judged(connection, f"{what}, {'own model' if own else 'model that ships'}", register=people[0])
