"""Who infected whom, as tracing teams found by asking, by genomes or by records."""

from datetime import timedelta

from fangxian.facts import InfectionLink, Text
from fangxian.sources.cells import CitedFact, Plain, Word
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Instant

infection_link = Source(
    name="infection-link",
    agency=Text("流调队", "tracing teams"),
    format=Format.CSV,
    record=("认定编号",),
    cadence=Cadence(every=timedelta(days=1)),
    facts=(
        yields(
            InfectionLink,
            from_at=Instant("认定时间"),
            infector_fact_id=CitedFact("传染者报告编号", source="disease-control"),
            finding=Word("认定", words={"加入": "added", "排除": "struck"}),
            grounds=Word("依据", words={"询问": "interview", "测序": "genome", "记录": "records", "其他": "other"}),
            found_by=Plain("认定人编号"),
        ),
    ),
    quirks=(
        Text(
            "一行关于被传染者；传染者只以其病例报告编号指明。",
            "A row is about the infected person; the infector is named by a case report alone.",
        ),
        Text(
            "后一认定取代对同两人的前一认定；撤回走“withdrawal”。",
            "What was found later about the same two people holds; a withdrawal comes as `withdrawal`.",
        ),
    ),
)
