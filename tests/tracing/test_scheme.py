"""Schemes of tracing: what ships, what a draft may say, and the words in which a wrong one is refused."""

from pathlib import Path

import pytest
import yaml

from fangxian.errors import FangxianError
from fangxian.facts import Exposure, Trip
from fangxian.policy.policy import PACKAGED
from fangxian.trace.rule import all_contact_rules
from fangxian.trace.scheme import all_trace_schemes, trace_scheme
from tracing.case import expect, traced

NATIONAL = yaml.safe_load((PACKAGED / "national" / "trace.yaml").read_text("utf-8"))


def draft(folder: Path, **changes: object) -> str:
    """Write the national scheme with other content under some keys, and return its path."""
    path = folder / "trace.yaml"
    kept = {key: value for key, value in {**NATIONAL, "scheme": "draft", **changes}.items() if value is not None}
    path.write_text(yaml.safe_dump(kept, allow_unicode=True), "utf-8")
    return str(path)


def worded(rule: str, **changes: object) -> dict[object, object]:
    """Return the first wording of a rule, changed."""
    day, entry = next(iter(NATIONAL[rule].items()))
    return {day: {**entry, **changes}}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": None}, "KeyError: 'title'"),
        ({"window": None}, "needs a window"),
        ({"bus": worded("metro")}, "there is no bus"),
        ({"metro": worded("metro", condition="same_line")}, "there is no metro: same_line; there are same_run"),
        ({"aircraft": worded("aircraft", parameters={})}, r"takes \['rows'\]"),
        ({"window": worded("window", parameters={})}, r"takes \['days_after', 'days_before', 'statuses'\]"),
        ({"metro": {"someday": NATIONAL["metro"][next(iter(NATIONAL["metro"]))]}}, "worded by days"),
        ({"metro": worded("metro", evidence="rumour")}, "rumour"),
        ({"attack_rates": {"bus": {}}}, None),
        ({"attack_rates": {"bus": {"aboard": {"percent": 1, "evidence": "default"}}}}, "no contact is bus"),
        ({"attack_rates": {"train": {"kissing": {"percent": 1, "evidence": "default"}}}}, "kissing"),
    ],
)
def test_a_wrong_scheme_is_refused_with_its_file_and_what_is_wrong(tmp_path, changes, said):
    path = draft(tmp_path, **changes)
    if said is None:
        assert trace_scheme(path).attack_rates == ()
        return
    with pytest.raises(FangxianError, match=said) as refused:
        trace_scheme(path)
    assert path in str(refused.value)


def test_a_stay_longer_than_the_lake_is_looked_through_is_refused(tmp_path):
    (entry,) = NATIONAL["venue"].values()
    longer = {**entry["parameters"], "stay_minutes": {"value": 121, "evidence": "default"}}
    with pytest.raises(FangxianError, match="stay_minutes is 120 at most"):
        trace_scheme(draft(tmp_path, venue=worded("venue", parameters=longer)))


def test_a_status_that_no_diagnosis_has_is_refused(tmp_path):
    (_, entry), *_ = NATIONAL["window"].items()
    other = {**entry["parameters"], "statuses": {"value": ["ill"], "evidence": "default"}}
    with pytest.raises(FangxianError, match="no diagnosis is ill"):
        trace_scheme(draft(tmp_path, window=worded("window", parameters=other)))


def test_an_unknown_scheme_is_refused_with_those_there_are():
    with pytest.raises(FangxianError, match="who-2020"):
        trace_scheme("who")


@pytest.mark.parametrize("scheme", all_trace_schemes(), ids=lambda scheme: scheme.name)
def test_every_scheme_names_settings_that_an_exposure_may_have(scheme):
    rates = {rate.setting for rate in scheme.attack_rates}
    assert rates <= set(Exposure.columns["setting"].one_of)
    assert {wording.rule for wording in scheme.rules()} <= {rule.name for rule in all_contact_rules()}


RIDE = """
    person_id | mode   | number | from_at          | until_at         | seat
    ann       | {mode} | 101    | 2020-03-10 08:00 | 2020-03-10 12:00 | {seat}
    bob       | {mode} | 101    | 2020-03-10 08:00 | 2020-03-10 12:00 | {near}
    cat       | {mode} | 101    | 2020-03-10 08:00 | 2020-03-10 12:00 | {far}
    dan       | {mode} | 101    | 2020-03-10 08:00 | 2020-03-10 12:00 |
"""


def test_a_draft_may_word_a_coach_with_open_windows_by_rows(tmp_path):
    scheme = draft(tmp_path, coach=worded("coach", condition="coach_rows_around"))
    trips = RIDE.format(mode="coach", seat="17", near="32", far="33")
    expect(
        traced(tmp_path, {Trip: trips}, scheme=scheme).contacts,
        """
        person_id | contact_class | nearness     | certainty
        bob       | close         | near_rows    | known
        cat       | general       | aboard       | known
        dan       | general       | seat_unknown | seat_unknown
        """,
    )


def test_a_draft_may_word_aircraft_without_filters_as_everybody_aboard(tmp_path):
    scheme = draft(tmp_path, aircraft=worded("aircraft", condition="everybody_aboard"))
    trips = RIDE.format(mode="aircraft", seat="12C", near="12D", far="30A")
    expect(
        traced(tmp_path, {Trip: trips}, scheme=scheme).contacts,
        """
        person_id | contact_class | nearness     | certainty
        bob       | close         | adjacent     | known
        cat       | close         | aboard       | known
        dan       | close         | seat_unknown | known
        """,
    )
