"""Trips that authorities publish because a case was on them."""

from datetime import timedelta

from fangxian.facts import PublishedTrip, Text
from fangxian.sources.cells import Plain, RunNumber, Word
from fangxian.sources.places import Region
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Day, StartOfDay

travelled_on = Day("乘车日期")

published_trip = Source(
    name="published-trip",
    agency=Text("卫生健康委", "health commissions"),
    format=Format.CSV,
    record=("公布编号",),
    cadence=Cadence(every=timedelta(days=1)),
    facts=(
        yields(
            PublishedTrip,
            region_code=Region("公布地区代码", on=travelled_on),
            from_at=StartOfDay("乘车日期"),
            travelled_on=travelled_on,
            mode=Word("交通方式", words={"飞机": "aircraft", "火车": "train", "客车": "coach", "轮船": "ship", "地铁": "metro"}),
            number=RunNumber("班次"),
            carriage=Plain("车厢", optional=True),
            seats=Plain("座位", optional=True),
            route=Plain("区间", optional=True),
            reference=Plain("来源链接"),
        ),
    ),
    quirks=(
        Text(
            "只收已公布的信息，须附来源链接；不收病例编号与人数。", "Only what was published, with its link; no case numbers and no counts."
        ),
    ),
)
