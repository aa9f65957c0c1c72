"""Findings of examining doctors about declarations."""

from datetime import timedelta

from fangxian.facts import DoctorConfirmation, Text
from fangxian.sources.cells import CitedFact, Plain, Word
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Instant

doctor_confirmation = Source(
    name="doctor-confirmation",
    agency=Text("体检机构", "examining doctors"),
    format=Format.JSON_LINES,
    record=("确认编号",),
    cadence=Cadence(every=timedelta(hours=1), late_after=timedelta(days=1)),
    facts=(
        yields(
            DoctorConfirmation,
            from_at=Instant("确认时间"),
            finding=Word("结论", words={"健康": "healthy", "排除发热": "fever_excluded", "转诊": "referred"}),
            about_fact_id=CitedFact("申报编号", source="health-declaration", part=2, optional=True),
            doctor_id=Plain("医生编号"),
        ),
    ),
    quirks=(Text("申报编号引用健康申报的第二项事实（#2）。", "申报编号 cites the second fact (#2) of a health declaration's row."),),
)
