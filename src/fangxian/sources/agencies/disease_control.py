"""Steps in the course of cases, as centres for disease control report them."""

from datetime import timedelta

from fangxian.facts import Diagnosis, Text
from fangxian.sources.cells import Plain, Word
from fangxian.sources.source import REPORTED, Cadence, Format, Source, replaces, yields
from fangxian.sources.times import Day, Instant

disease_control = Source(
    name="disease-control",
    agency=Text("疾控中心", "centres for disease control"),
    format=Format.CSV_GB18030,
    record=("报告编号",),
    cadence=Cadence(every=timedelta(hours=2), late_after=timedelta(days=1)),
    facts=(
        yields(
            Diagnosis,
            from_at=Instant("诊断时间"),
            status=Word(
                "诊断状态",
                words={
                    "疑似": "suspected",
                    "确诊": "confirmed",
                    "临床诊断": "clinically_confirmed",
                    "无症状": "asymptomatic",
                    "排除": "excluded",
                    "出院": "discharged",
                },
            ),
            onset_on=Day("发病日期", optional=True),
            hospital_id=Plain("医院编号", optional=True),
        ),
        replaces(Diagnosis, "订正报告编号", source="disease-control", at=REPORTED),
    ),
    unread=("姓名",),
    quirks=(
        Text(
            "订正为新的一行，有自己的报告编号，并写明所订正的编号：原报告被撤回，不被改写。",
            "A correction is a row of its own that names the earlier report, which is withdrawn.",
        ),
        Text("“临床诊断”仅见于 2020 年 2 月的湖北。", "临床诊断 (clinical diagnosis) was used in Hubei in February 2020 only."),
    ),
)
