"""The people of a world: households, ages, papers, work."""

import numpy as np
import polars as pl
import pytest
from stdnum.cn import uscc

from fangxian.world.generate import WorldOptions
from fangxian.world.people import People
from fangxian.world.work import Work

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def has_right_check(number: str) -> bool:
    """Check a resident id as GB 11643 words it, one digit after another."""
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False)) % 11] == number[17]


def test_there_are_as_many_people_as_asked_for_and_all_live_in_the_province(world):
    people = world.truth("people")
    assert people["person"].to_list() == list(range(2_000))
    assert set(people["region_code"].str.slice(0, 2)) == {"33"}
    assert people["region_code"].n_unique() > 80


def test_households_have_the_sizes_of_households(world):
    sizes = world.truth("people").group_by("household").len()["len"]
    assert 2.5 < sizes.mean() < 3.2
    assert sizes.max() == 6
    assert 0.1 < (sizes == 1).mean() < 0.25


def test_ages_fit_together_inside_a_household(world):
    people = world.truth("people")
    head = people.filter(pl.col("role") == "head").select("household", head="age")
    ages = people.join(head, on="household")
    assert (ages.filter(pl.col("role") == "child").select(pl.col("head") - pl.col("age")).to_series() >= 14).all()
    assert (ages.filter(pl.col("role") == "grandparent").select(pl.col("age") - pl.col("head")).to_series() > 5).all()
    assert (head["head"] >= 19).all()


def test_young_and_old_are_there_in_plausible_shares(world):
    age = world.truth("people")["age"]
    assert 0.12 < (age < 15).mean() < 0.22
    assert 0.08 < (age >= 65).mean() < 0.2
    assert age.max() < 105


def test_every_resident_id_is_whole_and_nobody_shares_one(world):
    numbers = world.truth("people").filter(pl.col("id_type") == "居民身份证")["id_number"]
    assert all(has_right_check(number) for number in numbers)
    assert world.truth("people")["id_number"].n_unique() == 2_000


def test_a_resident_id_tells_age_and_sex(world):
    people = world.truth("people").filter(pl.col("id_type") == "居民身份证")
    born = people["id_number"].str.slice(6, 4).cast(pl.Int64)
    assert ((2020 - born - people["age"]).is_between(0, 1)).all()
    assert (people["id_number"].str.slice(16, 1).cast(pl.Int64) % 2 == people["male"].cast(pl.Int64)).all()


def test_other_papers_and_no_papers_exist_too():
    options = WorldOptions(people=20_000)
    from fangxian.world.identity import ID_TYPES, Papers

    atlas = options.atlas()
    papers = Papers.issue(People.settle(20_000, atlas=atlas, seed=1), atlas=atlas, on=options.season.start, seed=1)
    assert set(papers.id_type) == set(range(len(ID_TYPES)))
    assert papers.id_number.n_unique() == 20_000
    assert papers.phone.str.starts_with("12").all()


def test_workers_and_pupils_have_an_organisation_with_a_valid_credit_code(world):
    people = world.truth("people")
    codes = people["credit_code"].drop_nulls().unique()
    assert all(uscc.is_valid(code) for code in codes)
    assert people.filter(pl.col("age").is_between(4, 18))["credit_code"].null_count() == 0
    assert people.filter(pl.col("age") >= 60)["credit_code"].null_count() == people.filter(pl.col("age") >= 60).height


def test_sizes_of_organisations_are_heavy_tailed_and_a_team_belongs_to_one():
    options = WorldOptions(people=20_000)
    atlas = options.atlas()
    people = People.settle(20_000, atlas=atlas, seed=2)
    work = Work.found(people, atlas=atlas, seed=2)
    workers = (work.organisation >= 0) & ~work.is_pupil
    sizes = np.bincount(work.organisation[workers])
    assert sizes.max() > 10 * np.median(sizes[sizes > 0])
    pairs = np.unique(np.stack([work.team, work.organisation], axis=1)[work.team >= 0], axis=0)
    assert len(pairs) == len(np.unique(pairs[:, 0]))


def test_published_case_counts_decide_where_cases_come_from():
    atlas = WorldOptions(people=1_000_000).atlas()
    share = dict(zip(atlas.numbers[atlas.home].tolist(), atlas.case_weight, strict=True))
    assert share[330382] == max(share.values())
    assert share[330382] / share[330381] == pytest.approx(170 / 74)
    assert share[330127] == share[331181] == 0
    assert sum(share.values()) == pytest.approx(1)
