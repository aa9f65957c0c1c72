"""Appeals and decisions: their states as diagrams, who answers for which source, and how long it may take."""

from collections.abc import Iterable

from fangxian.facts import PersonFact, Text
from fangxian.sources.catalogue import all_sources
from fangxian.work.appeal import MOVES, OFFICE, OTHER_REGION, AppealState, Ground, owner_of
from fangxian.work.decision import DECISION_MOVES
from fangxian.work.parameters import numbers
from fangxian.work.permissions import PERMISSIONS
from fangxian.work.roles import Action
from fangxian.work.subject import DISPUTABLE
from tools.docs.language import Language, page, table, written_from
from tools.docs.wordings import EVIDENCE

BY_TIME = Text("时限届满", "by time alone")
UNITS = {
    "day": Text("日", "days"),
    "hour": Text("小时", "hours"),
    "character": Text("字符", "characters"),
    "task": Text("项", "tasks"),
    "visit": Text("次", "knocks"),
}


def appeals() -> str:
    """Return the page, in both languages."""
    return page(
        "# 申诉与个案决定 · Appeals and personal decisions",
        written_from(Language.ZH, "fangxian.work") + "\n>\n" + written_from(Language.EN, "fangxian.work"),
        "对码有异议的人，异议的是一项**事实**。谁说的事实，谁答复；时限由当时的颜色定。申诉成立不是改颜色：来源撤回该事实，码按原有规则重新算出，"
        "在同一事务里完成。每一步都恰有一条审计。",
        "Whoever disagrees with a code disputes a **fact**. Whoever said the fact answers; the colour of that moment sets the deadline. "
        "To uphold an appeal is not to set a colour: the source withdraws the fact, and the code follows by the ordinary rules, in the "
        "same transaction. Every step writes exactly one event of the audit.",
        "## 申诉的状态 · States of an appeal",
        diagram(((state.words, to.words, PERMISSIONS[action].title) for (state, to), action in MOVES.items()), _opened()),
        _moves((state.words, to.words, action) for (state, to), action in MOVES.items()),
        "- 一项事实同时只有一件未结申诉；各件申诉互不等待。\n"
        "- 逾期由时间算出，无须任何后台任务就能看到；转交申诉办后原时限不变。\n"
        "- 若撤回该事实会使码色变重，则不予办理：申诉不会使码变差。\n"
        "- 本人的话与答复都以本人的密钥密封；每看一次都记入本人的查看记录。",
        "- A fact has one open appeal at a time; appeals never wait for one another.\n"
        "- What is late is computed from the time and seen without any job; handed to the appeal office, it keeps its deadline.\n"
        "- Where a code would be worse without the fact, nothing is done: an appeal never makes a code worse.\n"
        "- The person's words and the answer are sealed under the person's key; each look at them enters the person's own list.",
        "## 理由 · Grounds",
        table(("理由 Ground", "怎样成立 How it is upheld"), map(_ground, Ground)),
        "## 谁答复 · Who answers",
        table(("来源 Source", "机构 Agency", "答复者 Answered by"), _owners()),
        "其余来源的事实由申诉办答复。理由为医学意见、特殊困难的，一律由申诉办答复。",
        "Facts of any other source are answered for by the appeal office, and so is every appeal on a doctor's opinion or hardship.",
        "## 个案决定 · Personal decisions",
        "两人签署，使一项事实自第二人签署时起不再依某规则赋色。须指明一项仍成立的结论，所以只能改善颜色；两人串通也不能使任何人的码变差。",
        "Two people sign that a fact no longer counts under a rule, from the second signature on. It names a conclusion that stands, so "
        "it can only improve a colour; two who collude cannot make anybody's code worse.",
        diagram((state.words, to.words, _title(action)) for (state, to), action in DECISION_MOVES.items()),
        _moves((state.words, to.words, action) for (state, to), action in DECISION_MOVES.items()),
        "每天公布各签署人的签署数，以及各理由的人数（1 至 4 人不显示）。",
        "Every day the number of signatures of each signer is published, and the number of people by reason (1 to 4 are not shown).",
        "## 时限 · Deadlines and other numbers",
        table(("数值 Number", "自 Since", "值 Value", "依据 Evidence", "出处 Reference"), _numbers()),
    )


def _title(action: Action | None) -> Text:
    return PERMISSIONS[action].title if action else BY_TIME


def _opened() -> tuple[tuple[Text, Text], ...]:
    return (
        (AppealState.WITH_SOURCE.words, Text("申诉来源之事实", "a source's fact")),
        (AppealState.WITH_OFFICE.words, Text("医学意见、困难，或无来源可答", "opinion, hardship, or no source to answer")),
    )


def diagram(moves: Iterable[tuple[Text, Text, Text]], opened: tuple[tuple[Text, Text], ...] = ()) -> str:
    """Return a state diagram; states that nothing leads from end."""
    found = list(moves)
    names = list(dict.fromkeys([state for move in found for state in move[:2]]))
    number = {state: f"s{place}" for place, state in enumerate(names)}
    ends = [state for state in names if state not in {move[0] for move in found}]
    lines = [f'    state "{state.zh} {state.en}" as {number[state]}' for state in names]
    lines += [
        f"    [*] --> {number[state]}: {why.zh} {why.en}" for state, why in opened or ((names[0], Text("第一签署", "first signature")),)
    ]
    lines += [f"    {number[state]} --> {number[to]}: {title.zh} {title.en}" for state, to, title in found]
    lines += [f"    {number[state]} --> [*]" for state in ends]
    return "```mermaid\nstateDiagram-v2\n" + "\n".join(lines) + "\n```"


def _moves(moves: Iterable[tuple[Text, Text, Action | None]]) -> str:
    rows = ((both(state), both(to), f"`{action}`" if action else both(BY_TIME), roles(action)) for state, to, action in moves)
    return table(("自 From", "至 To", "动作 Action", "谁 Who"), rows)


def roles(action: Action | None) -> str:
    """Return who may do an action."""
    return ", ".join(both(role.words) for role in PERMISSIONS[action].roles) if action else ""


def _ground(ground: Ground) -> tuple[str, str]:
    withdrawn = Text("来源撤回该事实", "the source withdraws the fact")
    decided = Text("两人签署个案决定", "two people sign a personal decision")
    return both(ground.words), both(decided if ground.needs_decision else withdrawn)


def _owners() -> list[tuple[str, str, str]]:
    office = "申诉办 appeal office"
    rows = []
    for source in all_sources():
        if any(issubclass(each, PersonFact) and each.name in DISPUTABLE for each in source.fact_types()):
            owner = owner_of(source.name, Ground.WRONG_FACT)
            rows.append((f"[`{source.name}`](sources/{source.name}.md)", both(source.agency), office if owner == OFFICE else f"`{owner}`"))
    return [*rows, (both(Text("外地健康码", "a code of another region")), both(Text("该地区", "that region")), f"`{OTHER_REGION}`")]


def _numbers() -> Iterable[tuple[str, ...]]:
    for number in numbers().values():
        for dated in number.values:
            value = f"{dated.value:,} {both(UNITS[number.unit])}"
            yield both(number.meaning), str(dated.since), value, both(EVIDENCE[dated.evidence]), both(dated.reference)


def both(text: Text) -> str:
    """Return a text in both languages."""
    return f"{text.zh} {text.en}"
