"""Phones by squares of 800 m, as a telecom operator computes them; asked for only where the rule of companions is used."""

from datetime import timedelta

from fangxian.facts import CellPresence, Text
from fangxian.sources.cells import Plain
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Instant

operator_cells = Source(
    name="operator-cells",
    agency=Text("电信运营商（网格）", "telecom operators, by squares"),
    format=Format.CSV,
    record=("记录编号",),
    cadence=Cadence(every=timedelta(days=1), late_after=timedelta(days=3)),
    facts=(
        yields(
            CellPresence,
            from_at=Instant("进入时间"),
            until_at=Instant("离开时间"),
            cell_id=Plain("网格编号"),
        ),
    ),
    quirks=(
        Text("默认不索取：只有启用时空伴随规则的地方才需要。", "Not asked for by default: only where the rule of companions is used."),
        Text("基站信号会漂移，网格可能差一格。", "Signals drift: a square may be its neighbour."),
        Text("一机多号、代办卡会把停留记在机主名下。", "A phone in another's name puts the stay on whoever holds the contract."),
    ),
)
