"""Proofs that keys were destroyed, one JSON object a line, each with the hash of the one before.

An edit or a removal in the middle shows. Whoever can write the file can cut its end: keep the last hash somewhere else.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import orjson

from fangxian.errors import FangxianError

BEGINNING: Final = "0" * 64


@dataclass(frozen=True, kw_only=True)
class Destruction:
    """The proof that the key of a retention class and period was destroyed at an instant (UTC); `key_mark` tells which key it was."""

    number: int
    retention: str
    period: str
    key_mark: str
    at: datetime
    previous: str

    @property
    def hash(self) -> str:
        """SHA-256, in hexadecimal, over all that the proof says."""
        said = [self.number, self.retention, self.period, self.key_mark, self.at.isoformat(), self.previous]
        return sha256(orjson.dumps(said)).hexdigest()


def read_proofs(path: Path) -> tuple[Destruction, ...]:
    """Return every proof in a file, oldest first. Raises FangxianError at the first that does not follow from the one before.

    A last line without its end is a proof that was not finished: nothing was destroyed for it.
    """
    proofs: list[Destruction] = []
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    for number, line in enumerate(lines, start=1):
        proof = _proof(line)
        if proof is None or (proof.number, proof.previous) != (number, proofs[-1].hash if proofs else BEGINNING):
            raise FangxianError(
                f"The proofs of destroyed keys are broken at number {number}: it is not what was written, or does not follow.",
                known=f"They stand in {path}.",
                next_step="Somebody changed the file. Keep it as it is and compare it with a backup.",
            )
        proofs.append(proof)
    return tuple(proofs)


def add_proof(path: Path, proof: Destruction) -> None:
    """Append a proof durably, after what a power cut may have left of another."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        file.truncate(file.read().rfind(b"\n") + 1)
        file.seek(0, os.SEEK_END)
        file.write(orjson.dumps({**asdict(proof), "hash": proof.hash}) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def proof_of(said: object) -> Destruction:
    """Return the proof that an object of JSON or CBOR says; raises ValueError where it says none or its hash is another."""
    if not isinstance(said, dict) or not isinstance(said.get("at"), str):
        raise ValueError
    try:
        proof = Destruction(**{name: value for name, value in said.items() if name != "hash"} | {"at": datetime.fromisoformat(said["at"])})
    except TypeError:
        raise ValueError from None
    if said.get("hash") != proof.hash:
        raise ValueError
    return proof


def _proof(line: bytes) -> Destruction | None:
    try:
        return proof_of(orjson.loads(line))
    except ValueError:
        return None
