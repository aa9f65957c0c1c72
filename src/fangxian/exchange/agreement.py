"""Agreements with other regions: with whom, for what, from when until when, and which two people signed. Nothing without one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from psycopg.rows import class_row

from fangxian.errors import FangxianError
from fangxian.exchange.refusals import Refusal, RefusedMessageError
from fangxian.signed import cose
from fangxian.signed.key_folder import KeyFolder
from fangxian.signed.keys import point
from fangxian.signed.trust import TrustList
from fangxian.store.store import Event, Store

_COLUMNS: Final = "agreement_id, region_code, address, root_key, purpose, from_at, until_at, first_signer, second_signer, ended_at"
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """One agreement; `address` is where the other installation is reached, `root_key` the point of the key behind its trust lists."""

    agreement_id: UUID
    region_code: str
    address: str
    root_key: bytes
    purpose: str
    from_at: datetime
    until_at: datetime
    first_signer: str
    second_signer: str
    ended_at: datetime | None = None

    @property
    def root(self) -> EllipticCurvePublicKey:
        """The root key of the other region."""
        return cose.public_key(self.root_key)

    def in_force(self, at: datetime) -> bool:
        """Return whether messages go and come under it at an instant."""
        return self.from_at <= at < (min(self.ended_at, self.until_at) if self.ended_at else self.until_at)


def agree(
    store: Store,
    event: Event,
    *,
    region_code: str,
    address: str,
    root: EllipticCurvePublicKey,
    purpose: str,
    from_at: datetime,
    until_at: datetime,
    signers: tuple[str, str],
    at: datetime,
) -> Agreement:
    """Record an agreement that two people signed. Raises FangxianError where one stands, or one person signed twice."""
    _check_address(address)
    if len({signer.strip().upper() for signer in signers} - {""}) != len(signers):
        raise FangxianError("Two different people sign an agreement.", done="Nothing was recorded.", next_step="Name both.")
    made = Agreement(
        agreement_id=uuid4(),
        region_code=region_code,
        address=address.rstrip("/"),
        root_key=point(root),
        purpose=purpose,
        from_at=from_at,
        until_at=until_at,
        first_signer=signers[0],
        second_signer=signers[1],
    )
    values = {**vars(made), "event_id": event.event_id}
    if any(each.region_code == region_code and each.ended_at is None for each in agreements(store)):
        raise FangxianError(
            "An agreement with this region stands.", done="Nothing was recorded.", next_step="End it with `fangxian exchange end`."
        )
    with store.transaction(event, at=at) as transaction:
        places = ", ".join(f"%({name})s" for name in values)
        transaction.connection.execute(f"INSERT INTO exchange.agreement ({', '.join(values)}) VALUES ({places})", values)
    return made


def end(store: Store, event: Event, region_code: str, *, at: datetime) -> None:
    """End the agreement with a region at once. Raises FangxianError where none stands."""
    with store.transaction(event, at=at) as transaction:
        ended = transaction.connection.execute(
            "UPDATE exchange.agreement SET ended_at = %s, event_id = %s WHERE region_code = %s AND ended_at IS NULL",
            [at, event.event_id, region_code],
        )
        if not ended.rowcount:
            raise FangxianError("No agreement with this region stands.", next_step="`fangxian exchange show` lists them.")


def agreements(store: Store) -> list[Agreement]:
    """Return every agreement that was ever recorded, the newest first."""
    with store.pool.connection() as connection:
        return _read(connection, "ORDER BY from_at DESC, agreement_id")


def agreed_with(store: Store, region_code: str, *, at: datetime) -> Agreement:
    """Return the agreement with a region that is in force. Raises RefusedMessageError where there is none."""
    with store.pool.connection() as connection:
        found = _read(connection, "WHERE region_code = %s AND ended_at IS NULL", region_code)
    for agreement in found:
        if agreement.in_force(at):
            return agreement
    raise RefusedMessageError(Refusal.NO_AGREEMENT)


def believe(keys: KeyFolder, agreement: Agreement, trust_list: bytes) -> int:
    """Put the other region's keys, as its root signed them, on our own list for the time of the agreement; return how many.

    A key that was once revoked stays so, whatever an older list says.
    """
    theirs = TrustList.read(trust_list, root=agreement.root)
    own = [key for key in theirs.keys if key.region_code == agreement.region_code and key.not_before < agreement.until_at]
    for key in own:
        until = min(key.not_after, agreement.until_at)
        keys.recognise(key.public, region_code=key.region_code, not_before=key.not_before, not_after=until)
        if key.revoked_at:
            keys.revoke(key.key_id, at=key.revoked_at)
    if not own:
        raise FangxianError(
            "The trust list has no key of that region.", done="No key was added.", next_step="Ask that region for its own list."
        )
    return len(own)


def _check_address(address: str) -> None:
    """Refuse an address over which messages could be read on the way; this very machine may be spoken to in clear."""
    parts = urlsplit(address)
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
        raise FangxianError(
            "The other installation is reached by https.", done="Nothing was recorded.", next_step="Give an address https://…"
        )


def _read(connection: psycopg.Connection[Any], where: str, *values: Any) -> list[Agreement]:
    with connection.cursor(row_factory=class_row(Agreement)) as cursor:
        return cursor.execute(f"SELECT {_COLUMNS} FROM exchange.agreement {where}".encode(), values).fetchall()
