"""Tasks: their states as a diagram, who makes which move, and what a knock does."""

from fangxian.facts import Text
from fangxian.work.task import MOVES, Referred, TaskKind, TaskState
from fangxian.work.visit import EFFECTS, Conflict, Effect, Outcome
from tools.docs.language import Language, page, table, written_from
from tools.docs.moves import both, diagram, moves_table, title_of

_OPENED = ((TaskState.OPEN.words, Text("派发", "handed out")),)


def tasks() -> str:
    """Return the page, in both languages."""
    moves = [(state.words, to.words, actions) for (state, to), actions in MOVES.items()]
    return page(
        "# 任务的状态 · States of a task",
        written_from(Language.ZH, "fangxian.work") + "\n>\n" + written_from(Language.EN, "fangxian.work"),
        "怎样使用见[走访](work.md)。 How they are worked on: [grid work](work.md).",
        diagram(((state, to, title_of(actions)) for state, to, actions in moves), _OPENED),
        moves_table(moves),
        "表中没有的转换一律拒绝。网格员只动自己手中或无人领取的任务。",
        "Every move that is not in the table is refused. A worker moves the tasks in their own hand, or in nobody's.",
        "采纳晚到的上门记录，只按该记录的结果转换。 To settle a knock that came too late moves a task only as that knock says.",
        "## 上门结果 · What a knock does",
        table(("任务 Task", *(both(outcome.words) for outcome in Outcome)), [_effects(kind) for kind in TaskKind]),
        "## 为何交督办 · Why the supervisor gets a task",
        table(("缘由 Reason",), [(both(each.words),) for each in Referred]),
        "## 晚到的记录 · Knocks that came too late",
        table(("当时任务 Meanwhile",), [(both(each.words),) for each in Conflict]),
    )


def _effects(kind: TaskKind) -> tuple[str, ...]:
    return both(kind.words), *(_effect(EFFECTS[kind].get(outcome)) for outcome in Outcome)


def _effect(effect: Effect | None) -> str:
    if effect is None:
        return "—"
    said = [both(effect.to.words) if effect.to else "仍在手 stays"]
    said += ["数次后待督办 after some times with the supervisor"] if effect.up_to_count else []
    said += ["记居家隔离 a measure at home"] if effect.measure else []
    said += ["记物资需求 supplies are asked for"] if effect.supplies else []
    return "；".join(said)
