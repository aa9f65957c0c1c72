"""Every promise of docs/promises.md is held by tests that exist."""

import ast
import re
from functools import cache

import pytest

from tests.guards.project import ROOT

ROWS = [line.strip("| \n").split(" | ") for line in (ROOT / "docs" / "promises.md").read_text("utf-8").splitlines() if "::" in line]
NAMED = sorted({(path, name) for row in ROWS for path, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row[-1])})


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("path", "name"), NAMED, ids=lambda value: value.rpartition("/")[2])
def test_a_promise_is_held_by_a_test_that_exists(path, name):
    assert name in functions_of(path)


def test_every_promise_is_said_in_both_languages_and_names_a_test():
    assert len(ROWS) > 20
    for row in ROWS:
        assert len(row) == 3, row
        assert re.search(r"[\u4e00-\u9fff]", row[0]), row
        assert re.search(r"[a-z]{3}", row[1]), row
        assert not re.search(r"[\u4e00-\u9fff]", row[1]), row
        assert re.fullmatch(r"(`tests/[\w/]+\.py::\w+`(<br>)?)+", row[2]), row
