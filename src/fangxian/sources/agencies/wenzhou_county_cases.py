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
    quirks=(
        Text(
            "14 个区域中，瓯江口产业集聚区、浙南产业集聚区不是行政区划，入隔离区。"
            "2020-02-26 的 504 例 = 12 个县（市、区）502 例 + 隔离区 2 例。",
            "Of its 14 areas two are development zones and no regions: they go to quarantine. "
            "The 504 cases of 2020-02-26 are 502 in 12 counties and 2 in quarantine.",
        ),
        Text(
            "增量与重症各列不读：增量由累计数得出。",
            "Increments and the seriously ill are not read: increments follow from the totals.",
        ),
        Text("deadCount 为空表示未报，不是零。", "An empty deadCount means not reported, which is not zero."),
    ),
)
