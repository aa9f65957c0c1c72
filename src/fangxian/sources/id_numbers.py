"""Id numbers: normalised and verified as sets, before they become person ids.

A resident id (GB 11643) is six digits of region, eight of birth, three of order and a check character: the weighted sum of
the seventeen digits modulo 11 picks it from `10X98765432`. The form of fifteen digits, issued until 1999, lacks the
century (19) and the check character: both are supplied. Only birth date and check are verified: the region of an id is
where it was first issued, may be long gone, and nothing here may depend on it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fangxian.facts import Text
from fangxian.sources import spelling
from fangxian.sources.cells import MEND
from fangxian.sources.refusal import Reason

WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS: Final = "10X98765432"

DEFAULT_KIND: Final = "居民身份证"
KINDS: Final = {
    DEFAULT_KIND: "resident_id",
    "身份证": "resident_id",
    "护照": "passport",
    "港澳通行证": "hk_macao_permit",
    "港澳居民来往内地通行证": "hk_macao_permit",
    "台湾通行证": "taiwan_permit",
    "台湾居民来往大陆通行证": "taiwan_permit",
    "无证件": "none",
}
"""Kinds of document as files word them. `无证件`, no papers: the number is what the platform issued to the person."""


class Fault(StrEnum):
    """What is wrong with an id number."""

    KIND = "kind"
    FORM = "form"
    BIRTH = "birth"
    CHECK = "check"

    @property
    def reason(self) -> Reason:
        """The reason that a row with this fault is refused for."""
        return Reason.UNKNOWN_WORD if self is Fault.KIND else Reason.WRONG_ID

    @property
    def remedy(self) -> Text:
        """What the agency can do about it."""
        return _REMEDIES[self]


_REMEDIES: Final = {
    Fault.KIND: Text(
        f"证件类型未登记；可用：{'、'.join(KINDS)}。{MEND.zh}",
        f"The kind of document is not known; it knows: {', '.join(KINDS)}. {MEND.en}",
    ),
    Fault.FORM: Text(
        f"位数或字符不对（居民身份证须 18 位或旧式 15 位；若由表格软件改成了数值，末位会变成 0）。{MEND.zh}",
        f"Wrong length or characters (a resident id has 18, of old 15; a spreadsheet that took it for a number spoils its end). {MEND.en}",
    ),
    Fault.BIRTH: Text(f"出生日期不可能。{MEND.zh}", f"The birth date in it is impossible. {MEND.en}"),
    Fault.CHECK: Text(
        f"校验位不符，多为录入错一位或两位颠倒。{MEND.zh}", f"The check character is wrong: mostly one digit mistyped. {MEND.en}"
    ),
}


def check_character(digits: str) -> str:
    """Return the expression of the check character of seventeen digits."""
    terms = " + ".join(f"(ascii(substr({digits}, {place}, 1)) - 48) * {weight}" for place, weight in enumerate(WEIGHTS, start=1))
    return f"substr('{CHECK_CHARACTERS}', CAST(({terms}) % 11 AS INTEGER) + 1, 1)"


def verified(numbers: str) -> str:
    """Return the query of `document, number, id_type, normalised, fault` over a query of distinct `document, number`.

    `fault` is null where the number may be used; `normalised` is null or useless where it is not.
    """
    upgraded = "left(bare, 6) || '19' || substr(bare, 7)"
    return f"""
        SELECT document, number, id_type, normalised, CASE
            WHEN id_type IS NULL THEN '{Fault.KIND}'
            WHEN id_type <> 'resident_id' THEN CASE WHEN NOT regexp_full_match(normalised, '[0-9A-Z-]{{4,30}}') THEN '{Fault.FORM}' END
            WHEN normalised IS NULL THEN '{Fault.FORM}'
            WHEN birth IS NULL OR birth NOT BETWEEN DATE '1880-01-01' AND CAST(getvariable('latest') AS DATE) THEN '{Fault.BIRTH}'
            WHEN {check_character("normalised")} <> right(normalised, 1) THEN '{Fault.CHECK}'
        END AS fault
        FROM (
            SELECT *, CASE WHEN id_type = 'resident_id' THEN try_strptime(substr(normalised, 7, 8), '%Y%m%d') END AS birth
            FROM (
                SELECT document, number, id_type, CASE
                    WHEN id_type <> 'resident_id' THEN bare
                    WHEN regexp_full_match(bare, '[0-9]{{17}}[0-9X]') THEN bare
                    WHEN regexp_full_match(bare, '[0-9]{{15}}') THEN {upgraded} || {check_character(f"({upgraded})")}
                END AS normalised
                FROM (
                    SELECT document, number, {spelling.translated("document", KINDS)} AS id_type,
                        regexp_replace(upper(number), '[\\s·]', '', 'g') AS bare
                    FROM ({numbers})
                )
            )
        )
    """
