"""Policies as drafts: several wordings of a rule, repeals, other zones, several listings, and what is refused."""

import pytest
from lakes import lake_with
from spec_symbols import person_id
from spec_tables import facts_from_text, instant, rows_as_text, tidied

from fangxian.code.explain import explain
from fangxian.code.hits import all_hits
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.errors import FangxianError
from fangxian.facts import CheckIn, Exposure, MedicalMeasure, RegionStay
from fangxian.facts.known import Known
from fangxian.facts.known import instant as literal
from fangxian.policy.policy import load

KNOWN_AT = instant("2020-06-01 00:00")
WORDS = 'text: {zh: 试, en: try}, ends: {zh: 试, en: try}, reference: "a draft", evidence: default'
LADDER = "check_ins: {value: %d, evidence: default}, fever_line_c: {value: %s, evidence: default}"


@pytest.fixture
def draft(tmp_path):
    """Give a function that loads a policy from the text of its code.yaml."""

    def draft(code, *, zone="Asia/Shanghai"):
        folder = tmp_path / "draft"
        folder.mkdir(exist_ok=True)
        about = f'title: {{zh: 试, en: try}}\nregion: "330000"\nzone: {zone}\ngreen_needs: enrolment\nreference: a draft\n'
        (folder / "policy.yaml").write_text(about, "utf-8")
        (folder / "code.yaml").write_text(code, "utf-8")
        return load(folder)

    return draft


@pytest.fixture
def engine_with(tmp_path):
    """Give a function that opens DuckDB on a lake with facts given as text."""
    engines = []

    def engine_with(facts):
        tables = {fact_type: facts_from_text(fact_type, text) for fact_type, text in facts.items()}
        engines.append(DuckDBEngine(lake_with(tmp_path / f"lake{len(engines)}", tables)))
        return engines[-1]

    yield engine_with
    for engine in engines:
        engine.close()


def concluded(engine, chosen):
    return rows_as_text(
        engine.rows(all_hits(chosen, Known(literal(KNOWN_AT), chosen.utc_offset))),
        ["person_id", "rule", "colour", "from_at", "until_at", "because"],
    )


TWO_WORDINGS_AND_A_REPEAL = f"""
close-contact:
  2020-02-11:
    {{condition: contact_for_days, colour: red, {WORDS}, parameters: {{days: {{value: 28, evidence: default}}}}}}
  2020-03-01:
    {{condition: contact_for_days, colour: yellow, {WORDS}, parameters: {{days: {{value: 14, evidence: default}}}}}}
  2020-03-10: {{repealed: true}}
"""

CONTACTS = {
    Exposure: """
        fact_id | person_id | from_at          | case_fact_id
        a1      | ann       | 2020-02-20 12:00 | case
        b1      | bo        | 2020-02-12 12:00 | case
        c1      | cai       | 2020-03-05 12:00 | case
        d1      | dan       | 2020-03-10 00:00 | case
        e1      | eva       | 2020-01-10 00:00 | case
    """
}


def test_each_wording_concludes_for_its_own_time(draft, engine_with):
    assert concluded(engine_with(CONTACTS), draft(TWO_WORDINGS_AND_A_REPEAL)) == tidied("""
        person_id | rule          | colour | from_at          | until_at         | because
        ann       | close-contact | red    | 2020-02-20 12:00 | 2020-03-01 00:00 | a1
        ann       | close-contact | yellow | 2020-03-01 00:00 | 2020-03-05 00:00 | a1
        bo        | close-contact | red    | 2020-02-12 12:00 | 2020-03-01 00:00 | b1
        cai       | close-contact | yellow | 2020-03-05 12:00 | 2020-03-10 00:00 | c1
    """)


def test_an_explanation_names_the_wording_in_force(draft, engine_with):
    engine, chosen = engine_with(CONTACTS), draft(TWO_WORDINGS_AND_A_REPEAL)
    days = {
        at: [
            reason.wording.values()["days"]
            for reason in explain(engine, chosen, person_id("ann"), at=instant(at), known_at=KNOWN_AT).reasons
        ]
        for at in ("2020-02-29 23:59", "2020-03-01 00:00", "2020-03-05 00:00")
    }
    assert days == {"2020-02-29 23:59": [28], "2020-03-01 00:00": [14], "2020-03-05 00:00": []}


