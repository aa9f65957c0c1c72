"""An installation that is served as it runs, with everybody who may ask it something: their keys, and what they may name."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from gate_town import serving_app
from services.conftest import HEALTHY, IDENTITY, come_in
from starlette.applications import Starlette

from fangxian.facts import Exposure, Workplace
from fangxian.services import answering, appeal_words, confirming, consenting, declaring, members
from fangxian.services.documents import document
from fangxian.services.living import Living
from fangxian.services.staff import STAFF, begin_session
from fangxian.store.gate_devices import open_device, register
from fangxian.store.new_facts import new_fact
from fangxian.store.recording import record
from fangxian.store.serving import Serving
from fangxian.store.store import Event
from fangxian.web.asking import COOKIE
from fangxian.web.live import live_application
from fangxian.web.running.rates import described
from fangxian.web.staff.asking import COOKIE as STAFF_COOKIE
from fangxian.work.appeal import Ground
from fangxian.work.appealing import open_appeal
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role
from tests.web.staff_kit import CALM, DEMO, ORGANISATION

NUMBERS = ("11010519491231002X", "440308199901101512")
OFTEN = "1000000/minute"


@dataclass
class Hostile:
    """A served installation; `askers` are the headers of everybody who may ask, by what they are."""

    app: Starlette
    living: Living
    address: str
    client: httpx.Client
    people: list[str]
    askers: dict[str, Mapping[str, str]] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)

    def come_in(self, phone: str) -> None:
        """Let somebody log in by phone, whoever did before."""
        self.living.clock.forward(minutes=2)
        self.askers["citizen"] = {"Cookie": f"{COOKIE}={come_in(self.living, phone).secret}"}

    def staff(self, role: Role) -> None:
        """Let somebody of the staff come in, with a second factor shown."""
        self.askers[str(role)] = {"Cookie": f"{STAFF_COOKIE}={begin_session(self.living, principal(role)).secret}"}

    def gate(self) -> None:
        """Open a device."""
        event, at = Event(actor="test", role="test", purpose="test", action="register gate"), self.living.clock()
        _, code = register(self.living.store, event, place_id="mall-1", place_name="虚构商场东门", region_code="330106", at=at)
        self.askers["gate"] = {"Authorization": f"Bearer {open_device(self.living.store, code, at=at)}"}

    def propose(self) -> None:
        """Let the appeal office propose what another has yet to sign."""
        by = principal(Role.APPEAL_OFFICER)
        for reference, _ in answering.waiting_appeals(self.living, by):
            (reason, *_) = answering.open_one(self.living, by, reference).reasons
            answering.propose(self.living, by, reference, rule=reason.wording.rule, reason="hardship")

    def look_up_references(self) -> None:
        """Learn what the staff's lists name their cases by."""
        for role, place in ((Role.SOURCE_OWNER, "appeals"), (Role.APPEAL_OFFICER, "appeals"), (Role.OFFICER, "decisions")):
            page = self.client.get(f"/staff/{place}", headers=self.askers[role]).text
            (self.references[role],) = re.findall(rf'href="/staff/{place}/([^"?]+)"', page)
        found = confirming.look_up(self.living, principal(Role.DOCTOR), id_type="resident_id", id_number=NUMBERS[0])
        self.references[Role.DOCTOR] = found.reference

    def facts(self) -> dict[str, int]:
        """Return how many rows each table holds that only what is taken may add to."""
        with self.living.store.pool.connection() as connection:
            tables = connection.execute(
                "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
                "AND relnamespace IN ('facts'::regnamespace, 'work'::regnamespace, 'exchange'::regnamespace, 'gate'::regnamespace) "
                "AND has_table_privilege(oid, 'SELECT') OR oid = 'account.member'::regclass"
            ).fetchall()
            counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for (name,) in tables)
            return dict(connection.execute(counts).fetchall())


def principal(role: Role) -> Principal:
    """Return somebody with a role of the staff."""
    return Principal(
        subject=role.replace("_", "-"),
        roles=frozenset({role}),
        region_codes=frozenset({"330100"}),
        organisation_ids=frozenset({ORGANISATION, "tracing"}),
        second_factor=True,
    )


@contextmanager
def hostile_town(living: Living) -> Iterator[Hostile]:
    """Serve an installation with two people, both traced contacts who object, and everybody of the staff; nobody asks too often."""
    with Serving(living.store, living.policy, clock=living.clock) as serving:
        app = live_application(living, serving, hosts=["127.0.0.1"], sign_in=DEMO, limits=CALM, rates=_often(described()))
        with serving_app(app, lifespan="on") as address, httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
            town = Hostile(app, living, address, client, [_enrolled(living, which) for which in range(2)], {"nobody": {}})
            for person, ground in zip(town.people, (Ground.WRONG_PERSON, Ground.HARDSHIP), strict=True):
                _appealed(living, person, ground)
            town.come_in("+8613800000001")
            town.gate()
            town.staff(Role.APPEAL_OFFICER)
            town.askers["staff leaver"] = town.askers[Role.APPEAL_OFFICER]
            for role in sorted(STAFF):
                town.staff(role)
            town.askers["leaver"] = town.askers["citizen"]
            town.come_in("+8613800000001")
            town.propose()
            town.look_up_references()
            yield town


def _often(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return limits of rates that nobody reaches."""
    whose = ("per_address", "per_session")
    said = {**said, "unknown_token": {**said["unknown_token"], "limit": OFTEN}}
    return {**said, **{who: {name: {**each, "limit": OFTEN} for name, each in said[who].items()} for who in whose}}


def _enrolled(living: Living, which: int) -> str:
    """Enrol somebody invented on a phone of their own, at work in an organisation that may see their colour."""
    phone = f"+861380000000{which + 1}"
    session = come_in(living, phone)
    shown = document("resident_id", NUMBERS[which], on=living.today(living.clock()))
    place = declaring.enrol(living, IDENTITY, shown, HEALTHY, phone_index=session.phone_index, phone=phone)
    person = members.member_at(living, session.phone_index, place).person_id
    _said(living, person, Workplace, source="organisation", organisation_id=ORGANISATION, region_code="330106")
    consenting.give_consent(living, person, ORGANISATION)
    return person


def _said(living: Living, person: str, fact_type: Any, *, source: str, **values: object) -> int:
    event, at = Event(actor="test", role="system", purpose="test", action="record", person_id=person), living.clock()
    fact = new_fact(fact_type, event, source=source, known_at=at, from_at=at - timedelta(days=1), **values)
    record(living.store, {fact_type: [fact]}, event, policies=[living.policy], at=at)
    return fact["fact_id"]


def _appealed(living: Living, person: str, ground: Ground) -> None:
    at = living.clock()
    open_appeal(
        living.store,
        Principal(subject="citizen", roles=frozenset({Role.CITIZEN}), person_ids=frozenset({person})),
        person_id=person,
        fact_type="exposure",
        fact_id=_said(living, person, Exposure, source="tracing", contact_class="close", setting="venue", case_fact_id=1),
        ground=ground,
        words="那天我在家，没有出门。",
        seal=appeal_words.sealing(living, person, appeal_words.SAID, at=at),
        policy=living.policy,
        at=at,
    )
