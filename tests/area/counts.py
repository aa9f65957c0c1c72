"""Counts of areas as a test writes them, and the real ones of Wenzhou."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import pyarrow as pa
from ibis.formats.pyarrow import PyArrowSchema

from fangxian.facts import AreaCases, AreaCluster, AreaWithdrawal, Fact

LATER = datetime(2026, 1, 1)


def end_of(day: date, *, hours: int = 8) -> datetime:
    """Return the UTC instant at which a day ends on clocks that are `hours` ahead of UTC."""
    return datetime.combine(day, time()) + timedelta(days=1, hours=-hours)


def day_of_2020(text: str) -> date:
    """Return a day of 2020: "02-09"."""
    return date.fromisoformat(f"2020-{text}")


def fact_table(fact_type: type[Fact], rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Return facts as they are stored; fact ids count from 1 and facts are known when they are from, unless said otherwise."""
    filled = [
        {"fact_id": number, "known_at": row["from_at"], "source": "test", "delivery_id": "test"} | dict(row)
        for number, row in enumerate(rows, start=1)
    ]
    return pa.Table.from_pylist(filled, schema=PyArrowSchema.from_ibis(fact_type.schema()))


def count(region_code: str, day: date, total: int, **more: Any) -> dict[str, Any]:
    """Return one count of cumulative confirmed cases."""
    return {"region_code": region_code, "reported_on": day, "from_at": end_of(day), "confirmed_total": total} | more


def curve(region_code: str, since: str, totals: str, **more: Any) -> list[dict[str, Any]]:
    """Return counts of consecutive days of 2020: `curve("330382", "02-01", "0 0 1 . 3")`; a dot is a day without a count."""
    first = day_of_2020(since)
    return [count(region_code, first + timedelta(days=n), int(t), **more) for n, t in enumerate(totals.split()) if t != "."]


def cluster(region_code: str, day: str, **more: Any) -> dict[str, Any]:
    """Return a cluster of two cases whose latest was confirmed at noon, Chinese time, of a day of 2020."""
    noon = end_of(day_of_2020(day)) - timedelta(hours=12)
    return {"region_code": region_code, "from_at": noon, "setting": "household", "cases": 2} | more


def withdrawal(fact_type: type[Fact], region_code: str, fact_id: int, *, known_at: datetime) -> dict[str, Any]:
    """Return the withdrawal of an area's fact."""
    about = {"fact_type": fact_type.name, "withdrawn_fact_id": fact_id, "reason": "wrong_value"}
    return {"region_code": region_code, "from_at": known_at, "known_at": known_at} | about


def facts(
    cases: Iterable[Mapping[str, Any]], clusters: Iterable[Mapping[str, Any]] = (), withdrawals: Iterable[Mapping[str, Any]] = ()
) -> dict[type[Fact], pa.Table]:
    """Return what a lake of area facts holds."""
    return {
        AreaCases: fact_table(AreaCases, cases),
        AreaCluster: fact_table(AreaCluster, clusters),
        AreaWithdrawal: fact_table(AreaWithdrawal, withdrawals),
    }
