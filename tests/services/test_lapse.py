"""After a lapse nothing is recorded and nothing signed; a gate still tells its guard what a code says."""

import ast
import re
import tempfile
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

import fangxian
from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.exchange import asking, parcel_taking, telling
from fangxian.exchange.message import Kind, Message
from fangxian.services import (
    assessing,
    confirming,
    consenting,
    consulting,
    contacts,
    declaring,
    family,
    issuing,
    looking,
    papers,
    registering_visitors,
)
from fangxian.services.at_desk import record_at_desk
from fangxian.services.documents import document
from fangxian.services.living import by_citizen
from fangxian.signed import phone as phone_signing
from fangxian.signed.keys import PrivateKey, point
from fangxian.signed.reading import read
from fangxian.store.feeding import feed
from fangxian.store.gate_devices import Device
from fangxian.store.opening import make_room
from fangxian.store.serving import Serving
from fangxian.store.store import Event
from fangxian.web.gate.gates import Gates
from fangxian.web.gate.scanning import Presented, Scanning, Sending
from fangxian.web.gate.sent import Sent
from fangxian.work.permissions import Principal
from fangxian.work.renewal import renew_at_set_up
from fangxian.work.roles import Role

from .conftest import HEALTHY, IDENTITY, NOON, PHONE
from .test_declaring import enrolled

SOURCE = Path(fangxian.__file__).parent
WRITING = {"record", "record_in", "record_visits", "add_member", "keep_identity", "remember_tokens", "copy_in"}
INSERTING = re.compile(r"INSERT INTO (\{\}|(facts|work|exchange|gate|identities)\.|account\.member|code\.token)")

BY = Principal(
    subject="officer-1",
    roles=frozenset({Role.OFFICER, Role.DOCTOR, Role.EMPLOYER_CONTACT}),
    region_codes=frozenset({"330100"}),
    organisation_ids=frozenset({"91330106MA00000001"}),
    second_factor=True,
)
ADULT = document("resident_id", IDENTITY["id_number"], on=NOON.date())
CHILD = document("resident_id", "110105201501010017", on=NOON.date())


def at_desk(living, member):
    with living.store.transaction(by_citizen("checked_in_at_place", member.person_id), at=living.clock()) as transaction:
        record_at_desk(living, transaction, "p")


def fed(living, member):
    with tempfile.TemporaryDirectory() as folder:
        event = Event(actor="test", role="system", purpose="test", action="feed")
        list(feed(living.store, Lake.create(Path(folder) / "lake"), event, at=living.clock()))


def taken(living, member):
    asked = {"issuer": "310100", "audience": "330100", "kind": Kind.PARCEL, "body": {}, "message_id": uuid4()}
    parcel_taking.take_parcel(living, Message(**asked, issued_at=living.clock()))


def told(living, member):
    asked = {"issuer": "310100", "audience": "330100", "kind": Kind.ASK, "body": {"code": "HC1:"}, "message_id": uuid4()}
    telling.tell(living, Message(**asked, issued_at=living.clock()))


