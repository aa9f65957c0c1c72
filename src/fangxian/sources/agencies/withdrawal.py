"""Facts that sources take back."""

from datetime import timedelta

from fangxian.facts import PersonFact, Text, Withdrawal, all_fact_types
from fangxian.sources.cells import CitedFact, Word
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Instant

withdrawal = Source(
    name="withdrawal",
    agency=Text("各来源", "any source"),
    format=Format.CSV,
    record=("撤回编号",),
    cadence=Cadence(every=timedelta(days=1), late_after=timedelta(days=2)),
    facts=(
        yields(
            Withdrawal,
            from_at=Instant("撤回时间"),
            fact_type=Word(
                "事实类型", words={t.name: t.name for t in all_fact_types() if issubclass(t, PersonFact) and t is not Withdrawal}
            ),
            withdrawn_fact_id=CitedFact("事实编号"),
            reason=Word(
                "原因",
                words={
                    "认错人": "wrong_person",
                    "数据有误": "wrong_value",
                    "重复": "duplicate",
                    "已替换": "replaced",
                    "病例排除": "case_excluded",
                    "撤销同意": "consent_ended",
                },
            ),
        ),
    ),
    quirks=(
        Text("证件号码须为被撤回事实的本人。", "The id number is that of the person whose fact is taken back."),
        Text(
            "撤回不能被撤回，也不能被更正；要恢复，以新编号重新报送该事实。",
            "A withdrawal is not withdrawn nor corrected: to restore a fact, send it under a new number.",
        ),
    ),
)
