"""Who was on duty aboard which run, from the carriers' rosters."""

from datetime import timedelta

from fangxian.facts import CrewDuty, Text
from fangxian.sources.cells import Count, Plain, RunNumber, Word
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Day, Instant

MODES = {"飞机": "aircraft", "火车": "train", "客车": "coach", "轮船": "ship"}

crew_roster = Source(
    name="crew-roster",
    agency=Text("承运人（乘务排班）", "carriers' rosters of crews"),
    format=Format.CSV,
    record=("值乘编号",),
    cadence=Cadence(every=timedelta(days=1), late_after=timedelta(days=3)),
    facts=(
        yields(
            CrewDuty,
            from_at=Instant("开始时间", optional=True, or_day="值乘日期", may_be_future=True),
            until_at=Instant("结束时间", optional=True, may_be_future=True),
            mode=Word("交通方式", words=MODES),
            number=RunNumber("班次"),
            travelled_on=Day("值乘日期", may_be_future=True),
            carriage=Plain("车厢", optional=True),
            first_row=Count("首排", optional=True),
            last_row=Count("末排", optional=True),
        ),
    ),
    unread=("姓名", "岗位"),
    quirks=(
        Text(
            "没有车厢或排号的，服务区域不详：客车视为服务全车，其他列为一般接触者待核。",
            "Without a carriage or rows the zone is not known: on a coach it is all of it, elsewhere it must be asked for.",
        ),
        Text("换班的，每段值乘一行。", "Who changed over has a row for each part."),
    ),
)
