"""Schemes of chains: case definitions by their days, numbers as they were published, and files that cannot be read."""

from datetime import datetime

import polars as pl
import pytest
from lakes import lake_with
from spec_symbols import person_name
from spec_tables import facts_from_text

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.errors import FangxianError
from fangxian.facts import Diagnosis
from fangxian.policy.policy import PACKAGED
from fangxian.trace.chain.chaining import Chaining
from fangxian.trace.chain.intervals import by_days, typical
from fangxian.trace.chain.scheme import PARTS, all_chain_schemes, chain_scheme
from fangxian.trace.scheme import trace_scheme
from fangxian.trace.tracing import diagnosed

CLINICAL = """
    fact_id | person_id | from_at          | status
    c1      | ann       | 2020-02-11 10:00 | clinically_confirmed
    c2      | bob       | 2020-02-12 00:00 | clinically_confirmed
    c3      | cat       | 2020-02-18 23:59 | clinically_confirmed
    c4      | dan       | 2020-02-19 00:00 | clinically_confirmed
    c5      | dan       | 2020-02-20 00:00 | confirmed
    c6      | eve       | 2020-01-21 00:00 | asymptomatic
    c7      | fay       | 2020-01-28 00:00 | asymptomatic
    c8      | gus       | 2020-01-19 23:59 | confirmed
    c9      | hal       | 2020-02-13 00:00 | suspected
"""


def members(tmp_path, scheme):
    """Return who is a case, with the day on which."""
    known_at = datetime(2020, 3, 1)
    with DuckDBEngine(lake_with(tmp_path / "lake", {Diagnosis: facts_from_text(Diagnosis, CLINICAL)})) as engine:
        chaining = Chaining(chain_scheme(scheme), trace_scheme("cn-2020"), known_at=known_at)
        found = chaining.chain(engine, diagnosed(engine, known_at=known_at))
    days = found.cases.select("person_id", (pl.col("found_at") + pl.duration(hours=8)).dt.strftime("%m-%d"))
    return {person_name(person): day for person, day in days.iter_rows()}


def test_in_hubei_a_clinical_diagnosis_counts_from_12_to_18_february_and_what_was_counted_stays(tmp_path):
    assert members(tmp_path, "hubei-2020") == {"bob": "02-12", "cat": "02-18", "dan": "02-20", "fay": "01-28"}


def test_elsewhere_a_clinical_diagnosis_never_counts(tmp_path):
    assert members(tmp_path, "cn-2020") == {"dan": "02-20", "fay": "01-28"}


@pytest.mark.parametrize("scheme", all_chain_schemes(), ids=lambda scheme: scheme.name)
def test_every_part_is_worded_by_days_that_follow_one_another_and_cited(scheme):
    for part in PARTS:
        worded = scheme.of(part)
        assert worded
        assert all(wording.reference.zh and wording.reference.en for wording in worded)
        assert [wording.until for wording in worded[:-1]] == [wording.since for wording in worded[1:]]
        assert worded[-1].until is None


def test_numbers_hold_as_they_were_published_and_the_first_also_before():
    scheme = chain_scheme("cn-2020")
    said = {
        day: scheme.at("serial_interval", datetime.fromisoformat(day)).value("mean_days")
        for day in ("2020-01-10", "2020-03-05", "2021-01-01")
    }
    assert said == {"2020-01-10": 7.5, "2020-03-05": 4.7, "2021-01-01": 3.96}


@pytest.mark.parametrize(("distribution", "mean", "sd"), [("gamma", 7.5, 3.4), ("lognormal", 4.7, 2.9), ("normal", 3.96, 4.75)])
def test_a_distribution_by_days_has_its_mean_and_sums_to_one(distribution, mean, sd):
    table = by_days(distribution, mean=mean, sd=sd)
    days, probability = table["days"].to_numpy(), table["probability"].to_numpy()
    middle = (days * probability).sum()
    assert probability.sum() == pytest.approx(1)
    assert middle == pytest.approx(mean, abs=0.05)
    assert ((days - middle) ** 2 * probability).sum() ** 0.5 == pytest.approx(sd, abs=0.1)
    assert 0 < typical(table) < max(probability)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("statuses: {value: [confirmed]", "statuses: {value: [ill]"), "no diagnosis is ill"),
        (("distribution: {value: gamma", "distribution: {value: beta"), "distribution is one of"),
        (("least_days: {value: 1,", "least_days: {value: 15,"), "least_days is from 0"),
        (("unseen_percent: {value: 3,", "unseen_percent: {value: 0,"), "must be above 0"),
        (("mean_days: {value: 7.5", "average: {value: 7.5"), "serial_interval takes"),
    ],
)
def test_a_scheme_that_cannot_be_read_says_what_is_wrong(tmp_path, wrong, said):
    path = tmp_path / "chain.yaml"
    path.write_text((PACKAGED / "national" / "chain.yaml").read_text("utf-8").replace(*wrong, 1), "utf-8")
    with pytest.raises(FangxianError, match=said):
        chain_scheme(str(path))
