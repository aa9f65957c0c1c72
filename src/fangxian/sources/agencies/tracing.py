"""Who was near a case, as tracing teams find."""

from datetime import timedelta

from fangxian.facts import Exposure, Text
from fangxian.sources.cells import CitedFact, Word
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Instant

tracing = Source(
    name="tracing",
    agency=Text("流调队", "tracing teams"),
    format=Format.CSV,
    record=("流调编号",),
    cadence=Cadence(every=timedelta(hours=2)),
    facts=(
        yields(
            Exposure,
            from_at=Instant("首次接触时间"),
            until_at=Instant("末次接触时间", optional=True),
            contact_class=Word("接触类别", words={"密切": "close", "次密": "secondary", "一般": "general"}),
            setting=Word(
                "场景",
                words={
                    "家庭": "household",
                    "工作": "workplace",
                    "飞机": "aircraft",
                    "火车": "train",
                    "客车": "coach",
                    "轮船": "ship",
                    "场所": "venue",
                    "医疗": "care",
                    "其他": "other",
                },
            ),
            case_fact_id=CitedFact("病例报告编号", source="disease-control"),
        ),
    ),
    quirks=(Text("接触在病例确诊前数日，故不按迟报核对。", "Contacts lie days before the case is confirmed, so lateness is not checked."),),
)
