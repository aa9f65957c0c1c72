"""Passengers of airlines."""

from datetime import timedelta

from fangxian.facts import Text, Trip
from fangxian.sources.cells import Constant, Plain, RunNumber
from fangxian.sources.places import Region
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Day, Instant

travelled_on = Day("航班日期", may_be_future=True)

aviation = Source(
    name="aviation",
    agency=Text("民航", "airlines"),
    format=Format.CSV,
    record=("订单编号",),
    cadence=Cadence(every=timedelta(days=1), late_after=timedelta(days=3)),
    facts=(
        yields(
            Trip,
            from_at=Instant("起飞时间", optional=True, or_day="航班日期", may_be_future=True),
            until_at=Instant("到达时间", optional=True, may_be_future=True),
            mode=Constant("aircraft"),
            number=RunNumber("航班号", optional=True),
            travelled_on=travelled_on,
            seat=Plain("座位", optional=True),
            from_region_code=Region("出发地代码", on=travelled_on),
            to_region_code=Region("到达地代码", on=travelled_on),
        ),
    ),
    unread=("旅客姓名",),
    quirks=(
        Text("文件以字节序标记（BOM）开头。", "The file begins with a byte order mark."),
        Text("同一航班写作 CA027、CA 27、CA0027，均规范为 CA27。", "One flight is written CA027, CA 27 and CA0027; all become CA27."),
    ),
)
