"""A colour is computed, never set: what holds for every policy on random worlds, and over every declaration that exists."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from generative.comparing import by_person, engine_codes, engine_hits, opened
from generative.worlds import World, world
from oracle.codes import GRAVITY
from oracle.life import midnight

from fangxian.facts import ControlListEntry, PersonalDecision, all_fact_types
from fangxian.facts.words import WORDS
from fangxian.policy.colour import Colour
from fangxian.policy.policy import all_policies

KNOWN_AT = midnight(date(2020, 4, 20))
INSTANTS = (midnight(date(2020, 3, 12)), midnight(date(2020, 3, 25)) + timedelta(hours=9), KNOWN_AT)
EVIDENCE = {"diagnosis", "exposure", "region_stay", "trip", "checkpoint_pass"}

each_policy = pytest.mark.parametrize("name", [chosen.name for chosen in all_policies()])


def without(found: World, kinds: set[str]) -> World:
    """Return a world from which some kinds of facts are gone."""
    people = {person: {kind: rows for kind, rows in facts.items() if kind not in kinds} for person, facts in found.people.items()}
    return replace(found, seed=f"{found.seed}-without-{'-'.join(sorted(kinds))}", people=people)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    """Give one world with decisions, the same without them, and one whose control list has nothing to cite."""
    whole = world("safeguards", people=600, known_at=KNOWN_AT)
    folder = tmp_path_factory.mktemp("safeguards")
    made = [opened(each, "duckdb", folder) for each in (whole, without(whole, {PersonalDecision.name}), without(whole, EVIDENCE))]
    yield made
    for engine in made:
        engine.close()


@each_policy
def test_decisions_never_worsen_a_colour_at_any_instant(name, worlds):
    with_them, without_them = (engine_hits(engine, name, KNOWN_AT) for engine in worlds[:2])
    improved = 0
    for at in INSTANTS:
        decided, undecided = (
            engine_codes(engine, name, hits, KNOWN_AT, at) for engine, hits in zip(worlds[:2], (with_them, without_them), strict=True)
        )
        for person in decided.keys() | undecided.keys():
            after, before = (codes.get(person, Colour.GREEN.value) for codes in (decided, undecided))
            assert GRAVITY.index(after) <= GRAVITY.index(before), f"a decision turned {before} into {after}"
            improved += after != before
    assert improved, "no decision improved anything: the world tries nothing"


@each_policy
def test_decisions_only_shorten_hits(name, worlds):
    lifted, whole = (by_person(engine_hits(engine, name, KNOWN_AT)) for engine in worlds[:2])
    for person, hits in lifted.items():
        for hit in hits:
            same = [one for one in whole[person] if (one.rule, one.from_at, one.because) == (hit.rule, hit.from_at, hit.because)]
            assert any(one.until_at is None or (hit.until_at is not None and hit.until_at <= one.until_at) for one in same)


@each_policy
def test_control_list_entries_alone_colour_nobody(name, worlds):
    hits = by_person(engine_hits(worlds[2], name, KNOWN_AT))
    assert {hit for held in hits.values() for hit in held if hit.rule == "on-control-list"} == set()


def test_only_its_own_rule_reads_the_control_list(worlds):
    hits = by_person(engine_hits(worlds[1], "hangzhou", KNOWN_AT))
    assert any(hit.rule == "on-control-list" for held in hits.values() for hit in held), "the world lists nobody: it tries nothing"
    unlisted = by_person(engine_hits(worlds[2], "hangzhou", KNOWN_AT))
    assert {hit.rule for held in unlisted.values() for hit in held} <= {rule.rule for rule in _hangzhou()} - {"on-control-list"}


def _hangzhou():
    return next(chosen for chosen in all_policies() if chosen.name == "hangzhou").wordings


def test_no_fact_carries_a_colour():
    colours = {str(colour) for colour in Colour}
    for fact_type in all_fact_types():
        assert not [name for name in fact_type.columns if "colour" in name or "color" in name], fact_type.name
        for column in fact_type.columns.values():
            assert not colours & set(column.one_of), f"{fact_type.name}.{column.name} can say a colour"


def test_every_word_of_every_closed_vocabulary_is_translated():
    used = {word for fact_type in all_fact_types() for column in fact_type.columns.values() for word in column.one_of}
    assert used - WORDS.keys() == set()
    assert all(WORDS[word].zh and WORDS[word].en for word in used)


def test_a_decision_and_a_listing_name_who_signed_and_what_they_rest_on():
    assert {"first_signer_id", "second_signer_id", "lifts_fact_id", "rule", "reason"} <= set(PersonalDecision.columns)
    assert {"cites_fact_type", "cites_fact_id", "listed_by"} <= set(ControlListEntry.columns)