def test_wordings_with_different_fever_lines_each_keep_their_own(draft, engine_with):
    chosen = draft(f"""
close-contact:
  2020-02-11: {{condition: contact_until_check_ins, colour: red, {WORDS}, parameters: {{{LADDER % (2, "37.3")}}}}}
came-from-key-area:
  2020-02-11:
    {{condition: key_area_until_check_ins, colour: yellow, {WORDS}, parameters: {{{LADDER % (1, "36.8")},
      areas: {{evidence: default, value: [{{region: "420000", since: 2020-01-23}}]}}}}}}
""")
    engine = engine_with(
        {
            Exposure: "fact_id | person_id | from_at | case_fact_id\na1 | ann | 2020-02-20 12:00 | case",
            RegionStay: "fact_id | person_id | from_at | until_at | region_code\na2 | ann | 2020-02-19 | 2020-02-20 12:00 | 420100",
            CheckIn: """
                fact_id | person_id | from_at          | temperature_c
                c1      | ann       | 2020-02-21 08:00 | 37.0
                c2      | ann       | 2020-02-22 08:00 | 37.2
                c3      | ann       | 2020-02-23 08:00 | 36.7
            """,
        }
    )
    assert concluded(engine, chosen) == tidied("""
        person_id | rule               | colour | from_at          | until_at         | because
        ann       | close-contact      | red    | 2020-02-20 12:00 | 2020-02-22 08:00 | a1
        ann       | came-from-key-area | yellow | 2020-02-19 00:00 | 2020-02-23 08:00 | a2
    """)


def test_a_stay_in_two_listings_ends_with_the_longer_one(draft, engine_with):
    chosen = draft(f"""
came-from-key-area:
  2020-02-01:
    {{condition: key_area_for_days, colour: red, {WORDS}, parameters: {{days: {{value: 1, evidence: default}},
      areas: {{evidence: default, value: [
        {{region: "420000", since: 2020-02-01, until: 2020-02-05}}, {{region: "420100", since: 2020-02-01, until: 2020-02-10}}]}}}}}}
came-from-watched-area:
  2020-02-01:
    {{condition: watched_area_until_check_ins, colour: yellow, {WORDS}, parameters: {{{LADDER % (1, "37.3")},
      areas: {{evidence: default, value: [
        {{region: "420000", since: 2020-02-01, until: 2020-02-05}}, {{region: "420100", since: 2020-02-01}}]}}}}}}
""")
    engine = engine_with(
        {
            RegionStay: "fact_id | person_id | from_at | until_at | region_code\na1 | ann | 2020-02-01 | | 420100",
            CheckIn: "fact_id | person_id | from_at | symptoms\nc1 | ann | 2020-02-08 08:00 |",
        }
    )
    assert concluded(engine, chosen) == tidied("""
        person_id | rule                   | colour | from_at          | until_at         | because
        ann       | came-from-key-area     | red    | 2020-02-01 00:00 | 2020-02-06 00:00 | a1
        ann       | came-from-key-area     | red    | 2020-02-01 00:00 | 2020-02-11 00:00 | a1
        ann       | came-from-watched-area | yellow | 2020-02-01 00:00 | 2020-02-08 08:00 | a1
        ann       | came-from-watched-area | yellow | 2020-02-01 00:00 |                  | a1
    """)
    ongoing = explain(engine, chosen, person_id("ann"), at=instant("2020-03-01"), known_at=KNOWN_AT)
    assert [(reason.progress.done, reason.progress.needed) for reason in ongoing.reasons] == [(0, 1)]


def test_days_are_those_of_the_policys_own_zone(draft, engine_with):
    code = f"""
central-isolation:
  2020-02-11:
    {{condition: central_until_released_or_days, colour: red, {WORDS}, parameters: {{days: {{value: 1, evidence: default}}}}}}
"""
    measures = engine_with({MedicalMeasure: "fact_id | person_id | from_at | kind\na1 | ann | 2020-02-20 06:30 | central"})
    # 06:30 in China is 22:30 of the day before by UTC, and 23:30 an hour ahead of it.
    ends = {
        zone: concluded(measures, draft(code, zone=zone)).splitlines()[2].split(" | ")[4].strip()
        for zone in ("Asia/Shanghai", "Etc/UTC", "Etc/GMT-1", "Asia/Kolkata")
    }
    assert ends == {
        "Asia/Shanghai": "2020-02-21 00:00",
        "Etc/UTC": "2020-02-20 08:00",
        "Etc/GMT-1": "2020-02-20 07:00",
        "Asia/Kolkata": "2020-02-21 02:30",
    }


def test_a_zone_with_summer_time_is_refused(draft):
    with pytest.raises(FangxianError, match="changes its offset"):
        draft(f"confirmed-case:\n  2020-02-11: {{condition: until_discharged, colour: red, {WORDS}}}\n", zone="Europe/Berlin")
