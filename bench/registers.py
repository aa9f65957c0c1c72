"""A register beside the truth of an invented world: who really is not there, missing, registered twice, or denied a stay.

The world's own register lacks one person in twenty, and one in seven of those who were in Hubei do not say so. What the world does not
do by itself is planted: people who moved here and still stand where they lived before, and entries made twice.
"""

import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import orjson
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.formats.pyarrow import PyArrowSchema

from fangxian.engine.compaction import compact
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.facts import Residence
from fangxian.finding.agreements import SourceAgreement, readable
from fangxian.finding.discrepancy import FIELDS_OF_CHECK, Difference
from fangxian.finding.register_check import check_register
from fangxian.sources.catalogue import all_sources, source_named
from fangxian.sources.delivery import ingest
from fangxian.sources.id_numbers import KINDS
from fangxian.sources.identity import KeyFile
from fangxian.world.generate import WorldOptions, make_world

LOCAL: Final = timedelta(hours=8)
MOVED_EVERY, TWICE_EVERY = 50, 200
"""One in so many of the registered is planted as moved, or as entered twice."""

GONE_FOR: Final = 14
"""Days for which somebody is away who counts as not there."""


@dataclass(frozen=True, kw_only=True)
class RegisterFigures:
    """One kind of difference: about how many people it is true, how many were found, and how many of those rightly."""

    people: int
    difference: str
    true: int
    found: int
    rightly: int
    seconds: float


