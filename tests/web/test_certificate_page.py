"""The certificate of release on the citizen's pages and in the interface: there once a measure was lifted, and nowhere before."""

import re
from collections.abc import Iterator

import pytest

from fangxian.signed.certificate import Certificate
from tests.services.conftest import NOON, PHONE, clock, come_in, database, living, migrated, store, vault_process
from tests.services.test_certificates import measure
from tests.services.test_entrance import enrolled

from .staff_kit import Served, serve

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]


@pytest.fixture
def served(living) -> Iterator[Served]:
    with serve(living) as one:
        yield one


def test_whoever_was_released_finds_it_prints_it_and_a_program_reads_it(living, served, clock):
    member = enrolled(living)
    clock.forward(minutes=2)
    secret = come_in(living, PHONE).secret
    me, program = served.browser(cookies={"fangxian_session": secret}), served.browser(headers={"Authorization": f"Bearer {secret}"})
    measure(living, member.person_id, "home", 10)
    assert "/me/0/certificate" not in me.get("/me/0").text
    refused = me.get("/me/0/certificate")
    assert (refused.status_code, "无从开具" in refused.text) == (409, True)
    assert re.search(r'<header class="top">.*<a href="/me">防线</a>.*</header>', refused.text, re.DOTALL)
    assert program.get("/api/v1/me/0/certificate").status_code == 409
    measure(living, member.person_id, "released", 1)
    assert "/me/0/certificate" in me.get("/me/0").text
    page = me.get("/me/0/certificate?lang=en").text
    assert all(words in page for words in ("王小明", "11************002X", "observation at home", "隔离点"))
    assert member.person_id not in page
    assert re.search(r'<img class="signed" src="data:image/svg', page)
    printed = me.post("/me/0/certificate")
    assert (printed.headers["content-type"], printed.content[:4]) == ("application/pdf", b"%PDF")
    said = program.get("/api/v1/me/0/certificate").json()
    found = Certificate.read(said["text"], trust=living.signing.ring.trust_list(at=NOON), at=clock())
    assert (said["full_name"], said["measures"][0]["measure"]) == (found.full_name, "home")
    assert program.post("/api/v1/me/0/certificate").content[:4] == b"%PDF"
