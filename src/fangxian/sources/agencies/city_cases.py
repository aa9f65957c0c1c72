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
            region_code=NamedRegion("city", optional=True, within="province", on=Day("date"), aliases=OTHER_SPELLINGS),
            from_at=EndOfDay("date"),
            reported_on=Day("date"),
            confirmed_total=Count("confirmed"),
            suspected_total=Count("suspected", optional=True),
            cured_total=Count("cured", optional=True),
            dead_total=Count("dead", optional=True),
        ),
    ),
    quirks=(
        Text(
            "city 为空的行是该省自己的数字；province 也为空的行是全国合计，没有区划代码，入隔离区。",
            "A row without city is the province's own; one without province too is the country's: it has no code and goes to quarantine.",
        ),
        Text(
            "境外输入、未公布来源、外地来京、监狱、兵团各师、开发区等行不是行政区划：入隔离区并计数，绝不悄悄并入他处。其人数已含在省的行内，"
            "故省数不缺；核对省与各地之和时，隔离区中的这些人数计入。",
            "Rows for imported cases, unknown origin, visitors, prisons, divisions of the army corps and development zones are about no "
            "region: they go to quarantine and are counted, and nothing is added to another region in silence. The province's own row "
            "has their people, so no province lacks any; the check of a province against its parts counts them from quarantine.",
        ),
        Text(
            "列 provinceCode、cityCode 不读：其中有自编代码（3300y0）。名称按当日的行政区划解为代码。",
            "The columns provinceCode and cityCode are not read: some codes in them are made up (3300y0). Names are read as the "
            "regions of the day.",
        ),
        Text(
            "数据没有上报时间：获知时间为收到文件之时，可用 --received-at 指定。",
            "The set does not say when a row was sent: what it says was known when the file came (--received-at).",
        ),
        Text(
            "同一日期后来改动的数字是新的事实；未改动的行重复送来仍是同一事实。",
            "A count that was changed later is a new fact; a row that comes again unchanged is the same fact.",
        ),
        Text(
            "浙江各地之和与全省不符，若干累计数下降：均予标记，不作修改。",
            "Zhejiang's rows do not add up to its total, and some cumulative counts fall: both are flagged, neither is mended.",
        ),
    ),
)
