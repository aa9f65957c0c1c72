"""The gates' file of changes: whose colour changed since their credential was signed, and which papers no longer count.

    [ region, sequence, issued, entries ]     an entry is 13 bytes: 8 of the token id, 4 of the instant, 1 of the state

Entries are sorted by token id and looked up where they lie, by halving: nothing is unpacked. The file holds no person, and
from one day to the next no token id is the same. A day credential lasts a day at most, so changes older than that can go.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import cbor2
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fangxian.errors import FangxianError
from fangxian.policy.colour import Colour
from fangxian.signed import cbor, cose
from fangxian.signed.cose import Signer
from fangxian.signed.times import instant, seconds
from fangxian.signed.trust import TrustList
from fangxian.signed.unreadable import UnreadableError

REVOKED: Final = "revoked"
STATES: Final = (*map(str, Colour), REVOKED)
SCHEMA: Final = pa.schema({"token_id": pa.binary(16), "since_at": pa.timestamp("us"), "state": pa.string()})
"""What a file of changes is made from: one row a change; of several of one token, the latest counts."""
_CONTEXT: Final = b"fangxian changes"
_ENTRY: Final = np.dtype([("token", ">u8"), ("since", ">u4"), ("state", "u1")])
_TOKEN: Final = 8


@dataclass(frozen=True, kw_only=True)
class Change:
    """What became of a token: a new colour, or None where its paper was revoked; since an instant."""

    colour: Colour | None
    since_at: datetime


@dataclass(frozen=True, kw_only=True)
class Changes:
    """The changes that a region's gates were told of by an instant."""

    region_code: str
    sequence: int
    issued_at: datetime
    entries: bytes

    @classmethod
    def of(cls, rows: pa.Table, *, region_code: str, sequence: int, issued_at: datetime, before: Changes | None = None) -> Changes:
        """Return the changes of a table (see SCHEMA), and those of the file before it."""
        entries = _packed(rows.cast(SCHEMA), before.entries if before else b"")
        return cls(region_code=region_code, sequence=sequence, issued_at=issued_at, entries=entries)

    def __len__(self) -> int:
        """Return how many tokens the file names."""
        return len(self.entries) // _ENTRY.itemsize

    def about(self, token_id: bytes) -> Change | None:
        """Return what became of a token, None if nothing did."""
        wanted, size = token_id[:_TOKEN], _ENTRY.itemsize
        start = size * bisect_left(range(len(self)), wanted, key=lambda n: self.entries[n * size : n * size + _TOKEN])
        entry = self.entries[start : start + size]
        if entry[:_TOKEN] != wanted:
            return None
        state = STATES[entry[-1]]
        since_at = instant(int.from_bytes(entry[_TOKEN:-1], "big"))
        return Change(colour=None if state == REVOKED else Colour(state), since_at=since_at)

    def write(self, *, by: Signer) -> bytes:
        """Return the changes as a file, signed by one of the region's keys."""
        payload = [self.region_code, self.sequence, seconds(self.issued_at), self.entries]
        return cose.sign(cbor2.dumps(payload, canonical=True), by=by, context=_CONTEXT)

    @classmethod
    def read(cls, data: bytes, *, trust: TrustList, at: datetime, newest_seen: int = 0) -> Changes:
        """Return the changes in a file; raises FangxianError if they are not the region's own, or older than some seen before."""
        signed = cose.read(data)
        key = trust.by_id.get(signed.key_id or b"")
        believed = key and key.region_code == trust.region_code and not key.is_revoked(at)
        if key is None or not believed or not signed.signed_by(key.public, context=_CONTEXT):
            raise _refused("The file of changes is not signed by a key of this region that is believed.")
        match cbor.read(signed.payload):
            case [str(region), int(sequence), issued, bytes(entries)] if region == trust.region_code:
                _check_entries(entries)
                found = cls(region_code=region, sequence=sequence, issued_at=instant(issued), entries=entries)
                if not key.could_sign(found.issued_at):
                    raise _refused("The file of changes was signed outside the time of its key.")
                if sequence < newest_seen:
                    raise _refused(f"The file of changes is number {sequence}, and this gate has seen number {newest_seen}.")
                return found
        raise UnreadableError


def _packed(rows: pa.Table, before: bytes) -> bytes:
    entries = np.empty(rows.num_rows, dtype=_ENTRY)
    tokens: Any = pa.concat_arrays([*rows["token_id"].chunks, pa.array([], SCHEMA.field("token_id").type)])
    entries["token"] = np.frombuffer(tokens.buffers()[1], dtype=">u8")[: 2 * len(rows) : 2]
    entries["since"] = pc.cast(rows["since_at"], pa.timestamp("s"), safe=False).cast(pa.int64()).to_numpy()
    entries["state"] = pc.index_in(rows["state"], pa.array(STATES)).to_numpy()
    # Joining turns the numbers to the machine's own byte order: turn them back.
    entries = np.concatenate([np.frombuffer(before, dtype=_ENTRY), entries]).astype(_ENTRY)
    entries = entries[np.lexsort((entries["since"], entries["token"]))]
    latest = np.append(entries["token"][1:] != entries["token"][:-1], True) if len(entries) else np.empty(0, dtype=bool)
    return bytes(entries[latest].tobytes())


def _check_entries(entries: bytes) -> None:
    """Refuse entries that are not whole, sorted, each token once, with a known state and an instant."""
    if len(entries) % _ENTRY.itemsize:
        raise UnreadableError
    rows: Any = np.frombuffer(entries, dtype=_ENTRY)
    sorted_once = bool((rows["token"][1:] > rows["token"][:-1]).all())
    if not (sorted_once and bool((rows["state"] < len(STATES)).all()) and bool((rows["since"] > 0).all())):
        raise UnreadableError


def _refused(what: str) -> FangxianError:
    return FangxianError(what, done="It was refused; nothing was verified.", next_step="Fetch the newest file.")
