"""Promises over every page of the docs: nothing leads nowhere, nothing is left out."""

import re

import pytest
import typer

from fangxian.cli.app import build
from tests.guards.project import ROOT, texts

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
TARGET = re.compile(r"^([a-z-]+):.*## ", re.MULTILINE)
PAGES = [(path, text) for path, text in texts(".md")]
each_page = pytest.mark.parametrize(("page", "text"), PAGES, ids=[str(path.relative_to(ROOT)) for path, _ in PAGES])


@each_page
def test_every_link_leads_to_a_file(page, text):
    assert [link for link in LINK.findall(text) if not (page.parent / link).exists()] == []


@each_page
def test_every_make_target_that_a_page_names_exists(page, text):
    targets = set(TARGET.findall((ROOT / "Makefile").read_text("utf-8")))
    named = set(re.findall(r"(?:`|^\s*)make ([a-z-]+)", text, re.MULTILINE))
    assert named - targets == set()


@each_page
def test_every_command_and_option_that_a_page_names_exists(page, text):
    commands = typer.main.get_command(build()).commands
    for name, arguments in re.findall(r"(?:`|^\s*)fangxian ([a-z][a-z-]+)([^`\n#]*)", text, re.MULTILINE):
        assert name in commands
        command = commands[name]
        if subcommands := getattr(command, "commands", None):
            words = arguments.split()
            if not words:
                continue
            assert words[0] in subcommands, f"fangxian {name}"
            command = subcommands[words[0]]
        options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert set(re.findall(r"(?<!\S)--[a-z-]+", arguments)) - {"--help"} <= options, f"fangxian {name}"


def test_every_decision_is_linked_from_the_index():
    folder = ROOT / "docs" / "decisions"
    linked = set(LINK.findall((folder / "README.md").read_text("utf-8")))
    assert {page.name for page in folder.glob("*.md")} - {"README.md"} == linked


def test_every_decision_has_a_number_of_its_own():
    numbers = [page.name[:4] for page in (ROOT / "docs" / "decisions").glob("[0-9]*.md")]
    assert len(numbers) == len(set(numbers))


def test_every_page_can_be_reached_from_the_readme():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        waiting += [(page.parent / link).resolve() for link in LINK.findall(page.read_text("utf-8"))]
        waiting += [(page.parent / link / "README.md").resolve() for link in LINK.findall(page.read_text("utf-8"))]
    assert {str(page.relative_to(ROOT)) for page, _ in PAGES} - {str(page.relative_to(ROOT)) for page in reached} == set()
