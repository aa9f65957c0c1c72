"""Keys in a folder: private ones encrypted with a passphrase (PKCS#8), and `keys.json`, which says when each signs.

The root key belongs on a medium that is locked away: it is needed where a trust list is published, and nowhere else. Gates are
given the published list as it is; servers go by the folder itself, so a revocation counts there at once.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from fangxian.errors import FangxianError
from fangxian.signed.cose import Signer
from fangxian.signed.files import expect_closed, write_file
from fangxian.signed.key_files import read_private, read_public, write_private, write_public
from fangxian.signed.keys import PrivateKey, point
from fangxian.signed.times import instant, seconds
from fangxian.signed.trust import TrustedKey, TrustList

KEY_LASTS: Final = timedelta(days=90)
ROOT_PUBLIC: Final = "root.pub"
_ROOT, _LIST, _PUBLISHED, _SEALING = "root.key", "keys.json", "trust.cose", "sealing.key"


@dataclass(frozen=True)
class KeyFolder:
    """A folder of keys, a KeyRing; several processes may change and read it at once."""

    folder: Path
    passphrase: bytes = b""

    @classmethod
    def make(cls, folder: Path, passphrase: bytes, *, region_code: str, at: datetime) -> KeyFolder:
        """Make a root key and a first signing key in a new or empty folder, and publish the first trust list."""
        if folder.exists() and any(folder.iterdir()):
            raise FangxianError(f"{folder} is not empty.", done="No key was made.", next_step="Name a new folder.")
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        made = cls(folder, passphrase)
        root = PrivateKey.make()
        made._keep(_ROOT, root)
        write_public(folder / ROOT_PUBLIC, root.public)
        made._write(region_code, 0, ())
        made.add_key(not_before=at)
        made.publish(at=at)
        return made

    @property
    def region_code(self) -> str:
        """The region whose keys these are."""
        return str(self._stated()["region_code"])

    @property
    def root(self) -> Signer:
        """The root key's private half."""
        return self._private(_ROOT)

    @property
    def root_public(self) -> EllipticCurvePublicKey:
        """The root key's public half."""
        return read_public(self.folder / ROOT_PUBLIC)

    def listed(self) -> tuple[TrustedKey, ...]:
        """Return every key that the trust list names, recognised regions' too, oldest first."""
        return tuple(_key(row) for row in self._stated()["keys"])

    def signer(self, at: datetime) -> Signer:
        """Return the newest of the region's keys that may sign at an instant."""
        usable = [k for k in self.listed() if k.region_code == self.region_code and k.could_sign(at) and not k.is_revoked(at)]
        if not usable:
            raise FangxianError(
                "No key of this folder may sign at this time.",
                known="A key signs within its own time, unless it is revoked.",
                next_step="Make one with `fangxian keys rotate --starts-in 0`, then `fangxian keys trust`.",
            )
        return self._private(f"{max(usable, key=lambda key: key.not_before).key_id.hex()}.key")

    @property
    def sealing(self) -> PrivateKey:
        """The key to which others seal what they send us, and which signs nothing; made when it is first asked for."""
        with self._changing():
            if not (self.folder / _SEALING).exists():
                self._keep(_SEALING, PrivateKey.make())
        return self._private(_SEALING)

    @property
    def published(self) -> bytes:
        """The trust list that was published last, as gates are given it; raises FangxianError where none was."""
        try:
            return (self.folder / _PUBLISHED).read_bytes()
        except FileNotFoundError:
            raise FangxianError(
                f"No trust list was published from {self.folder}.", next_step="Publish one: `fangxian keys trust`."
            ) from None

    def add_key(self, *, not_before: datetime) -> TrustedKey:
        """Make a signing key that starts at an instant; the one before it goes on being believed until its own end.

        Raises FangxianError where the passphrase does not open the keys that are there: one folder has one.
        """
        for file in sorted(self.folder.glob("*.key"))[:1]:
            self._private(file.name)
        made = PrivateKey.make()
        self._keep(f"{made.key_id.hex()}.key", made)
        key = TrustedKey(region_code=self.region_code, point=point(made.public), not_before=not_before, not_after=not_before + KEY_LASTS)
        with self._changing():
            self._write_keys((*self.listed(), key))
        return key

    def recognise(self, public: EllipticCurvePublicKey, *, region_code: str, not_before: datetime, not_after: datetime) -> TrustedKey:
        """Put another region's key on the list; one that was revoked stays so."""
        key = TrustedKey(region_code=region_code, point=point(public), not_before=not_before, not_after=not_after)
        with self._changing():
            known = {each.key_id: each for each in self.listed()}
            if held := known.get(key.key_id):
                key = replace(key, revoked_at=held.revoked_at)
            self._write_keys((known | {key.key_id: key}).values())
        return key

    def revoke(self, key_id: bytes, *, at: datetime) -> None:
        """Let nothing that a key signed be believed from an instant on."""
        with self._changing():
            if key_id not in {key.key_id for key in self.listed()}:
                raise FangxianError("This folder has no such key.", next_step="`fangxian keys show` lists them.")
            self._write_keys(replace(key, revoked_at=key.revoked_at or at) if key.key_id == key_id else key for key in self.listed())

    def trust_list(self, *, at: datetime) -> TrustList:
        """Return the keys as they stand, under the number of the last list that was published."""
        sequence = int(self._stated()["trust_sequence"])
        return TrustList(region_code=self.region_code, sequence=sequence, issued_at=at, keys=self.listed())

    def publish(self, *, at: datetime) -> TrustList:
        """Publish the keys as they stand under a new number, signed by the root key, which must be there."""
        root = self.root
        with self._changing():
            self._write(self.region_code, int(self._stated()["trust_sequence"]) + 1, self.listed())
            made = self.trust_list(at=at)
            write_file(self.folder / _PUBLISHED, made.write(root=root))
        return made

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Keep other processes from changing the list between our reading and our writing of it."""
        expect_closed(self.folder)
        with (self.folder / ".lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield

    def _stated(self) -> dict[str, Any]:
        path = self.folder / _LIST
        try:
            stated: dict[str, Any] = orjson.loads(path.read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError):
            raise FangxianError(
                f"{self.folder} is no folder of keys.", next_step="Name the folder that `fangxian keys make` made."
            ) from None
        return stated

    def _write_keys(self, keys: Iterable[TrustedKey]) -> None:
        self._write(self.region_code, int(self._stated()["trust_sequence"]), keys)

    def _write(self, region_code: str, trust_sequence: int, keys: Iterable[TrustedKey]) -> None:
        rows = [_row(key) for key in keys]
        stated = {"region_code": region_code, "trust_sequence": trust_sequence, "keys": rows}
        write_file(self.folder / _LIST, orjson.dumps(stated, option=orjson.OPT_INDENT_2))

    def _keep(self, name: str, key: PrivateKey) -> None:
        write_private(self.folder / name, key, passphrase=self.passphrase)

    def _private(self, name: str) -> PrivateKey:
        for secret in (self.folder, self.folder / name):
            expect_closed(secret)
        return read_private(self.folder / name, passphrase=self.passphrase)


def _row(key: TrustedKey) -> dict[str, Any]:
    return {
        "key_id": key.key_id.hex(),
        "region_code": key.region_code,
        "point": key.point.hex(),
        "not_before": seconds(key.not_before),
        "not_after": seconds(key.not_after),
        "revoked_at": seconds(key.revoked_at) if key.revoked_at else None,
    }


def _key(row: dict[str, Any]) -> TrustedKey:
    return TrustedKey(
        region_code=row["region_code"],
        point=bytes.fromhex(row["point"]),
        not_before=instant(row["not_before"]),
        not_after=instant(row["not_after"]),
        revoked_at=instant(row["revoked_at"]) if row["revoked_at"] else None,
    )
