"""Daily check-ins from the health-code platform."""

from datetime import timedelta

from fangxian.facts import CheckIn, Text
from fangxian.sources.agencies.words import SYMPTOMS
from fangxian.sources.cells import Number, Words
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Instant

daily_check_in = Source(
    name="daily-check-in",
    agency=Text("健康码平台", "health-code platform"),
    format=Format.CSV,
    record=("打卡流水号",),
    cadence=Cadence(every=timedelta(days=1), late_after=timedelta(days=2)),
    facts=(
        yields(
            CheckIn,
            from_at=Instant("打卡时间"),
            temperature_c=Number("体温", optional=True),
            symptoms=Words("症状", words=SYMPTOMS, optional=True),
        ),
    ),
    quirks=(
        Text("症状为空与“无”同义。", "An empty 症状 means the same as 无: none."),
        Text(
            "体温漏写小数点（365）的行因超出范围被隔离。", "A temperature without its point (365) is out of range, and the row is refused."
        ),
    ),
)
