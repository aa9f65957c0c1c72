"""How times on the command line are read."""

from datetime import UTC, datetime

import pytest

from fangxian.cli.options import moment
from fangxian.errors import FangxianError
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
