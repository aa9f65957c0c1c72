"""The drawing of a person's hits."""

from datetime import datetime, timedelta

from fangxian.code.explanation import Reason
from fangxian.policy.colour import Colour
from fangxian.policy.policy import policy
from fangxian.web.timeline import WIDTH, timeline

HANGZHOU = policy("hangzhou")
NOON = datetime(2020, 2, 15, 4)


def hit(from_at: datetime, until_at: datetime | None) -> Reason:
    """Return a hit of the first rule of Hangzhou."""
    return Reason(wording=HANGZHOU.wordings[0], colour=Colour.RED, from_at=from_at, until_at=until_at, because=())


def test_a_longer_hit_has_a_longer_bar_and_a_later_one_starts_further_right():
    drawn = timeline([hit(NOON, NOON + timedelta(days=2)), hit(NOON + timedelta(days=1), NOON + timedelta(days=2))], HANGZHOU, at=NOON)
    first, second = drawn.bars
    assert first.width > second.width
    assert first.x < second.x
    assert abs(first.x + first.width - second.x - second.width) < 0.3


def test_an_open_hit_reaches_the_end_and_is_drawn_as_not_known_from_the_instant_asked_about():
    (bar,) = timeline([hit(NOON - timedelta(days=3), None)], HANGZHOU, at=NOON).bars
    assert bar.x + bar.width == WIDTH
    assert bar.open_x is not None
    assert bar.x < bar.open_x < WIDTH


def test_nothing_is_drawn_outside():
    drawn = timeline([hit(NOON, NOON + timedelta(microseconds=1)), hit(NOON, NOON + timedelta(days=400))], HANGZHOU, at=NOON)
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH + 0.2 for bar in drawn.bars)
    assert 0 <= drawn.asked_x <= WIDTH
    assert 2 <= len(drawn.ticks) <= 9


def test_a_person_without_hits_has_an_empty_drawing():
    assert timeline([], HANGZHOU, at=NOON).bars == ()
