"""Cases and contacts go out in the form of another system, name nobody, are what that form asks for, and come back as the same facts."""

import sys
from datetime import datetime

import orjson
import polars as pl
import pytest
from fhir.resources.R4B.condition import Condition
from fhir.resources.R4B.observation import Observation
from spec_symbols import person_id

from fangxian.cli import app
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.facts import Diagnosis, Exposure
from fangxian.sources.catalogue import source_named
from fangxian.sources.delivery import ingest
from fangxian.sources.identity import KeyFile
from tracing.chains.family import family

NAMES = {person_id(name): name for name in ("ann", "bob", "cat", "dan", "eve")}
FILES = {
    "fhir": (("fhir-conditions", "Condition.ndjson"), ("fhir-observations", "Observation.ndjson")),
    "godata": (("godata-cases", "godata-cases.csv"), ("godata-contacts", "godata-contacts.csv")),
    "sormas": (("sormas-cases", "sormas-cases.csv"), ("sormas-contacts", "sormas-contacts.csv")),
}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Give the folder into which each form was written."""
    folder = tmp_path_factory.mktemp("forms")
    lake = family(folder / "lake")
    for form in FILES:
        who = ("--lake", str(lake.path), "--role", "epidemiologist", "--purpose", "test", "--known-at", "2020-03-14")
        sys.argv = ["fangxian", "chain-export", str(folder / form), "--form", form, *who]
        with pytest.raises(SystemExit) as ended:
            app.main()
        assert ended.value.code == 0
    return folder


def facts(lake, fact_type, *columns):
    with DuckDBEngine(lake) as engine:
        table = pl.DataFrame(engine.rows_of(f"SELECT * FROM {fact_type.name}", fact_type.schema()))
    return {tuple(NAMES.get(row[name], row[name]) for name in columns) for row in table.iter_rows(named=True)}


@pytest.mark.parametrize("form", FILES)
def test_what_goes_out_comes_back_as_the_same_facts(exported, tmp_path, form):
    lake = Lake.create(tmp_path / "lake")
    for source, file in FILES[form]:
        said = ingest(lake, source_named(source), exported / form / file, received_at=datetime(2020, 3, 15), key_holder=KeyFile.of(lake))
        assert said.receipt["rows"]["quarantined"] == 0
    asymptomatic = "confirmed" if form == "godata" else "asymptomatic"
    assert facts(lake, Diagnosis, "person_id", "status") == {
        *((name, "confirmed") for name in ("ann", "bob", "dan", "eve")),
        ("cat", asymptomatic),
    }
    onsets = {(name, str(day)) for name, day in facts(lake, Diagnosis, "person_id", "onset_on") if day}
    assert onsets == {("ann", "2020-02-21"), ("bob", "2020-02-26"), ("dan", "2020-03-01"), ("eve", "2020-02-24")}
    assert {("bob", "household", "close"), ("cat", "household", "close"), ("dan", "workplace", "close")} <= facts(
        lake, Exposure, "person_id", "setting", "contact_class"
    )
    cases = {fact_id for (fact_id,) in facts(lake, Diagnosis, "fact_id")}
    assert {fact_id for (fact_id,) in facts(lake, Exposure, "case_fact_id")} <= cases, "each contact leads to its case"


def test_every_resource_is_one_of_fhir(exported):
    for kind, file in ((Condition, "Condition.ndjson"), (Observation, "Observation.ndjson")):
        lines = (exported / "fhir" / file).read_bytes().splitlines()
        assert lines
        for line in lines:
            kind.model_validate(orjson.loads(line))


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        (
            "sormas",
            {"disease", "person.firstName", "person.lastName", "reportDate", "caseClassification", "symptoms.onsetDate", "externalID"},
        ),
        ("godata", {"visualId", "firstName", "classification", "dateOfReporting", "dateOfOnset"}),
    ],
)
def test_the_columns_are_those_of_the_other_system_and_nobody_has_a_name(exported, form, wanted):
    table = pl.read_csv(exported / form / FILES[form][0][1], infer_schema_length=0)
    assert wanted <= set(table.columns)
    first = table["person.firstName" if form == "sormas" else "firstName"].to_list()
    assert all(name.startswith("Case") for name in first)


def test_a_template_of_sormas_with_its_row_of_entities_is_read(exported, tmp_path):
    header, *rows = (exported / "sormas" / "sormas-cases.csv").read_text("utf-8").splitlines()
    path = tmp_path / "cases.csv"
    path.write_text("\n".join([",".join(["CaseData"] * len(header.split(","))), header, *rows]) + "\n", "utf-8")
    lake = Lake.create(tmp_path / "lake")
    said = ingest(lake, source_named("sormas-cases"), path, received_at=datetime(2020, 3, 15), key_holder=KeyFile.of(lake))
    assert (said.receipt["rows"]["accepted"], said.receipt["rows"]["quarantined"]) == (5, 0)


@pytest.mark.parametrize(
    ("source", "row"),
    [
        ("sormas-cases", {"externalID": "1", "reportDate": "02/11/2020", "caseClassification": "CONFIRMED", "person.externalId": "A1"}),
        (
            "sormas-cases",
            {"externalID": "1", "reportDate": "02/11/2020", "caseClassification": "NOT_CLASSIFIED", "person.externalId": "a" * 32},
        ),
        ("sormas-cases", {"externalID": "1", "reportDate": "13/11/2020", "caseClassification": "CONFIRMED", "person.externalId": "a" * 32}),
        (
            "godata-cases",
            {"visualId": "CASE-1", "dateOfReporting": "2020-02-11", "classification": "Confirmed", "documents[0].number": "12"},
        ),
        (
            "fhir-conditions",
            {
                "id": "1",
                "recordedDate": "2020-02-11T08:30:00",
                "subject": {"identifier": {"value": "a" * 32}},
                "stage": [{"summary": {"coding": [{"code": "confirmed"}]}}],
            },
        ),
        (
            "fhir-conditions",
            {
                "id": "1",
                "recordedDate": "2020-02-11T08:30:00Z",
                "subject": {"reference": "Patient/7"},
                "stage": [{"summary": {"coding": [{"code": "confirmed"}]}}],
            },
        ),
    ],
)
def test_a_row_that_says_not_who_when_or_what_waits_in_quarantine(tmp_path, source, row):
    path, lake = tmp_path / "rows.json", Lake.create(tmp_path / "lake")
    path.write_bytes(orjson.dumps(row) + b"\n")
    said = ingest(lake, source_named(source), path, received_at=datetime(2020, 3, 15), key_holder=KeyFile.of(lake))
    assert (said.receipt["rows"]["accepted"], said.receipt["rows"]["quarantined"]) == (0, 1)


def test_a_form_that_nobody_knows_is_refused(exported, monkeypatch, capsys):
    who = ("--lake", str(exported / "lake"), "--role", "epidemiologist", "--purpose", "test")
    monkeypatch.setattr(sys, "argv", ["fangxian", "chain-export", str(exported / "x"), "--form", "fihr", *who])
    with pytest.raises(SystemExit) as ended:
        app.main()
    assert ended.value.code == 2
    assert "Did you mean fhir?" in capsys.readouterr().err
    assert not (exported / "x").exists()
