"""Questionnaires as data: what is asked, how it may be answered, and reading answers by that alone.

Pages, the interface for machines and the checks read the same file, so that they cannot ask different things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final
from unicodedata import category

import yaml

from fangxian.facts import Text
from fangxian.facts.typed import day_typed, number_typed
from fangxian.facts.words import SYMPTOM_WORDS, WORDS
from fangxian.policy.regions import regions
from fangxian.services.refusals import BadAnswerError
from fangxian.work.reporting_numbers import number

Answers = Mapping[str, Any]

_MISSING: Final = Text("此项必填。", "This must be answered.")
_SEVERAL: Final = Text("此项只能有一个回答。", "This takes one answer.")
_LONGEST: Final = 60


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question: its kind, its words and what may be answered."""

    key: str
    kind: str
    words: Text
    help: Text | None = None
    options: tuple[str, ...] = ()
    called: Mapping[str, Text] = field(default_factory=dict)
    """What options are called that are no words of a fact."""

    between: tuple[float, float] | None = None
    optional: bool = False
    only_if: str | None = None
    """The yes-or-no question that must be answered with yes for this one to be asked."""

    def option_words(self, option: str) -> Text:
        """Return what an option is called."""
        if option in self.called:
            return self.called[option]
        return SYMPTOM_WORDS[option] if self.kind == "choices" else WORDS[option]

    def read(self, given: Sequence[str], *, on: date, near: str) -> Any:
        """Return the answer, None where an optional one was not given; raises ValueError with a Text for one that cannot be."""
        texts = [text.strip() for text in given if text.strip()]
        if self.kind == "choices":
            return self._choices(texts)
        if not texts:
            if self.optional:
                return None
            raise ValueError(_MISSING)
        if len(set(texts)) > 1:
            raise ValueError(_SEVERAL)
        if self.kind == "region":
            return region_called(texts[0], on, near=near)
        return getattr(self, f"_{self.kind}")(texts[0], on)

    def _choices(self, texts: list[str]) -> str:
        if unknown := set(texts) - set(self.options):
            raise ValueError(_unknown(len(unknown)))
        return ",".join(sorted(set(texts)))

    def _choice(self, text: str, on: date) -> str:
        if text not in self.options:
            raise ValueError(_unknown(1))
        return text

    def _name(self, text: str, on: date) -> str:
        if len(text) > _LONGEST or not is_name(text):
            raise ValueError(
                Text(f"请填证件上的姓名，最多 {_LONGEST} 个字。", f"Give the name on the document, at most {_LONGEST} letters.")
            )
        return text

    def _yes_no(self, text: str, on: date) -> bool:
        if text not in ("yes", "no"):
            raise ValueError(Text("请答是或否。", "Answer yes or no."))
        return text == "yes"

    def _agree(self, text: str, on: date) -> bool:
        if text != "yes":
            raise ValueError(Text("须同意后才能继续。", "Without agreeing it cannot go on."))
        return True

    def _text(self, text: str, on: date) -> str:
        if len(text) > _LONGEST or not text.isprintable():
            raise ValueError(Text(f"最多 {_LONGEST} 个可见字符。", f"At most {_LONGEST} printable characters."))
        return text

    def _words(self, text: str, on: date) -> str:
        longest = number("longest_report", on)
        if len(text) > longest or not text.replace("\r", "").replace("\n", "").replace("\t", "").isprintable():
            raise ValueError(Text(f"最多 {longest} 个可见字符。", f"At most {longest} printable characters."))
        return text

    def _number(self, text: str, on: date) -> float:
        low, high = self.between or (float("-inf"), float("inf"))
        try:
            typed = number_typed(text)
        except ValueError:
            typed = float("nan")
        if not low <= typed <= high:
            raise ValueError(Text(f"请填 {low:g} 到 {high:g} 之间的数。", f"Give a number from {low:g} to {high:g}."))
        return typed

    def _past_day(self, text: str, on: date) -> date:
        try:
            day = day_typed(text)
        except ValueError:
            raise ValueError(Text("日期请写作 2020-02-15。", "Write a day as 2020-02-15.")) from None
        if not date(1900, 1, 1) <= day <= on:
            raise ValueError(Text("日期不能晚于今天。", "The day cannot be after today."))
        return day


_BETWEEN_LETTERS: Final = frozenset(" ·•・‧.'’-")
"""What stands between the letters of names: 阿依古丽·买买提, O’Brien, Anne-Marie, John F. Kennedy."""


