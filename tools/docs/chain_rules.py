"""The rule book of chains: every scheme, which outcomes count as a case since when, and the numbers that weigh who infected whom."""

from typing import Final

from fangxian.facts import Text
from fangxian.trace.chain.scheme import PARTS, ChainScheme, ChainWording, all_chain_schemes
from tools.docs.contact_rules import STATUSES
from tools.docs.language import Language, facts_about, heading, page, written_from
from tools.docs.wordings import EVIDENCE, WHAT_EVIDENCE_MEANS, dates, parameters, zone_name

TITLES: Final = {
    "case_definition": Text("病例定义", "case definition"),
    "serial_interval": Text("续发间隔", "serial interval"),
    "incubation": Text("潜伏期", "incubation"),
    "sources": Text("未知来源", "unknown sources"),
    "cluster": Text("聚集性疫情", "cluster"),
}
"""What the parts of a scheme are called."""

WORDS: Final = {
    **STATUSES,
    "gamma": Text("伽马", "gamma"),
    "lognormal": Text("对数正态", "lognormal"),
    "normal": Text("正态", "normal"),
}
"""What the words among the values are called."""


def chain_rules(language: Language) -> str:
    """Return the rule book of chains in one language."""
    return page(
        language.say("# 规则手册：传播链", "# Rule book: chains"),
        written_from(language, "src/fangxian/policy/*/chain.yaml"),
        language.say(
            "诊断按其当日的病例定义判定；其余各项按所问时刻已公布的取用，最早一版此前亦用。怎样算、有多准，见[传播链](chains.md)。",
            "A diagnosis is judged by the case definition of its own day; all other parts hold as published at the instant asked about, "
            "the first one also before. How chains are computed, and how sure they are, stands in [Chains](chains.md).",
        ),
        language.of(WHAT_EVIDENCE_MEANS),
        *(_scheme(scheme, language) for scheme in all_chain_schemes()),
    )


def _scheme(scheme: ChainScheme, language: Language) -> str:
    about = facts_about(
        language,
        (
            (Text("时区", "Zone"), zone_name(scheme.zone, scheme.utc_offset)),
            (Text("出处", "Reference"), language.of(scheme.reference)),
        ),
    )
    worded = (_wording(wording, language) for part in PARTS for wording in scheme.of(part))
    return page(f'<a id="{scheme.name}"></a>\n\n## {language.of(scheme.title)} `{scheme.name}`', about, *worded)


def _wording(wording: ChainWording, language: Language) -> str:
    colon = language.say("：", ": ")
    title = heading(language.of(TITLES[wording.part]))
    return page(
        f"### {title}{language.say('，', ', ')}{dates(wording.since, wording.until, language)}",
        language.of(wording.text),
        f"- {language.say('出处', 'Reference')}{colon}{language.of(wording.reference)}\n"
        f"- {language.say('依据', 'Evidence')}{colon}{language.of(EVIDENCE[wording.evidence])}",
        parameters(wording.parameters.values(), language, WORDS),
    )
