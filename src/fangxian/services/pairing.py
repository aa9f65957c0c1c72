"""Judging doubtful pairs: the list, the two rows side by side with what differs, each look recorded about the person, the judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from fangxian.facts import Text
from fangxian.linkage.linking import said_steps
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living
from fangxian.services.references import Named, meant, refer
from fangxian.services.staff import staff_event
from fangxian.work.doubtful_pair import PAIR_MOVES, DoubtfulPair, PairState
from fangxian.work.judging import judge_pair
from fangxian.work.pair_rows import FIELD, RETENTION, contents_of, pairs_to_judge, read_pair
from fangxian.work.permissions import Principal, check, may
from fangxian.work.roles import Action

_TITLES: Final = {
    "name": Text("姓名", "name"),
    "id_number": Text("证件号码", "id number"),
    "born_on": Text("出生日期", "birth date"),
    "sex": Text("性别", "sex"),
    "phone": Text("联系电话", "phone"),
    "address": Text("住址", "address"),
    "region_code": Text("居住地代码", "county code"),
}
_COMPARED_AS: Final = {"born_on": "birth", "region_code": "address"}


@dataclass(frozen=True, repr=False)
class Line:
    """One thing that the two rows say; `agrees` is None where one of them does not say it. It has no printable form."""

    title: Text
    record: str
    known: str
    agrees: bool | None


@dataclass(frozen=True, repr=False)
class PairSeen:
    """A pair with what its rows say, how they agree, and the moves that the reader may make."""

    pair: DoubtfulPair
    lines: tuple[Line, ...]
    steps: tuple[tuple[Text, Text], ...]
    moves: tuple[PairState, ...]


def waiting_pairs(living: Living, by: Principal) -> list[tuple[str, DoubtfulPair]]:
    """Return the pairs that wait for somebody and those judged lately, each with its reference."""
    found = pairs_to_judge(living.store, by, at=living.clock())
    references = refer(living, by, Named.PAIR, [(pair.person_id, str(pair.pair_id)) for pair in found])
    return list(zip(references, found, strict=True))


def open_one_pair(living: Living, by: Principal, reference: str) -> PairSeen:
    """Return a pair with both rows, for whoever may judge it; the look is an event about the known person."""
    person_id, pair_id = meant(living, by, Named.PAIR, reference)
    pair = read_pair(living.store, person_id, UUID(pair_id))
    role = check(by, Action.JUDGE_PAIR, region_code=pair.region_code)
    event = staff_event(by, "pair looked at", purpose="doubtful pairs", role=role, person_id=person_id)
    with living.store.transaction(event, at=living.clock()) as transaction:
        sealed = contents_of(transaction, pair)
    period = f"{pair.opened_at:%Y-%m}"
    said = orjson.loads(living.vault.unseal(sealed, person_id=person_id, retention=RETENTION, period=period, field=FIELD))
    return PairSeen(pair, _lines(said), tuple(said_steps(said["steps"])), _moves(pair, by, living.clock()))


def _moves(pair: DoubtfulPair, by: Principal, at: datetime) -> tuple[PairState, ...]:
    """Return the moves that somebody may make now: whoever proposed that it is one person does not confirm it."""
    return tuple(
        to
        for (state, to), (action, *_) in PAIR_MOVES.items()
        if state is pair.state_at(at) and action and may(by, action, region_code=pair.region_code, first_subject=pair.proposed_by)
    )


def judge(living: Living, by: Principal, reference: str, to: PairState) -> None:
    """Judge a pair, confirm a proposal, or open it again.

    Raises RefusedError where the policy has lapsed: then nobody is said to be anybody.
    """
    person_id, pair_id = meant(living, by, Named.PAIR, reference)
    at = living.clock()
    if to in (PairState.PROPOSED, PairState.SAME):
        expect_in_force(living, at)
    judge_pair(living.store, by, person_id=person_id, pair_id=UUID(pair_id), to=to, policies=[living.policy], at=at)


def _lines(said: Mapping[str, Any]) -> tuple[Line, ...]:
    return tuple(
        Line(title, said["record"].get(name) or "", said["known"].get(name) or "", _agrees(said, name))
        for name, title in _TITLES.items()
        if said["record"].get(name) or said["known"].get(name)
    )


def _agrees(said: Mapping[str, Any], name: str) -> bool | None:
    """Whether the rows say the same of something as linkage read it; None where one of them is silent."""
    record, known = said["record"].get(name), said["known"].get(name)
    if not record or not known:
        return None
    step = said["steps"].get(_COMPARED_AS.get(name, name))
    return record == known or (step is not None and step >= _CLOSEST[_COMPARED_AS.get(name, name)])


_CLOSEST: Final = {"name": 5, "birth": 4, "phone": 2, "id_number": 2, "sex": 1, "address": 4}
"""The step of each comparison that means the same, however it was written."""
