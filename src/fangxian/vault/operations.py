"""What can be asked through the socket, and what each request must hold: nothing else reaches the vault."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final

import pyarrow as pa

from fangxian.errors import FangxianError
from fangxian.vault.local import LocalVault
from fangxian.vault.proofs import Destruction
from fangxian.vault.wire import MOST

Given = Mapping[str, Any]


def answer(vault: LocalVault, request: Given) -> Any:
    """Return what a request asks for. Raises FangxianError where it is none, or the vault refuses."""
    asked = request.get("do")
    if not isinstance(asked, str) or asked not in OPERATIONS:
        raise _NOT_ASKED
    expected, do = OPERATIONS[asked]
    given = {name: value for name, value in request.items() if name != "do"}
    if given.keys() != expected.keys() or not all(expected[name](value) for name, value in given.items()):
        raise _NOT_ASKED
    if len({len(value) for value in given.values() if isinstance(value, list)}) > 1:
        raise _NOT_ASKED
    return do(vault, given)


def said(proof: Destruction) -> dict[str, Any]:
    """Return a proof as messages and files hold it."""
    return {**asdict(proof), "at": proof.at.isoformat(), "hash": proof.hash}


_NOT_ASKED: Final = FangxianError("The vault does not know this request.", done="Nothing was done.", next_step="Use one version of both.")


def _text(value: object) -> bool:
    return type(value) is str and len(value) <= 200


def _texts(value: object) -> bool:
    return type(value) is list and len(value) <= MOST and all(type(one) is str for one in value)


def _sealed(value: object) -> bool:
    return type(value) is list and len(value) <= MOST and all(type(one) is bytes for one in value)


def _day(value: object) -> bool:
    return _reads(value, date.fromisoformat)


def _instant(value: object) -> bool:
    return _reads(value, datetime.fromisoformat)


def _reads(value: object, read: Callable[[str], object]) -> bool:
    try:
        return isinstance(value, str) and bool(read(value))
    except ValueError:
        return False


def _array(texts: list[str]) -> pa.Array:
    return pa.array(texts, pa.string())


_WHERE: Final = {"retention": _text, "period": _text, "field": _text}

OPERATIONS: Final[Mapping[str, tuple[Mapping[str, Callable[[object], bool]], Callable[[LocalVault, Given], Any]]]] = {
    "mark": ({}, lambda vault, given: vault.mark()),
    "person_ids": (
        {"id_types": _texts, "numbers": _texts},
        lambda vault, given: vault.person_ids(_array(given["id_types"]), _array(given["numbers"])).to_pylist(),
    ),
    "renamed": (
        {"person_ids": _texts, "named_by": _text},
        lambda vault, given: vault.renamed(_array(given["person_ids"]), named_by=given["named_by"]).to_pylist(),
    ),
    "phone_indexes": ({"phones": _texts}, lambda vault, given: vault.phone_indexes(given["phones"])),
    "day_salt": ({"on": _day}, lambda vault, given: vault.day_salt(date.fromisoformat(given["on"]))),
    "seal_many": ({"texts": _texts, "person_ids": _texts, **_WHERE}, lambda vault, given: vault.seal_many(**given)),
    "unseal_many": ({"sealed": _sealed, "person_ids": _texts, **_WHERE}, lambda vault, given: vault.unseal_many(**given)),
    "reseal": ({"sealed": _sealed, "person_ids": _texts, "named_by": _text, **_WHERE}, lambda vault, given: vault.reseal(**given)),
    "destroy": (
        {"retention": _text, "period": _text, "at": _instant},
        lambda vault, given: said(vault.destroy(given["retention"], given["period"], at=datetime.fromisoformat(given["at"]))),
    ),
}
