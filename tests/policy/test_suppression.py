"""Small counts: which are hidden, and what goes with them."""

from hypothesis import given
from hypothesis import strategies as st

from fangxian.policy.suppression import LEAST_SHOWN, hidden

counts = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.integers(0, 30), max_size=12)


def test_zero_and_five_are_shown_and_one_to_four_are_not():
    assert hidden({"none": 0, "one": 1, "four": 4, "five": 5}) == {"one", "four"}


def test_a_single_small_count_takes_the_next_smallest_with_it():
    assert hidden({"small": 2, "next": 7, "large": 90}) == {"small", "next"}


@given(counts)
def test_no_single_small_count_can_be_had_from_the_total(people):
    secret = hidden(people)
    small = {area for area, number in people.items() if 0 < number < LEAST_SHOWN}
    assert small <= secret
    assert not small or len(secret) > 1 or not any(number >= LEAST_SHOWN for number in people.values())
    assert not any(people[area] == 0 for area in secret)
