"""Checking in at a place by its code: the person's own visit, once, with their colour, and only where the region signed the code."""

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from fangxian.facts import Diagnosis
from fangxian.policy.colour import Colour
from fangxian.services import declaring, members
from fangxian.services.alarms import waiting_alerts
from fangxian.services.arriving import ONE_VISIT, arrive
from fangxian.services.documents import document
from fangxian.services.refusals import RefusedError
from fangxian.signed.key_folder import KeyFolder
from fangxian.signed.keys import PrivateKey
from fangxian.signed.place import PlaceCode
from fangxian.store.new_facts import new_fact
from fangxian.store.opening import make_room
from fangxian.store.recording import record
from fangxian.store.store import Event
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role

from .conftest import HEALTHY, IDENTITY, NOON, come_in
from .test_declaring import child_number
from .test_entrance import GATE, enrolled, looks_of, scanned

DAY = timedelta(days=1)
MALL = PlaceCode(
    place_id="mall-1",
    organisation="虚构商场",
    address="虚构路1号",
    region_code="330106",
    issued_by="杭州市",
    issued_at=NOON - DAY,
    valid_until=NOON + 90 * DAY,
)


def wall(living, place=MALL):
    """Return the text of a place's code that the region's key signed."""
    return place.write(by=living.signing.signer(NOON))


def visits(database):
    """Return what stands of visits: what the fact says, whose event brought it, and what stands at the gate."""
    with psycopg.connect(database) as connection:
        return connection.execute(
            "SELECT place_id, visit.region_code, visit.outcome, actor, event.action, scan.outcome, scan.colour "
            "FROM facts.gate_visit AS visit JOIN audit.event AS event USING (person_id, event_id) "
            "JOIN gate.scan AS scan USING (person_id, event_id) ORDER BY from_at"
        ).fetchall()


def test_who_scans_a_places_code_has_been_there_by_their_own_event_and_sees_their_colour(living, database):
    member = enrolled(living)
    came = arrive(living, member, f" {wall(living)}\r\n")
    assert (came.place, came.at, came.colour) == (MALL, NOON, Colour.GREEN)
    assert visits(database) == [("mall-1", "330106", "passed", "citizen", "checked_in_at_place", "colour", "green")]
    assert looks_of(living, member.person_id) == []


def test_whoever_is_not_green_is_told_and_recorded_as_not_let_in(living, database):
    came = arrive(living, enrolled(living, contacted_case="yes"), wall(living))
    assert came.colour is Colour.RED
    assert [row[2] for row in visits(database)] == ["refused"]


def test_the_same_place_within_minutes_is_one_visit_and_another_place_is_another(living, clock, database):
    member = enrolled(living)
    arrive(living, member, wall(living))
    clock.forward(seconds=ONE_VISIT.total_seconds() - 1)
    assert arrive(living, member, wall(living)).at == NOON
    arrive(living, member, wall(living, replace(MALL, place_id="mall-2")))
    arrive(living, enrolled(living, 1), wall(living))
    assert len(visits(database)) == 3
    clock.forward(seconds=1)
    assert arrive(living, member, wall(living)).at == clock()
    assert len(visits(database)) == 4


def test_whom_the_gate_there_has_just_scanned_has_come_already(living, clock, database):
    member = enrolled(living)
    arrive(living, member, wall(living))
    clock.forward(minutes=10)
    scanned(living, member.person_id, device=replace(GATE, place_id="mall-1"))
    clock.forward(minutes=1)
    assert arrive(living, member, wall(living)).at == NOON + timedelta(minutes=10)
    assert len(visits(database)) == 2


def test_a_child_on_the_phone_is_checked_in_as_itself(living, clock, database):
    enrolled(living)
    clock.forward(minutes=2)
    session = come_in(living)
    child = document("resident_id", child_number(), on=NOON.date())
    place = declaring.enrol_child(living, IDENTITY, child, HEALTHY, phone_index=session.phone_index)
    member = members.member_at(living, session.phone_index, place)
    arrive(living, member, wall(living))
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT person_id FROM facts.gate_visit").fetchone()[0].hex == member.person_id


def test_a_code_that_does_not_count_here_records_nothing_and_says_why(living, database, tmp_path):
    member, neighbour = enrolled(living), KeyFolder.make(tmp_path / "neighbour", b"x", region_code="330200", at=NOON - DAY)
    (key,) = neighbour.listed()
    living.signing.ring.recognise(key.public, region_code="330200", not_before=key.not_before, not_after=key.not_after)
    theirs = replace(MALL, region_code="330203").write(by=neighbour.signer(NOON))
    refusals = {
        "https://example.org": "not a place's code",
        wall(living)[:-3]: "not a place's code",
        MALL.write(by=PrivateKey.make()): "not issued here",
        wall(living, replace(MALL, region_code="330203")): "not issued here",
        wall(living, replace(MALL, valid_until=NOON)): "has ended",
        theirs: "another region",
    }
    for text, why in refusals.items():
        with pytest.raises(RefusedError, match=why):
            arrive(living, member, text)
    assert visits(database) == []


def test_where_the_policy_lapsed_nobody_checks_in_anywhere(living, clock, database):
    make_room(living.store, (NOON + 89 * DAY).date())
    member = enrolled(living)
    clock.forward(days=89, minutes=1)
    with pytest.raises(RefusedError, match="lapsed"):
        arrive(living, member, wall(living))
    assert visits(database) == []


def test_a_confirmed_case_who_checks_in_is_an_alert_that_an_officer_hears(living):
    member = enrolled(living)
    event = Event(actor="test", role="system", purpose="test", action="record", person_id=member.person_id)
    fact = new_fact(Diagnosis, event, source="hospital", known_at=NOON, from_at=NOON, status="confirmed")
    record(living.store, {Diagnosis: [fact]}, event, policies=[living.policy], at=NOON)
    assert arrive(living, member, wall(living)).colour is Colour.RED
    officer = Principal(subject="o", roles=frozenset({Role.OFFICER}), region_codes=frozenset({"330100"}), second_factor=True)
    ((_, alert),) = waiting_alerts(living, officer)
    assert (alert.place_id, alert.region_code) == ("mall-1", "330106")
    assert waiting_alerts(living, replace(officer, region_codes=frozenset({"330200"}))) == []
