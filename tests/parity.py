"""Make docs/parity.md: how much is compared, and which tests catch which planted fault. `python tests/parity.py`, some 20 minutes."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from shutil import copy2, copytree, ignore_patterns
from tempfile import TemporaryDirectory

from generative.comparing import oracle_hits
from generative.faults import FAULTS, Fault, planted
from generative.test_rules_agree import KNOWN, PEOPLE, SEEDS
from generative.worlds import world
from oracle.policies import POLICIES
from spec import all_cases

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "parity.md"
SPEC, WORLDS = "tests/spec", "tests/generative/test_rules_agree.py"
WORLDS_FOR_A_FAULT = 3
"""Fewer fixed worlds than in a run of the tests: enough for every fault so far, in a third of the time."""
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


def snapshot(folder: Path) -> Path:
    """Copy sources and tests to a folder: a run takes a while, and nobody should have to wait for it to go on."""
    for name in ("src", "tests"):
        copytree(ROOT / name, folder / name, ignore=ignore_patterns("vendor", "__pycache__"))
    copy2(ROOT / "pyproject.toml", folder)
    agree = folder / WORLDS
    fewer = re.sub(r"^SEEDS = .*$", f"SEEDS = range({WORLDS_FOR_A_FAULT})", agree.read_text("utf-8"), flags=re.MULTILINE)
    agree.write_text(fewer, "utf-8")
    return folder


def failures(project: Path, source: Path) -> Counter[str]:
    """Return how many of a project's tests fail on DuckDB with the package in `source`, by folder."""
    environment = os.environ | {"PYTHONPATH": str(source)}
    choice = ("-m", "not spark", "-k", "not reached", SPEC, WORLDS)
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-rfE", "-p", "no:cacheprovider", *choice]
    run = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1):
        raise RuntimeError(f"exit code {run.returncode}: {run.stdout[-2000:]}{run.stderr[-2000:]}")
    return Counter(SPEC if name.startswith(SPEC) else WORLDS for name in FAILED.findall(run.stdout))


def fault_row(fault: Fault, project: Path) -> str:
    """Return a fault's line of the table."""
    with planted(fault, source=project / "src") as copy:
        failed = failures(project, copy)
    print(f"{failed[SPEC]:4} {failed[WORLDS]:4}  {fault.meaning}", flush=True)
    return f"| {fault.meaning} | {fault.module} | {failed[SPEC] or '–'} | {failed[WORLDS] or '–'} |"


def hits_table() -> list[str]:
    """Return how many hits of each rule the fixed worlds have."""
    made = [world(seed, people=PEOPLE, known_at=KNOWN[number % 2]) for number, seed in enumerate(SEEDS)]
    lines = [
        f"{len(made)} worlds of {PEOPLE} people, {sum(each.facts for each in made):,} facts.",
        "",
        "| policy | rule | hits compared |",
        "|---|---|---|",
    ]
    for name in sorted(POLICIES):
        counted = Counter(hit.rule for each in made for hits in oracle_hits(each, name).values() for hit in hits)
        lines += [f"| {name} | {rule} | {counted[rule]:,} |" for rule in POLICIES[name].rules]
    return lines


def spec_table() -> list[str]:
    """Return how many spec cases each rule has in each policy."""
    counted = Counter((case.rule or "(all rules)", name) for case in all_cases() for name in case.policies)
    rules, names = sorted({rule for rule, _ in counted}), sorted(POLICIES)
    total = sum(counted.values())
    lines = [
        f"{len(all_cases())} cases, {total} comparisons on each engine.",
        "",
        f"| rule | {' | '.join(names)} |",
        "|---|" + "---|" * len(names),
    ]
    return lines + [f"| {rule} | {' | '.join(str(counted[rule, name] or '') for name in names)} |" for rule in rules]


def page(rows: list[str]) -> str:
    """Return the page."""
    return "\n".join(
        [
            "# Parity: one rule, every engine",
            "",
            "Made by `python tests/parity.py`. The rules are compared with text tables that a person can read (`tests/spec`) and, on",
            "random worlds whose edges meet on purpose, with an oracle in plain Python that is written from the policies' texts and",
            "not from the rules (`tests/oracle`, `tests/generative`). Every hit is compared whole: person, rule, colour, from when,",
            "until when, because of which facts.",
            "",
            "| engine | text tables | random worlds |",
            "|---|---|---|",
            f"| DuckDB | all | {len(SEEDS)} fixed, 1 of a new seed each run; {PEOPLE} people each; codes at instants too |",
            "| Spark, a standalone cluster with two workers | all | 1 fixed of 800 people; codes too |",
            "| PostgreSQL, one person at a time | all (`tests/engine/test_one_person.py`) | 1 fixed of 120 people |",
            "",
            "No difference between engines is known.",
            "",
            "## Text tables",
            "",
            *spec_table(),
            "",
            "## Random worlds",
            "",
            *hits_table(),
            "",
            "## Planted faults",
            "",
            f"{len(FAULTS)} faults, planted one at a time in a copy of the rules; how many tests fail on DuckDB, with "
            f"{WORLDS_FOR_A_FAULT} fixed worlds and one more.",
            "",
            "| fault | where | text tables that fail | tests of random worlds that fail |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    with TemporaryDirectory(prefix="fangxian-parity-") as temporary:
        project = snapshot(Path(temporary))
        if sound := failures(project, project / "src"):
            raise SystemExit(f"Mend the rules first: without a fault, {dict(sound)} fail.")
        PAGE.write_text(page([fault_row(fault, project) for fault in FAULTS]), "utf-8")
