"""The published tables once more: colours, days and words of the codes of 2020, so that nobody changes them unnoticed.

Each row of the table of colour rules (Hangzhou and Zhejiang, Shanghai, Hubei, the national platform, the generic region rule)
is asserted on the policy that ships, with how well it is known.
"""

from datetime import date

import pytest

from fangxian.policy.policy import Evidence, policy

WORDED = {
    # Hangzhou: red isolates 14 days, green after 14 consecutive normal check-ins; yellow at home, green after 7.
    ("hangzhou", "confirmed-case"): ("red", "until_discharged", {}),
    ("hangzhou", "suspected-case"): ("red", "until_excluded_or_confirmed", {}),
    ("hangzhou", "close-contact"): ("red", "contact_until_check_ins", {"check_ins": 14, "fever_line_c": 37.3}),
    ("hangzhou", "declared-contact"): ("red", "declared_until_check_ins", {"check_ins": 14, "fever_line_c": 37.3}),
    ("hangzhou", "came-from-key-area"): ("red", "key_area_until_check_ins", {"check_ins": 14, "fever_line_c": 37.3}),
    ("hangzhou", "came-from-watched-area"): ("yellow", "watched_area_until_check_ins", {"check_ins": 7, "fever_line_c": 37.3}),
    ("hangzhou", "symptoms-reported"): (
        "yellow",
        "symptoms_until_check_ins",
        {"check_ins": 7, "fever_line_c": 37.3, "reported_fever_c": 37.3},
    ),
    ("hangzhou", "central-isolation"): ("red", "central_until_released", {}),
    ("hangzhou", "home-observation"): ("yellow", "home_until_released", {}),
    ("hangzhou", "on-control-list"): ("red", "listed_with_standing_citation", {"days": 28}),
    # Shanghai: management not lifted, confirmed not discharged, suspected not excluded; from a key area less than 14 days ago.
    ("shanghai", "confirmed-case"): ("red", "until_discharged", {}),
    ("shanghai", "suspected-case"): ("red", "until_excluded_or_confirmed", {}),
    ("shanghai", "central-isolation"): ("red", "central_until_released", {}),
    ("shanghai", "home-observation"): ("red", "home_until_released", {}),
    ("shanghai", "came-from-key-area"): ("yellow", "key_area_for_days", {"days": 14}),
    # Hubei: confirmed, suspected and fever cases red until 14 days after recovery or exclusion, then yellow; contacts yellow
    # until 14 days without symptoms; green turns yellow when the record runs out or a fever is found.
    ("hubei", "confirmed-case"): ("red", "until_days_after_discharge", {"isolation_days": 14}),
    ("hubei", "suspected-case"): ("red", "until_days_after_exclusion", {"isolation_days": 14}),
    ("hubei", "fever-patient"): ("red", "fever_until_days_after_exclusion", {"isolation_days": 14}),
    ("hubei", "recovered"): ("yellow", "after_isolation", {"isolation_days": 14, "observation_days": 14}),
    ("hubei", "close-contact"): ("yellow", "contact_for_days_without_symptoms", {"days": 14, "reported_fever_c": 37.3}),
    ("hubei", "central-isolation"): ("yellow", "central_until_released_or_days", {"days": 14}),
    ("hubei", "home-observation"): ("yellow", "home_until_released", {}),
    ("hubei", "fever-at-gate"): ("yellow", "fever_until_normal_reading", {"fever_line_c": 37.3, "forehead_line_c": 37.3, "days": 14}),
    ("hubei", "record-expired"): ("yellow", "no_record_for_days", {"valid_days": 7}),
    # The national platform: verified cases red, contacts orange, temperature on site yellow; an hour in a risk area.
    ("national", "confirmed-case"): ("red", "until_discharged", {}),
    ("national", "suspected-case"): ("red", "until_excluded_or_confirmed", {}),
    ("national", "close-contact"): ("orange", "contact_for_days", {"days": 14}),
    ("national", "fever-at-gate"): ("yellow", "fever_until_normal_reading", {"fever_line_c": 37.3, "forehead_line_c": 37.3, "days": 14}),
    ("national", "stayed-in-high-risk-area"): (
        "red",
        "high_risk_for_days",
        {"scheme": "cn-2020-02", "level": "high", "minimum_hours": 1, "days": 14},
    ),
    ("national", "stayed-in-medium-risk-area"): (
        "yellow",
        "medium_risk_for_days",
        {"scheme": "cn-2020-02", "level": "medium", "minimum_hours": 1, "days": 14},
    ),
}
OUR_OWN = ("recognised-grave-reason", "recognised-lesser-reason")
"""What another region says: no text of 2020 says which reason has which colour elsewhere, so each policy has defaults of ours."""

