"""Promises over every text that a reader sees: it exists in Chinese and in English, and the Chinese one is Chinese."""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from fangxian.policy.policy import PACKAGED
from tests.guards.project import ROOT, SOURCE, modules

HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN_WORD = re.compile(r"[A-Za-z]{2}")
ADDRESS = re.compile(r"https?://\S+")
FOLLOWABLE = re.compile(r"https?://|\b20\d\d\b")

PAIRS = {"Text": (0, 1), "column": (2, 1), "say": (0, 1)}
"""Where a call holds the Chinese and the English words."""
SAID = {"title", "text", "ends", "changes", "reference", "note"}
"""The keys of a policy under which words for readers stand."""

each_policy_file = pytest.mark.parametrize("path", sorted(PACKAGED.glob("*/*.yaml")), ids=lambda path: f"{path.parent.name}/{path.stem}")


def literal(node: ast.expr | None) -> str | None:
    """Return the words of a string in the code, those of an f-string without what is put in; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    return None


def pairs_in(tree: ast.Module) -> Iterator[tuple[int, str, str, str]]:
    """Yield line, function, Chinese and English of every call that says something in both languages."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            positions = PAIRS.get(name)
            if positions and len(node.args) > max(positions):
                zh, en = (literal(node.args[position]) for position in positions)
                if zh is not None and en is not None:
                    yield node.lineno, name, zh, en


def is_not_chinese(zh: str) -> bool:
    """Return whether words are in Latin letters throughout; punctuation alone and bare addresses are in no language."""
    return not HAN.search(zh) and bool(LATIN_WORD.search(ADDRESS.sub("", zh)))


def is_not_english(en: str) -> bool:
    """Return whether words are Chinese throughout; an English sentence may name a column or a place in Chinese."""
    return bool(HAN.search(en)) and not LATIN_WORD.search(en)


def offences(tree: ast.Module) -> Iterator[str]:
    for line, name, zh, en in pairs_in(tree):
        if is_not_chinese(zh) or is_not_english(en):
            yield f"line {line}: {zh!r}, {en!r}"
        elif name != "say" and not (zh.strip() and en.strip()):
            yield f"line {line}: one language is empty"


def test_words_in_the_code_are_chinese_in_chinese_and_english_in_english():
    tools = [(path, ast.parse(path.read_text("utf-8"))) for path in sorted((ROOT / "tools" / "docs").glob("*.py"))]
    wrong = [f"{path.relative_to(ROOT)}, {offence}" for path, tree in (*modules(), *tools) for offence in offences(tree)]
    assert wrong == []
    assert sum(1 for path, tree in modules() for _ in pairs_in(tree) if path.is_relative_to(SOURCE / "facts")) > 100


def said_in(entry: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what stands under the keys for readers, anywhere in a policy's file, with where it stands."""
    if isinstance(entry, Mapping):
        for key, inner in entry.items():
            if key in SAID:
                yield f"{path}/{key}", inner
            elif key == "levels":
                yield from ((f"{path}/levels/{level}", words) for level, words in inner.items())
            else:
                yield from said_in(inner, f"{path}/{key}")


@each_policy_file
def test_words_of_a_policy_are_said_in_both_languages(path):
    for where, words in said_in(yaml.safe_load(path.read_text("utf-8"))):
        if where.endswith("/reference") and isinstance(words, str):
            assert ADDRESS.fullmatch(words), f"{where} is in one language and not an address alone"
            continue
        assert isinstance(words, Mapping), f"{where} is in one language"
        assert words.keys() == {"zh", "en"}, where
        assert HAN.search(words["zh"]), f"{where} is not Chinese"
        assert LATIN_WORD.search(words["en"]), f"{where} is not English"


@each_policy_file
def test_a_reference_leads_a_reader_somewhere(path):
    for where, words in said_in(yaml.safe_load(path.read_text("utf-8"))):
        if where.endswith("/reference"):
            told = words.values() if isinstance(words, Mapping) else [words]
            assert all(FOLLOWABLE.search(one) for one in told), f"{where} gives neither an address nor what was published when"
