"""The public data set of case counts by province and prefecture of 2020 (canghailan/Wuhan-2019-nCoV)."""

from datetime import timedelta

from fangxian.facts import AreaCases, Text
from fangxian.sources.cells import Count
from fangxian.sources.places import NamedRegion
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Day, EndOfDay

OTHER_SPELLINGS = {
    "公主岭": "公主岭市",
    "梅河口": "梅河口市",
    "韩城": "韩城市",
    "长垣县": "长垣市",
    "兴安盟乌兰浩特": "乌兰浩特市",
    "那曲": "那曲市",
    "平潭综": "平潭县",
    "石柱土家自治县": "石柱土家族自治县",
}

city_cases = Source(
    name="city-cases",
    agency=Text("公开数据集", "public data set"),
    format=Format.PARQUET,
    record=("date", "province", "city", "confirmed", "suspected", "cured", "dead"),
    cadence=Cadence(every=timedelta(days=1)),
    facts=(
        yields(
            AreaCases,
            region_code=NamedRegion("city", within="province", on=Day("date"), aliases=OTHER_SPELLINGS),
            from_at=EndOfDay("date"),
            reported_on=Day("date"),
            confirmed_total=Count("confirmed"),
            suspected_total=Count("suspected", optional=True),
            cured_total=Count("cured", optional=True),
            dead_total=Count("dead", optional=True),
        ),
    ),
)
