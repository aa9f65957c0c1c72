"""Texts are sealed for one person, field, class and period; a destroyed key takes all that it sealed, and leaves a proof."""

from datetime import date, datetime

import pytest
from spec_symbols import person_id

from fangxian.errors import FangxianError
from fangxian.signed.credential import day_salt
from fangxian.vault.folder import VaultFolder, key_mark, marks_in
from fangxian.vault.local import LocalVault
from fangxian.vault.proofs import read_proofs

ANN, BO = person_id("ann"), person_id("bo")
WHERE = {"retention": "identity", "period": "2020-02"}
DAY = datetime(2020, 5, 1, 4)


@pytest.fixture
def local(folder):
    return LocalVault(folder)


def seal(vault, text="王小明", **changes):
    return vault.seal(text, **({"person_id": ANN, "field": "full_name"} | WHERE | changes))


def unseal(vault, sealed, **changes):
    return vault.unseal(sealed, **({"person_id": ANN, "field": "full_name"} | WHERE | changes))


def test_a_sealed_text_opens_again_also_after_a_restart(local, folder):
    sealed = seal(local)
    assert unseal(local, sealed) == unseal(LocalVault(VaultFolder.open(folder.path)), sealed) == "王小明"


def test_the_same_text_is_never_sealed_the_same(local):
    assert seal(local) != seal(local)


@pytest.mark.parametrize("moved", [{"person_id": BO}, {"field": "phone"}, {"period": "2020-03"}, {"retention": "visitor"}])
def test_a_sealed_text_moved_elsewhere_does_not_open(local, moved):
    seal(local, **moved)
    with pytest.raises(FangxianError, match="does not open"):
        unseal(local, seal(local), **moved)


def test_every_altered_byte_and_every_cut_is_refused(local):
    sealed = seal(local)
    altered = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))]
    for each in [*altered, *(sealed[:end] for end in range(len(sealed))), sealed + b"\0"]:
        with pytest.raises(FangxianError, match="does not open"):
            unseal(local, each)


@pytest.mark.parametrize(
    "wrong",
    [{"period": "2020-13"}, {"period": "2020"}, {"retention": "../x"}, {"field": "a|b"}, {"person_id": "x"}, {"person_id": BO.upper()}],
)
def test_a_place_that_is_none_is_refused(local, wrong):
    with pytest.raises(FangxianError):
        seal(local, **wrong)


def test_a_destroyed_key_opens_and_seals_nothing_and_says_by_which_proof(local, folder):
    seal(local, period="2020-01")
    local.destroy("identity", "2020-01", at=DAY)
    sealed, kept = seal(local), seal(local, period="2020-03")
    proof = local.destroy("identity", "2020-02", at=DAY)
    for vault in (local, LocalVault(VaultFolder.open(folder.path))):
        for use in (lambda vault=vault: unseal(vault, sealed), lambda vault=vault: seal(vault)):
            with pytest.raises(FangxianError, match="destroyed on 2020-05-01, by proof number 2"):
                use()
        assert unseal(vault, kept, period="2020-03") == "王小明"
    assert read_proofs(folder.proofs)[1] == proof


def test_destroying_twice_gives_the_first_proof(local, folder):
    seal(local)
    first = local.destroy("identity", "2020-02", at=DAY)
    assert local.destroy("identity", "2020-02", at=datetime(2020, 6, 1)) == first
    assert len(read_proofs(folder.proofs)) == 1


def test_no_key_no_proof(local, folder):
    with pytest.raises(FangxianError, match="is not in the vault's folder"):
        local.destroy("identity", "2020-02", at=DAY)
    assert read_proofs(folder.proofs) == ()


def test_every_copy_in_the_folder_is_overwritten(local, folder):
    seal(local)
    key = folder.path / "keys/data/identity/2020-02.key"
    copy, linked = folder.path / "old copy", folder.path.parent / "linked"
    copy.write_bytes(key.read_bytes())
    linked.hardlink_to(key)
    mark, before = key_mark(folder.key("data/identity/2020-02")).hex(), key.read_bytes()
    local.destroy("identity", "2020-02", at=DAY)
    assert (key.exists(), copy.exists(), before == linked.read_bytes()) == (False, False, False)
    assert mark not in {found for _, found in marks_in(folder.path.parent)}