AREAS = {
    ("hangzhou", "came-from-key-area"): [{"region": "420000", "since": date(2020, 1, 23)}],
    ("hangzhou", "came-from-watched-area"): [{"region": "330300", "since": date(2020, 2, 2), "until": date(2020, 2, 20)}],
    ("hangzhou", "on-control-list"): [{"region": "420000", "since": date(2020, 1, 23)}],
    ("shanghai", "came-from-key-area"): [{"region": "420000", "since": date(2020, 1, 23)}],
}

FIRST_DAYS = {"hangzhou": date(2020, 2, 11), "shanghai": date(2020, 2, 17), "national": date(2020, 2, 29), "hubei": date(2020, 3, 10)}
GREEN_NEEDS = {"hangzhou": "enrolment", "shanghai": "enrolment", "hubei": "declaration", "national": "enrolment"}

NUMBERS_FROM_A_TEXT = {
    ("hangzhou", "close-contact", "check_ins"),
    ("hangzhou", "declared-contact", "check_ins"),
    ("hangzhou", "came-from-key-area", "check_ins"),
    ("hangzhou", "came-from-watched-area", "check_ins"),
    ("hangzhou", "symptoms-reported", "check_ins"),
    ("shanghai", "came-from-key-area", "days"),
    ("hubei", "confirmed-case", "isolation_days"),
    ("hubei", "suspected-case", "isolation_days"),
    ("hubei", "fever-patient", "isolation_days"),
    ("hubei", "recovered", "isolation_days"),
    ("hubei", "close-contact", "days"),
    ("hubei", "central-isolation", "days"),
    ("national", "close-contact", "days"),
    ("national", "stayed-in-high-risk-area", "scheme"),
    ("national", "stayed-in-high-risk-area", "level"),
    ("national", "stayed-in-medium-risk-area", "scheme"),
    ("national", "stayed-in-medium-risk-area", "level"),
}
"""What may be called `sourced`; everything else is a weak copy or our own default, and must say so."""


def wordings():
    return {(name, wording.rule): wording for name in FIRST_DAYS for wording in policy(name).wordings if wording.rule not in OUR_OWN}


def test_what_no_text_gives_is_called_our_default():
    own = [wording for name in FIRST_DAYS for wording in policy(name).wordings if wording.rule in OUR_OWN]
    assert len(own) == len(FIRST_DAYS) * len(OUR_OWN)
    said = {evidence for wording in own for evidence in (wording.evidence, *(each.evidence for each in wording.parameters.values()))}
    assert said == {Evidence.DEFAULT}


def test_the_policies_word_these_rules_and_no_others():
    assert sorted(wordings()) == sorted(WORDED)


@pytest.mark.parametrize(("name", "rule"), WORDED)
def test_a_rule_has_its_published_colour_condition_and_numbers(name, rule):
    wording = wordings()[name, rule]
    numbers = {parameter: value for parameter, value in wording.values().items() if parameter != "areas"}
    assert (wording.colour, wording.condition, numbers) == WORDED[name, rule]
    assert wording.values().get("areas") == AREAS.get((name, rule))


@pytest.mark.parametrize("name", FIRST_DAYS)
def test_a_policy_begins_on_its_day_in_chinas_time_and_gives_green_for_what_it_asks(name):
    chosen = policy(name)
    assert {wording.since for wording in chosen.wordings} == {FIRST_DAYS[name]}
    assert all(wording.until is None for wording in chosen.wordings)
    assert chosen.zone.key == "Asia/Shanghai"
    assert chosen.green_needs == GREEN_NEEDS[name]


def test_a_number_is_called_sourced_only_where_a_published_text_gives_it():
    sourced = {
        (name, rule, parameter.name)
        for (name, rule), wording in wordings().items()
        for parameter in wording.parameters.values()
        if parameter.evidence is Evidence.SOURCED
    }
    assert sourced == NUMBERS_FROM_A_TEXT


def test_the_national_texts_are_called_weak_because_only_copies_were_found():
    assert {wording.evidence for (name, _), wording in wordings().items() if name == "national"} == {Evidence.WEAK}


@pytest.mark.parametrize("rule", ["fever-medicine", "fever-clinic"])
def test_no_policy_colours_medicine_bought_and_only_hubei_a_fever_seen_at_a_clinic(rule):
    worded = {(name, wording) for name, wording in wordings() if wording.startswith(rule) or wording == "fever-patient"}
    assert worded == {("hubei", "fever-patient")}
