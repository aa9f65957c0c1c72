"""Verdicts of testing laboratories."""

from datetime import timedelta

from fangxian.facts import LabTest, Text
from fangxian.sources.cells import Plain, Word
from fangxian.sources.source import Cadence, Format, Source, replaces, yields
from fangxian.sources.times import Instant, Reported

reported = Reported("报告时间", optional=False)

laboratory = Source(
    name="laboratory",
    agency=Text("检测机构", "testing laboratories"),
    format=Format.CSV,
    record=("标本编号",),
    reported=reported,
    cadence=Cadence(every=timedelta(hours=1), late_after=timedelta(hours=48)),
    facts=(
        yields(
            LabTest,
            from_at=Instant("采样时间"),
            method=Word("检测方法", words={"核酸": "pcr", "IgM": "antibody_igm", "IgG": "antibody_igg", "抗原": "antigen"}),
            outcome=Word(
                "结果",
                words={
                    "阳性": "positive",
                    "pos": "positive",
                    "positive": "positive",
                    "阴性": "negative",
                    "neg": "negative",
                    "negative": "negative",
                    "无效": "invalid",
                    "invalid": "invalid",
                },
            ),
            laboratory_id=Plain("机构编号", optional=True),
        ),
        replaces(LabTest, "更正标本编号", source="laboratory", at=reported),
    ),
    quirks=(
        Text("结论有中英文两种写法，大小写不论。", "Verdicts come in two languages, in any letter case."),
        Text(
            "更正为新的一行，有自己的标本编号，并在“更正标本编号”中写明所更正的编号：原结论被撤回（wrong_value），不被改写。",
            "A correction is a row of its own that names the earlier number in 更正标本编号: the earlier verdict is "
            "withdrawn, never overwritten.",
        ),
        Text("报告时间早于采样时间的行被隔离。", "A verdict that is reported before its specimen was taken is refused."),
    ),
)