def test_a_destruction_that_was_interrupted_is_finished_and_a_key_put_back_is_destroyed_again(local, folder):
    sealed = seal(local)
    key = folder.path / "keys/data/identity/2020-02.key"
    wrapped = key.read_bytes()
    local.destroy("identity", "2020-02", at=DAY)
    key.write_bytes(wrapped)
    with pytest.raises(FangxianError, match="proof number 1"):
        unseal(LocalVault(VaultFolder.open(folder.path)), sealed)
    assert not key.exists()


@pytest.mark.parametrize(
    "edit",
    [
        lambda lines: [lines[0].replace(b"2020-01", b"2019-01"), *lines[1:]],
        lambda lines: lines[1:],
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: [lines[1], lines[0], lines[2]],
        lambda lines: [b"{}", *lines[1:]],
        lambda lines: [b"[1]", *lines[1:]],
    ],
)
def test_an_edit_of_the_proofs_is_found(local, folder, edit):
    for month in ("2020-01", "2020-02", "2020-03"):
        seal(local, period=month)
        local.destroy("identity", month, at=DAY)
    assert len(read_proofs(folder.proofs)) == 3
    lines = folder.proofs.read_bytes().splitlines()
    folder.proofs.write_bytes(b"".join(line + b"\n" for line in edit(lines)))
    with pytest.raises(FangxianError, match="broken at number"):
        read_proofs(folder.proofs)
    with pytest.raises(FangxianError, match="broken at number"):
        LocalVault(folder)


def test_a_proof_torn_by_a_power_cut_is_not_one(local, folder):
    seal(local)
    folder.proofs.write_bytes(b'{"number": 1, "reten')
    assert read_proofs(folder.proofs) == ()
    assert local.destroy("identity", "2020-02", at=DAY).number == 1
    assert len(read_proofs(folder.proofs)) == 1


def test_a_folder_open_to_others_or_without_its_master_key_is_refused(folder, tmp_path):
    master = folder.path / "master.key"
    for place, open_to_others, closed in ((folder.path, 0o750, 0o700), (master, 0o644, 0o600), (master, 0o620, 0o600)):
        place.chmod(open_to_others)
        with pytest.raises(FangxianError, match="Others than its owner") as refused:
            VaultFolder.open(folder.path)
        assert f"chmod {closed:o} {place}" in refused.value.next_step
        place.chmod(closed)
    other = VaultFolder.make(tmp_path / "other")
    with pytest.raises(FangxianError, match="does not open it"):
        VaultFolder.open(folder.path, master=other.path / "master.key")
    (folder.path / "master.key").unlink()
    with pytest.raises(FangxianError, match="no master key"):
        VaultFolder.open(folder.path)


def test_a_wrapped_key_does_not_open_under_another_name(local, folder):
    seal(local)
    wrapped = folder.path / "keys/data/identity/2020-02.key"
    (wrapped.parent / "2020-03.key").write_bytes(wrapped.read_bytes())
    with pytest.raises(FangxianError, match="does not open it"):
        seal(local, period="2020-03")


def test_no_new_keys_are_made_where_the_old_ones_are_missing(tmp_path):
    (tmp_path / "empty").mkdir(mode=0o700)
    with pytest.raises(FangxianError, match="no vault's folder"):
        VaultFolder.open(tmp_path / "empty")
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_vault_does_not_lie_in_a_lake(tmp_path):
    (tmp_path / "lake.json").touch()
    with pytest.raises(FangxianError, match="inside a lake"):
        VaultFolder.make(tmp_path / "data" / "vault")


def test_phones_are_found_however_they_are_spelt_and_days_are_salted(local, folder):
    spelt = ["13800000000", "+86 138-0000-0000", "0086 13800000000", "8613800000000"]
    assert len(set(local.phone_indexes(spelt))) == 1
    assert len({*local.phone_indexes([*spelt, "13800000001"])}) == 2
    assert len(local.phone_index("13800000000")) == 16
    assert local.day_salt(date(2020, 2, 24)) == day_salt(folder.key("day"), date(2020, 2, 24))
