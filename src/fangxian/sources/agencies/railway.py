"""Tickets sold by the railways."""

from datetime import timedelta

from fangxian.facts import Text, Trip
from fangxian.sources.cells import Constant, Plain, RunNumber
from fangxian.sources.places import Region
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Day, Instant

travelled_on = Day("乘车日期", may_be_future=True)

railway = Source(
    name="railway",
    agency=Text("铁路", "railways"),
    format=Format.CSV_GB18030,
    record=("订单编号",),
    cadence=Cadence(every=timedelta(days=1), late_after=timedelta(days=3)),
    facts=(
        yields(
            Trip,
            from_at=Instant("开车时间", optional=True, or_day="乘车日期", may_be_future=True),
            until_at=Instant("到达时间", optional=True, may_be_future=True),
            mode=Constant("train"),
            number=RunNumber("车次", optional=True),
            travelled_on=travelled_on,
            carriage=Plain("车厢", optional=True),
            seat=Plain("席位", optional=True),
            from_region_code=Region("上车地代码", on=travelled_on),
            to_region_code=Region("下车地代码", on=travelled_on),
        ),
    ),
    unread=("姓名",),
    quirks=(
        Text("车票可预售：未来的乘车日期不是错误。", "Tickets are sold ahead: a day of travel in the future is no error."),
        Text("没有开车时间的，以乘车日期零时为出发时刻。", "Without a time of departure the trip begins with its day."),
    ),
)
