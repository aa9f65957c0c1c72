"""An organisation's entrance: who of its people was checked today, who visits it, what the person sees of it, and what is left of it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from fangxian.facts import Diagnosis, Workplace
from fangxian.policy.colour import Colour
from fangxian.services import consenting, declaring, deleting, issuing, looking, members, registering_visitors, visitors
from fangxian.services.allowance import DESK
from fangxian.services.documents import document
from fangxian.services.entrance import check_by_hand, entrance_today
from fangxian.services.own_people import own_people
from fangxian.services.refusals import BadAnswerError, RefusedError, TooManyError
from fangxian.services.screen_number import number_on_screen
from fangxian.signed.credential import token_id
from fangxian.signed.keys import PrivateKey, point
from fangxian.store.ending import due, end_due
from fangxian.store.gate_devices import Device, register
from fangxian.store.new_facts import new_fact
from fangxian.store.opening import make_room
from fangxian.store.recording import record
from fangxian.store.scans import Visit
from fangxian.store.store import Event
from fangxian.vault.folder import VaultFolder
from fangxian.vault.process import VaultProcess
from fangxian.work.permissions import Forbidden, Principal
from fangxian.work.roles import Role
from tests.store.conftest import record_scans

from .conftest import HEALTHY, IDENTITY, NOON, PHONE, come_in

SITE = "91330100MA0000000C"
CONTACT = Principal(subject="contact-1", roles=frozenset({Role.EMPLOYER_CONTACT}), organisation_ids=frozenset({SITE}))
ELSEWHERE = Principal(subject="contact-2", roles=frozenset({Role.EMPLOYER_CONTACT}), organisation_ids=frozenset({"another"}))
GATE = Device(gate_id=uuid4(), place_id=SITE, place_name="虚构工地东门", region_code="330106")
NUMBERS = ("11010519491231002X", "440308199901101512")
VISIT = {"host": ["李经理"], "purpose": ["meeting"]}


def enrolled(living, which=0, **answers):
    """Enrol somebody invented on a phone of their own."""
    phone = f"{PHONE[:-1]}{which + 1}"
    session = come_in(living, phone)
    shown = document("resident_id", NUMBERS[which], on=NOON.date())
    place = declaring.enrol(living, IDENTITY, shown, HEALTHY | answers, phone_index=session.phone_index, phone=phone)
    return members.member_at(living, session.phone_index, place)


def works_here(living, person_id, *, organisation_id=SITE, consents=True):
    event = Event(actor="test", role="system", purpose="test", action="record", person_id=person_id)
    at = living.clock()
    values = {"organisation_id": organisation_id, "region_code": "330106"}
    fact = new_fact(Workplace, event, source="organisation", known_at=at, from_at=at - timedelta(days=1), **values)
    record(living.store, {Workplace: [fact]}, event, policies=[living.policy], at=at)
    if consents:
        consenting.give_consent(living, person_id, organisation_id)


def scanned(living, person_id, *, device=GATE, colour="green", did="passed", **changes):
    """Record what a gate saw of somebody, as gates do."""
    at = living.clock()
    given = {"device": device, "scan_id": uuid4(), "person_id": person_id, "scanned_at": at, "outcome": "colour", "present": True}
    visit = Visit(**(given | {"colour": colour, "did": did} | changes))
    record_scans(living.store, [visit], policy=living.policy, at=at)


def number_of(living, member):
    """Have a code issued, and return the number under it."""
    issuing.issue_day(living, member, point(PrivateKey.make().public))
    return number_on_screen(token_id(living.vault.day_salt(living.today(living.clock())), member.person_id))


def looks_of(living, person_id):
    return [look.action for look in looking.who_looked(living, person_id)]


def test_whoever_was_scanned_at_the_gate_is_checked_and_the_others_come_first(living, clock):
    came, absent = enrolled(living), enrolled(living, 1)
    for person in (came, absent):
        works_here(living, person.person_id)
    clock.forward(hours=1)
    scanned(living, came.person_id, colour="yellow", did="refused", temperature_c=36.4)
    clock.forward(hours=1)
    first, second = entrance_today(living, CONTACT)
    assert (first.checked, first.masked_name) == (None, "王**")
    assert (second.checked.at, second.checked.colour, second.checked.passed) == (NOON + timedelta(hours=1), Colour.YELLOW, False)
    assert second.checked.temperature_c == 36.4
    assert looks_of(living, absent.person_id)[0] == "entrance_seen"


def test_whoever_was_scanned_or_checked_sees_where(living, clock):
    person, at = enrolled(living).person_id, living.clock()
    works_here(living, person)
    event = Event(actor="test", role="test", purpose="test", action="register gate")
    mall, _ = register(living.store, event, place_id="mall-1", place_name="虚构商场东门", region_code="330106", at=at)
    scanned(living, person, device=mall)
    scanned(living, person, device=mall, present=False, did="refused", outcome="screenshot")
    clock.forward(minutes=1)
    check_by_hand(living, CONTACT, entrance_today(living, CONTACT)[0].reference, None)
    places = [(look.action, look.place) for look in looking.who_looked(living, person)]
    assert places[:4] == [("checked_at_entrance", SITE), ("entrance_seen", None), ("scan", "虚构商场东门"), ("scan", "虚构商场东门")]


def test_the_list_says_which_organisation_looked_and_what_came_of_a_scan(living, clock):
    person = enrolled(living).person_id
    works_here(living, person)
    scanned(living, person)
    scanned(living, person, colour="yellow", did="refused")
    scanned(living, person, present=False, did="refused", outcome="replay")
    entrance_today(living, CONTACT)
    own_people(living, CONTACT)
    looks = looking.who_looked(living, person)
    assert {look.outcome for look in looks if look.action == "scan"} == {"passed", "refused", "invalid"}
    assert {look.organisation for look in looks if look.action in ("entrance_seen", "own_people_seen")} == {SITE}
    guest = enrolled(living, 1)
    scanned(living, guest.person_id)
    visitors.visitors_today(living, CONTACT)
    registering_visitors.register_at_desk(living, CONTACT, shown_by("赵大年", 1))
    asked = [
        look.organisation for look in looking.who_looked(living, guest.person_id) if look.action in ("visitors_seen", "visitor_at_desk")
    ]
    assert asked == [SITE, SITE]


def test_the_newest_scan_counts_the_days_reading_stays_and_yesterdays_is_gone(living, clock):
    person = enrolled(living).person_id
    works_here(living, person)
    scanned(living, person, temperature_c=36.9)
    clock.forward(hours=2)
    scanned(living, person, did="emergency")
    (found,) = entrance_today(living, CONTACT)
    assert (found.checked.at, found.checked.temperature_c, found.checked.passed) == (NOON + timedelta(hours=2), 36.9, True)
    clock.forward(hours=10)
    assert living.today(clock()) > living.today(NOON)
    (found,) = entrance_today(living, CONTACT)
    assert found.checked is None


def test_scans_elsewhere_screenshots_and_people_who_did_not_consent_do_not_count(living):
    consents, silent = enrolled(living).person_id, enrolled(living, 1).person_id
    works_here(living, consents)
    works_here(living, silent, consents=False)
    scanned(living, consents, device=replace(GATE, place_id="mall-1"))
    scanned(living, consents, outcome="expired", colour=None, present=False)
    scanned(living, silent)
    (found,) = entrance_today(living, CONTACT)
    assert found.checked is None
    assert "entrance_seen" not in looks_of(living, silent)
    assert entrance_today(living, ELSEWHERE) == ()


def test_a_check_by_hand_is_a_scan_with_one_event_of_the_person(living, database):
    person = enrolled(living).person_id
    works_here(living, person)
    (before,) = entrance_today(living, CONTACT)
    assert check_by_hand(living, CONTACT, before.reference, 36.5).passes
    (after,) = entrance_today(living, CONTACT)
    assert (after.checked.at, after.checked.colour, after.checked.temperature_c) == (NOON, Colour.GREEN, 36.5)
    with psycopg.connect(database) as connection:
        events = connection.execute(
            "SELECT actor, role, action FROM audit.event JOIN gate.scan USING (person_id, event_id) "
            "JOIN facts.gate_visit USING (person_id, event_id) JOIN facts.temperature_reading USING (person_id, event_id)"
        ).fetchall()
    assert events == [("contact-1", "employer_contact", "checked_at_entrance")]
    assert looks_of(living, person).count("scan") == 0


def test_a_check_that_is_sent_many_times_at_once_is_one_and_a_later_one_is_another(living, clock):
    person = enrolled(living).person_id
    works_here(living, person)
    (found,) = entrance_today(living, CONTACT)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: check_by_hand(living, CONTACT, found.reference, 36.5), range(4)))
    assert len(set(told)) == 1
    with living.store.pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM facts.temperature_reading").fetchone() == (1,)
    assert check_by_hand(living, CONTACT, found.reference, 36.6) != told[0]
    clock.forward(minutes=2)
    assert check_by_hand(living, CONTACT, found.reference, 36.6).passes
    with living.store.pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM facts.gate_visit").fetchone() == (3,)


def test_a_fever_by_hand_does_not_pass_and_the_code_follows_where_the_policy_reads_it(living):
    person = enrolled(living).person_id
    works_here(living, person)
    (found,) = entrance_today(living, CONTACT)
    assert not check_by_hand(living, CONTACT, found.reference, 38.2).passes
    (found,) = entrance_today(living, CONTACT)
    assert (found.checked.passed, found.checked.temperature_c) == (False, 38.2)
    with living.store.pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM code.pending").fetchone() == (0,)


def test_nobody_is_checked_who_no_longer_consents_or_by_somebody_elses_reference(living):
    person = enrolled(living).person_id
    works_here(living, person)
    (found,) = entrance_today(living, CONTACT)
    with pytest.raises(RefusedError):
        check_by_hand(living, ELSEWHERE, found.reference, None)
    with pytest.raises(BadAnswerError):
        check_by_hand(living, CONTACT, found.reference, 12.0)
    with pytest.raises(Forbidden):
        check_by_hand(living, replace(CONTACT, organisation_ids=frozenset({"another"})), found.reference, None)
    consenting.end_consent(living, person, SITE)
    with pytest.raises(RefusedError):
        check_by_hand(living, CONTACT, found.reference, None)
    with living.store.pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM gate.scan").fetchone() == (0,)


def test_whoever_was_scanned_and_does_not_work_here_is_a_visitor_to_register(living, clock, database):
    own, guest = enrolled(living).person_id, enrolled(living, 1)
    works_here(living, own, consents=False)
    for person in (own, guest.person_id, guest.person_id):
        scanned(living, person)
        clock.forward(minutes=5)
    (found,) = visitors.visitors_today(living, CONTACT)
    assert (found.masked_name, found.came_at, found.purpose, found.host) == ("王**", NOON + timedelta(minutes=10), None, None)
    registering_visitors.register_scanned(living, CONTACT, found.reference, VISIT)
    with pytest.raises(RefusedError):
        registering_visitors.register_scanned(living, CONTACT, found.reference, VISIT)
    scanned(living, guest.person_id)
    (inside,) = visitors.visitors_today(living, CONTACT)
    assert (inside.host, inside.purpose, inside.left_at) == ("李经理", "meeting", None)
    clock.forward(hours=1)
    visitors.let_out(living, CONTACT, inside.reference)
    with pytest.raises(RefusedError):
        visitors.let_out(living, CONTACT, inside.reference)
    (gone,) = visitors.visitors_today(living, CONTACT)
    assert gone.left_at == clock()
    clock.forward(minutes=1)
    scanned(living, guest.person_id)
    assert [each.purpose for each in visitors.visitors_today(living, CONTACT)] == [None, "meeting"]
    assert {"visitors_seen", "visitor_registered", "visitor_left"} <= set(looks_of(living, guest.person_id))
    assert "visitors_seen" not in looks_of(living, own)
    assert visitors.visitors_today(living, ELSEWHERE) == ()
    with psycopg.connect(database) as connection:
        kept = str(connection.execute("SELECT * FROM gate.visitor").fetchall())
    assert "李" not in kept


def test_a_visitor_is_registered_at_the_desk_by_the_number_under_the_code(living):
    guest = enrolled(living)
    assert registering_visitors.register_at_desk(living, CONTACT, VISIT | {"number": [number_of(living, guest)]})
    (found,) = visitors.visitors_today(living, CONTACT)
    assert (found.masked_name, found.host, found.passed) == ("王**", "李经理", True)
    (visit,) = looking.own_data(living, guest.person_id)["visits"]
    assert (visit["place_id"], visit["host"], visit["purpose"]) == (SITE, "李经理", "meeting")
    with pytest.raises(RefusedError, match="already"):
        registering_visitors.register_at_desk(living, CONTACT, VISIT | {"number": [number_of(living, guest)]})
    with pytest.raises(RefusedError):
        registering_visitors.register_at_desk(living, CONTACT, VISIT | {"number": ["00000-00000"]})


def test_whoever_has_no_phone_is_registered_by_a_document_and_their_name_is_sealed(living, database):
    enrolled(living)
    shown = {"full_name": ["王小明"], "id_type": ["resident_id"], "id_number": [NUMBERS[0].lower()]}
    assert registering_visitors.register_at_desk(living, CONTACT, VISIT | shown)
    stranger = {"full_name": ["赵大年"], "id_type": ["passport"], "id_number": ["E12345678"]}
    assert not registering_visitors.register_at_desk(living, CONTACT, VISIT | stranger)
    assert {each.masked_name: each.passed for each in visitors.visitors_today(living, CONTACT)} == {"王**": True}
    with psycopg.connect(database) as connection:
        kept = str(connection.execute("SELECT * FROM gate.visitor").fetchall()) + str(
            connection.execute("SELECT * FROM audit.event").fetchall()
        )
    assert not any(word in kept for word in ("王", "赵", "李", NUMBERS[0], "E12345678"))


@pytest.mark.parametrize("given", [{}, {"full_name": ["王小明"]}, {"id_type": ["resident_id"], "id_number": [NUMBERS[0]]}])
def test_a_visitor_who_is_not_named_is_not_registered(living, given):
    with pytest.raises(BadAnswerError) as bad:
        registering_visitors.register_at_desk(living, CONTACT, VISIT | given)
    assert bad.value.problems.keys() == {"number"}


def shown_by(name, which=0):
    return VISIT | {"full_name": [name], "id_type": ["resident_id"], "id_number": [NUMBERS[which]]}


def test_a_document_under_another_name_tells_nothing_and_its_holder_sees_that_it_was_asked_about(living):
    green, yellow = enrolled(living), enrolled(living, 1, contacted_case="yes")
    for which, guest in enumerate((green, yellow)):
        assert not registering_visitors.register_at_desk(living, CONTACT, shown_by("赵大年", which))
        assert looks_of(living, guest.person_id)[0] == "visitor_at_desk"
        assert "visitor_registered" not in looks_of(living, guest.person_id)
    assert not registering_visitors.register_at_desk(living, CONTACT, shown_by("王小明", 1))
    assert registering_visitors.register_at_desk(living, CONTACT, shown_by(" 王 小明 "))
    assert [each.passed for each in visitors.visitors_today(living, CONTACT)].count(True) == 1


def test_whoever_works_here_is_no_visitor_and_the_desk_learns_nothing_of_their_colour(living):
    silent = enrolled(living, contacted_case="yes")
    works_here(living, silent.person_id, consents=False)
    for given in (shown_by("王小明"), VISIT | {"number": [number_of(living, silent)]}):
        with pytest.raises(RefusedError, match="works here"):
            registering_visitors.register_at_desk(living, CONTACT, given)
    assert visitors.visitors_today(living, CONTACT) == ()


def test_a_desk_that_asks_about_documents_by_the_dozen_is_stopped_for_the_hour(living, clock, monkeypatch):
    monkeypatch.setattr(registering_visitors, "DESK", replace(DESK, most=3))
    for _ in range(3):
        assert not registering_visitors.register_at_desk(living, CONTACT, shown_by("赵大年"))
    with pytest.raises(TooManyError):
        registering_visitors.register_at_desk(living, CONTACT, shown_by("王小明"))
    assert not registering_visitors.register_at_desk(living, ELSEWHERE, shown_by("赵大年"))
    clock.forward(hours=1)
    assert not registering_visitors.register_at_desk(living, CONTACT, shown_by("赵大年"))


def test_nobody_is_registered_who_was_not_let_in_or_is_inside(living, clock):
    guest = enrolled(living)
    scanned(living, guest.person_id, did="refused", colour="yellow")
    (refused,) = visitors.visitors_today(living, CONTACT)
    with pytest.raises(RefusedError, match="not let in"):
        registering_visitors.register_scanned(living, CONTACT, refused.reference, VISIT)
    clock.forward(minutes=5)
    scanned(living, guest.person_id)
    (let_in,) = visitors.visitors_today(living, CONTACT)
    clock.forward(minutes=5)
    registering_visitors.register_at_desk(living, CONTACT, VISIT | {"number": [number_of(living, guest)]})
    with pytest.raises(RefusedError, match="already"):
        registering_visitors.register_scanned(living, CONTACT, let_in.reference, VISIT)
    assert [each.purpose for each in visitors.visitors_today(living, CONTACT)] == ["meeting"]


def test_a_visitor_who_is_not_green_is_recorded_as_refused_and_a_case_raises_the_alarm(living):
    guest = enrolled(living)
    event = Event(actor="test", role="system", purpose="test", action="record", person_id=guest.person_id)
    fact = new_fact(Diagnosis, event, source="hospital", known_at=NOON, from_at=NOON, status="confirmed")
    record(living.store, {Diagnosis: [fact]}, event, policies=[living.policy], at=NOON)
    assert not registering_visitors.register_at_desk(living, CONTACT, VISIT | {"number": [number_of(living, guest)]})
    assert "visitor_registered" not in looks_of(living, guest.person_id)
    (found,) = visitors.visitors_today(living, CONTACT)
    assert (found.passed, found.purpose) == (False, None)
    with living.store.pool.connection() as connection:
        assert connection.execute("SELECT person_id FROM gate.alert").fetchall() == [(UUID(guest.person_id),)]


def test_who_answers_for_several_organisations_says_which_and_none_that_is_not_theirs(living):
    two = replace(CONTACT, organisation_ids=frozenset({SITE, "another"}))
    given = VISIT | {"number": [number_of(living, enrolled(living))]}
    with pytest.raises(BadAnswerError):
        registering_visitors.register_at_desk(living, two, given)
    with pytest.raises(Forbidden):
        registering_visitors.register_at_desk(living, two, given, organisation_id="a third")
    assert registering_visitors.register_at_desk(living, two, given, organisation_id="another")
    assert visitors.visitors_today(living, CONTACT) == ()


def test_where_the_policy_lapsed_nothing_is_recorded_at_the_entrance(living, clock):
    make_room(living.store, (NOON + timedelta(days=89)).date())
    clock.forward(days=88, hours=23, minutes=58)
    guest = enrolled(living)
    scanned(living, guest.person_id)
    number = number_of(living, guest)
    (found,) = visitors.visitors_today(living, CONTACT)
    clock.forward(minutes=3)
    for refused in (
        lambda: registering_visitors.register_scanned(living, CONTACT, found.reference, VISIT),
        lambda: registering_visitors.register_at_desk(living, CONTACT, VISIT | {"number": [number]}),
    ):
        with pytest.raises(RefusedError, match="lapsed"):
            refused()
    with living.store.pool.connection() as connection:
        assert connection.execute("SELECT (SELECT count(*) FROM gate.scan), (SELECT count(*) FROM gate.visitor)").fetchone() == (1, 0)


def test_a_visitor_who_deletes_their_data_is_nameless_in_the_list(living, clock):
    guest = enrolled(living)
    registering_visitors.register_at_desk(living, CONTACT, VISIT | {"number": [number_of(living, guest)]})
    clock.forward(minutes=2)
    deleting.delete(living, guest)
    (found,) = visitors.visitors_today(living, CONTACT)
    assert (found.masked_name, found.host, found.purpose) == ("—", None, "meeting")


def test_visits_end_with_the_months_movements_and_their_key(living, tmp_path):
    # A vault of its own: the key that ends here seals for everybody else.
    VaultFolder.make(tmp_path / "vault")
    with VaultProcess(tmp_path / "vault") as process, process.client() as vault:
        _end_a_visit(replace(living, vault=vault))


def _end_a_visit(living):
    registering_visitors.register_at_desk(living, CONTACT, VISIT | {"number": [number_of(living, enrolled(living))]})
    at = NOON + timedelta(days=40)
    make_room(living.store, at.date())
    (ending,) = [each for each in due(living.store, at) if each.rows.get("gate.visitor")]
    assert (ending.retention, ending.sealed, ending.rows["gate.visitor"]) == ("movement", True, 1)
    clerk = Event(actor="clerk", role="data_officer", purpose="retention", action="ends")
    list(end_due(living.store, living.vault, clerk, at=at))
    with living.store.pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM gate.visitor").fetchone() == (0,)
