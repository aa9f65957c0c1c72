"""Parcels as workbooks, for prefectures without an installation: written to a closed folder, filled in there, and read again.

A workbook names people, so that somebody can knock: it has no password, and therefore is only ever put into a folder that nobody but
its owner can open; whoever sends it on sees to its way. Each has its event, with the Merkle root of the parcel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import fastexcel
import ibis
import polars as pl

from fangxian.engine.workbook import write_workbook
from fangxian.errors import FangxianError
from fangxian.facts import Text
from fangxian.facts.fact import INSTANT
from fangxian.finding.search import CAME_BY, Surety
from fangxian.policy.regions import known_codes
from fangxian.signed.files import expect_closed
from fangxian.sources.catalogue import agency_of
from fangxian.store.copying import copy_out
from fangxian.store.reaching import reaches_of
from fangxian.store.store import Event, Store, Transaction
from fangxian.vault.vault import Vault
from fangxian.work.parcels import OUTCOMES, Outcome, Parcel, acknowledge_in, mark_sent, parcels, record_outcomes
from fangxian.work.roles import Role

PARCEL, NUMBER, OUTCOME, VISITED_ON = "包裹 parcel", "编号 number", "结果 outcome", "走访日期 visited on"
"""The columns by which a filled workbook is understood: the first two as they were written, the others as they are filled in."""

_ROWS: Final = ibis.schema(
    {
        "person_id": "string",
        "number": "int32",
        "area_code": "string",
        "surety": "string",
        "because_type": "string",
        "because_source": "string",
        "came_at": INSTANT,
    }
)
_CONTROL: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
_WORDS: Final[Mapping[str, str]] = {
    word.lower(): str(outcome) for outcome in Outcome for word in (outcome.words.zh, outcome.words.en, str(outcome))
}


def write(
    store: Store, vault: Vault, each: Parcel, folder: Path, *, actor: str, role: Role, purpose: str, at: datetime, utc_offset: timedelta
) -> Path:
    """Write a parcel to `<prefecture>-<turn>-<parcel>.xlsx` in a closed folder, made where it is not there, and keep that it was sent.

    Raises FangxianError where others than its owner can open the folder. Written again, it is the same.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    expect_closed(folder)
    path = folder / f"{each.region_code}-{each.turn}-{each.parcel_id.hex[:8]}.xlsx"
    details = {"parcel": str(each.parcel_id), "people": each.people, "merkle_root": each.merkle_root.hex()}
    event = Event(actor=actor, role=role, purpose=purpose, action="parcel_written", details=details)
    with store.transaction(event, at=at) as transaction:
        rows = _rows(transaction, vault, each, utc_offset)
        path.touch(mode=0o600)
        write_workbook(rows, path)
        mark_sent(transaction, each.parcel_id)
    return path


def _rows(transaction: Transaction, vault: Vault, each: Parcel, utc_offset: timedelta) -> pl.DataFrame:
    source = f"work.arrival WHERE parcel_id = '{each.parcel_id}' ORDER BY number"
    found = pl.DataFrame(pl.from_arrow(copy_out(transaction.connection, _ROWS, source)))
    reached = reaches_of(transaction, vault, found["person_id"].to_list())
    schema = {"person_id": pl.String, "full_name": pl.String, "phone": pl.String, "address": pl.String}
    named = pl.DataFrame([[getattr(one, name) for name in schema] for one in reached.values()], schema=schema, orient="row")
    county = pl.col("area_code").str.slice(0, 6)
    names = pl.DataFrame(pl.from_arrow(known_codes())).group_by("region_code").agg(pl.col("name").last())
    told = found.join(named, on="person_id", how="left").join(names, left_on=county, right_on="region_code", how="left").sort("number")
    columns = {
        PARCEL: pl.lit(str(each.parcel_id)),
        NUMBER: pl.col("number").cast(pl.String),
        "县 county": pl.concat_str(county, pl.lit(" "), pl.col("name").fill_null("")),
        "街道 street": pl.when(pl.col("area_code").str.len_chars() >= 9).then(pl.col("area_code").str.slice(0, 9)),
        "网格 grid": pl.when(pl.col("area_code").str.len_chars() == 12).then(pl.col("area_code")),
        "姓名 name": pl.col("full_name"),
        "电话 telephone": pl.col("phone"),
        "住址 address": pl.col("address"),
        "依据 why": _said("because_type", CAME_BY),
        "来源 source": _said("because_source", {name: agency_of(name) for name in found["because_source"].unique()}),
        "最后在当地 last there": (pl.col("came_at") + utc_offset).dt.date().cast(pl.String),
        "可信度 how sure": _said("surety", {str(each): each.words for each in Surety}),
        OUTCOME: pl.lit(None, pl.String),
        VISITED_ON: pl.lit(None, pl.String),
    }
    return told.select(value.str.replace_all(_CONTROL, " ").alias(name) for name, value in columns.items())


def _said(column: str, words: Mapping[str, Text]) -> pl.Expr:
    return pl.col(column).replace_strict({word: f"{text.zh} {text.en}" for word, text in words.items()}, default=pl.col(column))


