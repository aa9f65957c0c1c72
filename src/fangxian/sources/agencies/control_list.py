"""The dynamic list of people under control."""

from datetime import timedelta

from fangxian.facts import ControlListEntry, Text
from fangxian.sources.cells import CitedFact, Plain, Word
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Instant

control_list = Source(
    name="control-list",
    agency=Text("公安", "police"),
    format=Format.CSV_GB18030,
    record=("名单编号",),
    cadence=Cadence(every=timedelta(days=1), late_after=timedelta(days=2)),
    facts=(
        yields(
            ControlListEntry,
            from_at=Instant("决定时间"),
            action=Word("动作", words={"列入": "listed", "移出": "removed"}),
            cites_fact_type=Word("依据类型", words={"诊断": "diagnosis", "暴露": "exposure", "旅居": "region_stay"}, optional=True),
            cites_fact_id=CitedFact("依据编号", optional=True),
            listed_by=Plain("决定机关"),
        ),
    ),
    quirks=(
        Text(
            "列入而未引用依据的行被隔离：名单本身不能使任何人变色。",
            "Listing somebody without citing a fact is refused: a list by itself colours nobody.",
        ),
    ),
)
