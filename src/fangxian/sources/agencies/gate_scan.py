"""Codes scanned at the gates of places, with the temperature taken there."""

from datetime import timedelta

from fangxian.facts import GateVisit, TemperatureReading, Text
from fangxian.sources.cells import Number, Plain, Word
from fangxian.sources.places import Region
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Instant

scanned_at = Instant("扫码时间")

gate_scan = Source(
    name="gate-scan",
    agency=Text("场所门岗", "gates of places"),
    format=Format.JSON_LINES,
    record=("扫码流水号",),
    cadence=Cadence(every=timedelta(hours=1), late_after=timedelta(days=1)),
    facts=(
        yields(
            GateVisit,
            from_at=scanned_at,
            until_at=Instant("离开时间", optional=True, may_be_future=True),
            region_code=Region("所在地代码", on=scanned_at),
            place_id=Plain("场所编号"),
            outcome=Word("结果", words={"放行": "passed", "拒绝": "refused", "紧急": "emergency"}),
        ),
        yields(
            TemperatureReading,
            when="体温",
            from_at=scanned_at,
            temperature_c=Number("体温", optional=True),
            site=Word("测温部位", words={"额温": "forehead", "腋温": "axillary", "耳温": "ear"}, optional=True),
            place_id=Plain("场所编号"),
        ),
    ),
    quirks=(
        Text("没有体温的行只给出到访。", "A row without a temperature gives a visit only."),
        Text("门岗离线时整批补传，以扫码时间为准。", "Gates that were offline send later in one go; the time of the scan counts."),
        Text("被拒绝的到访若有离开时间，该行隔离。", "A refused visit that has an end is refused."),
    ),
)
