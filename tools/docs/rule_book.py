"""The rule book of the codes: every policy, each rule in each of its wordings, with reference and numbers."""

import inspect
from collections.abc import Mapping

from fangxian.area.scheme import scheme
from fangxian.code.rule import rule
from fangxian.facts import Text
from fangxian.facts.words import WORDS
from fangxian.policy.colour import Colour
from fangxian.policy.policy import Policy, Wording, all_policies
from tools.docs.language import Language, facts_about, heading, page, table, written_from
from tools.docs.parameter_words import GREEN_NEEDS
from tools.docs.wordings import EVIDENCE, WHAT_EVIDENCE_MEANS, dates, parameters, region_name, zone_name


def rule_book(language: Language) -> str:
    """Return the rule book in one language."""
    return page(
        language.say("# 规则手册：健康码", "# Rule book: health codes"),
        written_from(language, "src/fangxian/policy/*/code.yaml"),
        language.say(
            "颜色不由任何人设定，只由事实、注明日期的规则和时间算出：一个人的码色，是其名下各项命中中最重的颜色；没有命中且已申领者为绿码。"
            "以下按政策列出每条规则的措辞、颜色、终止条件、数值与出处；用词见[术语](glossary.md)。",
            "Nobody sets a colour. It is computed from facts, dated rules and time: a person's code has the gravest colour among the "
            "person's hits, and is green for whoever is enrolled and has none. Each policy's rules follow, with their wordings, "
            "colours, ends, numbers and references. The words are explained in the [glossary](glossary.md).",
        ),
        language.of(WHAT_EVIDENCE_MEANS),
        language.say("## 政策", "## Policies"),
        table(
            language.say("政策|辖区|始于|规则数", "Policy|Jurisdiction|Since|Rules").split("|"),
            (
                (
                    f"[{language.of(policy.title)}](#{policy.name})",
                    region_name(policy.region_code, language),
                    str(policy.since),
                    str(len(policy.rules())),
                )
                for policy in all_policies()
            ),
        ),
        *(_policy(policy, language) for policy in all_policies()),
    )


def _policy(policy: Policy, language: Language) -> str:
    about = facts_about(
        language,
        (
            (Text("辖区", "Jurisdiction"), region_name(policy.region_code, language)),
            (Text("始于", "Since"), str(policy.since)),
            (Text("时区", "Zone"), zone_name(policy.zone, policy.utc_offset)),
            (Text("绿码的前提", "Green needs"), language.of(GREEN_NEEDS[policy.green_needs])),
            (Text("出处", "Reference"), language.of(policy.reference)),
        ),
    )
    rules = (_rule(policy, name, language) for name in policy.rules())
    return page(f'<a id="{policy.name}"></a>\n\n## {language.of(policy.title)} `{policy.name}`', about, *rules)


def _rule(policy: Policy, name: str, language: Language) -> str:
    found = rule(name)
    wordings = (_wording(wording, language) for wording in policy.wordings if wording.rule == name)
    examples = f"[{language.say('实例', 'Examples')}](rules-by-example.{language}.md#{name})"
    return page(f"### {language.of(found.title)} `{name}`", f"{language.of(found.meaning)} {examples}", *wordings)


def _wording(wording: Wording, language: Language) -> str:
    colour = language.of(Colour(wording.colour).words)
    function = rule(wording.rule).conditions[wording.condition].function
    computed = " ".join((inspect.getdoc(function) or "").split())
    return page(
        f"**{heading(dates(wording.since, wording.until, language))} · {colour}** — {language.of(wording.text)}",
        f"- {language.say('何时终止：', '')}{language.of(wording.ends)}\n"
        + ("" if language is Language.ZH else f"- Computed (`{wording.condition}`): {computed}\n")
        + f"- {language.say('出处', 'Reference')}{language.say('：', ': ')}{language.of(wording.reference)}\n"
        f"- {language.say('依据', 'Evidence')}{language.say('：', ': ')}{language.of(EVIDENCE[wording.evidence])}",
        parameters(wording.parameters.values(), language, _words(wording)),
    )


def _words(wording: Wording) -> Mapping[str, Text]:
    """Return the words of the levels of the area rule that a wording relies on, or of the classes of reasons that it names."""
    relied_on = wording.parameters.get("scheme")
    return scheme(relied_on.value).levels if relied_on else WORDS if "classes" in wording.parameters else {}