REFUSED = {
    "exchange.asking.recognise": lambda living, member: asking.recognise(living, member.person_id, "HC1:"),
    "exchange.parcel_taking._remember": taken,
    "exchange.telling.tell": told,
    "services.assessing.keep_assessment": lambda living, member: assessing.assess(living, member.person_id, {}),
    "services.at_desk.record_at_desk": at_desk,
    "services.confirming.confirm": lambda living, member: confirming.confirm(living, BY, "x", "healthy"),
    "services.contacts.confirm": lambda living, member: contacts.confirm(
        living, BY, None, role=Role.OFFICER, person_id=member.person_id, case_fact_id=1, source="trace", region_code="330106"
    ),
    "services.consenting.give_consent": lambda living, member: consenting.give_consent(living, member.person_id, "91330106MA00000001"),
    "work.consulting.open_consultation": lambda living, member: consulting.ask(living, member.person_id, "发热两天"),
    "services.declaring.check_in": lambda living, member: declaring.check_in(
        living, member.person_id, {"temperature_c": 36.4, "symptoms": ""}
    ),
    "services.declaring.declare": lambda living, member: declaring.declare(living, member.person_id, HEALTHY),
    "services.declaring.declare_trip": lambda living, member: declaring.declare_trip(
        living, member.person_id, {"travelled_on": living.today(living.clock())}
    ),
    "services.declaring.enrol": lambda living, member: declaring.enrol(
        living, IDENTITY, ADULT, HEALTHY, phone_index=living.vault.phone_index(PHONE), phone=PHONE
    ),
    "services.declaring.enrol_child": lambda living, member: declaring.enrol_child(
        living, IDENTITY, CHILD, HEALTHY, phone_index=living.vault.phone_index(PHONE)
    ),
    "services.family.answer_request": lambda living, member: family.answer_request(living, member, uuid4(), agreed=True),
    "services.family.ask": lambda living, member: family.ask(
        living, living.vault.phone_index("+8613800000002"), member.person_id, "spouse"
    ),
    "services.issuing.issue_days": lambda living, member: issuing.issue_day(living, member, point(PrivateKey.make().public)),
    "services.papers._print": lambda living, member: papers.paper_of_member(living, member),
    "services.papers.enrol_without_phone": lambda living, member: papers.enrol_without_phone(living, BY, IDENTITY, ADULT, HEALTHY),
    "services.registering_visitors._keep": lambda living, member: registering_visitors.register_scanned(living, BY, "x", {}),
    "store.feeding._feed_file": fed,
}
"""What records something, or what leads to it: each is refused, by its name in the package."""

OTHERS = {
    "exchange.agreement.agree": "two officers agree with another region: about nobody",
    "exchange.asking._consent": "a part of recognise",
    "exchange.delivering._try": "hands on an appeal",
    "exchange.disputing._open": "takes an appeal from another region",
    "exchange.taking._remember": "a message that was taken is not taken twice: about nobody",
    "services.assessing.assess_unnamed": "counts: about nobody",
    "services.consenting.end_consent": "takes back",
    "services.deleting.delete": "takes back",
    "services.keeping.keep_as_typed": "a part of enrol and enrol_child",
    "services.members.add_member": "a part of enrol, enrol_child and ask",
    "services.releasing.release": "takes back",
    "web.gate.scanning.record": "judges all the same: the test below",
    "work.appealing._insert": "an appeal: a gate still says what a code says",
    "work.appealing._withdraw_fact": "takes back",
    "work.deciding._insert": "answers an appeal",
    "work.deciding.sign_decision": "answers an appeal",
    "work.handing_out.hand_out_in": "a part of what services hand out, which ask first",
    "work.judging.judge_pair": "work on what came before; that two rows are one person is refused where it is proposed and confirmed",
    "services.clue_files._quarantine": "rows of a file that stay out: about nobody",
    "work.clues.name_streets": "names of streets: about nobody",
    "work.consulting._say": "a part of open_consultation, or the answer to it",
    "work.leads.raise_lead": "a part of keep_assessment, or a doctor's answer",
    "work.phones.register_phone": "a phone of a worker's: about nobody",
    "work.publishing._keep": "counts: about nobody",
    "work.rounds.fetch_round": "shows who is to be visited, and keeps to whom it did",
    "work.task_rows.open_elsewhere": "a part of passing a task on that is open",
    "work.visiting.follow": "a part of what services.grid_work.knock and services.settling record, which ask first",
    "work.visiting._insert": "a part of what services.grid_work.knock records, which asks first",
    "services.grid_work.keep_photograph": "a picture of a knock that was recorded",
    "work.parcels.record_outcomes": "what came back about people who were handed out before: it is not lost",
    "work.settling._keep": "a part of what services.settling records, which asks first",
    "work.register_differences._keep": "a part of services.register_checking.send, which asks first: tests/finding/test_checking.py",
    "work.register_differences.record_check": "a part of services.register_checking.send, which asks first: tests/finding/test_checking.py",
    "work.searches.ask": "what is to be searched for: about nobody",
    "work.searches.record_turn_in": "a part of services.searching.send, which asks first: tests/finding/test_searching.py",
    "work.source_agreements.agree": "two officers agree with an agency: about nobody",
}
"""What goes on after a lapse, or is a part of what does not, with the reason."""


