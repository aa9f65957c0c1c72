"""The likeliest forest is the likeliest of all: on random small graphs, beside every forest that there is."""

import math
from itertools import product
from random import Random

import polars as pl
import pytest

from fangxian.trace.chain.forest import components, likeliest_forest, with_generations

LEAST = 1e-12
SHAPE = {"infector_person_id": pl.String, "person_id": pl.String, "share": pl.Float64}


def graph(seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Make a few people and who may have infected whom; some know their source for certain."""
    random = Random(seed)
    people = [f"p{number}" for number in range(random.randrange(1, 6))]
    rows = []
    for person in people:
        others = [other for other in people if other != person and random.random() < 0.6]
        drawn = [random.choice((1, 1, 2, 5, 9)) for _ in others]
        whole = sum(drawn) + random.choice((0, 0, 1, 4))
        rows += [(other, person, weight / whole) for other, weight in zip(others, drawn, strict=True)]
    return pl.DataFrame({"person_id": people}), pl.DataFrame(rows, schema=SHAPE, orient="row")


def likelihood(chosen: dict[str, str | None], shares: dict[tuple[str | None, str], float]) -> float:
    return sum(math.log(max(shares.get((source, person), 0.0), LEAST)) for person, source in chosen.items())


def is_forest(chosen: dict[str, str | None]) -> bool:
    for person in chosen:
        seen, at = set(), person
        while chosen[at] is not None:
            if at in seen:
                return False
            seen.add(at)
            at = chosen[at]
    return True


@pytest.mark.parametrize("first", range(0, 400, 100))
def test_no_other_forest_is_likelier(first):
    circles = 0
    for seed in range(first, first + 100):
        members, candidates = graph(seed)
        people = members["person_id"].to_list()
        shares = {(infector, person): share for infector, person, share in candidates.iter_rows()}
        for person in people:
            shares[None, person] = max(0.0, 1 - sum(share for (_, infected), share in shares.items() if infected == person))
        sources = [[None, *(infector for infector, infected in shares if infector and infected == person)] for person in people]
        every = [dict(zip(people, chosen, strict=True)) for chosen in product(*sources)]
        best = max(likelihood(chosen, shares) for chosen in every if is_forest(chosen))
        circles += max(every, key=lambda chosen: likelihood(chosen, shares)) not in [each for each in every if is_forest(each)]
        found = likeliest_forest(members, candidates)
        chosen = dict(found.select("person_id", "infector_person_id").iter_rows())
        assert is_forest(chosen), f"graph {seed}"
        assert likelihood(chosen, shares) == pytest.approx(best), f"graph {seed}"
        with_generations(found)
    assert circles > 5, "graphs in which everybody's likeliest source makes no circle prove little"


def test_who_has_no_candidate_is_the_first_of_a_tree_of_their_own():
    members = pl.DataFrame({"person_id": ["a", "b"]})
    found = with_generations(likeliest_forest(members, pl.DataFrame(schema=SHAPE)))
    assert found["infector_person_id"].to_list() == [None, None]
    assert found["unknown_share"].to_list() == [1.0, 1.0]
    assert found["generation"].to_list() == [0, 0]


def test_an_unknown_source_that_is_likelier_than_every_candidate_is_the_likeliest():
    members = pl.DataFrame({"person_id": ["a", "b"]})
    candidates = pl.DataFrame([("a", "b", 0.4)], schema=SHAPE, orient="row")
    assert likeliest_forest(members, candidates)["infector_person_id"].to_list() == [None, None]
    assert components(members, candidates)["component_person_id"].to_list() == ["a", "a"], "joined all the same"


def test_nobody_at_all_is_no_forest():
    found = with_generations(likeliest_forest(pl.DataFrame(schema={"person_id": pl.String}), pl.DataFrame(schema=SHAPE)))
    assert found.is_empty()
