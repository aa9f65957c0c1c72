"""Tickets sold by the railways."""

from datetime import timedelta

from fangxian.facts import Text
from fangxian.sources.agencies.tickets import trip
from fangxian.sources.cells import Plain
from fangxian.sources.source import Cadence, Format, Source

railway = Source(
    name="railway",
    agency=Text("铁路", "railways"),
    format=Format.CSV_GB18030,
    record=("订单编号",),
    cadence=Cadence(every=timedelta(days=1), late_after=timedelta(days=3)),
    facts=(
        trip(
            mode="train",
            day="乘车日期",
            leaves="开车时间",
            run="车次",
            boards="上车地代码",
            alights="下车地代码",
            carriage=Plain("车厢", optional=True),
            seat=Plain("席位", optional=True),
        ),
    ),
    unread=("姓名",),
    quirks=(
        Text("车票可预售：未来的乘车日期不是错误。", "Tickets are sold ahead: a day of travel in the future is no error."),
        Text("没有开车时间的，以乘车日期零时为出发时刻。", "Without a time of departure the trip begins with its day."),
    ),
)
