"""An application for a code as somebody typed it: read as a whole, so that every wrong field is named at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from fangxian.facts import Text
from fangxian.services.accounts import phone_number
from fangxian.services.declaring import Answers, enrol, enrol_child, expect_child, expect_own_phone
from fangxian.services.documents import Document, document
from fangxian.services.living import Living
from fangxian.services.refusals import BadAnswerError

CHILD: Final = "child"
Given = Mapping[str, Sequence[str]]


@dataclass(frozen=True, repr=False)
class Application:
    """Who somebody is and what they declare. It has no printable form."""

    identity: Answers
    document: Document
    answers: Answers


def application(living: Living, given: Given, *more: Callable[[], None], of_child: bool = False) -> Application:
    """Return the application that was typed. BadAnswerError names every problem of it, and of `more` that is checked, at once."""
    read = partial(living.read, given=given)
    identity, answers, shown, *_ = _together(
        lambda: read("identity"), lambda: read("declaration"), lambda: _shown(living, given, of_child=of_child), *more
    )
    return Application(identity, shown, answers)


def apply(living: Living, given: Given, *, relation: str, phone: str, phone_index: bytes) -> tuple[int, Document]:
    """Enrol whoever is logged in on their own phone, or a child of theirs; return the place there, and the document.

    `phone` is what was typed as the number to reach the person by. Raises what `enrol` and `enrol_child` do.
    """
    if relation == CHILD:
        child = application(living, given, of_child=True)
        return enrol_child(living, child.identity, child.document, child.answers, phone_index=phone_index), child.document
    own = application(living, given, lambda: expect_own_phone(living, phone_number(phone), phone_index))
    place = enrol(living, own.identity, own.document, own.answers, phone_index=phone_index, phone=phone_number(phone))
    return place, own.document


def _shown(living: Living, given: Given, *, of_child: bool) -> Document:
    today = living.today(living.clock())
    id_type, id_number = (next(iter(given.get(key, ())), "").strip() for key in ("id_type", "id_number"))
    shown = document(id_type, id_number, on=today)
    if of_child:
        expect_child(shown, on=today)
    return shown


def _together(*reads: Callable[[], Any]) -> list[Any]:
    """Return what each read gives; of several problems with one field the first is named."""
    found: list[Any] = []
    problems: dict[str, Text] = {}
    for read in reads:
        try:
            found.append(read())
        except BadAnswerError as bad:
            problems = bad.problems | problems
    if problems:
        raise BadAnswerError(problems)
    return found
