"""A gate's server as it runs: real PostgreSQL, real HTTP on this machine, an invented town, phones that sign by the real clock."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import uvicorn
from spec_symbols import person_id
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from fangxian.facts import Diagnosis, Enrolment, HealthDeclaration
from fangxian.facts.known import now
from fangxian.policy.colour import Colour
from fangxian.policy.policy import policy
from fangxian.signed import phone
from fangxian.signed.credential import DayCredential, token_id
from fangxian.signed.issue import issue
from fangxian.signed.key_folder import KeyFolder
from fangxian.signed.keys import PrivateKey, point
from fangxian.store.gate_devices import Device, open_device, register
from fangxian.store.migrating import migrate
from fangxian.store.opening import make_room
from fangxian.store.recording import record
from fangxian.store.serving import Serving
from fangxian.store.store import Event, Store
from fangxian.store.tokens import Token, remember_tokens
from fangxian.web.app import STATIC
from fangxian.web.gate.gates import Gates
from fangxian.web.gate.routes import routes
from fangxian.web.guard import SecurityHeaders
from fangxian.web.live import refusals
from fangxian.web.templating import environment
from fangxian.work.renewal import renew_at_set_up

HANGZHOU = policy("hangzhou")
ANN, BO = person_id("ann"), person_id("bo")
NUMBER = "11010519491231002X"
"""Ann's: the example of the standard GB 11643."""
HOUR = timedelta(hours=1)


@dataclass
class GateTown:
    """A town with one gate, and everything behind it."""

    store: Store
    serving: Serving
    keys: KeyFolder
    address: str = ""
    phone: PrivateKey = field(default_factory=PrivateKey.make)

    def event(self, person: str | None, action: str) -> Event:
        return Event(actor="test", role="test", purpose="test", action=action, person_id=person)

    def declare(self, person: str, *, contacted_case: str = "no") -> None:
        """Let a person declare now: enrolled, and red where there was a contact."""
        fact = self._fact(HealthDeclaration, person) | {"contacted_case": contacted_case, "stayed_in_key_area": False, "symptoms": ""}
        enrolled = self._fact(Enrolment, person) | {"region_code": "330106", "id_type": "resident_id"}
        facts = {HealthDeclaration: [fact], Enrolment: [enrolled]}
        record(self.store, facts, self.event(person, "declare"), policies=[HANGZHOU], at=now())

    def diagnose(self, person: str) -> None:
        """Let a person be confirmed now."""
        fact = self._fact(Diagnosis, person) | {"status": "confirmed"}
        record(self.store, {Diagnosis: [fact]}, self.event(person, "diagnose"), policies=[HANGZHOU], at=now())

    def _fact(self, fact_type, person: str) -> dict:
        at = now()
        about = {
            "person_id": person,
            "fact_id": time.monotonic_ns(),
            "known_at": at,
            "from_at": at,
            "source": "test",
            "delivery_id": "test",
        }
        return dict.fromkeys(fact_type.columns) | about

    def becomes(self, person: str, colour: Colour) -> None:
        """Wait until this process has heard of a colour."""
        until = time.monotonic() + 5
        while self.serving.colour_at(person, now()) is not colour and time.monotonic() < until:
            time.sleep(0.01)
        assert self.serving.colour_at(person, now()) is colour

    def credential(self, person: str, *, colour: Colour = Colour.GREEN, remember: bool = True, issued_at: datetime | None = None) -> str:
        """Return the text of a day credential that was issued to a person, now unless at another instant."""
        at = (issued_at or now()).replace(microsecond=0)
        held = DayCredential(
            token_id=token_id(bytes(32), person),
            region_code="330100",
            colour=colour,
            masked_name="安*",
            issued_at=at,
            valid_until=at + 12 * HOUR,
            phone_key=point(self.phone.public),
        )
        if remember:
            with self.store.transaction(self.event(person, "issue"), at=at) as transaction:
                token = Token(
                    person_id=person,
                    token_id=held.token_id,
                    on=at.date(),
                    colour=colour,
                    issued_at=at,
                    valid_until=held.valid_until,
                    event_id=transaction.event.event_id,
                )
                remember_tokens(transaction.connection, [token])
        return issue(held, by=self.keys.signer(at))

    def shown(self, person: str, *, at: datetime | None = None, **other) -> str:
        """Return what a person's phone shows."""
        return phone.show(self.credential(person, **other), at=at or now(), by=self.phone)

    def device(self) -> tuple[Device, str]:
        """Return a new device and the code that opens it."""
        event = self.event(None, "register gate")
        return register(self.store, event, place_id="mall-1", place_name="虚构商场东门", region_code="330106", at=now())

    def client(self) -> httpx.Client:
        """Return a client that sends as a new device."""
        _, code = self.device()
        token = open_device(self.store, code, at=now())
        return httpx.Client(base_url=self.address, headers={"Authorization": f"Bearer {token}"}, timeout=30)

    def rows(self, query: str, *parameters) -> list[tuple]:
        """Return what the store holds."""
        with self.store.pool.connection() as connection:
            return connection.execute(query, parameters).fetchall()

    def rows_once_there(self, query: str, *, within: float = 10) -> list[tuple]:
        """Return what the store holds as soon as that is anything: a page shows what a guard does before it is recorded."""
        until = time.monotonic() + within
        while not (found := self.rows(query)) and time.monotonic() < until:
            time.sleep(0.05)
        return found


def papers_of(id_type: str, number: str) -> str:
    """Return the person of an invented document."""
    return {NUMBER: ANN}.get(number) or sha256(f"{id_type}|{number}".encode()).hexdigest()[:32]


@contextmanager
def gate_town(server, folder: Path) -> Iterator[GateTown]:
    """Give a town whose server answers on this machine meanwhile, over a database of its own."""
    name = f"gate_{uuid4().hex}"
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    conninfo = server.conninfo.replace("dbname=postgres", f"dbname={name}")
    migrate(conninfo)
    keys = KeyFolder.make(folder / "keys", b"horse", region_code="330100", at=now() - timedelta(days=1))
    with Store.open(conninfo) as store, Serving(store, HANGZHOU) as serving:
        make_room(store, now().date())
        renew_at_set_up(store, HANGZHOU, first="officer-1", second="officer-2", at=now())
        town = GateTown(store=store, serving=serving, keys=keys)
        gates = Gates(store=store, policy=HANGZHOU, serving=serving, keys=keys, person_id=papers_of, clock=now, templates=environment())
        served = [*routes(gates), Mount("/static", StaticFiles(directory=STATIC))]
        app = Starlette(routes=served, middleware=[Middleware(SecurityHeaders)], exception_handlers=refusals())
        with serving_app(app) as address:
            yield replace(town, address=address)
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def serving_app(app: Starlette, *, lifespan: str = "off") -> Iterator[str]:
    """Give the address at which an application answers meanwhile."""
    running = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False, lifespan=lifespan, proxy_headers=False))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    running.should_exit = True
    thread.join()
