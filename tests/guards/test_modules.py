"""Promises over every module of the package."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from fangxian.facts import all_fact_types
from tests.guards.project import ROOT, SOURCE, modules, texts

LONGEST = 400
PRINTS = {"print", "echo", "secho", "debug", "info", "warning", "error", "exception", "critical", "log"}
"""Names of functions and methods that write to a log or a screen."""
OF_PEOPLE = {"person_id", "guardian_person_id", "id_number", "full_name", "phone", "home_address", "seat", "household_id"}
"""Columns, and words of raw files, that say who somebody is."""


def test_no_module_is_longer_than_400_lines():
    lengths = {str(path.relative_to(ROOT)): text.count("\n") for path, text in texts(".py")}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def names_in(node: ast.AST) -> set[str]:
    """Return the names, attributes, subscripts and whole strings that an expression mentions, its f-strings included.

    The keys of a dict that is written out name what is said, as the question of a form does; its values are what is said.
    """
    found = set()
    keys = {id(key) for inner in ast.walk(node) if isinstance(inner, ast.Dict) for key in inner.keys}
    for inner in ast.walk(node):
        if id(inner) in keys:
            continue
        if isinstance(inner, ast.Name):
            found.add(inner.id)
        elif isinstance(inner, ast.Attribute):
            found.add(inner.attr)
        elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            found.add(inner.value)
    return found


def offences(tree: ast.Module, *, of_people: set[str]) -> list[int]:
    """Return the lines of calls that log, print or raise something of a person's."""
    lines = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        if called in PRINTS or re.search(r"(Error|Warning)$", called):
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            lines += [node.lineno for argument in arguments if names_in(argument) & of_people]
    return lines


def test_no_log_no_print_and_no_error_receives_a_column_of_a_person():
    found = {str(path.relative_to(ROOT)): offences(tree, of_people=OF_PEOPLE) for path, tree in modules()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_the_search_for_logged_columns_finds_one():
    tree = ast.parse(
        "log.info('seen %s', row.person_id)\nraise FangxianError(f'bad {id_number}')\nprint(len(rows))\nraise BadError({'phone': phone})"
    )
    assert offences(tree, of_people=OF_PEOPLE) == [1, 2, 4]


def test_the_columns_that_must_not_be_logged_are_still_called_so():
    columns = {name for fact_type in all_fact_types() for name in fact_type.columns}
    assert {"person_id", "guardian_person_id", "household_id", "seat"} <= columns


def distributions() -> set[str]:
    """Return the distributions that pyproject.toml declares for the package itself, its extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    return {re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-") for requirement in declared}


def test_every_package_that_is_imported_is_declared():
    imported: dict[str, str] = {}
    for path, tree in modules():
        for node in ast.walk(tree):
            names = [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            imported |= {name.split(".")[0]: str(path.relative_to(SOURCE)) for name in names}
    owners = packages_distributions()
    undeclared = {
        package: where
        for package, where in imported.items()
        if package not in sys.stdlib_module_names
        and package != "fangxian"
        and not {owner.lower().replace("_", "-") for owner in owners.get(package, [])} & distributions()
    }
    assert undeclared == {}, "declare them in pyproject.toml and run `make lock`"
