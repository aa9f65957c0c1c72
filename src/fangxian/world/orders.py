"""What is decided about people because of cases: measures, the control list, decisions of two officers, withdrawals."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.world.agencies import RECORD_DIGITS
from fangxian.world.draws import stream
from fangxian.world.epidemic import Epidemic
from fangxian.world.fevers import Fevers
from fangxian.world.geography import Atlas
from fangxian.world.illness import Illness
from fangxian.world.journeys import Journeys, Why
from fangxian.world.people import People
from fangxian.world.records import numbered
from fangxian.world.season import MINUTES_A_DAY, Season

Integers = npt.NDArray[np.int64]

LISTED: Final = {"诊断": 0.9, "暴露": 0.5, "旅居": 0.4}
"""Share of those with such a fact whom the control list names."""

LISTED_DAYS: Final = 14
CENTRAL: Final = 0.5
WRONG_EXPOSURES: Final = 0.015
WRONG_STAYS: Final = 0.004
DECISIONS: Final = 0.004
"""Decisions of two officers for each exposure."""

FEWEST_DECISIONS: Final = 3

CONFIRMATIONS: Final = 0.01
"""Share of declarations that an examining doctor confirms."""


def order_measures(people: People, *, epidemic: Epidemic, illness: Illness, season: Season, atlas: Atlas, seed: int) -> pl.DataFrame:
    """Return the isolation sites' table: who was placed at home or centrally, and released; cases leave for the hospital."""
    random = stream(seed, "measures")
    person = np.flatnonzero(epidemic.isolated_from < season.days)
    begins = epidemic.isolated_from[person] * MINUTES_A_DAY + random.integers(8 * 60, 20 * 60, len(person))
    ends = epidemic.isolated_until[person] * MINUTES_A_DAY + random.integers(8 * 60, 12 * 60, len(person))
    ends = np.where(illness.confirmed_at[person] < ends, np.maximum(illness.confirmed_at[person], begins) + 60, ends)
    # A few releases are never reported: such people stay coloured until somebody asks.
    reported = random.random(len(person)) >= 0.01
    central = random.random(len(person)) < CENTRAL
    site = pl.Series(atlas.numbers[people.county[person]] * 100 + person % 4 + 1).set(pl.Series(~central), None)
    placed = pl.DataFrame({"person": person, "kind": np.where(central, "集中", "居家"), "at": begins, "site": site})
    released = placed.with_columns(kind=pl.lit("解除"), at=pl.Series(ends)).filter(pl.Series(reported))
    table = pl.concat([placed, released])
    return numbered(table.with_columns(known=pl.col("at") + pl.Series(random.integers(20, 20 * 60, table.height))), season=season)


def list_for_control(
    people: People,
    *,
    illness: Illness,
    exposures: pl.DataFrame,
    roaming: pl.DataFrame,
    journeys: Journeys,
    season: Season,
    atlas: Atlas,
    seed: int,
) -> pl.DataFrame:
    """Return the police's table: people with a case, an exposure or a late stay in Hubei are listed, citing it, and removed later."""
    random = stream(seed, "control list")
    case = np.flatnonzero((illness.report >= 0) & (illness.confirmed_at < season.minutes))
    close = exposures.filter(pl.col("contact_class") == "密切").unique("person", keep="first", maintain_order=True)
    hubei = (journeys.why == Why.HUBEI) & (journeys.returns >= season.day_of("response") - 1)
    stays = roaming.filter(pl.Series(hubei[roaming["journey"].to_numpy()]))
    citable = [
        _citing("诊断", "disease-control:BG", case, illness.report[case], illness.confirmed_at[case]),
        _citing("暴露", "tracing:LD", close["person"].to_numpy(), close["record"].to_numpy(), close["known"].to_numpy()),
        _citing("旅居", "operator-roaming:MY", stays["person"].to_numpy(), stays["record"].to_numpy(), stays["known"].to_numpy()),
    ]
    listed = pl.concat(
        [part.filter(pl.Series(random.random(part.height) < share)) for part, share in zip(citable, LISTED.values(), strict=True)]
    )
    decided = pl.col("since") + pl.Series(random.integers(60, 40 * 60, listed.height))
    listed = listed.with_columns(at=decided, action=pl.lit("列入")).drop("since")
    removed = listed.with_columns(
        at=pl.col("at") + pl.Series(random.integers(LISTED_DAYS, LISTED_DAYS + 4, listed.height) * MINUTES_A_DAY),
        action=pl.lit("移出"), cites_type=pl.lit(None, dtype=pl.String), cites=pl.lit(None, dtype=pl.String),
    )  # fmt: skip
    table = pl.concat([listed, removed])
    authority = atlas.numbers[people.county[table["person"].to_numpy()]]
    return numbered(
        table.with_columns(known=pl.col("at") + pl.Series(random.integers(10, 600, table.height)), authority=pl.Series(authority)),
        season=season,
    )


