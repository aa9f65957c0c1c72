"""The commands of linkage as a data officer types them: what they write, say and refuse, and that they repeat nobody's name."""

import csv
import os
import subprocess
import sys

import pytest

from fangxian.vault.folder import VaultFolder
from fangxian.vault.process import VaultProcess
from linkage.conftest import STREET, Street
from tests.store.conftest import database, migrated

__all__ = ["database", "migrated"]

FANGXIAN = [sys.executable, "-c", "from fangxian.cli.app import main; main()"]
RECORDS = """编号,姓名,出生日期,性别,联系电话,住址
R1,OUYANG Jingyi,1988/9/27,女,12939878649,上城区解放路346-26-801
R2,单雨浩,,男,,杭州市西湖区文三路9号
R3,赵无人,1960/1/1,,12999999999,
"""
PERSONAL = ("单雨浩", "欧阳", "OUYANG", "赵无人", "12939878649", "解放路", "330106197505050057", "330102198809272336")


def fangxian(*arguments):
    command = [*FANGXIAN, *map(str, arguments)]
    ran = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "COLUMNS": "160"}, timeout=300, check=False)
    assert not any(word in ran.stdout + ran.stderr for word in PERSONAL)
    return ran.returncode, ran.stdout + ran.stderr


@pytest.fixture
def street(tmp_path):
    one = Street(tmp_path)
    (tmp_path / "records.csv").write_text(RECORDS, "utf-8")
    (tmp_path / "street-file.csv").write_text(STREET, "utf-8")
    return one


def test_link_writes_whom_each_record_is_about_and_why_and_no_name(street, tmp_path):
    out = tmp_path / "links.csv"
    code, said = fangxian("link", street.register, tmp_path / "records.csv", "--lake", street.lake.path, "--out", out, "-l", "en")
    assert code == 0, said
    assert "2 people in the register" in said
    text = out.read_text("utf-8")
    assert not any(word in text for word in PERSONAL)
    rows = {row["record"]: row for row in csv.DictReader(text.splitlines())}
    assert {record: row["answer"] for record, row in rows.items()} == {"R1": "certain", "R2": "doubtful", "R3": "none"}
    assert rows["R1"]["person_id"] == street.person("330102198809272336")
    assert rows["R3"]["person_id"] == ""
    assert rows["R1"]["why_en"].startswith("names sound alike, same birth date, same phone")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"out": "links.txt"}, ".csv or .parquet"),
        ({"register": "nothing.csv"}, "no file"),
        ({"records": "street-file.csv"}, "lacks"),
    ],
)
def test_what_cannot_be_linked_is_refused_with_what_to_do(street, tmp_path, change, said):
    named = {"register": "register.csv", "records": "records.csv", "out": "links.csv"} | change
    code, text = fangxian(
        "link", tmp_path / named["register"], tmp_path / named["records"], "--lake", street.lake.path, "--out", tmp_path / named["out"]
    )
    assert code == 2
    assert said in text
    assert not list(tmp_path.glob("links*"))


def test_ingest_with_a_register_brings_everybody_in_and_merges_what_is_certain(street, tmp_path):
    arguments = ("ingest", "community-register", tmp_path / "street-file.csv", "--lake", street.lake.path, "--link-with", street.register)
    code, said = fangxian(*arguments, "-l", "en")
    assert code == 0, said
    assert "doubtful, to be looked at" in said
    assert "linkage-" in said
    code, said = fangxian(*arguments, "-l", "en")
    assert "already in the lake" in said
    assert "Nothing is to be merged" in said
    assert fangxian("merge", "--lake", street.lake.path)[0] == 0


def test_doubtful_pairs_become_work_where_a_store_is_named(street, tmp_path, database):
    folder = tmp_path / "vault"
    VaultFolder.make(folder, identity_key=tmp_path / "lake.key" / "identity.key")
    arguments = ["ingest", "community-register", tmp_path / "street-file.csv", "--lake", street.lake.path, "--link-with", street.register]
    code, said = fangxian(*arguments, "--pairs-to", database)
    assert code == 2
    assert "--vault, --region" in said
    with VaultProcess(folder) as process:
        arguments += ["--pairs-to", database, "--vault", process.socket_path, "--region", "330100"]
        code, said = fangxian(*arguments, "--role", "data_officer", "--purpose", "street registers")
    assert code == 0, said
    import psycopg

    with psycopg.connect(database) as connection:
        found = connection.execute("SELECT source, region_code, state FROM work.doubtful_pair").fetchall()
        events = connection.execute("SELECT role, purpose, action FROM audit.event").fetchall()
    assert found == [("community-register", "330106", "open")]
    assert events == [("data_officer", "street registers", "pairs opened")]


def test_a_source_of_which_a_row_enrols_somebody_is_not_linked(street, tmp_path):
    code, said = fangxian(
        "ingest", "health-declaration", tmp_path / "street-file.csv", "--lake", street.lake.path, "--link-with", street.register
    )
    assert code == 2
    assert "cannot be linked" in said


def test_a_model_is_trained_anew_and_linked_with(street, tmp_path):
    model, out = tmp_path / "model.json", tmp_path / "links.parquet"
    code, said = fangxian("train-linkage", street.register, tmp_path / "records.csv", "--out", model)
    assert code == 0, said
    code, said = fangxian("link", street.register, tmp_path / "records.csv", "--lake", street.lake.path, "--out", out, "--model", model)
    assert code == 0, said
    assert out.exists()
