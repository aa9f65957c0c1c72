"""The trust list and the keys behind it: made, rotated, revoked, published, and never taken back to an older number."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fangxian.errors import FangxianError
from fangxian.signed import cose
from fangxian.signed.files import expect_closed
from fangxian.signed.issue import issue
from fangxian.signed.key_files import read_private, read_public, write_private
from fangxian.signed.key_folder import KEY_LASTS, ROOT_PUBLIC, KeyFolder
from fangxian.signed.keys import PrivateKey
from fangxian.signed.newest_seen import NewestSeen
from fangxian.signed.trust import TrustList
from fangxian.signed.verdict import Outcome

from .kit import DAY, EIGHT, HOUR, Town, trusted


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    """Give a folder of keys that was made a day ago."""
    return KeyFolder.make(tmp_path / "keys", b"horse", region_code="330100", at=EIGHT - DAY)


def test_a_list_is_read_back_as_it_was_written(town: Town):
    made = town.trust_of(trusted(town.server, revoked_at=EIGHT), trusted(town.neighbour, region_code="510100"))
    read = TrustList.read(made.write(root=town.root), root=town.root.public)
    assert (read.sequence, read.issued_at, read.region_code) == (made.sequence, made.issued_at, made.region_code)
    assert [(k.key_id, k.region_code, k.not_before, k.not_after, k.revoked_at) for k in read.keys] == [
        (k.key_id, k.region_code, k.not_before, k.not_after, k.revoked_at) for k in made.keys
    ]


def test_a_list_by_another_root_is_refused(town: Town):
    with pytest.raises(FangxianError, match="root key"):
        TrustList.read(town.trust.write(root=PrivateKey.make()), root=town.root.public)


def test_an_older_list_is_refused_and_the_same_one_is_not(town: Town):
    data = town.trust_of(trusted(town.server), sequence=3).write(root=town.root)
    assert TrustList.read(data, root=town.root.public, newest_seen=3).sequence == 3
    with pytest.raises(FangxianError, match="has seen number 4"):
        TrustList.read(data, root=town.root.public, newest_seen=4)


def test_every_flipped_bit_of_a_list_is_refused(town: Town):
    data = town.trust_of(trusted(town.server)).write(root=town.root)
    for bit in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(FangxianError):
            TrustList.read(bytes(flipped), root=town.root.public)


def test_a_gate_remembers_the_newest_numbers_from_run_to_run(tmp_path: Path):
    NewestSeen.beside(tmp_path / "trust.cose").keep(trust=3, changes=9)
    NewestSeen.beside(tmp_path / "trust.cose").keep(trust=4, changes=None)
    again = NewestSeen.beside(tmp_path / "trust.cose")
    assert (again.trust, again.changes) == (4, 9)
    again.path.write_text("{")
    with pytest.raises(FangxianError, match="cannot be read"):
        NewestSeen.beside(tmp_path / "trust.cose")


def test_private_keys_are_encrypted_on_disk_and_for_their_owner_only(folder: KeyFolder):
    files = sorted(folder.folder.glob("*.key"))
    assert len(files) == 2
    assert all(b"ENCRYPTED PRIVATE KEY" in file.read_bytes() and file.stat().st_mode & 0o077 == 0 for file in files)
    with pytest.raises(FangxianError, match="passphrase"):
        read_private(files[0], passphrase=b"donkey")


@pytest.mark.parametrize("mode", [0o777, 0o755, 0o701])
def test_a_folder_of_keys_that_others_may_use_signs_nothing_and_is_not_changed(folder: KeyFolder, mode):
    folder.folder.chmod(mode)
    for use in (lambda: folder.signer(EIGHT), lambda: folder.add_key(not_before=EIGHT), lambda: folder.publish(at=EIGHT)):
        with pytest.raises(FangxianError, match="Others than its owner") as refused:
            use()
        assert f"chmod 700 {folder.folder}" in refused.value.next_step
    folder.folder.chmod(0o700)
    assert len(list(folder.folder.glob("*.key"))) == 2


def test_a_private_key_that_others_may_read_signs_nothing(folder: KeyFolder):
    for key in folder.folder.glob("*.key"):
        key.chmod(0o644)
    with pytest.raises(FangxianError, match="Others than its owner") as refused:
        folder.signer(EIGHT)
    assert "chmod 600" in refused.value.next_step


def test_a_folder_of_keys_is_closed_when_it_is_made_where_one_stood_empty(tmp_path: Path):
    (tmp_path / "keys").mkdir(mode=0o755)
    made = KeyFolder.make(tmp_path / "keys", b"horse", region_code="330100", at=EIGHT)
    assert made.folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root gives a file to somebody else.")
def test_a_secret_of_another_user_is_refused(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    os.chown(secret, 65534, 65534)
    with pytest.raises(FangxianError, match="another user's"):
        expect_closed(secret)


def test_a_private_key_is_not_written_without_a_passphrase(tmp_path: Path):
    with pytest.raises(FangxianError, match="passphrase"):
        write_private(tmp_path / "key", PrivateKey.make(), passphrase=b"")
    assert not list(tmp_path.iterdir())


def test_a_key_shows_nothing_of_itself_but_its_name():
    key = PrivateKey.make()
    assert repr(key) == f"PrivateKey({key.key_id.hex()})"


def test_keys_are_not_made_over_others(folder: KeyFolder):
    with pytest.raises(FangxianError, match="not empty"):
        KeyFolder.make(folder.folder, b"horse", region_code="330100", at=EIGHT)


def test_a_rotated_key_signs_from_its_start_and_the_list_holds_both(folder: KeyFolder, town: Town):
    first = folder.signer(EIGHT)
    folder.add_key(not_before=EIGHT + DAY)
    assert folder.signer(EIGHT + DAY - HOUR).key_id == first.key_id
    second = folder.signer(EIGHT + DAY)
    assert second.key_id != first.key_id
    folder.publish(at=EIGHT)
    published = TrustList.read(folder.published, root=read_public(folder.folder / ROOT_PUBLIC))
    assert {key.key_id for key in published.keys} == {first.key_id, second.key_id}
    at = EIGHT + DAY + HOUR
    old = issue(town.paper(issued_at=EIGHT + 2 * HOUR, valid_until=at + DAY), by=first)
    new = issue(town.paper(issued_at=EIGHT + DAY, valid_until=at + DAY), by=second)
    assert [town.scan(text, at, trust=published).outcome for text in (old, new)] == [Outcome.COLOUR] * 2


def test_a_gate_offline_for_three_days_knows_the_key_that_starts_to_sign_meanwhile(folder: KeyFolder, town: Town):
    folder.add_key(not_before=EIGHT + DAY)
    held = folder.publish(at=EIGHT - DAY)
    at = EIGHT + 2 * DAY
    text = issue(town.paper(issued_at=at - HOUR, valid_until=at + DAY), by=folder.signer(at - HOUR))
    verdict = town.scan(text, at, trust=held)
    assert (verdict.outcome, verdict.files_are_old) == (Outcome.COLOUR, True)


def test_a_revoked_key_signs_no_more_and_is_named_as_revoked(folder: KeyFolder):
    leaked = folder.signer(EIGHT).key_id
    folder.revoke(leaked, at=EIGHT)
    assert folder.trust_list(at=EIGHT).by_id[leaked].is_revoked(EIGHT)
    with pytest.raises(FangxianError, match="may sign"):
        folder.signer(EIGHT)
    folder.add_key(not_before=EIGHT)
    assert folder.signer(EIGHT).key_id != leaked


def test_a_key_that_is_not_there_cannot_be_revoked(folder: KeyFolder):
    with pytest.raises(FangxianError, match="no such key"):
        folder.revoke(bytes(8), at=EIGHT)


def test_a_recognised_region_is_listed_and_never_signs_here(folder: KeyFolder, town: Town):
    folder.recognise(town.neighbour.public, region_code="510100", not_before=EIGHT, not_after=EIGHT + KEY_LASTS)
    listed = folder.publish(at=EIGHT)
    assert listed.by_id[town.neighbour.key_id].region_code == "510100"
    assert folder.signer(EIGHT + HOUR).key_id != town.neighbour.key_id
    verdict = town.scan(town.shown(by=town.neighbour, region_code="510100", issued_at=EIGHT), trust=listed)
    assert verdict.outcome is Outcome.ELSEWHERE


def test_every_published_list_has_a_new_number(folder: KeyFolder):
    assert [folder.publish(at=EIGHT).sequence for _ in range(3)] == [2, 3, 4]
    assert folder.trust_list(at=EIGHT).sequence == 4


def test_the_root_key_is_needed_to_publish_and_for_nothing_else(folder: KeyFolder):
    published, away = folder.published, folder.folder / "root.key"
    away.unlink()
    folder.add_key(not_before=EIGHT)
    assert folder.signer(EIGHT).key_id in folder.trust_list(at=EIGHT).by_id
    with pytest.raises(FangxianError, match=r"root\.key"):
        folder.publish(at=EIGHT)
    assert (folder.published, folder.trust_list(at=EIGHT).sequence) == (published, 1)


def test_a_revoked_key_stays_so_however_often_it_is_recognised(folder: KeyFolder, town: Town):
    for _ in range(2):
        folder.recognise(town.neighbour.public, region_code="510100", not_before=EIGHT, not_after=EIGHT + KEY_LASTS)
        folder.revoke(town.neighbour.key_id, at=EIGHT)
    folder.recognise(town.neighbour.public, region_code="510100", not_before=EIGHT, not_after=EIGHT + KEY_LASTS)
    assert folder.trust_list(at=EIGHT).by_id[town.neighbour.key_id].is_revoked(EIGHT)


def test_keys_that_are_made_at_once_are_all_listed(folder: KeyFolder):
    with ThreadPoolExecutor(8) as many:
        made = list(many.map(lambda _: folder.add_key(not_before=EIGHT).key_id, range(24)))
    assert {key.key_id for key in folder.listed()} >= set(made)


def test_a_kms_is_a_plug(town: Town):
    class Kms:
        """Knows how to sign, and shows no key."""

        key_id = town.server.key_id

        def sign(self, message: bytes) -> bytes:
            return town.server.sign(message)

    assert cose.read(cose.sign(b"x", by=Kms())).signed_by(town.server.public)
