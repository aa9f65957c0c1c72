"""Decisions of two officers that one fact shall no longer count."""

from datetime import timedelta

from fangxian.facts import PersonalDecision, Text
from fangxian.sources.cells import CitedFact, Plain, Word
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Instant

personal_decision = Source(
    name="personal-decision",
    agency=Text("指挥部", "command"),
    format=Format.JSON_LINES,
    record=("决定编号",),
    cadence=Cadence(every=timedelta(days=1)),
    facts=(
        yields(
            PersonalDecision,
            from_at=Instant("生效时间", may_be_future=True),
            rule=Plain("规则"),
            lifts_fact_id=CitedFact("事实编号"),
            reason=Word(
                "理由",
                words={
                    "认错人": "wrong_person",
                    "事实有误": "wrong_fact",
                    "医学意见": "medical_opinion",
                    "特殊困难": "hardship",
                    "其他": "other",
                },
            ),
            first_signer_id=Plain("第一签署人"),
            second_signer_id=Plain("第二签署人"),
        ),
    ),
    quirks=(
        Text("两名签署人相同的行被隔离。", "A row that one officer signed twice is refused."),
        Text("决定可定于将来生效。", "A decision may take effect in the future."),
    ),
)
