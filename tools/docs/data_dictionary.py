"""The data dictionary: every fact type with its columns, as its declaration says."""

import inspect
from typing import Final

from fangxian.facts import AreaFact, Column, Fact, PersonFact, Retention, Text, all_fact_types
from fangxian.facts.words import WORDS
from tools.docs.language import Language, heading, page, table, written_from

TYPES: Final = {
    "boolean": Text("是/否", "yes or no"),
    "date": Text("日期", "day"),
    "float64": Text("小数", "number"),
    "int64": Text("整数", "whole number"),
    "string": Text("文本", "text"),
    "timestamp(6)": Text("时刻", "instant"),
}
UNITS: Final = {"cases": Text("例", "cases"), "persons": Text("人", "people")}
CLASSES: Final = {
    Retention.REGISTER: Text("登记信息：申领、居住、单位、监护、同意", "Register: enrolment, home, workplace, guardianship, consent"),
    Retention.HEALTH: Text("健康信息：申报、打卡、体温、检测、就诊、购药", "Health: what was declared, measured, tested, treated, bought"),
    Retention.MOVEMENT: Text("行踪信息：停留、行程、卡口、扫码", "Movement: stays, trips, checkpoints, gates"),
    Retention.CONTROL: Text("管控信息：诊断、暴露、措施、名单、决定", "Control: diagnoses, exposures, measures, lists, decisions"),
    Retention.CORRECTION: Text("更正信息：对以上各类事实的撤回", "Corrections: withdrawals of facts of all these classes"),
    Retention.PUBLIC: Text("区域信息：公布的病例、聚集性疫情、等级", "Areas: published cases, clusters, levels"),
}


def data_dictionary(language: Language) -> str:
    """Return the data dictionary in one language."""
    return page(
        language.say("# 数据字典", "# Data dictionary"),
        written_from(language, "src/fangxian/facts/"),
        _introduction(language),
        language.say("## 目录", "## Contents"),
        *(_contents(retention, language) for retention in Retention),
        language.say("## 每项事实都有的列", "## Columns that every fact has"),
        _columns([c for name, c in PersonFact.columns.items() if name != "person_id"], language),
        language.say(
            "关于人的事实另有 `person_id`，关于区域的事实另有 `region_code`：",
            "Facts about people also have `person_id`, facts about areas `region_code`:",
        ),
        _columns([PersonFact.columns["person_id"], AreaFact.columns["region_code"]], language),
        *(_fact_type(fact_type, language) for retention in Retention for fact_type in _of_class(retention)),
    )


def _of_class(retention: Retention) -> list[type[Fact]]:
    return [fact_type for fact_type in all_fact_types() if fact_type.retention is retention]


def _introduction(language: Language) -> str:
    return language.say(
        "**事实**是某个来源所说的一件事：关于谁（或何地）、自何时至何时（`from_at`、`until_at`）、何时获知（`known_at`：来源上报的时刻，未给出的为我方收到的时刻）。"
        "事实只增不改；更正或撤回本身是后来的事实，并指明它所更正或撤回的事实。用词见[术语](glossary.md)。\n\n"
        "- **时刻**均为协调世界时（UTC），精确到微秒；**日期**是辖区当地的日期。\n"
        "- **必填**：没有此项的行会被隔离并说明原因，不会入库。\n"
        "- **规则可读**：标“否”的列可以保存、可以给本人看，但任何规则都读不到，任何颜色都不可能取决于它。\n"
        "- 姓名、电话、住址不在任何事实中；人只以 `person_id` 出现。\n"
        "- 每项事实属于一个**保存类别**，到期按类别整批销毁。",
        "A **fact** is something a source says was so: about whom (or where), from when to when (`from_at`, `until_at`), and since when "
        "it was known (`known_at`: when its source reported it, or else when we received it). Facts are only ever added; a correction "
        "or withdrawal is a later fact that names the earlier one. "
        "The words are explained in the [glossary](glossary.md).\n\n"
        "- An **instant** is in UTC, to the microsecond; a **day** is a local day of the jurisdiction.\n"
        "- **Required**: a row without it is quarantined with the reason and does not go in.\n"
        "- **Rules may read**: a column marked “no” can be stored and shown to the person, and no colour can depend on it.\n"
        "- No fact holds a name, a phone number or an address; a person appears as `person_id` only.\n"
        "- Each fact belongs to a **retention class**, and is destroyed with its class at the end of its time.",
    )


def _contents(retention: Retention, language: Language) -> str:
    rows = [
        (f"[{language.of(fact_type.title)}](#{fact_type.name})", f"`{fact_type.name}`", language.of(fact_type.meaning))
        for fact_type in _of_class(retention)
    ]
    heads = language.say("事实|表|含义", "Fact|Table|Meaning").split("|")
    return f"**{language.of(CLASSES[retention])}** (`{retention}`)\n\n{table(heads, rows)}"


def _fact_type(fact_type: type[Fact], language: Language) -> str:
    shared = AreaFact.columns if issubclass(fact_type, AreaFact) else PersonFact.columns
    own = [c for name, c in fact_type.columns.items() if name not in shared]
    promises = "\n".join(f"- {language.of(promise.words)}" for promise in fact_type.promises)
    return page(
        f'<a id="{fact_type.name}"></a>\n\n## {heading(language.of(fact_type.title))} `{fact_type.name}`',
        language.of(fact_type.meaning) if language is Language.ZH else inspect.getdoc(fact_type) or "",
        _columns(own, language),
        promises and f"{language.say('每一行都须满足：', 'Every row keeps these promises:')}\n\n{promises}",
    )


def _columns(columns: list[Column], language: Language) -> str:
    heads = language.say("列|类型|含义|取值|必填|规则可读", "Column|Type|Meaning|Values|Required|Rules may read").split("|")
    yes, no = language.say("是", "yes"), language.say("**否**", "**no**")
    return table(
        heads,
        (
            (
                f"`{c.name}`",
                _type(c, language),
                language.of(c.meaning),
                _values(c, language),
                language.say("否", "no") if c.optional else yes,
                yes if c.rules_may_read else no,
            )
            for c in columns
        ),
    )


def _type(c: Column, language: Language) -> str:
    unit = language.of(UNITS.get(c.unit, Text(c.unit, c.unit))) if c.unit else ""
    return language.of(TYPES[c.dtype]) + (language.say(f"（{unit}）", f" ({unit})") if unit else "")


def _values(c: Column, language: Language) -> str:
    if c.between:
        return f"{c.between[0]:,g}–{c.between[1]:,.0f}"
    return language.say("；", "; ").join(f"`{word}` {language.of(WORDS[word])}" for word in c.one_of)
