"""A person's document as the person types it: normalised and verified by the same text that files go through."""

from __future__ import annotations

import secrets
from calendar import isleap
from dataclasses import dataclass
from datetime import date
from typing import Final

import duckdb

from fangxian.facts import Text
from fangxian.services.refusals import BadAnswerError
from fangxian.sources.id_numbers import KINDS, Fault, verified

KIND_OF: Final = {id_type: kind for kind, id_type in reversed(KINDS.items())}
"""The first word that files use for each type of document."""

_NO_PAPERS: Final = "none"
_GROWN_UP: Final = 18
_SAID: Final = {
    Fault.KIND: Text("请选择证件类型。", "Choose the kind of document."),
    Fault.FORM: Text("证件号码的位数或字符不对。", "The number has the wrong length or characters."),
    Fault.BIRTH: Text("证件号码中的出生日期不可能。", "The birth date in the number is impossible."),
    Fault.CHECK: Text("证件号码有误，请逐位核对。", "The number has a mistake; compare it digit by digit."),
}


@dataclass(frozen=True, repr=False)
class Document:
    """A kind of document and its normalised number. It has no printable form."""

    id_type: str
    number: str

    @property
    def of_age_on(self) -> date | None:
        """The eighteenth birthday, where the number shows it; that of somebody born on 29 February may be 1 March."""
        if self.id_type != "resident_id":
            return None
        year, month, day = int(self.number[6:10]) + _GROWN_UP, int(self.number[10:12]), int(self.number[12:14])
        return date(year, 3, 1) if (month, day) == (2, 29) and not isleap(year) else date(year, month, day)

    def is_of_a_child(self, on: date) -> bool:
        """Return whether the number itself shows that the person is under 18; other documents do not show an age."""
        return self.of_age_on is not None and on < self.of_age_on


def document(id_type: str, number: str, *, on: date) -> Document:
    """Return the document that was typed; raises BadAnswerError for one that cannot be.

    Somebody without papers is given a number, which they keep to be known by.
    """
    if id_type == _NO_PAPERS and not number.strip():
        return Document(id_type, f"F{secrets.token_hex(8).upper()}")
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"SET VARIABLE latest = DATE '{on.isoformat()}'")
        given = "SELECT $kind AS document, $number AS number"
        row = connection.execute(
            f"SELECT id_type, normalised, fault FROM ({verified(given)})", {"kind": KIND_OF.get(id_type, ""), "number": number}
        ).fetchone()
    found, normalised, fault = row or (None, None, Fault.KIND)
    if fault:
        question = "id_type" if fault == Fault.KIND else "id_number"
        raise BadAnswerError({question: _SAID[Fault(fault)]})
    return Document(str(found), str(normalised))