@dataclass(frozen=True)
class Returned:
    """What a filled workbook came to: how many words about people were new, how many rows are not filled in yet, and those refused.

    Shape of `refused`: row (as Excel counts), column, zh, en.
    """

    kept: int
    empty: int
    refused: pl.DataFrame


def take_back(store: Store, path: Path, *, actor: str, role: Role, purpose: str, at: datetime, utc_offset: timedelta) -> Returned:
    """Read a filled workbook: good rows are kept as what came back, bad ones returned with the reason, neither stops the other.

    A workbook that comes back acknowledges its parcel. Raises FangxianError for a file that is no workbook of a parcel, and RefusedError
    where its parcel is not known here or was not sent.
    """
    rows = _read(path)
    judged = _judged(rows, _sent(store), latest=(at + utc_offset).date())
    refused = judged.filter(pl.col("zh").is_not_null()).select("row", "column", "zh", "en")
    good = judged.filter(pl.col("zh").is_null(), pl.col("outcome").is_not_null())
    kept = 0
    for parcel_id in sorted(good[PARCEL].unique()):
        its = good.filter(pl.col(PARCEL) == parcel_id)
        kept += _keep(store, UUID(parcel_id), its, refused.height, actor=actor, role=role, purpose=purpose, at=at)
    return Returned(kept, judged.height - refused.height - good.height, refused)


def _keep(store: Store, parcel_id: UUID, rows: pl.DataFrame, refused: int, *, actor: str, role: Role, purpose: str, at: datetime) -> int:
    details = {"parcel": str(parcel_id), "rows": rows.height, "refused": refused}
    event = Event(actor=actor, role=role, purpose=purpose, action="parcel_returned", details=details)
    with store.transaction(event, at=at) as transaction:
        acknowledge_in(transaction, parcel_id, by=rows["region_code"][0])
        return record_outcomes(transaction, parcel_id, rows.select(OUTCOMES.names).to_arrow())


def _read(path: Path) -> pl.DataFrame:
    """Return the texts of a workbook's first sheet, with the number of each row as Excel counts."""
    try:
        sheet = fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_polars()
    except (fastexcel.FastExcelError, OSError):
        raise FangxianError(f"{path.name} is no Excel workbook.", done="Nothing was kept.", next_step="Give the filled .xlsx.") from None
    if missing := [name for name in (PARCEL, NUMBER, OUTCOME, VISITED_ON) if name not in sheet.columns]:
        raise FangxianError(
            f"{path.name} lacks the columns {', '.join(missing)}.",
            done="Nothing was kept.",
            next_step="Fill in the workbook that was sent, and leave its headings as they are.",
        )
    return sheet.select(pl.col(name).str.strip_chars() for name in (PARCEL, NUMBER, OUTCOME, VISITED_ON)).with_row_index("row", offset=2)


def _sent(store: Store) -> pl.DataFrame:
    """Return the workbooks that were sent: the parcel, how many rows it has, and its prefecture."""
    sent = [each for each in parcels(store, way="excel") if each.sent_at]
    rows = {
        PARCEL: [str(each.parcel_id) for each in sent],
        "people": [each.people for each in sent],
        "region_code": [each.region_code for each in sent],
    }
    return pl.DataFrame(rows, schema={PARCEL: pl.String, "people": pl.Int64, "region_code": pl.String})


def _judged(rows: pl.DataFrame, sent: pl.DataFrame, *, latest: date) -> pl.DataFrame:
    """Return the rows with what they say (number, outcome, visited_on), and for a bad one the column and why: the first that is wrong."""
    written = pl.col(VISITED_ON).str.slice(0, 10).str.replace_all("[/.]", "-")
    read = rows.join(sent, on=PARCEL, how="left").with_columns(
        number=pl.col(NUMBER).str.to_integer(strict=False),
        outcome=pl.col(OUTCOME).str.to_lowercase().replace_strict(_WORDS, default=None),
        visited_on=written.str.to_date("%Y-%m-%d", strict=False),
    )
    filled = pl.col(OUTCOME).is_not_null() | pl.col(VISITED_ON).is_not_null()
    faults = (
        (PARCEL, pl.col("people").is_null(), Text("不是本处发出的分发包", "is no parcel that was sent from here")),
        (
            NUMBER,
            ~pl.col("number").is_between(1, pl.col("people")).fill_null(False),
            Text("分发包中没有这个编号", "is no row of the parcel"),
        ),
        (OUTCOME, pl.col("outcome").is_null(), Text(f"应为：{_choices('zh')}", f"is one of: {_choices('en')}")),
        (VISITED_ON, pl.col("visited_on").is_null(), Text("应为日期，如 2020-02-11", "is a day such as 2020-02-11")),
        (VISITED_ON, pl.col("visited_on") > latest, Text("晚于今天", "lies ahead")),
    )
    first = {
        name: pl.coalesce(pl.when(filled & wrong).then(pl.lit(said)) for wrong, said in each)
        for name, each in {
            "column": [(wrong, column) for column, wrong, _ in faults],
            "zh": [(wrong, text.zh) for _, wrong, text in faults],
            "en": [(wrong, text.en) for _, wrong, text in faults],
        }.items()
    }
    return read.with_columns(**first)


def _choices(language: str) -> str:
    return "、".join(each.words.zh for each in Outcome) if language == "zh" else ", ".join(each.words.en for each in Outcome)
