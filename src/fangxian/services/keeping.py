"""Keeping who somebody is, as they type it by phone: what staff saw in a document is neither taken over by its number nor typed over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from fangxian.facts import Text
from fangxian.services.children import expect_free
from fangxian.services.documents import Document
from fangxian.services.living import Living
from fangxian.services.members import RETENTION, own_person
from fangxian.services.refusals import BadAnswerError, RefusedError
from fangxian.store.identities import Identity, identity_of, keep_identity, seen_at_desk
from fangxian.store.store import Transaction

_AT_DESK: Final = Text(
    "该证件已在服务点登记。请持证件到服务点解除登记，并当场用自己的手机重新申领。",
    "This document was registered at a service point. Bring it to a service point, which releases it, and apply with your own phone there.",
)
_OTHER_NAME: Final = Text(
    "与服务点核验过的姓名不符，请照证件填写；姓名有变的，请持证件到服务点更正。",
    "It is not the name that a service point saw in the document. Give that one, or bring the document where the name has changed.",
)


def expect_own(transaction: Transaction, document: Document, phone_index: bytes, *, on: date) -> None:
    """Raise RefusedError where the event's person cannot become a phone's own by the number alone, and a service point must see it.

    Whoever is the phone's own already renews. An adult whose document staff saw has it released first, and so has a child whom anybody
    knows here.
    """
    person_id = str(transaction.event.person_id)
    if own_person(transaction.connection, phone_index) == UUID(person_id).hex:
        return
    if document.is_of_a_child(on):
        expect_free(transaction)
    elif seen_at_desk(transaction.connection, person_id):
        raise RefusedError(_AT_DESK)


class OtherNameError(BadAnswerError):
    """Another name than staff saw in a document, which was opened to compare it: the event that says so must be committed."""

    def __init__(self) -> None:
        """Say what to do, and nothing of the name that was seen."""
        super().__init__({"full_name": _OTHER_NAME})


def expect_seen_name(living: Living, transaction: Transaction, full_name: str) -> None:
    """Raise OtherNameError where staff saw another name in the document of the event's person; nothing may have been written before."""
    person_id = str(transaction.event.person_id)
    if seen_at_desk(transaction.connection, person_id):
        seen = identity_of(transaction, living.vault, person_id)
        if seen is None or seen.full_name != full_name:
            raise OtherNameError


def keep_as_typed(
    living: Living, transaction: Transaction, identity: Mapping[str, Any], document: Document, *, phone: str | None = None
) -> None:
    """Keep who the event's person is; that staff saw the document stays true. Expects `expect_seen_name` before it."""
    person_id = str(transaction.event.person_id)
    who = Identity(
        person_id=person_id,
        full_name=identity["full_name"],
        id_type=document.id_type,
        id_number=document.number,
        phone=phone,
        at_desk=seen_at_desk(transaction.connection, person_id),
    )
    keep_identity(transaction, living.vault, who, retention=RETENTION)
