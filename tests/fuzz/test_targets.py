"""The fuzzer's targets, tried for seconds in every run: their promises hold from each seed, and a broken promise is seen."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from . import targets

SEEDS = targets.seeds()


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
def test_every_seed_keeps_the_promises(seed: bytes):
    targets.one_input(seed)


@given(seed=st.sampled_from(SEEDS), edits=st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 2), st.binary(max_size=9)), max_size=4))
@settings(deadline=None, max_examples=400)
def test_mutated_seeds_keep_the_promises(seed: bytes, edits: list[tuple[int, int, bytes]]):
    data = seed[1:]
    for at, kind, new in edits:
        start = at % (len(data) + 1)
        data = data[:start] + new + data[start + (len(new) if kind == 0 else kind) :]
    targets.one_input(seed[:1] + data)


def test_a_code_that_is_believed_without_being_genuine_is_seen(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(targets, "GENUINE", ())
    with pytest.raises(AssertionError, match="colour"):
        targets.one_input(SEEDS[0])
