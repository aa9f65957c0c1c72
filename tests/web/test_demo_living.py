"""The demonstration's living code on a folder: alone on it, and nothing left of one that was removed."""

from pathlib import Path

import pytest

from fangxian.demo import living
from fangxian.errors import FangxianError


def test_a_second_one_on_the_same_folder_says_that_it_runs_already(tmp_path):
    folder = tmp_path / "demo" / "living"
    folder.mkdir(parents=True)
    with living._alone(folder), pytest.raises(FangxianError, match="runs already"), living.demonstrate(folder):
        pass
    with living._alone(folder):
        pass


def test_a_store_that_lies_elsewhere_is_named_and_goes_with_its_demonstration(tmp_path, monkeypatch):
    folder, elsewhere = tmp_path / "living" / "store", tmp_path / "elsewhere"
    folder.parent.mkdir()
    monkeypatch.setattr(living, "_elsewhere", lambda _: elsewhere)

    def unreachable(self):
        raise FangxianError("PostgreSQL's own user does not get there.")

    monkeypatch.setattr(living.DatabaseFolder, "prepare", unreachable)
    assert living._store(folder) == elsewhere
    assert Path(folder.with_name("store-lies-in").read_text().strip()) == elsewhere
    (elsewhere / "data").mkdir(parents=True)
    assert living._store(folder) == elsewhere
    assert (elsewhere / "data").exists()
    folder.with_name("store-lies-in").unlink()  # the folder was removed, and is made anew
    assert living._store(folder) == elsewhere
    assert not elsewhere.exists()
