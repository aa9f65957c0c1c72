"""The rules by example: the spec cases that every engine is tested with, as pages for people."""

import inspect
import itertools
import sys
from collections.abc import Iterable
from pathlib import Path

from fangxian.code.rule import rule
from fangxian.facts import Text
from fangxian.policy.policy import policy
from tools.docs.language import Language, heading, page, written_from

sys.path.append(str(Path(__file__).parents[2] / "tests"))
from spec import all_cases
from spec.case import LATER, Case

EVERY_RULE = Text("所有规则合在一起", "All rules together")


def rules_by_example(language: Language) -> str:
    """Return the page in one language: a sentence for each case, which opens into its facts and what follows from them."""
    cases = sorted(all_cases(), key=lambda case: (not case.rule, case.rule))
    by_rule = itertools.groupby(cases, key=lambda case: case.rule)
    return page(
        language.say("# 规则实例", "# Rules by example"),
        written_from(language, "tests/spec/"),
        language.say(
            "每个实例是一小组事实和由此得出的命中；点开可见。它们就是测试：在每个引擎上逐一运行。人名是虚构的，时间是当地时间；"
            "`until_at` 为空表示尚未结束，`because` 指出依据的事实。除另有说明外，所有事实在判定时均已获知。",
            "Each example is a few facts and the hits that follow; it opens with a click. They are the tests, run one by one on every "
            "engine. The people are invented and the times local; an empty `until_at` has not ended, and `because` names the facts. "
            "Unless said, every fact was known when it was decided.",
        ),
        *(_rule(name, its_cases, language) for name, its_cases in by_rule),
    )


def _rule(name: str, cases: Iterable[Case], language: Language) -> str:
    title = rule(name).title if name else EVERY_RULE
    code = f" `{name}`" if name else ""
    anchor = f'<a id="{name or "all"}"></a>\n\n'
    return page(f"{anchor}## {heading(language.of(title))}{code}", *(_case(case, language) for case in cases))


def _case(case: Case, language: Language) -> str:
    policies = language.say("；", "; ").join(language.of(policy(name).title) for name in case.policies)
    known = language.say(f"获知截至 {case.known_at}", f"as known at {case.known_at}") if case.known_at != LATER else ""
    facts = (f"{heading(language.of(f.title))} `{f.name}`\n\n{_as_text(table)}" for f, table in case.facts.items())
    return page(
        f"<details><summary>{heading(language.of(case.title))}</summary>",
        " · ".join(part for part in (policies, known) if part),
        *facts,
        f"{language.say('结果', 'What follows')}\n\n{_as_text(case.expect)}",
        "</details>",
    )


def _as_text(table: str) -> str:
    return f"```text\n{inspect.cleandoc(table)}\n```"
