"""Whether a code that was shown is the code of whoever showed it: both sides compute a proof of the papers and compare.

The papers themselves never travel. An id number is short enough to be guessed from a plain hash, so the proof is made slow
(scrypt, 16 MB), and the message's own id is its salt: no two proofs of one person are alike.
"""

from __future__ import annotations

import hashlib
from typing import Final
from uuid import UUID

from fangxian.store.identities import Identity

BYTES: Final = 16
_COST: Final = {"n": 1 << 14, "r": 8, "p": 1, "dklen": BYTES}


def proof(identity: Identity, *, message_id: UUID) -> bytes:
    """Return the 16 bytes that stand for somebody's papers in one message."""
    return hashlib.scrypt(f"{identity.id_type} {identity.id_number}".encode(), salt=message_id.bytes, **_COST)
