"""What staff do on their pages, from the log-in to the code that follows, and what the person sees of it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import psycopg
import pyotp
import pytest

from fangxian.errors import FangxianError
from fangxian.facts import Exposure, Workplace
from fangxian.policy.colour import Colour
from fangxian.services import appeal_words, declaring, issuing, looking, members
from fangxian.services.documents import document
from fangxian.services.oidc import Oidc
from fangxian.services.screen_number import number_on_screen
from fangxian.signed.credential import token_id
from fangxian.signed.keys import PrivateKey, point
from fangxian.store.new_facts import new_fact
from fangxian.store.recording import record
from fangxian.store.sealing import seal
from fangxian.store.store import Event
from fangxian.store.verifying import verify_further
from fangxian.web.staff.asking import COOKIE
from fangxian.work.appeal import Ground
from fangxian.work.appealing import open_appeal
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role
from tests.services.conftest import HEALTHY, IDENTITY, NOON, PHONE, clock, come_in, database, living, migrated, store, vault_process
from tests.services.provider import CLIENT, DATED, provider

from .staff_kit import ORGANISATION, Served, serve

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]

pytestmark = DATED
NUMBERS = ("11010519491231002X", "440308199901101512")


@pytest.fixture
def served(living) -> Iterator[Served]:
    with serve(living) as one:
        yield one


def enrolled(living, which=0, **answers):
    """Enrol somebody invented on a phone of their own."""
    phone = f"{PHONE[:-1]}{which + 1}"
    session = come_in(living, phone)
    shown = document("resident_id", NUMBERS[which], on=NOON.date())
    place = declaring.enrol(living, IDENTITY, shown, HEALTHY | answers, phone_index=session.phone_index, phone=phone)
    return members.member_at(living, session.phone_index, place)


def feverish(living):
    return enrolled(living, symptoms="fever", temperature_c=38.6)


def say(living, person_id, fact_type, *, source, **values):
    event = Event(actor="test", role="system", purpose="test", action="record", person_id=person_id)
    at = living.clock()
    fact = new_fact(fact_type, event, source=source, known_at=at, from_at=at - timedelta(days=1), **values)
    record(living.store, {fact_type: [fact]}, event, policies=[living.policy], at=at)
    return fact["fact_id"]


def appealed(living, person_id, ground, *, fact_type="exposure", fact_id, words="那天我在家，没有出门。"):
    at = living.clock()
    return open_appeal(
        living.store,
        Principal(subject="citizen", roles=frozenset({Role.CITIZEN}), person_ids=frozenset({person_id})),
        person_id=person_id,
        fact_type=fact_type,
        fact_id=fact_id,
        ground=ground,
        words=words,
        seal=appeal_words.sealing(living, person_id, appeal_words.SAID, at=at),
        policy=living.policy,
        at=at,
    )


def exposed(living, person_id):
    return say(living, person_id, Exposure, source="tracing", contact_class="close", setting="venue", case_fact_id=1)


def links(page: httpx.Response, place: str) -> list[str]:
    return re.findall(rf'href="(/staff/{place}/[^"?]+)"', page.text)


def actions_seen_by(living, person_id):
    return [(look.role, look.action) for look in looking.who_looked(living, person_id)]


def test_a_log_in_with_a_provider_ends_in_a_session_that_only_the_browser_has(living):
    with provider() as running, serve(living, Oidc(issuer=running.issuer, **CLIENT)) as served:
        running.knows("doctor-9", roles=["doctor"], region_codes=["330100"])
        client = served.browser()
        assert client.get("/staff").headers["location"] == "/staff/log-in"
        begun = client.get("/staff/log-in/begin")
        back = running.authorize(begun.headers["location"], "doctor-9")
        stranger = served.browser()
        assert stranger.get(back).status_code == 409
        came = client.get(back)
        assert (came.status_code, came.headers["location"]) == (303, "/staff")
        kept = next(value for value in came.headers.get_list("set-cookie") if value.startswith(COOKIE))
        assert all(word in kept.lower() for word in ("httponly", "samesite=lax", "path=/"))
        assert "secure" not in kept.lower()
        assert "确认申报" in client.get("/staff").text
        assert client.get(back).status_code == 409
        assert client.post("/staff/log-out").headers["location"] == "/staff/log-in"
        assert client.get("/staff").status_code == 303
        assert client.post("/staff/log-in/choose", data={"role": "officer"}).headers["location"] == "/staff/log-in"


def test_behind_tls_the_cookie_is_secure(served):
    tls = {"X-Forwarded-Proto": "https"}
    came = served.browser().post("/staff/log-in/choose", data={"role": "doctor", "number": "1"}, headers=tls)
    assert "; secure" in came.headers["set-cookie"].lower()


def test_somebody_without_a_role_is_told_so(living):
    with provider() as running, serve(living, Oidc(issuer=running.issuer, **CLIENT)) as served:
        running.knows("nobody-1", roles=["system"])
        client = served.browser()
        back = running.authorize(client.get("/staff/log-in/begin").headers["location"], "nobody-1")
        answer = client.get(back)
        assert answer.status_code == 409
        assert "没有任何工作角色" in answer.text


def test_the_demonstrations_choice_is_shown_and_lets_in(served):
    client = served.browser()
    assert "申诉专员" in client.get("/staff/log-in").text
    assert client.post("/staff/log-in/choose", data={"role": "officer", "number": "2"}).status_code == 303
    assert "demo-officer-2" in client.get("/staff?lang=en").text
    assert served.browser().post("/staff/log-in/choose", data={"role": "system"}).status_code == 409


def test_an_officer_sets_up_an_app_and_goes_on(served, clock):
    officer = served.come_in(Role.OFFICER, second_factor=False)
    assert officer.get("/staff").headers["location"] == "/staff/factor"
    made = officer.post("/staff/factor/enrol")
    secret = re.search(r"<code>(\w+)</code>", made.text)[1]
    assert officer.post("/staff/factor", data={"code": "abc"}).status_code == 422
    step = int((clock() - NOON.replace(year=1970, month=1, day=1, hour=0)).total_seconds()) // 30
    code = pyotp.TOTP(secret).generate_otp(step)
    assert officer.post("/staff/factor", data={"code": code}).headers["location"] == "/staff"
    assert officer.get("/staff/decisions").status_code == 200


def test_an_appeal_is_read_answered_and_the_code_follows(living, served):
    person = enrolled(living).person_id
    fact_id = exposed(living, person)
    appealed(living, person, Ground.WRONG_PERSON, fact_id=fact_id)
    assert looking.own_code(living, person).colour is Colour.RED
    tracer = served.come_in(Role.SOURCE_OWNER)
    listed = tracer.get("/staff/appeals")
    (case,) = links(listed, "appeals")
    assert person not in listed.text
    opened = tracer.get(case)
    assert "那天我在家" in opened.text
    assert person not in opened.text
    assert tracer.post(f"{case}/answer", data={"answer": "uphold", "words": ""}).status_code == 409
    assert (
        tracer.post(f"{case}/answer", data={"answer": "uphold", "words": "经核查，确系误认。"}, follow_redirects=True).text.count(
            "申诉成立"
        )
        == 1
    )
    assert looking.own_code(living, person).colour is Colour.GREEN
    seen = actions_seen_by(living, person)
    assert {("source_owner", each) for each in ("appeal read", "facts_read", "appeal upheld")} <= set(seen)
    assert tracer.post(f"{case}/answer", data={"answer": "refuse", "words": "再想想"}).status_code == 409


def test_whoever_appealed_takes_it_back_and_nobody_answers_it_any_more(living, served, clock):
    people = [enrolled(living, which).person_id for which in range(2)]
    for person in people:
        appealed(living, person, Ground.WRONG_PERSON, fact_id=exposed(living, person))
    clock.forward(minutes=2)
    me, other = (served.browser(cookies={"fangxian_session": come_in(living, f"{PHONE[:-1]}{which}").secret}) for which in (1, 2))
    (mine,) = re.findall(r'name="appeal" value="([0-9a-f-]{36})"', me.get("/me/0/appeals").text)
    assert other.post("/me/0/appeals", data={"appeal": mine}).status_code == 409
    assert me.post("/me/0/appeals", data={"appeal": "none"}).status_code == 404
    assert me.post("/me/0/appeals", data={"appeal": mine}).headers["location"] == "/me/0/appeals"
    page = me.get("/me/0/appeals").text
    assert ("本人撤回" in page, 'name="appeal"' in page) == (True, False)
    assert me.post("/me/0/appeals", data={"appeal": mine}).status_code == 409
    assert len(links(served.come_in(Role.SOURCE_OWNER).get("/staff/appeals"), "appeals")) == 1


def test_late_appeals_are_marked_and_come_first(living, served, clock):
    people = [enrolled(living, which).person_id for which in range(2)]
    for person in people:
        appealed(living, person, Ground.WRONG_PERSON, fact_id=exposed(living, person))
        clock.forward(hours=20)
    clock.forward(hours=2)
    page = served.come_in(Role.SOURCE_OWNER).get("/staff/appeals?lang=en").text
    assert page.count('class="late"') == 1
    assert page.index('class="late"') < page.index("<tr>\n    <td", page.index("<tbody>"))


def test_others_cannot_open_what_they_may_not_answer(living, served):
    person = enrolled(living).person_id
    appealed(living, person, Ground.WRONG_PERSON, fact_id=exposed(living, person))
    (case,) = links(served.come_in(Role.SOURCE_OWNER).get("/staff/appeals"), "appeals")
    other = served.come_in(Role.SOURCE_OWNER, subject="source-owner-2")
    assert other.get(case).status_code == 409
    office = served.come_in(Role.APPEAL_OFFICER)
    assert links(office.get("/staff/appeals"), "appeals") == []
    doctor = served.come_in(Role.DOCTOR)
    refused = doctor.get(case)
    assert refused.status_code == 403
    assert "您的角色不能办理" in refused.text


def test_hardship_takes_two_people_and_the_first_cannot_be_the_second(living, served):
    person = enrolled(living).person_id
    fact_id = exposed(living, person)
    appealed(living, person, Ground.HARDSHIP, fact_id=fact_id, words="家人住院，需要陪护。")
    first = served.come_in(Role.APPEAL_OFFICER)
    (case,) = links(first.get("/staff/appeals"), "appeals")
    opened = first.get(case)
    reference, rule = case.rpartition("/")[2], re.search(r'name="rule" value="([^"]+)"', opened.text)[1]
    assert 'value="uphold"' not in opened.text
    given = {"appeal": reference, "rule": rule, "reason": "hardship"}
    assert "待第二人签署" in first.post("/staff/decisions/propose", data=given, follow_redirects=True).text
    assert links(first.get("/staff/decisions"), "decisions") == []
    second = served.come_in(Role.OFFICER)
    (proposal,) = links(second.get("/staff/decisions"), "decisions")
    assert "密切接触" in second.get(proposal).text
    far = served.come_in(Role.OFFICER, subject="far-1", regions=("330200",))
    assert far.post(f"{proposal}/sign").status_code == 409
    assert "已签署" in second.post(f"{proposal}/sign", follow_redirects=True).text
    assert looking.own_code(living, person).colour is Colour.GREEN
    assert second.post(f"{proposal}/sign").status_code == 409


def test_a_proposal_can_be_rejected_and_the_code_stays(living, served):
    person = enrolled(living).person_id
    appealed(living, person, Ground.HARDSHIP, fact_id=exposed(living, person))
    first, second = served.come_in(Role.APPEAL_OFFICER), served.come_in(Role.OFFICER)
    (case,) = links(first.get("/staff/appeals"), "appeals")
    rule = re.search(r'name="rule" value="([^"]+)"', first.get(case).text)[1]
    first.post("/staff/decisions/propose", data={"appeal": case.rpartition("/")[2], "rule": rule, "reason": "hardship"})
    (proposal,) = links(second.get("/staff/decisions"), "decisions")
    assert "已驳回" in second.post(f"{proposal}/reject", follow_redirects=True).text
    assert looking.own_code(living, person).colour is Colour.RED


def number_of(living, member):
    """Have a code issued, and return the number under it."""
    issuing.issue_day(living, member, point(PrivateKey.make().public))
    return number_on_screen(token_id(living.vault.day_salt(NOON.date()), member.person_id))


def test_a_head_is_no_form_and_counts_as_no_try(living, served):
    officer = served.come_in(Role.OFFICER, second_factor=False)
    officer.post("/staff/factor/enrol")
    for _ in range(8):
        asked = officer.head("/staff/factor", headers={"sec-fetch-site": "cross-site"})
        assert (asked.status_code, asked.content) == (200, b"")
    with living.store.pool.connection() as connection:
        assert connection.execute("SELECT coalesce(sum(tries), 0) FROM account.staff_factor").fetchone() == (0,)
    assert officer.head("/staff/log-out").status_code == 405


@pytest.mark.parametrize("by_number", [True, False])
def test_a_doctor_confirms_one_declaration_and_the_person_sees_it(living, served, by_number):
    member = feverish(living)
    number = number_of(living, member)
    given = {"number": number.lower().replace("-", " ")} if by_number else {"id_type": "resident_id", "id_number": NUMBERS[0]}
    doctor = served.come_in(Role.DOCTOR)
    found = doctor.post("/staff/confirm/look-up", data=given)
    assert found.status_code == 200
    assert member.person_id not in found.text
    assert IDENTITY["full_name"] not in found.text
    reference = re.search(r'name="declaration" value="([^"]+)"', found.text)[1]
    assert doctor.post("/staff/confirm/sign", data={"declaration": reference, "finding": "dead"}).status_code == 422
    assert "已签署" in doctor.post("/staff/confirm/sign", data={"declaration": reference, "finding": "fever_excluded"}).text
    assert {("doctor", "declaration_searched"), ("doctor", "declaration_confirmed")} <= set(actions_seen_by(living, member.person_id))
    assert "已签署" in doctor.post("/staff/confirm/sign", data={"declaration": reference, "finding": "fever_excluded"}).text
    (signed,) = looking.own_data(living, member.person_id)["facts"]["doctor_confirmation"]
    assert signed["doctor_id"] == "doctor"
    doctor.post("/staff/confirm/sign", data={"declaration": reference, "finding": "healthy"})
    assert len(looking.own_data(living, member.person_id)["facts"]["doctor_confirmation"]) == 2


def test_a_doctor_of_elsewhere_a_wrong_number_and_yesterdays_find_nothing(living, served, clock, database):
    member = feverish(living)
    number = number_of(living, member)
    far = served.come_in(Role.DOCTOR, subject="far-1", regions=("330200",))
    assert far.post("/staff/confirm/look-up", data={"number": number}).status_code == 403
    assert actions_seen_by(living, member.person_id) == [("doctor", "declaration_searched")]
    doctor = served.come_in(Role.DOCTOR)
    for wrong in ("00000-00000", "ZZZZZ-ZZZZZ", "１", "UUUUU-UUUUU", number[:-1]):
        assert doctor.post("/staff/confirm/look-up", data={"number": wrong}).status_code == 409
    assert doctor.post("/staff/confirm/look-up", data={"id_type": "resident_id", "id_number": "1"}).status_code == 422
    assert doctor.post("/staff/confirm/look-up", data={"id_type": "resident_id", "id_number": NUMBERS[1]}).status_code == 409
    with psycopg.connect(database) as connection:
        (searched,) = connection.execute("SELECT count(*) FROM audit.event WHERE action = 'declaration_searched'").fetchone()
    assert searched == 7
    clock.forward(days=2)
    assert served.come_in(Role.DOCTOR, subject="doctor-2").post("/staff/confirm/look-up", data={"number": number}).status_code == 409


def works_here(living, person_id, organisation=ORGANISATION):
    say(living, person_id, Workplace, source="organisation", organisation_id=organisation, region_code="330106")


def test_words_about_one_fact_never_go_to_another_that_came_meanwhile(living, served):
    member = feverish(living)
    me = served.browser(cookies={"fangxian_session": come_in_again(living)})
    address = "/me/0/appeal/0/0"
    mark = re.search(r'name="fact" value="([^"]+)"', me.get(address).text)[1]
    exposed(living, member.person_id)
    said = {"ground": "wrong_fact", "words": "体温计坏了。"}
    for read in (mark, "", "0" * 32):
        refused = me.post(address, data=said | {"fact": read})
        assert (refused.status_code, "依据刚有变化" in refused.text, "密切接触" in refused.text) == (422, True, True)
    with living.store.pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM work.appeal").fetchone() == (0,)
    assert me.post("/me/0/appeal/1/0", data=said | {"fact": mark}).status_code == 303
    with living.store.pool.connection() as connection:
        assert connection.execute("SELECT fact_type FROM work.appeal").fetchall() == [("health_declaration",)]


def come_in_again(living):
    living.clock.forward(minutes=2)
    return come_in(living).secret


def test_an_auditor_sees_the_seals_and_up_to_which_they_hold(living, served, database):
    feverish(living)
    auditor = served.come_in(Role.AUDITOR)
    assert "还没有封印" in auditor.get("/staff/audit").text
    seal(living.store, at=living.clock())
    assert "共 1 个封印" in auditor.get("/staff/audit").text
    assert "还没有验算过" in auditor.get("/staff/audit").text
    look = Event(actor="system", role="system", purpose="audit", action="audit_verified")
    verify_further(living.store, look, at=living.clock())
    page = auditor.get("/staff/audit").text
    assert "前 1 个封印全部成立" in page
    assert "申领健康码" in page
    seal(living.store, at=living.clock())
    with psycopg.connect(database) as connection:
        connection.execute("ALTER TABLE audit.event DISABLE TRIGGER USER")
        connection.execute("UPDATE audit.event SET purpose = 'nothing' WHERE action = 'audit_seen'")
    with pytest.raises(FangxianError, match="broken at seal 1"):
        verify_further(living.store, replace(look, event_id=uuid4()), at=living.clock())
    assert "第 1 号封印不成立" in auditor.get("/staff/audit").text


def test_a_program_does_what_a_page_does(living, served):
    person = enrolled(living).person_id
    appealed(living, person, Ground.WRONG_PERSON, fact_id=exposed(living, person))
    tracer = served.come_in(Role.SOURCE_OWNER)
    secret = tracer.cookies[COOKIE]
    program = served.browser(headers={"Authorization": f"Bearer {secret}"})
    assert program.get("/api/v1/staff/me").json()["roles"] == ["source_owner"]
    (case,) = program.get("/api/v1/staff/appeals").json()
    read = program.get(f"/api/v1/staff/appeals/{case['appeal']}").json()
    assert read["words"].startswith("那天")
    assert read["reasons"][0]["colour"] == "red"
    answer = program.post(f"/api/v1/staff/appeals/{case['appeal']}/answer", json={"answer": "upheld", "words": "经核查"})
    assert answer.json() == {"state": "upheld"}
    assert looking.own_code(living, person).colour is Colour.GREEN
    assert served.browser(headers={"Authorization": "Bearer a.b.c"}).get("/api/v1/staff/me").status_code == 401
