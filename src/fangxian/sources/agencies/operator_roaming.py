"""Stays in regions, from the roaming records of the telecom operators."""

from datetime import timedelta

from fangxian.facts import RegionStay, Text
from fangxian.sources.cells import Constant
from fangxian.sources.places import Region
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Instant

arrived_at = Instant("到达时间")

operator_roaming = Source(
    name="operator-roaming",
    agency=Text("电信运营商", "telecom operators"),
    format=Format.CSV,
    record=("记录编号",),
    cadence=Cadence(every=timedelta(days=1), late_after=timedelta(days=3)),
    facts=(
        yields(
            RegionStay,
            from_at=arrived_at,
            until_at=Instant("离开时间", optional=True, may_be_future=True),
            region_code=Region("到访地代码", on=arrived_at),
            basis=Constant("roaming"),
        ),
    ),
    quirks=(
        Text("分隔符为竖线 `|`。", "The delimiter is a vertical bar."),
        Text("到访地可能只到地级（末两位为 00）。", "The place may be no finer than a prefecture (a code that ends in 00)."),
        Text("一机多号、代办卡会把停留记在机主名下。", "A phone in another's name puts the stay on whoever holds the contract."),
    ),
)
