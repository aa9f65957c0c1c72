"""The rule book of tracing: every scheme, from when a case counts, its rules in each wording, and how contacts are ranked."""

from typing import Final

from fangxian.facts import Text
from fangxian.trace.rule import contact_rule
from fangxian.trace.scheme import SCAN, WINDOW, TraceScheme, TraceWording, all_trace_schemes
from fangxian.trace.telling import NEARNESS, SETTING
from tools.docs.language import Language, facts_about, heading, page, table, written_from
from tools.docs.wordings import EVIDENCE, WHAT_EVIDENCE_MEANS, dates, parameters, zone_name

NO_RULES: Final = {WINDOW: Text("传染期", "When a case could infect others"), SCAN: Text("门岗警报", "When a gate alarms")}
"""What is worded like a rule and is none."""

STATUSES: Final = {
    "confirmed": Text("确诊", "confirmed"),
    "clinically_confirmed": Text("临床诊断", "confirmed clinically"),
    "asymptomatic": Text("无症状感染者", "asymptomatic"),
}
"""What a diagnosis that makes a case is called."""


def contact_rules(language: Language) -> str:
    """Return the rule book of tracing in one language."""
    return page(
        language.say("# 规则手册：流调", "# Rule book: tracing"),
        written_from(language, "src/fangxian/policy/*/trace.yaml"),
        language.say(
            "谁是密切接触者，由病例前后的事实和按日期生效的规则算出；病例按发现当日的规则追踪。怎样追踪、有多准，见[流调](tracing.md)。",
            "Who is a contact is computed from the facts around a case and dated rules; a case is traced by the wordings of the day on "
            "which it was found. How to trace, and how sure it is, stands in [Tracing](tracing.md).",
        ),
        language.of(WHAT_EVIDENCE_MEANS),
        *(_scheme(scheme, language) for scheme in all_trace_schemes()),
    )


def _scheme(scheme: TraceScheme, language: Language) -> str:
    about = facts_about(
        language,
        (
            (Text("时区", "Zone"), zone_name(scheme.zone, scheme.utc_offset)),
            (Text("出处", "Reference"), language.of(scheme.reference)),
        ),
    )
    return page(
        f'<a id="{scheme.name}"></a>\n\n## {language.of(scheme.title)} `{scheme.name}`',
        about,
        *(_wording(wording, language) for wording in scheme.wordings),
        _ranking(scheme, language),
    )


def _wording(wording: TraceWording, language: Language) -> str:
    colon = language.say("：", ": ")
    title = heading(language.of(NO_RULES.get(wording.rule) or contact_rule(wording.rule).title))
    carries_on = wording.rule not in NO_RULES and contact_rule(wording.rule).carries_on
    say_on = f"{language.say('密接的密接也按此规则', 'Contacts of close contacts are looked for by it, too')}"
    return page(
        f"### {title}{language.say('，', ', ')}{dates(wording.since, wording.until, language)}",
        language.of(wording.text),
        f"- {language.say('出处', 'Reference')}{colon}{language.of(wording.reference)}\n"
        f"- {language.say('依据', 'Evidence')}{colon}{language.of(EVIDENCE[wording.evidence])}" + (f"\n- {say_on}" if carries_on else ""),
        parameters(wording.parameters.values(), language, STATUSES),
    )


def _ranking(scheme: TraceScheme, language: Language) -> str:
    """Return how contacts are ranked; nothing where a scheme has no figures."""
    if not scheme.attack_rates:
        return ""
    rows = [
        (
            language.of(SETTING[rate.setting]),
            language.of(NEARNESS[rate.nearness]),
            f"{rate.percent:g}",
            f"{rate.percent_an_hour:g}" if rate.percent_an_hour else "—",
            language.of(EVIDENCE[rate.evidence]),
        )
        for rate in scheme.attack_rates
    ]
    header = language.say("场景|远近|发病率 %|每同处一小时另加|依据", "Setting|How near|Fell ill, %|More for each hour|Evidence")
    return page(f"### {language.say('先找谁', 'Whom to look for first')}", table(header.split("|"), rows))