def is_name(text: str) -> bool:
    """Return whether a text may be somebody's name: letters of any script with their marks, and what stands between them.

    >>> [is_name(text) for text in ("王小明", "阿依古丽·买买提", "O’Brien", "<b>x</b>", "2020", "-")]
    [True, True, True, False, False, False]
    """
    kinds = [category(sign)[0] for sign in text]
    return bool(kinds) and kinds[0] == "L" and all(kind in "LM" or sign in _BETWEEN_LETTERS for kind, sign in zip(kinds, text, strict=True))


def _unknown(number: int) -> Text:
    return Text("请从列出的选项中选择。", "Choose from the options that are listed.")


@cache
def _names(on: date) -> dict[str, list[str]]:
    """Return the codes of every region of a day by what it may be called: its code, its name, its name after those it lies in."""
    names = dict(zip(*(regions(on)[column].to_pylist() for column in ("region_code", "name")), strict=True))
    called: dict[str, list[str]] = {}
    for code, name in names.items():
        prefecture, province = (names.get(above, "") for above in (f"{code[:4]}00", f"{code[:2]}0000"))
        for one in {code, name, prefecture + name, province + name, province + prefecture + name}:
            called.setdefault(one, []).append(code)
    return called


def region_called(text: str, on: date, *, near: str) -> str:
    """Return the code of the region that somebody names, with or without those it lies in, or gives the code of.

    Of several that bear a name the one in the province of the region `near` is meant, if there is one. Raises ValueError with a Text
    where it is no region, or not clear which.
    """
    found = _names(date(on.year, 1, 1)).get("".join(text.split()), [])
    here = [code for code in found if code[:2] == near[:2]]
    # A name that counties share is a prefecture's, if one bears it.
    for meant in (found, here, [code for code in found if code.endswith("00")]):
        if len(meant) == 1:
            return meant[0]
    if found:
        codes = "、".join(found[:6])
        raise ValueError(Text(f"有几个同名地区，请填行政区划代码：{codes}", f"Several places bear this name; give the code: {codes}"))
    raise ValueError(Text("没有这个地名；请填全称，如“杭州市”“西湖区”。", "No such place; give its full name, such as 杭州市 or 西湖区."))


@dataclass(frozen=True)
class Questionnaire:
    """A named list of questions with the version that answers are recorded under."""

    name: str
    version: str
    title: Text
    questions: tuple[Question, ...]

    def read(self, given: Mapping[str, Sequence[str]], *, on: date, near: str) -> dict[str, Any]:
        """Return the answers by question, given on a day in a region; raises BadAnswerError naming every one that cannot be taken."""
        answers: dict[str, Any] = {}
        problems: dict[str, Text] = {}
        for question in self.questions:
            if question.only_if and answers.get(question.only_if) is not True:
                answers[question.key] = None
                continue
            try:
                answers[question.key] = question.read(given.get(question.key, ()), on=on, near=near)
            except ValueError as error:
                problems[question.key] = error.args[0]
        if problems:
            raise BadAnswerError(problems)
        return answers


@cache
def questionnaire(name: str, on: date | None = None) -> Questionnaire:
    """Return the questionnaire of a name in the version of a day: the newest that had begun, before the first the first."""
    stated = stated_on(name, on)
    questions = tuple(_question(key, row) for key, row in stated["questions"].items())
    return Questionnaire(name=name, version=str(stated["version"]), title=Text(**stated["title"]), questions=questions)


def stated_on(name: str, on: date | None = None) -> Mapping[str, Any]:
    """Return a questionnaire's file in the version of a day, the newest where none is named."""
    found = versions(name)
    begun = [version for version in found if on is None or version <= on.isoformat()]
    return found[begun[-1] if begun else min(found)]


@cache
def versions(name: str) -> Mapping[str, Mapping[str, Any]]:
    """Return every version of a questionnaire, oldest first: `<name>.yaml`, and earlier ones as `<name>.<version>.yaml`."""
    folder = files(__package__).joinpath("questionnaires")
    named = [each for each in folder.iterdir() if each.name.split(".")[0] == name]
    stated = [yaml.safe_load(each.read_text(encoding="utf-8")) for each in named]
    return {str(each["version"]): each for each in sorted(stated, key=lambda each: str(each["version"]))}


def _question(key: str, row: dict[str, Any]) -> Question:
    between, options = row.get("between"), row.get("options", ())
    return Question(
        key=key,
        kind=row["kind"],
        words=Text(**row["words"]),
        help=Text(**row["help"]) if "help" in row else None,
        options=tuple(options),
        called={option: Text(**words) for option, words in options.items()} if isinstance(options, Mapping) else {},
        between=(between[0], between[1]) if between else None,
        optional=row.get("optional", False),
        only_if=row.get("only_if"),
    )
