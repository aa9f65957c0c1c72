"""What a phone shows after an end: whoever can be named no more is not listed, and nothing fails."""

from dataclasses import replace
from datetime import date

from fangxian.services.members import members_of
from fangxian.store import ending
from fangxian.store.opening import make_room
from fangxian.store.retention import end_of
from fangxian.store.store import Event
from fangxian.vault.folder import VaultFolder
from fangxian.vault.process import VaultProcess

from .conftest import come_in
from .test_declaring import enrolled


def test_a_phone_whose_people_ended_lists_nobody_and_goes_on(living, clock, tmp_path):
    VaultFolder.make(tmp_path / "vault")
    with VaultProcess(tmp_path / "vault") as process, process.client() as vault:
        own = replace(living, vault=vault)
        enrolled(own)
        clock.forward(minutes=2)
        phone_index = come_in(own).phone_index
        assert [member.masked_name for member in members_of(own, phone_index)] == ["王**"]
        event, at = Event(actor="clerk", role="data_officer", purpose="retention", action=ending.END), end_of("register", date(2020, 2, 1))
        make_room(own.store, at.date())
        list(ending.end_due(own.store, vault, event, at=at))
        assert members_of(own, phone_index) == ()
