"""Where each case of a picture of chains stands: its day across, its branch of the tree down; those without a link in a strip below."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

CLEAR_DAYS: Final = 1.5
"""So many days are kept free to the right of a case on its row, for its number."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """One case to be drawn: numbers of the case and of its infector (None where that is unknown), and its day."""

    number: int
    infector: int | None
    on: date


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Rows of the linked cases by number, how many rows there are, and the numbers of cases without any link by day."""

    rows: dict[int, int]
    height: int
    alone: dict[date, list[int]]


def layout(cases: Sequence[Drawn]) -> Layout:
    """Return where each case stands. Trees that do not overlap in time share rows, so that 300 cases fit a page that one can read."""
    children: dict[int, list[Drawn]] = defaultdict(list)
    for case in sorted(cases, key=lambda each: (each.on, each.number)):
        if case.infector is not None:
            children[case.infector].append(case)
    roots = [case for case in cases if case.infector is None]
    alone: dict[date, list[int]] = defaultdict(list)
    free: list[float] = []
    rows: dict[int, int] = {}
    for root in sorted(roots, key=lambda each: (each.on, each.number)):
        if root.number not in children:
            alone[root.on].append(root.number)
            continue
        own, height = _rows_of_tree(root, children)
        days = [case.on.toordinal() for case in _tree(root, children)]
        top = _first_free(free, height, min(days))
        for row in range(top, top + height):
            free[row] = max(days) + CLEAR_DAYS
        rows |= {number: top + row for number, row in own.items()}
    return Layout(rows=rows, height=len(free), alone=dict(alone))


def _tree(root: Drawn, children: dict[int, list[Drawn]]) -> Iterable[Drawn]:
    waiting = [root]
    while waiting:
        case = waiting.pop()
        yield case
        waiting += children.get(case.number, [])


def _rows_of_tree(root: Drawn, children: dict[int, list[Drawn]]) -> tuple[dict[int, int], int]:
    """Return the rows of a tree's cases from 0 on, and how many: the last child that comes later goes on in its infector's row."""
    rows, waiting, last = {root.number: 0}, [root], 0
    while waiting:
        case = waiting.pop()
        theirs = children.get(case.number, [])
        later = [child for child in theirs if (child.on - case.on).days >= CLEAR_DAYS]
        straight = later[-1] if later else None
        for child in theirs:
            if child is straight:
                rows[child.number] = rows[case.number]
            else:
                last += 1
                rows[child.number] = last
        waiting += theirs
    return rows, last + 1


def _first_free(free: list[float], height: int, begins: int) -> int:
    """Return the first row from which so many rows are free on a day; more rows are added where they are not."""
    top = 0
    while any(until > begins for until in free[top : top + height]):
        top += 1
    free += [0.0] * (top + height - len(free))
    return top
