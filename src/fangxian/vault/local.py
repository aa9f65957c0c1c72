"""The vault in the process that holds its keys; others reach it through a socket."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import threading
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import count, takewhile
from typing import Final

import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fangxian.errors import FangxianError
from fangxian.signed.credential import day_salt
from fangxian.sources.identity import KeyFile
from fangxian.vault.folder import KEY_BYTES, NONCE_BYTES, VaultFolder, key_mark
from fangxian.vault.proofs import BEGINNING, Destruction, add_proof, read_proofs
from fangxian.vault.vault import Vault

_SEALED: Final = b"\x01"
"""What a sealed text begins with: the form it has. Then come the nonce and the ciphertext."""
_WORD: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_PERIOD: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_PERSON: Final = re.compile(r"[0-9a-f]{32}")
_MAINLAND: Final = re.compile(r"(?:\+|00)?86(1[0-9]{10})")


class LocalVault(Vault):
    """A vault over an opened folder, which it has to itself. It has no printable form that says more."""

    def __init__(self, folder: VaultFolder) -> None:
        """Read the keys; finish what a power cut left of a destruction, and destroy again what a backup brought back."""
        self._folder = folder
        numbered = (f"identity/{number}" for number in count(1))
        self._people = [KeyFile(folder.key(name)) for name in takewhile(folder.has, numbered)]
        self._phone, self._day = folder.key("phone"), folder.key("day")
        self._destroyed = {(proof.retention, proof.period): proof for proof in read_proofs(folder.proofs)}
        self._ciphers: dict[tuple[str, str], AESGCM] = {}
        self._lock = threading.Lock()
        for proof in self._destroyed.values():
            folder.overwrite(proof.key_mark)

    def mark(self) -> str:
        """Return the mark of the key that people are named by: the newest, over all before it."""
        return self._marks()[-1]

    def person_ids(self, id_types: pa.Array, numbers: pa.Array) -> pa.Array:
        """Return the person id of each pair: the first key names, each later one renames."""
        return _renamed(self._people[0].person_ids(id_types, numbers), self._people[1:])

    def renamed(self, person_ids: pa.Array, *, named_by: str) -> pa.Array:
        """Return what people are called now. Who knows the earlier keys and not the newest cannot."""
        return _renamed(person_ids, self._people[self._keys_until(named_by) :])

    def phone_indexes(self, phones: Sequence[str]) -> list[bytes]:
        """Return each number's index."""
        return [hmac.digest(self._phone, normal_phone(phone).encode(), hashlib.sha256)[:16] for phone in phones]

    def day_salt(self, on: date) -> bytes:
        """Return the salt of a local day's token ids."""
        return day_salt(self._day, on)

    def seal_many(self, texts: Sequence[str], *, person_ids: Sequence[str], retention: str, period: str, field: str) -> list[bytes]:
        """Seal one field of many people, under a key that is made if it is the first of its class and period."""
        cipher = self._cipher(retention, period, make=True)
        # As with person ids, no library does this over an array.
        return [
            _SEALED + (nonce := os.urandom(NONCE_BYTES)) + cipher.encrypt(nonce, text.encode(), _SEALED + bound)
            for text, bound in zip(texts, _bound(person_ids, retention, period, field), strict=True)
        ]

    def unseal_many(self, sealed: Sequence[bytes], *, person_ids: Sequence[str], retention: str, period: str, field: str) -> list[str]:
        """Open one field of many people."""
        cipher = self._cipher(retention, period)
        try:
            return [
                cipher.decrypt(one[1 : 1 + NONCE_BYTES], one[1 + NONCE_BYTES :], one[:1] + bound).decode()
                for one, bound in zip(sealed, _bound(person_ids, retention, period, field), strict=True)
            ]
        except (InvalidTag, ValueError):
            raise FangxianError(
                "A sealed text does not open: it was sealed for another person or field, or was altered.",
                done="Nothing was opened.",
                next_step="Compare the row with a backup; if somebody moved it, the audit says who wrote there.",
            ) from None

    def reseal(
        self, sealed: Sequence[bytes], *, person_ids: Sequence[str], named_by: str, retention: str, period: str, field: str
    ) -> list[bytes]:
        """Seal the same people's texts for what they are called now."""
        texts = self.unseal_many(sealed, person_ids=person_ids, retention=retention, period=period, field=field)
        now_called = self.renamed(pa.array(person_ids, pa.string()), named_by=named_by).to_pylist()
        return self.seal_many(texts, person_ids=now_called, retention=retention, period=period, field=field)

    def destroy(self, retention: str, period: str, *, at: datetime) -> Destruction:
        """Write the proof, then overwrite the key: what is interrupted is finished when the vault next starts."""
        name = _data_key(retention, period)
        with self._lock:
            if (retention, period) not in self._destroyed:
                mark = key_mark(self._folder.key(name)).hex()
                last = list(self._destroyed.values())[-1:]
                proof = Destruction(
                    number=len(self._destroyed) + 1,
                    retention=retention,
                    period=period,
                    key_mark=mark,
                    at=at,
                    previous=last[0].hash if last else BEGINNING,
                )
                add_proof(self._folder.proofs, proof)
                self._destroyed[retention, period] = proof
            self._ciphers.pop((retention, period), None)
            self._folder.overwrite(self._destroyed[retention, period].key_mark)
            return self._destroyed[retention, period]

    def rotate(self) -> str:
        """Make a new key that people are named by, over those before it, and return its mark. Not offered through the socket."""
        key = secrets.token_bytes(KEY_BYTES)
        self._folder.keep(f"identity/{len(self._people) + 1}", key)
        self._people.append(KeyFile(key))
        return self.mark()

    def _marks(self) -> list[str]:
        """Return the mark after each key: the first is that of its key file."""
        marked = [self._people[0].person_ids(pa.array(["key"]), pa.array(["mark"]))]
        for key in self._people[1:]:
            marked.append(_renamed(marked[-1], [key]))
        return [one[0].as_py()[:8] for one in marked]

    def _keys_until(self, named_by: str) -> int:
        marks = self._marks()
        if named_by not in marks:
            raise FangxianError(
                "These people were named by a key that this vault does not hold.",
                done="Nobody was renamed.",
                next_step="Start the vault of this jurisdiction, with its own folder.",
            )
        return marks.index(named_by) + 1

    def _cipher(self, retention: str, period: str, *, make: bool = False) -> AESGCM:
        name, place = _data_key(retention, period), (retention, period)
        with self._lock:
            if proof := self._destroyed.get(place):
                raise FangxianError(
                    f"The key of {retention} {period} was destroyed on {proof.at:%Y-%m-%d}, by proof number {proof.number}.",
                    known="What it sealed cannot be read by anybody any more, and nothing more is sealed under it.",
                )
            if place not in self._ciphers:
                if make and not self._folder.has(name):
                    self._folder.keep(name, AESGCM.generate_key(KEY_BYTES * 8))
                self._ciphers[place] = AESGCM(self._folder.key(name))
            return self._ciphers[place]


