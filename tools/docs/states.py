"""Every workflow there is: the tables of moves of `fangxian.work`, found by walking it, so that none can be forgotten."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Any

import fangxian.work
from fangxian.facts import Text
from tools.docs.language import Language, page, written_from
from tools.docs.moves import diagram, moves_table, title_of

TITLES = {
    "appeal": Text("申诉", "Appeals"),
    "clue": Text("线索", "Clues"),
    "consultation": Text("咨询", "Consultations"),
    "decision": Text("个案决定", "Personal decisions"),
    "task": Text("任务", "Tasks"),
}
"""What a workflow is called; one that is not here is called as its module."""

BEGINS = Text("开始", "begins")


def move_tables() -> Iterator[tuple[str, Mapping[tuple[Any, Any], Any]]]:
    """Yield the module and the table of every workflow: a name that ends in MOVES, and pairs of states as keys."""
    for module in sorted(each.name for each in pkgutil.iter_modules(fangxian.work.__path__)):
        loaded = importlib.import_module(f"fangxian.work.{module}")
        for name, value in vars(loaded).items():
            own = isinstance(value, dict) and all(type(state).__module__ == loaded.__name__ for pair in value for state in pair)
            if name.endswith("MOVES") and own:
                yield module, value


def states() -> str:
    """Return the page, in both languages."""
    blocks = [_workflow(module, moves) for module, moves in move_tables()]
    return page(
        "# 办理流程 · Workflows",
        written_from(Language.ZH, "fangxian.work") + "\n>\n" + written_from(Language.EN, "fangxian.work"),
        "每个流程只有一张表：哪一步可走、由谁走。表外的一律拒绝；测试逐对检查。",
        "Each workflow is one table: which moves there are, and who makes each. Every other pair is refused, and the tests try them all.",
        *(block for blocks_of_one in blocks for block in blocks_of_one),
    )


def _workflow(module: str, moves: Mapping[tuple[Any, Any], Any]) -> tuple[str, str, str]:
    title = TITLES.get(module, Text(module, module))
    rows = [(state.words, to.words, action) for (state, to), action in moves.items()]
    first = next(iter(moves))[0].words
    drawn = diagram(((state, to, title_of(action)) for state, to, action in rows), ((first, BEGINS),))
    return f"## {title.zh} · {title.en}", drawn, moves_table(rows)
