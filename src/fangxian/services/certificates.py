"""Certificates of release: for whoever was under isolation or observation and is so no more, from the facts that stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql

from fangxian.facts import MedicalMeasure, Text
from fangxian.policy.regions import region_name
from fangxian.services.acting import expect_may, may
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living, by_citizen
from fangxian.services.members import Member
from fangxian.services.refusals import RefusedError
from fangxian.signed.certificate import MOST_STEPS, Certificate
from fangxian.signed.certificate_paper import certificate_pdf
from fangxian.sources.catalogue import agency_of
from fangxian.store.identities import identity_of
from fangxian.work.roles import Action
from fangxian.work.subject import standing

_RELEASED: Final = "released"
_SHOWN: Final = 4
_NONE: Final = Text(
    "没有已解除的隔离或观察措施，无从开具；正在措施中的，解除后再开。",
    "No isolation or observation of yours has ended, so there is nothing to certify. Whoever is under one has it once released.",
)
_NAMELESS: Final = Text(
    "姓名已删除或已到期，请重新申领健康码后再开具。",
    "Your name was deleted or its time is over: apply for a code again, and then for this.",
)


@dataclass(frozen=True)
class Step:
    """One fact of a measure: its kind, since when it holds (to the second), and which source says so."""

    kind: str
    from_at: datetime
    source: str


@dataclass(frozen=True)
class Episode:
    """Measures that were ended by one release: each that began another kind, in order, and the release."""

    measures: tuple[Step, ...]
    release: Step


@dataclass(frozen=True, repr=False)
class Issued:
    """A certificate and its signed text. It has no printable form but its page."""

    certificate: Certificate
    text: str

    def pdf(self) -> bytes:
        """Return the page to print."""
        return certificate_pdf(self.text, self.certificate)


def certificate_of(living: Living, member: Member) -> Issued:
    """Return the certificate of a member's newest release. Raises RefusedError where there is none, or for another adult."""
    expect_may(member.acting, Action.CERTIFY_OWN_RELEASE)
    at = living.clock().replace(microsecond=0)
    expect_in_force(living, at)
    event = by_citizen("certificate_issued", member.person_id, acting=member.acting, purpose="certificate of release")
    with living.store.transaction(event, at=at) as transaction:
        episode = newest_episode(_steps(transaction.connection, member.person_id, at))
        if episode is None:
            raise RefusedError(_NONE)
        who = identity_of(transaction, living.vault, member.person_id)
        if who is None:
            raise RefusedError(_NAMELESS)
    certificate = Certificate(
        full_name=who.full_name,
        masked_number=masked_number(who.id_number),
        region_code=living.region_code,
        issued_by=f"{region_name(living.region_code)} {agency_of(episode.release.source).zh}",
        issued_at=at,
        until_at=episode.release.from_at,
        measures=tuple((step.kind, step.from_at) for step in episode.measures),
    )
    return Issued(certificate, certificate.write(by=living.signing.signer(at)))


def may_have_one(living: Living, member: Member) -> bool:
    """Return whether a certificate can be made for a member: what shows the link to it."""
    if not may(member.acting, Action.CERTIFY_OWN_RELEASE):
        return False
    with living.store.pool.connection() as connection:
        return newest_episode(_steps(connection, member.person_id, living.clock())) is not None


def newest_episode(steps: Sequence[Step]) -> Episode | None:
    """Return the measures that the newest release ended, None where none did or another measure has begun since.

    As for the rules, a release ends what began before it or at its very instant; of what several say the first counts.
    """
    in_order = sorted(steps, key=lambda step: (step.from_at, step.kind == _RELEASED, step.kind))
    last = max((place for place, step in enumerate(in_order) if step.kind != _RELEASED), default=-1)
    if last < 0 or last + 1 == len(in_order):
        return None
    first = max((place + 1 for place in range(last) if in_order[place].kind == _RELEASED), default=0)
    release = in_order[last + 1]
    begun = [step for step in in_order[first : last + 1] if step.from_at < release.from_at]
    if not begun:
        return None
    measures = begun[:1]
    for step in begun:
        if step.kind != measures[-1].kind and step.from_at > measures[-1].from_at:
            measures.append(step)
    return Episode((measures[0], *measures[1:][-(MOST_STEPS - 1) :]), release)


def masked_number(number: str) -> str:
    """Return a document's number with its middle hidden.

    >>> masked_number("11010519491231002X")
    '11************002X'
    >>> masked_number("E1234567")
    '****4567'
    """
    front = 2 if len(number) > 2 * _SHOWN else 0
    return number[:front] + "*" * (len(number) - front - _SHOWN) + number[-_SHOWN:]


def _steps(connection: psycopg.Connection[Any], person_id: str, at: datetime) -> list[Step]:
    query = sql.SQL("SELECT DISTINCT kind, date_trunc('second', from_at), source FROM {} AS measure WHERE person_id = %s AND from_at <= %s")
    return [Step(*row) for row in connection.execute(query.format(standing(MedicalMeasure)), [UUID(person_id), at]).fetchall()]
