"""What differs between register and data becomes a question on the spot: never a fact, never a colour, nothing after a lapse."""

import ast
from datetime import timedelta
from types import SimpleNamespace

import psycopg
import pytest
from spec_symbols import person_name

import fangxian.finding as package
from fangxian.code.rules import __path__ as rules
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.facts import all_fact_types
from fangxian.policy.policy import policy
from fangxian.services.register_checking import compare, send
from fangxian.work.refusals import RefusedError
from fangxian.work.renewal import renew_at_set_up
from fangxian.work.roles import Role
from tests.finding.test_arrivals import facts
from tests.finding.test_registers import DENIED
from tests.finding.test_searching import run
from tests.finding.test_turns import AT, DAY, agreed, rows
from tests.guards.project import modules
from tests.lakes import lake_with

NATIONAL = policy("national")
TOLD = {"purpose": "register", "known_at": AT}


@pytest.fixture
def lake(tmp_path):
    return lake_with(tmp_path / "lake", facts(DENIED))


@pytest.fixture
def compared(store, lake, monkeypatch):
    monkeypatch.setattr("fangxian.work.source_agreements.source_named", lambda name: SimpleNamespace(name=name))
    for source, given in (("spec", ("residence", "region_stay", "health_declaration", "trip")), ("railway", ("trip",))):
        agreed(store, source=source, fields=given, purpose="register")
    with DuckDBEngine(lake) as engine:
        return compare(store, engine, NATIONAL, region_code="500000", at=AT, **TOLD)


def sent(store, compared, *, at=AT):
    return send(store, NATIONAL, compared, actor="officer-1", role=Role.OFFICER, at=at, **TOLD)


def test_a_difference_is_kept_with_its_facts_and_becomes_one_task_a_person(store, compared):
    renew_at_set_up(store, NATIONAL, first="li-1", second="wang-2", at=AT - DAY)
    done = sent(store, compared)
    assert (dict(done.differences), done.people, done.hand_out.tasks) == ({"denied_travel": 1}, 1, 1)
    kept = rows(store, "SELECT person_id, difference, area_code, because_type, other_type, surety FROM work.difference")
    assert [(person_name(person.hex), *rest) for person, *rest in kept] == [
        ("ann", "denied_travel", "500113", "health_declaration", "trip", "several_sources")
    ]
    tasks = rows(store, "SELECT kind, area_code, because_type, state FROM work.task")
    assert tasks == [("check_register", "500113", "health_declaration", "open")]
    again = sent(store, compared, at=AT + timedelta(hours=1))
    assert (again.hand_out.tasks, again.hand_out.asked_already) == (0, 1)


def test_after_a_lapse_nothing_is_kept_and_nobody_is_asked(store, compared):
    with pytest.raises(RefusedError, match="lapsed"):
        sent(store, compared)
    assert rows(store, "SELECT count(*) FROM work.difference") == [(0,)]


def test_a_difference_is_never_a_fact_and_colours_nobody(store, database, compared):
    renew_at_set_up(store, NATIONAL, first="li-1", second="wang-2", at=AT - DAY)
    sent(store, compared)
    with psycopg.connect(database) as connection:
        for each in all_fact_types():
            assert connection.execute(f"SELECT count(*) FROM facts.{each.name}").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM code.hit").fetchone() == (0,)


def imported(tree: ast.AST) -> set[str]:
    named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    return named | {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}


def test_nothing_that_finds_people_can_write_facts_and_no_rule_knows_of_it():
    folder = next(iter(package.__path__))
    of_finding = [tree for path, tree in modules() if str(path).startswith(folder)]
    assert len(of_finding) > 8
    for tree in of_finding:
        assert not {name for name in imported(tree) if name.startswith(("fangxian.store", "fangxian.engine.writers", "fangxian.code"))}
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in ("delivery", "write")]
    of_rules = [tree for path, tree in modules() if str(path).startswith(next(iter(rules)).rpartition("/")[0])]
    for tree in of_rules:
        assert not {name for name in imported(tree) if name.startswith(("fangxian.finding", "fangxian.work"))}


def test_the_command_counts_what_differs_and_says_what_it_could_not_read(store, database, lake, tmp_path):
    command = ["register", "check", "--store", database, "--lake", str(lake.path), "--region", "500113", "--known-at", "2020-02-10"]
    told = ["--role", "officer", "--purpose", "register", "--language", "en"]
    listed = tmp_path / "differs.csv"
    shown = run(*command, *told, "--list", str(listed))
    assert "denied" in shown.replace("declared no stay", "denied")
    assert "Not read" in shown
    assert listed.read_text("utf-8").startswith("person_id,")
    assert "lapsed" in run(*command, *told, "--send", code=2)