def writers():
    """Return every function of the packages that act, and of the way from the lake, that adds rows."""
    files = [file for package in ("exchange", "services", "web", "work") for file in (SOURCE / package).rglob("*.py")]
    for file in (*files, SOURCE / "store" / "feeding.py"):
        for function in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef) and any(map(adds_rows, ast.walk(function))):
                yield ".".join((*file.relative_to(SOURCE).with_suffix("").parts, function.name))


def adds_rows(node):
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in WRITING
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and INSERTING.search(node.value) is not None


def rows(database):
    """Return how many rows each table has of what is recorded of people."""
    with psycopg.connect(database) as connection:
        tables = connection.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace IN ("
            "'facts'::regnamespace, 'work'::regnamespace, 'exchange'::regnamespace, 'gate'::regnamespace, 'identities'::regnamespace) "
            "OR oid IN ('account.member'::regclass, 'code.token'::regclass)"
        ).fetchall()
        counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for (name,) in tables)
        return dict(connection.execute(counts).fetchall())


def test_everything_that_records_is_refused_after_a_lapse_or_named_here_with_its_reason():
    assert set(writers()) == REFUSED.keys() | OTHERS.keys()


def test_nothing_is_recorded_and_no_code_signed_after_a_lapse(living, clock, database):
    member = enrolled(living)
    before = rows(database)
    assert before["facts.enrolment"] == before["account.member"] == 1
    clock.forward(days=89)
    make_room(living.store, clock.at.date())
    for name, act in REFUSED.items():
        with pytest.raises(FangxianError, match="lapsed"):
            act(living, member)
        assert rows(database) == before, name
    assert looking.own_code(living, member.person_id).colour == "green"
    renew_at_set_up(living.store, living.policy, first="officer-1", second="officer-2", at=clock.at)
    declaring.declare(living, member.person_id, HEALTHY)


def scan(living, scanning, text):
    device = Device(gate_id=uuid4(), place_id="p", place_name="东门", region_code="330106")
    trust = living.signing.ring.trust_list(at=living.clock())
    sent = Sent(scan_id=uuid4(), scanned_at=living.clock(), text=text)
    presented = Presented(sent=sent, read=read(text, trust=trust))
    return scanning.record([Sending(device=device, presented=[presented], trust=trust)])[0][0]


def test_a_gate_judges_after_a_lapse_and_records_nothing(living, clock, database):
    member, key = enrolled(living), PrivateKey.make()
    clock.forward(days=88, hours=23, minutes=50)
    make_room(living.store, clock.at.date())
    day = issuing.issue_day(living, member, point(key.public))
    with Serving(living.store, living.policy, clock=clock) as serving:
        gates = Gates(
            store=living.store,
            policy=living.policy,
            serving=serving,
            keys=living.signing.ring,
            person_id=living.vault.person_id,
            clock=clock,
            templates=None,
        )
        scanning = Scanning(gates)
        answers = []
        for _ in range(2):
            answers.append(scan(living, scanning, phone_signing.show(day.text, at=clock.at, by=key)))
            clock.forward(minutes=20)
    assert [(answer["outcome"], answer["colour"], answer["passes"]) for answer in answers] == [("colour", "green", True)] * 2
    assert (rows(database)["gate.scan"], rows(database)["facts.gate_visit"]) == (1, 1)
