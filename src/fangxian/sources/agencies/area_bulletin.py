"""An area's case counts, as health commissions publish them."""

from datetime import timedelta

from fangxian.facts import AreaCases, Text
from fangxian.sources.cells import Count
from fangxian.sources.places import Region
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Day, EndOfDay

area_bulletin = Source(
    name="area-bulletin",
    agency=Text("卫生健康委", "health commissions"),
    format=Format.CSV,
    record=("通报编号",),
    cadence=Cadence(every=timedelta(days=1), late_after=timedelta(days=2)),
    facts=(
        yields(
            AreaCases,
            region_code=Region("地区代码", on=Day("统计日期")),
            from_at=EndOfDay("统计日期"),
            reported_on=Day("统计日期"),
            confirmed_total=Count("累计确诊"),
            suspected_total=Count("疑似", optional=True),
            cured_total=Count("治愈", optional=True),
            dead_total=Count("死亡", optional=True),
            local_total=Count("本地病例", optional=True),
            population=Count("常住人口", optional=True),
            tested_total=Count("累计检测", optional=True),
        ),
    ),
    quirks=(
        Text("空格表示未报，不是零。", "An empty cell means not reported, which is not zero."),
        Text(
            "更正同一日期的数字，须用新的通报编号；最后获知者为准。",
            "Corrected counts of a day have a number of their own; the last that was learned counts.",
        ),
    ),
)
