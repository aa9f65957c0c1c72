"""Passengers of airlines."""

from datetime import timedelta

from fangxian.facts import Text
from fangxian.sources.agencies.tickets import trip
from fangxian.sources.cells import Plain
from fangxian.sources.source import Cadence, Format, Source

aviation = Source(
    name="aviation",
    agency=Text("民航", "airlines"),
    format=Format.CSV,
    record=("订单编号",),
    cadence=Cadence(every=timedelta(days=1), late_after=timedelta(days=3)),
    facts=(
        trip(
            mode="aircraft",
            day="航班日期",
            leaves="起飞时间",
            run="航班号",
            boards="出发地代码",
            alights="到达地代码",
            seat=Plain("座位", optional=True),
        ),
    ),
    unread=("旅客姓名",),
    quirks=(
        Text("文件以字节序标记（BOM）开头。", "The file begins with a byte order mark."),
        Text("同一航班写作 CA027、CA 27、CA0027，均规范为 CA27。", "One flight is written CA027, CA 27 and CA0027; all become CA27."),
    ),
)
