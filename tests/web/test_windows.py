"""How often somebody may ask: a window that slides, beside a list of every time."""

import random

import pytest

from fangxian.web.running.windows import Allowance, Windows


class Hand:
    """A clock that is moved by hand."""

    at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


def test_an_allowance_is_given_back_little_by_little():
    hand = Hand()
    hand.at -= hand.at % 60  # a window begins
    windows = Windows(Allowance.of("6/minute"), clock=hand)
    for _ in range(6):
        assert windows.wait_s("one") == 0
        windows.count("one")
    assert (windows.wait_s("one"), windows.wait_s("another")) == (61, 0)
    hand.at += 60 + 11
    for _ in range(2):  # of the six before, one was forgotten, and all but a tenth of another
        assert windows.wait_s("one") == 0
        windows.count("one")
    assert windows.wait_s("one") == 10
    hand.at += 10
    assert windows.wait_s("one") == 0
    hand.at += 120
    windows.count("another")
    assert windows.wait_s("one") == 0


@pytest.mark.parametrize("seed", range(20))
def test_nobody_asks_twice_as_often_as_is_allowed_in_any_minute_nor_is_told_to_come_back_too_early(seed):
    drawn, hand, allowance = random.Random(seed), Hand(), Allowance.of("10/minute")
    windows, asked = Windows(allowance, clock=hand), []
    for _ in range(500):
        hand.at += drawn.expovariate(0.5)
        if wait_s := windows.wait_s("one"):
            hand.at += wait_s
            assert windows.wait_s("one") == 0
        windows.count("one")
        asked.append(hand.at)
        assert sum(at > hand.at - allowance.per_s for at in asked) <= 2 * allowance.times
