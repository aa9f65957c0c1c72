"""Isolation and medical observation, and the release from it."""

from datetime import timedelta

from fangxian.facts import MedicalMeasure, Text
from fangxian.sources.cells import Plain, Word
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Instant

isolation = Source(
    name="isolation",
    agency=Text("隔离点", "isolation sites"),
    format=Format.EXCEL,
    record=("措施编号",),
    cadence=Cadence(every=timedelta(days=1), late_after=timedelta(days=1)),
    facts=(
        yields(
            MedicalMeasure,
            from_at=Instant("开始时间"),
            kind=Word("措施", words={"居家": "home", "集中": "central", "解除": "released"}),
            site_id=Plain("隔离点编号", optional=True),
        ),
    ),
    unread=("姓名",),
    quirks=(Text("“解除”终止此前开始的所有措施。", "解除 (released) ends every measure that began before it."),),
)
