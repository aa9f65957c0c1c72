"""Items that are written in groups: one at fault costs nobody else an answer, and an outage costs each the same wait."""

import asyncio
from collections.abc import Sequence

import psycopg
import pytest
from apart import run_apart
from psycopg_pool import PoolTimeout

from fangxian.errors import FangxianError, UnavailableError
from fangxian.web.grouping import Grouping


def answers(write, items: Sequence[int]) -> list[int | Exception]:
    """Return what came of items that were given at once."""

    async def give():
        grouping = Grouping(write, most=len(items))
        return await asyncio.gather(*map(grouping.answer, items), return_exceptions=True)

    return run_apart(give())


@pytest.mark.parametrize("error", [UnavailableError("gone"), psycopg.OperationalError("gone"), PoolTimeout("no connection")])
def test_where_the_database_is_away_a_group_is_refused_at_once_and_each_is_told_by_itself(error):
    tried = []

    async def write(items):
        tried.append(items)
        raise error

    found = answers(write, range(100))
    assert tried == [list(range(100))]
    assert {(type(each), str(each)) for each in found} == {(type(error), str(error))}
    assert len({id(each) for each in found}) == 100


def test_an_item_at_fault_costs_nobody_else_an_answer():
    async def write(items):
        if 7 in items:
            raise FangxianError("seven")
        return [2 * item for item in items]

    *others, seven = answers(write, [*range(7), 7])
    assert others == [0, 2, 4, 6, 8, 10, 12]
    assert str(seven) == "seven"
