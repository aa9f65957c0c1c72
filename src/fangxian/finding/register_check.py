"""Comparing a register with the data: every difference with its facts, and of each person the one to be asked about."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from fangxian.engine.opening import Engine
from fangxian.facts import HealthDeclaration
from fangxian.facts.known import Known, instant
from fangxian.finding.agreements import Readable
from fangxian.finding.discrepancy import CheckNumbers, Difference
from fangxian.finding.register_rules import denied_travel, missing, not_there, twice
from fangxian.finding.search import Search
from fangxian.finding.whereabouts import whereabouts

_HUBEI: Final = "420000"


def differences(known: Known, may_read: Readable, numbers: CheckNumbers, *, on: datetime) -> ir.Table:
    """Return every difference between the register and the data. Shape: that of `register_rules`, and `surety`."""
    hubei = Search(areas=(_HUBEI,), since=on.date())
    declarers = _declarers(known, may_read)
    found = ibis.union(
        twice(known, may_read, numbers),
        not_there(known, may_read, numbers),
        missing(known, may_read, numbers),
        denied_travel(known, may_read, numbers, whereabouts(known, hubei, may_read, declarers)),
    )
    return found.mutate(surety=ibis.ifelse(found.sources > 1, "several_sources", "one_record"))


def check_register(engine: Engine, may_read: Readable, *, region_code: str, known_at: datetime, utc_offset: timedelta) -> pa.Table:
    """Compare the register of a region with the data, as known at an instant (UTC, without a zone).

    Shape: as `differences`, and `ask`: true on the one difference of each person that is asked about, the first in the order of
    `Difference`. Sorted by area and person.
    """
    known = Known(instant(known_at), utc_offset)
    local = known_at + utc_offset
    found = differences(known, may_read, CheckNumbers.on(local.date()), on=local)
    within = re.sub("(00)+$", "", region_code)
    here = found.filter(found.area_code.startswith(within)) if within else found
    # By its name in brackets: tables have a method that is called difference.
    first = ibis.cases(*((here["difference"] == str(each), place) for place, each in enumerate(Difference)), else_=len(Difference))
    order = ibis.window(group_by="person_id", order_by=[first, here.because_id])
    asked = here.mutate(ask=ibis.row_number().over(order) == 0)
    return engine.rows(asked.order_by("area_code", "person_id", "difference", "because_id"))


def _declarers(known: Known, may_read: Readable) -> ir.Table:
    return may_read.facts(known, HealthDeclaration).select("person_id").distinct()
