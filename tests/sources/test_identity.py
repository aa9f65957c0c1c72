"""The key at the door: made once, kept outside the lake, never another one unnoticed."""

import hashlib
import hmac
import stat
from pathlib import Path

import pyarrow as pa
import pytest

from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.facts import CheckIn
from fangxian.sources.identity import KeyFile, key_path

from .conftest import ANN, BO, Door, check_in, check_ins


def test_a_person_id_is_the_first_half_of_an_hmac_of_type_and_number(door: Door):
    key = key_path(door.lake.path).read_bytes()
    expected = hmac.new(key, f"resident_id|{ANN}".encode(), hashlib.sha256).hexdigest()[:32]
    assert door.key.person_ids(pa.array(["resident_id"]), pa.array([ANN])).to_pylist() == [expected]


def test_no_ids_make_no_person_ids(door: Door):
    assert door.key.person_ids(pa.array([], pa.string()), pa.array([], pa.string())).to_pylist() == []


def test_the_key_is_made_once_beside_the_lake_for_its_owner_only(tmp_path: Path):
    lake = Lake.create(tmp_path / "lake")
    first = KeyFile.of(lake)
    path = tmp_path / "lake.key" / "identity.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes()) == 32
    assert KeyFile.of(lake) == first


def test_a_key_does_not_print_itself(door: Door):
    key = key_path(door.lake.path).read_bytes()
    assert key.hex() not in repr(door.key) + str(door.key)
    assert repr(key) not in repr(door.key)


def test_another_key_is_refused_once_people_are_in_the_lake(door: Door):
    door.bring("daily-check-in", check_ins(check_in("1")))
    key_path(door.lake.path).write_bytes(b"k" * 32)
    with pytest.raises(FangxianError, match="not the key"):
        KeyFile.of(door.lake)


def test_a_missing_key_is_not_replaced_by_a_new_one_once_people_are_in_the_lake(door: Door):
    door.bring("daily-check-in", check_ins(check_in("1")))
    key_path(door.lake.path).unlink()
    with pytest.raises(FangxianError, match="missing"):
        KeyFile.of(door.lake)


def test_a_key_inside_the_lake_is_refused(door: Door):
    with pytest.raises(FangxianError, match="inside the lake"):
        KeyFile.of(door.lake, door.lake.path / "identity.key")


def test_one_person_is_one_person_id_in_every_spelling_and_source(door: Door):
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    door.bring("daily-check-in", check_ins(check_in("1", 证件号码=BO), check_in("2", 证件号码=BO.translate(wide).lower())))
    door.bring("daily-check-in", check_ins(check_in("3", 证件号码="110105491231002", 证件类型="")), name="old.csv")
    assert len({person for (person,) in door.rows(CheckIn, "person_id")}) == 1
    assert len(door.rows(CheckIn)) == 3
