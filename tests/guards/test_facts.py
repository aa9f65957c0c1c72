"""Promises over every fact type that exists."""

import re

import pytest

from fangxian.facts import AreaFact, Fact, PersonFact, Text, all_fact_types
from fangxian.facts.words import WORDS

NEVER_READ = {"household_register_region_code", "nationality", "id_type"}
"""What no colour may depend on."""
IDENTIFYING = re.compile(r"(^|_)(full_name|family_name|id_number|phone|mobile|address|email|latitude|longitude|photo)($|_)")

each_fact_type = pytest.mark.parametrize("fact_type", all_fact_types(), ids=lambda fact_type: fact_type.name)


def is_bilingual(text: Text) -> bool:
    return bool(text.zh.strip()) and bool(text.en.strip())


@each_fact_type
def test_everything_about_a_fact_type_is_said_in_both_languages(fact_type: type[Fact]):
    said = [fact_type.title, fact_type.meaning, *(c.meaning for c in fact_type.columns.values())]
    said += [promise.words for promise in fact_type.all_promises()]
    assert all(is_bilingual(text) for text in said)
    assert re.search(r"[\u4e00-\u9fff]", fact_type.title.zh), "the Chinese title is Chinese"
    assert not re.search(r"[\u4e00-\u9fff]", fact_type.title.en), "the English title is not"


@each_fact_type
def test_every_word_of_a_vocabulary_has_a_meaning_in_both_languages(fact_type: type[Fact]):
    words = {word for c in fact_type.columns.values() for word in c.one_of}
    assert words <= WORDS.keys()
    assert all(is_bilingual(WORDS[word]) for word in words)


@each_fact_type
def test_a_fact_is_about_a_person_or_an_area_and_has_valid_and_known_time(fact_type: type[Fact]):
    assert issubclass(fact_type, PersonFact) != issubclass(fact_type, AreaFact)
    assert {"from_at", "known_at"} <= fact_type.columns.keys()
    instants = {name for name, dtype in fact_type.schema().items() if dtype.is_timestamp()}
    assert all(name.endswith("_at") for name in instants), "an instant is called ..._at"
    assert all(name.endswith("_on") for name, dtype in fact_type.schema().items() if dtype.is_date()), "a day is called ..._on"


@each_fact_type
def test_no_fact_holds_a_name_a_number_or_an_address(fact_type: type[Fact]):
    assert [name for name in fact_type.columns if IDENTIFYING.search(name)] == []


@each_fact_type
def test_rules_are_not_given_household_register_nationality_or_id_type(fact_type: type[Fact]):
    assert NEVER_READ.isdisjoint(fact_type.table().columns)


def test_the_columns_that_no_colour_may_depend_on_are_still_declared_under_these_names():
    declared = {name for fact_type in all_fact_types() for name in fact_type.columns}
    assert declared >= NEVER_READ, "a column that was renamed is no longer guarded"
