"""Plugs for demonstrations serve this machine and nobody else."""

import pytest

from fangxian.cli.serve import _sender
from fangxian.errors import FangxianError
from fangxian.services.senders import OnThePage


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "example.org"])
def test_a_sender_that_shows_codes_on_the_page_serves_this_machine_alone(host):
    assert isinstance(_sender("page", "127.0.0.1", ["localhost"]), OnThePage)
    for given in ((host, []), ("127.0.0.1", ["localhost", host])):
        with pytest.raises(FangxianError, match="as anybody"):
            _sender("page", *given)


@pytest.mark.parametrize("client", [None, "", "203.0.113.9", "testclient", "::ffff:203.0.113.9"])
def test_a_code_that_is_shown_on_the_page_is_shown_to_this_machine_alone(client):
    sender = OnThePage()
    sender.send("+8613800000001", "123456")
    assert sender.shown("+8613800000001", client=client) == ""
    assert sender.shown("+8613800000001", client="127.0.0.1") == "123456"
