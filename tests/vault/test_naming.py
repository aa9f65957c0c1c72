"""People are named as the key file named them; a new key renames everybody, and only who holds it can."""

import pyarrow as pa
import pytest

from fangxian.errors import FangxianError
from fangxian.sources.identity import KeyFile
from fangxian.vault.folder import VaultFolder
from fangxian.vault.local import LocalVault

TYPES, NUMBERS = pa.array(["resident_id", "passport"]), pa.array(["invented-1", "invented-2"])
KEY = bytes(range(32))


@pytest.fixture
def taken_over(tmp_path):
    """Give a vault that took over the key file of a lake."""
    (tmp_path / "identity.key").write_bytes(KEY)
    return VaultFolder.make(tmp_path / "taken", identity_key=tmp_path / "identity.key")


def test_a_vault_that_took_over_a_key_file_names_as_it_did(taken_over):
    vault, file = LocalVault(taken_over), KeyFile(KEY)
    assert vault.mark() == file.mark()
    assert vault.person_ids(TYPES, NUMBERS).equals(file.person_ids(TYPES, NUMBERS))
    assert vault.person_id("passport", "invented-2") == file.person_ids(TYPES, NUMBERS)[1].as_py()


def test_after_each_rotation_everybody_has_another_name_to_which_every_earlier_one_leads(taken_over):
    vault = LocalVault(taken_over)
    names = {vault.mark(): vault.person_ids(TYPES, NUMBERS)}
    for _ in range(2):
        assert vault.rotate() not in names
        names[vault.mark()] = vault.person_ids(TYPES, NUMBERS)
    assert len({name for ids in names.values() for name in ids.to_pylist()}) == 6
    for mark, ids in names.items():
        assert vault.renamed(ids, named_by=mark).equals(names[vault.mark()])
    again = LocalVault(VaultFolder.open(taken_over.path))
    assert again.mark() == vault.mark()
    assert again.person_ids(TYPES, NUMBERS).equals(names[vault.mark()])


def test_who_has_the_leaked_key_does_not_get_the_new_names(taken_over, tmp_path):
    (tmp_path / "thief").mkdir()
    thief = LocalVault(VaultFolder.make(tmp_path / "thief" / "vault", identity_key=tmp_path / "identity.key"))
    vault = LocalVault(taken_over)
    assert thief.person_ids(TYPES, NUMBERS).equals(vault.person_ids(TYPES, NUMBERS))
    vault.rotate(), thief.rotate()
    assert not set(thief.person_ids(TYPES, NUMBERS).to_pylist()) & set(vault.person_ids(TYPES, NUMBERS).to_pylist())


def test_people_of_another_key_are_not_renamed(taken_over, folder):
    with pytest.raises(FangxianError, match="does not hold"):
        LocalVault(taken_over).renamed(pa.array(["0" * 32]), named_by=LocalVault(folder).mark())
