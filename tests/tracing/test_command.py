"""`fangxian trace`: shows whom it would tell and writes nothing; writes what it is told to; refuses what it cannot read."""

import sys

import orjson
import polars as pl
import pytest
from spec_symbols import person_id

from fangxian.cli import app, printing
from tracing.town import town

WHO = ("--role", "epidemiologist", "--purpose", "test", "--known-at", "2020-03-13", "--language", "en")


@pytest.fixture
def lake(tmp_path):
    return town(tmp_path / "lake")


@pytest.fixture
def run(monkeypatch, capsys, lake):
    """Give a function that runs the command on the lake and returns its exit code, what it printed and what it complained of."""
    monkeypatch.setattr(printing.console, "width", 160)  # whoever came first read COLUMNS

    def run(command, *arguments):
        place = ("--lake", str(lake.path), *WHO) if command == "trace" else ()
        monkeypatch.setattr(sys, "argv", ["fangxian", command, *map(str, arguments), *place])
        with pytest.raises(SystemExit) as ended:
            app.main()
        said = capsys.readouterr()
        return ended.value.code, " ".join(said.out.split()), " ".join(said.err.split())

    return run


def journal(lake):
    path = lake.path / "access.jsonl"
    return [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def test_a_preview_says_who_would_be_told_and_writes_nothing(run, lake):
    before = lake.delivery_ids()
    code, out, err = run("trace")
    assert (code, err) == (0, "")
    assert "Cases: 1. People to be told: 4, of whom close contacts: 3" in out
    assert "nothing was written" in out
    assert "next seat" in out
    assert person_id("bob") not in out
    assert lake.delivery_ids() == before
    assert [(entry["what"], entry["about"], entry["role"]) for entry in journal(lake)] == [("trace", "all cases", "epidemiologist")]


def test_secondary_contacts_are_found_where_they_are_asked_for(run):
    _, out, _ = run("trace", "--secondary")
    assert "People to be told: 5, of whom close contacts: 3" in out
    assert "secondary" in out


def test_writing_says_how_many_and_a_second_time_none(run, lake):
    assert "5 exposures written, 0 taken back" in run("trace", "--write")[1]
    assert "0 exposures written, 0 taken back" in run("trace", "--write")[1]
    assert len(lake.delivery_ids()) == 2


def test_one_case_is_traced_by_its_person(run, lake):
    assert "Cases: 1" in run("trace", "--case", person_id("ann"))[1]
    assert "Cases: 0. People to be told: 0" in run("trace", "--case", person_id("bob"))[1]
    assert [entry["about"] for entry in journal(lake)] == [person_id("ann"), person_id("bob")]


@pytest.mark.parametrize(("suffix", "read"), [("csv", pl.read_csv), ("xlsx", pl.read_excel), ("parquet", pl.read_parquet)])
def test_the_list_names_contacts_the_likeliest_first(run, tmp_path, suffix, read):
    path = tmp_path / f"contacts.{suffix}"
    code, out, _ = run("trace", "--list", path)
    assert (code, path.name in out.replace(" ", "")) == (0, True)
    listed = read(path)
    assert listed["person_id"].to_list()[:2] == [person_id("bob"), person_id("cat")]
    assert listed["contact_class"].to_list() == ["close"] * 4 + ["general"]
    assert {"case_person_id", "setting", "nearness", "certainty", "from_at", "until_at", "minutes"} <= set(listed.columns)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--list", "contacts.pdf"), "End it in .csv, .parquet, .xlsx"),
        (("--scheme", "cn-2021"), "cn-2020"),
        (("--case", "王小明"), "That is not a person_id"),
        (("--case", person_id("ann"), "--case", "330106199001011234"), "That is not a person_id"),
    ],
)
def test_what_cannot_be_read_ends_with_exit_code_2_and_what_to_do(run, lake, arguments, said):
    code, out, err = run("trace", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert "王小明" not in err
    assert "330106" not in err
    assert journal(lake) == []


def test_a_list_that_cannot_be_written_keeps_exposures_from_being_written(run, lake, tmp_path):
    code, _, err = run("trace", "--write", "--list", tmp_path / "nowhere" / "contacts.csv")
    assert code == 2
    assert "contacts.csv" in err or "nowhere" in err
    assert len(lake.delivery_ids()) == 1


def test_the_schemes_are_listed_by_name(run):
    code, out, _ = run("traces")
    assert code == 0
    assert all(name in out for name in ("cn-2020", "ecdc-2020", "who-2020"))
