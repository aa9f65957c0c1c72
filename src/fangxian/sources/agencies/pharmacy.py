"""Fever and cough medicine bought under one's name."""

from datetime import timedelta

from fangxian.facts import FeverMedicinePurchase, Text
from fangxian.sources.cells import Plain, Word
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Instant

pharmacy = Source(
    name="pharmacy",
    agency=Text("药店", "pharmacies"),
    format=Format.CSV,
    record=("购药编号",),
    cadence=Cadence(every=timedelta(days=1), late_after=timedelta(days=2)),
    facts=(
        yields(
            FeverMedicinePurchase,
            from_at=Instant("购药时间"),
            pharmacy_id=Plain("药店编号"),
            medicine_class=Word("药品类别", words={"退热": "antipyretic", "止咳": "cough", "抗生素": "antibiotic", "抗病毒": "antiviral"}),
        ),
    ),
    quirks=(
        Text(
            "替家人买药记在购药人名下；随附的规则均不据此赋色。",
            "Medicine for a relative stands under the buyer; no rule that ships colours by it.",
        ),
    ),
)
