"""What a vault does for others: names people, seals and opens texts, destroys keys. It never shows a key."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

import pyarrow as pa

from fangxian.vault.proofs import Destruction


class Vault(Protocol):
    """Whoever holds the keys of people's identity: our own process, or a KMS in its place. It is a KeyHolder too.

    A text is sealed under the key of a retention class and a period (a month, "2020-02"), and bound to its person and field:
    moved to another, it does not open. Every method raises FangxianError where the vault refuses, and never repeats what it was given.
    """

    @abstractmethod
    def mark(self) -> str:
        """Return a value that tells the key people are named by from another and says nothing else about it."""

    def expect_answer(self) -> None:
        """Ask the vault itself, and nothing that is kept of its answers; raises FangxianError where it does not answer."""
        self.mark()

    @abstractmethod
    def person_ids(self, id_types: pa.Array, numbers: pa.Array) -> pa.Array:
        """Return the person id, 32 hexadecimal digits, of each pair of id type and normalised number."""

    @abstractmethod
    def renamed(self, person_ids: pa.Array, *, named_by: str) -> pa.Array:
        """Return what the people are called now whose ids were made under the key with the mark `named_by`."""

    @abstractmethod
    def phone_indexes(self, phones: Sequence[str]) -> list[bytes]:
        """Return 16 bytes by which each phone number is found, however it is spelt."""

    @abstractmethod
    def day_salt(self, on: date) -> bytes:
        """Return the salt of a local day's token ids."""

    @abstractmethod
    def seal_many(self, texts: Sequence[str], *, person_ids: Sequence[str], retention: str, period: str, field: str) -> list[bytes]:
        """Seal one field of many people; refuses where the key was destroyed."""

    @abstractmethod
    def unseal_many(self, sealed: Sequence[bytes], *, person_ids: Sequence[str], retention: str, period: str, field: str) -> list[str]:
        """Open one field of many people; refuses where the key was destroyed, or one text is not this person's or was altered."""

    @abstractmethod
    def reseal(
        self, sealed: Sequence[bytes], *, person_ids: Sequence[str], named_by: str, retention: str, period: str, field: str
    ) -> list[bytes]:
        """Seal texts of people named under an earlier key for what the same people are called now; no text leaves the vault."""

    @abstractmethod
    def destroy(self, retention: str, period: str, *, at: datetime) -> Destruction:
        """Destroy a key, and with it all that it sealed, at the instant `at` (UTC); return the proof, the first if it was done before."""

    def person_id(self, id_type: str, number: str) -> str:
        """Return the person id of an id type and a normalised number."""
        named: str = self.person_ids(pa.array([id_type]), pa.array([number]))[0].as_py()
        return named

    def phone_index(self, phone: str) -> bytes:
        """Return 16 bytes by which a phone number is found."""
        return self.phone_indexes([phone])[0]

    def seal(self, text: str, *, person_id: str, retention: str, period: str, field: str) -> bytes:
        """Seal one field of one person."""
        return self.seal_many([text], person_ids=[person_id], retention=retention, period=period, field=field)[0]

    def unseal(self, sealed: bytes, *, person_id: str, retention: str, period: str, field: str) -> str:
        """Open one field of one person."""
        return self.unseal_many([sealed], person_ids=[person_id], retention=retention, period=period, field=field)[0]