def _citing(kind: str, prefix: str, person: Integers, record: Integers, since: Integers) -> pl.DataFrame:
    table = pl.DataFrame({"person": person, "since": since, "cites": record})
    return table.with_columns(cites_type=pl.lit(kind), cites=prefix + pl.col("cites").cast(pl.String).str.zfill(RECORD_DIGITS))


def decide_and_withdraw(
    exposures: pl.DataFrame, *, fevers: Fevers, roaming: pl.DataFrame, season: Season, seed: int
) -> dict[str, pl.DataFrame]:
    """Return decisions of two officers about single exposures, and what sources take back."""
    random = stream(seed, "withdrawals")
    count = min(exposures.height, max(FEWEST_DECISIONS, int(DECISIONS * exposures.height)))
    lifted = exposures[np.sort(random.choice(exposures.height, count, replace=False))]
    signer = random.integers(1, 60, lifted.height)
    decisions = lifted.select(
        "person",
        at=pl.col("known") + pl.Series(random.integers(2, 8, lifted.height) * MINUTES_A_DAY),
        rule=pl.lit("close-contact"),
        fact=_cite("tracing:LD"),
        reason=pl.Series(random.choice(["认错人", "事实有误", "医学意见", "特殊困难", "其他"], lifted.height)),
        first_signer=pl.Series(signer),
        second_signer=pl.Series(signer + 60),
    ).with_columns(known=pl.col("at") + 30)
    mistaken = exposures.filter(pl.Series(random.random(exposures.height) < WRONG_EXPOSURES)).select(
        "person", "known", fact=_cite("tracing:LD"), fact_type=pl.lit("exposure"), reason=pl.lit("认错人")
    )
    wrong_stays = roaming.filter(pl.Series(random.random(roaming.height) < WRONG_STAYS)).select(
        "person", "known", fact=_cite("operator-roaming:MY"), fact_type=pl.lit("region_stay"), reason=pl.lit("数据有误")
    )
    of_excluded = exposures.filter(pl.col("case").is_in(fevers.person[fevers.suspected].tolist()) & (pl.col("setting") == "家庭")).select(
        "person", "known", fact=_cite("tracing:LD"), fact_type=pl.lit("exposure"), reason=pl.lit("病例排除")
    )
    taken_back = pl.concat([mistaken, wrong_stays, of_excluded]).unique("fact", keep="first", maintain_order=True)
    hours = np.where(taken_back["reason"].to_numpy() == "病例排除", 48, random.integers(24, 120, taken_back.height))
    withdrawals = taken_back.with_columns(at=pl.col("known") + pl.Series(hours * 60)).with_columns(known=pl.col("at") + 20)
    return {"personal-decision": numbered(decisions, season=season), "withdrawal": numbered(withdrawals, season=season)}


def _cite(prefix: str) -> pl.Expr:
    return prefix + pl.col("record").cast(pl.String).str.zfill(RECORD_DIGITS)


def confirm_declarations(declarations: pl.DataFrame, *, season: Season, seed: int) -> pl.DataFrame:
    """Return what examining doctors say of some declarations, mostly of people on their way back to work."""
    random = stream(seed, "doctors")
    some = declarations.filter(pl.Series(random.random(declarations.height) < CONFIRMATIONS))
    at = some["known"].to_numpy() + random.integers(4 * 60, 72 * 60, some.height)
    ill = some["symptoms"].fill_null("无").is_in(["无", "1"]).not_().to_numpy()
    finding = np.where(ill, random.choice(["排除发热", "转诊"], some.height), "健康")
    table = pl.DataFrame(
        {
            "person": some["person"],
            "at": at,
            "finding": finding,
            "declaration": some["record"],
            "doctor": random.integers(1, 400, some.height),
            "known": at + random.integers(1, 120, some.height),
        }
    )
    return numbered(table, season=season)
