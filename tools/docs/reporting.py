"""People who report, as data: the rules of the self-assessment by version, the routing of clues, and every number."""

from collections.abc import Iterable, Iterator
from datetime import date

from fangxian.facts import Text
from fangxian.services.questionnaire import questionnaire, versions
from fangxian.services.triage import Level, TriageRule, triage_rules
from fangxian.work.clue import routes
from fangxian.work.reporting_numbers import numbers
from tools.docs.language import Language, page, table, written_from
from tools.docs.moves import both
from tools.docs.wordings import EVIDENCE

SOURCE = "fangxian.services.questionnaires"
UNITS = {
    "day": Text("日", "days"),
    "hour": Text("小时", "hours"),
    "character": Text("字符", "characters"),
    "percent": Text("%", "%"),
    "count": Text("件", "at once"),
}
ANY = Text("任何", "any")


def reporting_rules() -> str:
    """Return the page, in both languages."""
    return page(
        "# 自我评估与线索的规则 · Rules of self-assessment and clues",
        written_from(Language.ZH, SOURCE) + "\n>\n" + written_from(Language.EN, SOURCE),
        "同样的答案总得到同样的结果。一条规则在其条件的某一行全部成立时生效；同组只算第一条。最重的等级为结果，没有则为低风险。",
        "The same answers always come to the same. A rule fires where all of one line of its conditions is so; of one group only the first "
        "counts. The gravest level is the result, low where none fires.",
        *_versions(),
        "## 线索转给谁 · Who answers a clue",
        "自上而下，第一条符合的算。 The first line that fits counts.",
        table(("情况 About", "须知街道 Street known", "转给 To", "时限 Within"), _routes()),
        "## 数值 · Numbers",
        table(("数值 Number", "自 Since", "值 Value", "依据 Evidence", "出处 Reference"), _numbers()),
    )


def _versions() -> Iterator[str]:
    for version in versions("self_assessment"):
        rules = triage_rules("self_assessment", date.fromisoformat(version))
        yield f"## 自我评估 {version} · Self-assessment {version}"
        yield table(("规则 Rule", "等级 Level", "为什么 Why", "怎么办 Advice", "出处 Reference"), map(_rule, rules.rules))
        yield table(
            ("等级 Level", "现在怎么办 What to do now"),
            ((both(rules.words[level]), "<br>".join(both(line) for line in rules.now[level])) for level in Level),
        )


def _rule(rule: TriageRule) -> tuple[str, ...]:
    group = f"（{rule.group}）" if rule.group else ""
    return (
        f"`{rule.rule_id}`{group}",
        str(rule.level or ""),
        both(rule.words),
        both(rule.advice) if rule.advice else "",
        both(rule.reference),
    )


def _routes() -> Iterable[tuple[str, ...]]:
    kinds = next(question for question in questionnaire("clue").questions if question.key == "kind")
    for line in routes():
        about = "；".join(both(kinds.option_words(kind)) for kind in line.kinds) or both(ANY)
        to = Text("街道", "the street") if line.to_street else Text("县区", "the county")
        known = Text("是", "yes") if line.needs_street else Text("否", "no")
        yield about, both(known), both(to), f"`{line.within}`"


def _numbers() -> Iterable[tuple[str, ...]]:
    for name, number in numbers().items():
        for dated in number.values:
            value = f"{dated.value:,} {both(UNITS[number.unit])}"
            yield f"`{name}` {both(number.meaning)}", str(dated.since), value, both(EVIDENCE[dated.evidence]), both(dated.reference)
