"""A rule change is rehearsed before it is law: who would change colour, by county and by rule."""

import pytest
from spec_tables import instant, rows_as_text, tidied

from fangxian.code.decide import decide
from fangxian.code.rehearse import rehearse
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.policy.policy import PACKAGED, load, policy

KNOWN_AT = instant("2020-03-01 00:00")


@pytest.fixture
def draft(tmp_path):
    """Give a function that returns Hangzhou's policy with some words of its code.yaml changed."""

    def draft(old, new):
        folder = tmp_path / "draft"
        folder.mkdir()
        for name in ("policy.yaml", "code.yaml"):
            text = (PACKAGED / "hangzhou" / name).read_text("utf-8")
            assert name == "policy.yaml" or old in text
            (folder / name).write_text(text.replace(old, new), "utf-8")
        return load(folder)

    return draft


@pytest.fixture
def rehearsed(lake):
    """Give a function that rehearses a change from one policy to another at a local time."""

    def rehearsed(before, after, at):
        with DuckDBEngine(lake) as engine:
            decided = [decide(engine, chosen, known_at=KNOWN_AT) for chosen in (before, after)]
            return rehearse(engine, *decided, at=instant(at))

    return rehearsed


def test_a_policy_in_its_own_place_changes_nobody(rehearsed):
    result = rehearsed(policy("hangzhou"), policy("hangzhou"), "2020-02-25 12:00")
    assert rows_as_text(result.by_change) == tidied("""
        from_colour | to_colour | people
        green       | green     | 2
        red         | red       | 3
    """)
    assert result.by_region.num_rows == result.by_rule.num_rows == 0


def test_a_shorter_count_of_check_ins_is_told_by_county_and_rule(rehearsed, draft):
    result = rehearsed(policy("hangzhou"), draft("check_ins: {value: 14", "check_ins: {value: 10"), "2020-02-25 12:00")
    assert rows_as_text(result.by_change) == tidied("""
        from_colour | to_colour | people
        green       | green     | 2
        red         | green     | 1
        red         | red       | 2
    """)
    assert rows_as_text(result.by_region) == tidied("""
        region_code | from_colour | to_colour | people
        330382      | red         | green     | 1
    """)
    assert rows_as_text(result.by_rule) == tidied("""
        rule               | from_colour | to_colour | people
        came-from-key-area | red         | green     | 1
    """)


def test_another_provinces_policy_is_told_for_everybody_who_changes(rehearsed):
    result = rehearsed(policy("hangzhou"), policy("shanghai"), "2020-02-20 12:00")
    assert rows_as_text(result.by_change) == tidied("""
        from_colour | to_colour | people
        green       | green     | 2
        red         | red       | 2
        red         | yellow    | 1
    """)
    assert rows_as_text(result.by_rule) == tidied("""
        rule               | from_colour | to_colour | people
        came-from-key-area | red         | yellow    | 1
    """)


def test_a_person_with_a_code_under_one_policy_only_has_none_under_the_other(rehearsed):
    result = rehearsed(policy("hangzhou"), policy("hubei"), "2020-02-25 12:00")
    assert rows_as_text(result.by_change) == tidied("""
        from_colour | to_colour | people
        green       | none      | 2
        red         | green     | 1
        red         | none      | 2
    """)


def test_a_draft_that_lists_no_areas_frees_who_came_from_one(rehearsed, draft):
    empty = "value: []"
    result = rehearsed(policy("hangzhou"), draft('value:\n          - {region: "420000", since: 2020-01-23}', empty), "2020-02-25 12:00")
    assert rows_as_text(result.by_rule) == tidied("""
        rule               | from_colour | to_colour | people
        came-from-key-area | red         | green     | 1
    """)