def normal_phone(phone: str) -> str:
    """Return a phone number in one spelling: without spaces and signs, and without the country's prefix if it is a mainland mobile.

    >>> normal_phone("+86 138-0000-0000"), normal_phone("+44 20 7946 0000")
    ('13800000000', '+442079460000')
    """
    bare = re.sub(r"[^0-9+]", "", phone)
    found = _MAINLAND.fullmatch(bare)
    return found[1] if found else bare


def _renamed(person_ids: pa.Array, keys: Sequence[KeyFile]) -> pa.Array:
    for key in keys:
        # "person" is no kind of document: a renamed id is nobody's first one.
        person_ids = key.person_ids(pa.array(["person"] * len(person_ids)), person_ids)
    return person_ids


def _data_key(retention: str, period: str) -> str:
    if not _WORD.fullmatch(retention) or not _PERIOD.fullmatch(period):
        raise FangxianError(
            "There is no key of this retention class and period.",
            known="A class is a word of a-z, 0-9, - and _; a period is a month, such as 2020-02.",
            next_step="Name both so.",
        )
    return f"data/{retention}/{period}"


def _bound(person_ids: Sequence[str], retention: str, period: str, field: str) -> Iterator[bytes]:
    if not _WORD.fullmatch(field) or not all(map(_PERSON.fullmatch, person_ids)):
        raise FangxianError("A text is sealed for a person's id of 32 hexadecimal digits and a field's name.", done="Nothing was sealed.")
    end = f"|{retention}|{period}|{field}".encode()
    return (person_id.encode() + end for person_id in person_ids)