def measure_registers(scratch: Path, *, people: int) -> list[RegisterFigures]:
    """Make a world, bring its files in, plant what it lacks, compare at its end, and count."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        world, lake = Path(folder) / "world", Lake.create(Path(folder) / "lake")
        make_world(world, WorldOptions(people=people, seed=7))
        manifest = orjson.loads((world / "MANIFEST.json").read_bytes())
        holder = KeyFile.of(lake)
        for file in manifest["files"]:
            received_at = datetime.fromisoformat(file["received_at"])
            ingest(lake, source_named(file["source"]), world / file["file"], received_at=received_at, key_holder=holder)
        last = date.fromisoformat(manifest["start"]) + timedelta(days=manifest["days"])
        known_at = datetime(last.year, last.month, last.day, tzinfo=UTC).replace(tzinfo=None) - LOCAL
        planted = _plant(lake, known_at)
        compact(lake)
        return _compared(lake, world / "truth", holder, planted, known_at=known_at, people=people)


def _plant(lake: Lake, known_at: datetime) -> dict[str, pl.DataFrame]:
    """Add entries to the register: an old one elsewhere for some, the same again for others; return whose."""
    with DuckDBEngine(lake) as engine:
        homes = pl.DataFrame(
            pl.from_arrow(engine.connection.execute("SELECT * FROM residence ORDER BY person_id, fact_id").to_arrow_table())
        )
    single = homes.filter(pl.len().over("person_id") == 1).with_row_index("n")
    moved, twice = single.filter(pl.col("n") % MOVED_EVERY == 0), single.filter(pl.col("n") % TWICE_EVERY == 1)
    elsewhere = single["region_code"].unique().sort().to_list()
    following = dict(zip(elsewhere, elsewhere[1:] + elsewhere[:1], strict=True))
    old = moved.with_columns(
        region_code=pl.col("region_code").replace(following),
        from_at=pl.col("from_at") - timedelta(days=900),
        street_code=pl.lit(None, pl.String),
        grid_code=pl.lit(None, pl.String),
    )
    added = pl.concat([old, twice]).with_columns(fact_id=pl.col("fact_id") ^ 1, delivery_id=pl.lit("planted")).select(homes.columns)
    schema = PyArrowSchema.from_ibis(Residence.schema())
    with lake.delivery("planted") as folder:
        pq.write_table(added.to_arrow().select(schema.names).cast(schema), folder / "residence.parquet")
        receipt = {"source": "community-register", "delivery_id": "planted", "received_at": known_at.isoformat()}
        (folder / "receipt.json").write_bytes(orjson.dumps(receipt))
    return {
        "registered_twice": moved.select("person_id"),
        "entered_twice": twice.select("person_id"),
        "registered": homes.select("person_id"),
    }


def _compared(
    lake: Lake, truth: Path, holder: KeyFile, planted: dict[str, pl.DataFrame], *, known_at: datetime, people: int
) -> list[RegisterFigures]:
    given = {"purpose": "register", "from_at": datetime(2020, 1, 1), "until_at": datetime(2021, 1, 1)}
    agreed = [SourceAgreement(source=each.name, fields=frozenset(fact.name for fact in FIELDS_OF_CHECK), **given) for each in all_sources()]
    may_read = readable(agreed, purpose="register", at=known_at, needs=FIELDS_OF_CHECK)
    started = datetime.now(UTC)
    with DuckDBEngine(lake) as engine:
        found = check_register(engine, may_read, region_code="000000", known_at=known_at, utc_offset=LOCAL)
        seconds = (datetime.now(UTC) - started).total_seconds()
        denials = _denials(engine, known_at)
    named = pl.DataFrame(pl.from_arrow(found)).select("person_id", "difference").unique()
    true = _true(truth, holder, planted, denials, known_at=known_at)
    figures = []
    for each in Difference:
        its = named.filter(pl.col("difference") == str(each)).select("person_id")
        rightly = its.join(true[str(each)], on="person_id", how="semi").height
        figures.append(
            RegisterFigures(
                people=people, difference=str(each), true=true[str(each)].height, found=its.height, rightly=rightly, seconds=seconds
            )
        )
    return figures


def _denials(engine: DuckDBEngine, known_at: datetime) -> pl.DataFrame:
    """Return whose last declaration says no, and when: what they said; where they were the truth knows."""
    query = (
        f"SELECT person_id, arg_max(from_at, from_at) AS said_at, arg_max(stayed_in_key_area, from_at) AS yes FROM health_declaration "
        f"WHERE known_at <= timestamp '{known_at}' GROUP BY 1 HAVING NOT yes"
    )
    return pl.DataFrame(pl.from_arrow(engine.connection.execute(query).to_arrow_table()))


def _true(
    truth: Path, holder: KeyFile, planted: dict[str, pl.DataFrame], denials: pl.DataFrame, *, known_at: datetime
) -> dict[str, pl.DataFrame]:
    """Return about whom each difference is true: by the world's journeys and homes, and by what was planted."""
    people = pl.read_parquet(truth / "people.parquet")
    said = people["id_type"].replace_strict(KINDS), people["id_number"]
    ids = pl.from_arrow(holder.person_ids(*(column.to_arrow().cast(pa.string()) for column in said)))
    people = people.select("person", "region_code").with_columns(person_id=pl.Series(ids))
    journeys = pl.read_parquet(truth / "journeys.parquet").join(people, on="person", suffix="_home")
    today = (known_at + LOCAL).date()
    other = pl.col("region_code").str.slice(0, 4) != pl.col("region_code_home").str.slice(0, 4)
    away = journeys.filter(other, pl.col("leaves_on") <= today - timedelta(days=GONE_FOR), pl.col("returns_on") >= today)
    registered = planted["registered"].unique()
    hubei = journeys.filter(pl.col("region_code").str.starts_with("42")).join(denials, on="person_id")
    said_on = (pl.col("said_at") + LOCAL).dt.date()
    denied = hubei.filter(pl.col("leaves_on") < said_on, pl.col("returns_on") > said_on - timedelta(days=14))
    return {
        "denied_travel": denied.select("person_id").unique(),
        "not_there": away.join(registered, on="person_id", how="semi").select("person_id").unique(),
        "registered_twice": planted["registered_twice"],
        "entered_twice": planted["entered_twice"],
        "missing": people.join(registered, on="person_id", how="anti").select("person_id"),
    }
