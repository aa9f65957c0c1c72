"""The public data set of case counts by Wenzhou's areas of 2020 (sinchang/2019-ncov-data-wenzhou)."""

from datetime import timedelta

from fangxian.facts import AreaCases, Text
from fangxian.sources.cells import Count
from fangxian.sources.places import NamedRegion
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Day, EndOfDay

wenzhou_county_cases = Source(
    name="wenzhou-county-cases",
    agency=Text("公开数据集", "public data set"),
    format=Format.CSV,
    record=("date", "areaName", "confirmedCount", "curedCount", "deadCount"),
    cadence=Cadence(every=timedelta(days=1)),
    facts=(
        yields(
            AreaCases,
            region_code=NamedRegion("areaName", within="33", on=Day("date")),
            from_at=EndOfDay("date"),
            reported_on=Day("date"),
            confirmed_total=Count("confirmedCount"),
            cured_total=Count("curedCount", optional=True),
            dead_total=Count("deadCount", optional=True),
        ),
    ),
)
