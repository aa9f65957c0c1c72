"""Plugs for demonstrations serve this machine and nobody else."""

import pytest

from fangxian.cli.serve import _sender
from fangxian.errors import FangxianError
from fangxian.services.senders import OnThePage


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "example.org"])
def test_a_sender_that_shows_codes_on_the_page_serves_this_machine_alone(host):
    assert isinstance(_sender("page", "127.0.0.1"), OnThePage)
    with pytest.raises(FangxianError, match="as anybody"):
        _sender("page", host)
