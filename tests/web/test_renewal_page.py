"""The page on which two officers renew the policy, the same for programs, and the warning that every page of the staff bears."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from fangxian.store.opening import make_room
from fangxian.store.renewals import may_record
from fangxian.web.staff.asking import COOKIE
from fangxian.work.roles import Role
from tests.services.conftest import NOON, clock, database, living, migrated, store, vault_process

from .staff_kit import Served, serve

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]

LAPSES = NOON + timedelta(days=89)
"""The installation of these tests was renewed for ninety days on the day before."""


@pytest.fixture
def served(living) -> Iterator[Served]:
    with serve(living) as one:
        yield one


def officer(served, subject):
    """Come in as an officer of the whole region of the policy."""
    return served.come_in(Role.OFFICER, subject=subject, regions=("330000",))


def wait_until(living, clock, at):
    make_room(living.store, at.date())
    clock.at = at


def second_of(page):
    return re.search(r'action="(/staff/renewal/[^"]+/second)"', page.text)


def test_two_officers_renew_and_the_first_cannot_be_the_second(living, served, clock):
    first, second = officer(served, "officer-8"), officer(served, "officer-9")
    shown = first.get("/staff/renewal").text
    assert all(words in shown for words in ("还有 89 天到期", "2020-02-23 12:00", "2020-05-23 12:00", "还没有人签署", "30 天后"))
    assert first.post("/staff/renewal/first").status_code == 303
    assert "须由另一人作第二签署" in first.get("/staff/renewal").text
    assert second_of(first.get("/staff/renewal")) is None
    assert second.post("/staff/renewal/first").status_code == 409
    waits = second.get("/staff/renewal")
    assert "officer-8 已于" in waits.text
    address = second_of(waits)[1]
    refused = first.post(address)
    assert refused.status_code == 403
    assert "另一人" in refused.text
    clock.forward(hours=1)
    assert second.post(address).status_code == 303
    assert "还有 90 天到期" in second.get("/staff/renewal?lang=zh").text
    assert second.post(address).status_code == 409
    assert may_record(living.store, living.policy, LAPSES + timedelta(hours=24))


def test_an_officer_of_another_area_renews_nothing(served):
    far = served.come_in(Role.OFFICER, subject="far-1", regions=("330200",))
    assert far.get("/staff/renewal").status_code == 403
    assert far.post("/staff/renewal/first").status_code == 403


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_the_staff_warns_for_the_last_fourteen_days_and_after_the_lapse(living, served, clock, language):
    warning, lapsed = {"zh": ("将于 2020-05-23 12:00 到期", "已于 2020-05-23 12:00 到期"), "en": ("lapses at", "lapsed at")}[language]
    for at, said in ((LAPSES - timedelta(days=14, minutes=1), ()), (LAPSES - timedelta(days=14), (warning,)), (LAPSES, (lapsed,))):
        wait_until(living, clock, at)
        doctor, signer = served.come_in(Role.DOCTOR), officer(served, "officer-8")
        for client, path in ((doctor, "/staff"), (doctor, "/staff/confirm"), (signer, "/staff/decisions"), (signer, "/staff/renewal")):
            page = client.get(f"{path}?lang={language}").text
            assert [words in page for words in (warning, lapsed)] == [words in said for words in (warning, lapsed)], (at, path)
        assert ('href="/staff/renewal"' in signer.get("/staff/decisions").text) is bool(said)
        assert 'href="/staff/renewal"' not in doctor.get("/staff").text


def test_a_program_renews_as_the_page_does(living, served, clock):
    secrets = [officer(served, subject).cookies[COOKIE] for subject in ("officer-8", "officer-9")]
    first, second = (served.browser(headers={"Authorization": f"Bearer {secret}"}) for secret in secrets)
    before = first.get("/api/v1/staff/renewal").json()
    assert (before["in_force"], before["last"]["until_at"], before["waiting"]) == (True, "2020-05-23T04:00:00Z", None)
    proposed = first.post("/api/v1/staff/renewal/first")
    assert (proposed.status_code, proposed.json()["first_signer"]) == (201, "officer-8")
    address = f"/api/v1/staff/renewal/{proposed.json()['renewal']}/second"
    assert "另一人" in first.post(address).json()["error"]["zh"]
    assert second.post("/api/v1/staff/renewal/none/second").status_code == 409
    clock.forward(hours=1)
    assert second.post(address).json() == {"until_at": "2020-05-24T05:00:00Z"}
    assert second.get("/api/v1/staff/renewal").json()["last"]["second_signer"] == "officer-9"
