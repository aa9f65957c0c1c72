"""Visits to fever clinics."""

from datetime import timedelta

from fangxian.facts import FeverClinicVisit, Text
from fangxian.sources.cells import Plain, Word
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Instant

fever_clinic = Source(
    name="fever-clinic",
    agency=Text("医院", "hospitals"),
    format=Format.EXCEL,
    record=("就诊编号",),
    cadence=Cadence(every=timedelta(days=1), late_after=timedelta(days=2)),
    facts=(
        yields(
            FeverClinicVisit,
            from_at=Instant("就诊时间"),
            hospital_id=Plain("医院编号"),
            outcome=Word("结论", words={"发热": "fever", "未发热": "no_fever", "转诊": "referred"}),
        ),
    ),
    unread=("姓名",),
    quirks=(
        Text("表头上方可有标题行；表头在前 20 行内查找。", "Title rows may stand above the header; it is looked for in the first 20 rows."),
    ),
)
