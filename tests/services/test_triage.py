"""What answers come to: every combination against a slow reading of the texts, and the table of the protocol cell by cell."""

import random
from datetime import date
from itertools import product

import pytest

from fangxian.services.questionnaire import questionnaire, versions
from fangxian.services.triage import Level, triage, triage_rules

NAME = "self_assessment"
ANHUI, JOINED = date(2020, 3, 1), date(2020, 3, 27)
WELL = {
    "emergency_signs": "",
    "age": 40.0,
    "temperature_c": None,
    "symptoms": "",
    "told": "no",
    "contact": False,
    "stayed_listed": False,
    "stayed_other": False,
    "contact_from_area": False,
    "conditions": "",
    "care_facility": False,
    "health_worker": False,
    "home": None,
}


def found(on=JOINED, **answers):
    return triage(triage_rules(NAME, on), WELL | answers)


def test_the_version_of_a_day_is_the_newest_that_had_begun():
    asked = [questionnaire(NAME, on).version for on in (date(2020, 2, 1), ANHUI, date(2020, 3, 26), JOINED, None)]
    assert asked == ["2020-03-01"] * 3 + ["2020-03-27"] * 2
    assert "emergency_signs" not in {question.key for question in questionnaire(NAME, ANHUI).questions}


@pytest.mark.parametrize("version", versions(NAME))
def test_every_rule_asks_what_is_asked_and_every_option_is_one(version):
    on = date.fromisoformat(version)
    rules, asked = triage_rules(NAME, on), {question.key: question for question in questionnaire(NAME, on).questions}
    used = [line for rule in rules.rules for line in rule.when] + [line for lines in rules.terms.values() for line in lines]
    for line in used:
        for key, wanted in line.items():
            if key == "is":
                assert set(wanted) <= set(rules.terms)
            elif isinstance(wanted, list):
                assert set(wanted) <= set(asked[key].options), key
            else:
                assert asked[key].kind == ("yes_no" if isinstance(wanted, bool) else "number")
    assert all(each.words.zh and each.words.en and each.reference.zh and each.reference.en for each in rules.rules)
    assert all(rule.level or rule.advice for rule in rules.rules)
    assert len({rule.rule_id for rule in rules.rules}) == len(rules.rules)


def by_hand(answers):
    """Read the texts slowly: the classes of Anhui, the signs and the exposure of the protocol, and how they are joined."""
    symptoms = set(answers["symptoms"].split(",")) - {""}
    fever = "fever" in symptoms or (answers["temperature_c"] or 0) >= 37.3
    covid = fever or bool(symptoms & {"breathless", "cough"})
    ill = covid or bool(symptoms)
    exposed = answers["contact"] or answers["stayed_listed"] or answers["stayed_other"]
    if answers["emergency_signs"]:
        return Level.EMERGENCY
    if answers["told"] != "no" or answers["contact"] or answers["stayed_listed"] or (exposed and ill):
        return Level.HIGH
    respiratory = bool(symptoms & {"cough", "breathless", "other_respiratory"})
    return Level.MEDIUM if exposed or covid or respiratory or answers["contact_from_area"] else Level.LOW


def some_answers(generator):
    def of(key):
        return next(question.options for question in questionnaire(NAME, JOINED).questions if question.key == key)

    def chosen(key, most):
        return ",".join(sorted(generator.sample(of(key), generator.randint(0, most))))

    yes = {key: generator.random() < 0.2 for key, value in WELL.items() if value is False}
    return (
        WELL
        | yes
        | {
            "emergency_signs": chosen("emergency_signs", 1) if generator.random() < 0.2 else "",
            "age": float(generator.randint(0, 100)),
            "temperature_c": generator.choice([None, 36.5, 37.2, 37.3, 39.0]),
            "symptoms": chosen("symptoms", 2),
            "told": generator.choice(["no"] * 5 + list(of("told"))),
            "conditions": chosen("conditions", 1),
        }
    )


def test_ten_thousand_random_answers_come_to_what_the_texts_say():
    generator = random.Random(26)
    rules, levels = triage_rules(NAME, JOINED), set()
    for _ in range(10_000):
        answers = some_answers(generator)
        came = triage(rules, answers)
        assert came.level is by_hand(answers), answers
        assert triage(rules, dict(reversed(answers.items()))) == came
        levels.add(came.level)
    assert levels == set(Level)


CELLS = """
exposed | symptom | 65+ and condition | condition | 65+ | neither
--------+---------+-------------------+-----------+-----+--------
yes     | cough   | ask               | ask       | ask | worse
yes     | aches   | ask               | ask       | worse | none
no      | cough   | ask               | ask       | ask | worse
no      | aches   | worse             | worse     | none | none
"""
ADVICE = {"ask": "cdc-ask-a-doctor", "worse": "cdc-if-worse", "none": "cdc-no-test"}
WHO = ({"age": 70.0, "conditions": "heart"}, {"conditions": "heart"}, {"age": 65.0}, {})


def cells():
    for line in CELLS.strip().splitlines()[2:]:
        exposed, symptom, *said = (part.strip() for part in line.split("|"))
        yield from ((exposed == "yes", symptom, who, advice) for who, advice in zip(WHO, said, strict=True))


@pytest.mark.parametrize(("exposed", "symptom", "who", "advice"), list(cells()))
def test_the_protocols_table_is_followed_cell_by_cell(exposed, symptom, who, advice):
    fired = set(found(contact=exposed, symptoms=symptom, **who).rule_ids)
    assert fired & set(ADVICE.values()) == {ADVICE[advice]}
    assert "cdc-self-isolate" in fired


def test_whoever_works_in_health_care_is_told_of_the_place_of_work_first():
    for contact, symptom in product((True, False), ("cough", "aches")):
        fired = found(contact=contact, symptoms=symptom, health_worker=True).rule_ids
        assert ("cdc-health-worker" in fired) is (contact or symptom == "cough")


def test_an_emergency_hides_no_exposure_and_nothing_fires_for_whoever_is_well():
    both = found(emergency_signs="chest_pain", contact=True)
    assert (both.level, both.is_high) == (Level.EMERGENCY, True)
    assert (found().level, found().fired) == (Level.LOW, ())
    assert found(age=17.0).rule_ids == ["cdc-under-18"]


def test_the_first_version_has_the_three_classes_alone():
    assert found(ANHUI, emergency_signs="chest_pain").level is Level.LOW
    assert found(ANHUI, stayed_other=True, symptoms="cough").rule_ids == ["anhui-respiratory", "anhui-other-area"]
    assert found(ANHUI, told="asymptomatic").level is Level.HIGH


def texts_in(stated):
    if isinstance(stated, dict):
        if "zh" in stated:
            yield stated
        for inner in stated.values():
            yield from texts_in(inner)
    elif isinstance(stated, list):
        for inner in stated:
            yield from texts_in(inner)


@pytest.mark.parametrize("version", versions(NAME))
def test_every_text_is_there_in_both_languages_whole(version):
    said = list(texts_in(versions(NAME)[version]))
    assert len(said) > 30
    assert all(each.keys() == {"zh", "en"} and each["zh"] and each["en"] for each in said)
