"""How times are read, and which are before a policy."""

from datetime import UTC, datetime, timedelta

import pytest

from fangxian.errors import FangxianError
from fangxian.policy.moment import moment, moment_in_force
from fangxian.policy.policy import policy

READ = {
    "2020-02-15": datetime(2020, 2, 15, 15, 59, 59, 999_999),
    "2020-02-15 08:00": datetime(2020, 2, 15, 0, 0),
    "2020-02-15T00:00": datetime(2020, 2, 14, 16, 0),
    "2020-02-15T00:00Z": datetime(2020, 2, 15, 0, 0),
    "2020-02-15 09:00+09:00": datetime(2020, 2, 15, 0, 0),
    "2020-02-15 08:00:00.000001": datetime(2020, 2, 15, 0, 0, 0, 1),
}


@pytest.mark.parametrize(("text", "instant"), READ.items())
def test_a_time_is_read_on_the_policys_clocks_unless_it_names_a_zone(text, instant):
    assert moment(text, policy("hangzhou")) == instant


@pytest.mark.parametrize(
    "text", ["", " ", "yesterday", "2020-02-30", "2020-2-5", "15.02.2020", "2020-02", "2020-02-15 25:00", "0001-01-01 00:00", "今天"]
)
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(FangxianError, match="is not a time") as refused:
        moment(text, policy("hangzhou"))
    assert "2020-02-15 08:00" in refused.value.next_step


def test_no_time_is_now():
    before = datetime.now(UTC).replace(tzinfo=None)
    assert before <= moment(None, policy("hangzhou")) <= datetime.now(UTC).replace(tzinfo=None)


BEGINNINGS = {"hangzhou": "2020-02-11", "national": "2020-02-29", "hubei": "2020-03-10"}


@pytest.mark.parametrize(("name", "since"), BEGINNINGS.items())
def test_an_instant_before_the_policy_began_is_refused_with_the_day_on_which_it_did(name, since):
    assert moment_in_force(f"{since} 00:00", policy(name)) == policy(name).starts(policy(name).since)
    with pytest.raises(FangxianError, match=f"it began on {since}"):
        moment_in_force(policy(name).starts(policy(name).since).replace(tzinfo=UTC) - timedelta(microseconds=1), policy(name))
