"""A town to measure gates on: 10,000 people with phones, sessions and day credentials, gates with tokens, and a server that runs."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import md5, sha256
from ipaddress import IPv4Address
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import orjson
from psycopg.conninfo import make_conninfo

from bench.open_load import request
from bench.stores import copy_of, filled, filling
from fangxian.facts.known import now
from fangxian.policy.colour import Colour
from fangxian.policy.policy import policy
from fangxian.services.members import RETENTION
from fangxian.signed import phone
from fangxian.signed.credential import DayCredential, token_id
from fangxian.signed.issue import issue
from fangxian.signed.key_folder import KeyFolder
from fangxian.signed.keys import PrivateKey, point
from fangxian.store.migrating import migrations
from fangxian.store.service_login import LOGIN, let_in
from fangxian.store.store import Store
from fangxian.vault.folder import VaultFolder
from fangxian.vault.process import VaultProcess
from fangxian.vault.vault import Vault
from fangxian.work.renewal import renew_at_set_up

PEOPLE = 10_000
GATES = 200
PASSPHRASE = b"invented"
REGION = "330100"
AHEAD = timedelta(hours=2)
"""How long ago the credentials were issued: a gate that was offline brings scans from since then."""

SCANS = "/api/v1/gate/scans"


@dataclass(frozen=True)
class Town:
    """People's phones and what a server of theirs answers on."""

    port: int
    credentials: Sequence[str]
    phones: Sequence[PrivateKey]

    def scans(self, count: int, *, rate: float, begins_at: float) -> list[bytes]:
        """Return so many requests with one scan each: another person and another code every time, each signed for its own second."""
        return [
            request("POST", SCANS, bearer=_gate(n % GATES), body=_body([self._scan(n % PEOPLE, begins_at + n / rate, age_s=0.0)]))
            for n in range(count)
        ]

    def batches(self, count: int, *, scans: int) -> list[bytes]:
        """Return what so many gates bring that were offline for an hour."""
        sent = time.time()
        found = []
        for gate in range(count):
            ages = [3_600 - number * 3_000 / scans for number in range(scans)]
            scanned = [self._scan((gate * scans + n) % PEOPLE, sent - age, age_s=age) for n, age in enumerate(ages)]
            found.append(request("POST", SCANS, bearer=_gate(gate % GATES), body=_body([each | {"did": "passed"} for each in scanned])))
        return found

    def asked_credentials(self, count: int, *, first: int = 0) -> list[bytes]:
        """Return so many requests of people who open their code in the morning, each in a session of their own."""
        keys = [base64.urlsafe_b64encode(point(key.public)).decode() for key in self.phones[:100]]
        return [
            request(
                "POST",
                "/api/v1/me/0/credential",
                bearer=_session((first + n) % PEOPLE),
                body=orjson.dumps({"phone_key": keys[n % len(keys)]}),
                address=_address((first + n) % PEOPLE),
            )
            for n in range(count)
        ]

    def _scan(self, person: int, at: float, *, age_s: float) -> dict[str, object]:
        text = phone.show(self.credentials[person], at=datetime.fromtimestamp(int(at), UTC).replace(tzinfo=None), by=self.phones[person])
        return {"scan_id": str(uuid4()), "age_s": age_s, "text": text}


@contextmanager
def town(scratch: Path, running: str) -> Iterator[Town]:
    """Give a town whose server (`fangxian serve`) answers over a fresh copy of a filled store."""
    at = now().replace(microsecond=0) - AHEAD
    if not (scratch / "keys").exists():
        KeyFolder.make(scratch / "keys", PASSPHRASE, region_code=REGION, at=at - timedelta(days=1))
        VaultFolder.make(scratch / "vault")
        (scratch / "passphrase").write_bytes(PASSPHRASE)
    keys = KeyFolder(scratch / "keys", PASSPHRASE)
    version = md5("".join(each.digest for each in migrations()).encode(), usedforsecurity=False).hexdigest()[:8]
    month, name = f"{at:%Y-%m}", f"gates_{at:%Y_%m_%d}_{version}"
    with VaultProcess(scratch / "vault") as vault:
        with vault.client() as client:
            filled(running, name, lambda empty: _fill(empty, client, month))
            salt = client.day_salt(policy("hangzhou").local(at).date())
        phones = [PrivateKey.make() for _ in range(PEOPLE)]
        held = [
            DayCredential(
                token_id=token_id(salt, _person(n)),
                region_code=REGION,
                colour=Colour.GREEN,
                masked_name="王**",
                issued_at=at,
                valid_until=at + timedelta(hours=20),
                phone_key=point(phones[n].public),
            )
            for n in range(PEOPLE)
        ]
        signer = keys.signer(at)
        with copy_of(running, name) as conninfo:
            _remember(conninfo, held)
            login = make_conninfo(conninfo, user=LOGIN, password="an-invented-password")
            let_in(conninfo, login)
            with _serving(scratch, login, vault.socket_path) as port:
                yield Town(port, [issue(each, by=signer) for each in held], phones)


@contextmanager
def _serving(scratch: Path, conninfo: str, vault: Path) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-c",
        "from fangxian.cli.app import main; main()",
        "serve",
        "--store",
        conninfo,
        "--keys",
        str(scratch / "keys"),
        "--vault",
        str(vault),
    ]
    command += ["--proxy", "127.0.0.1"]  # so that each phone asks from an address of its own
    command += ["--policy", "hangzhou", "--sender", "page", "--port", str(port), "--passphrase-file", str(scratch / "passphrase")]
    with (scratch / "serve.log").open("w") as log:
        serving = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ)
    try:
        _await_ready(serving, port)
        yield port
    finally:
        serving.terminate()
        serving.wait(20)


def _await_ready(serving: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + 240
    while serving.poll() is None and time.monotonic() < until:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/ready").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start; see serve.log in the scratch folder")


def _fill(conninfo: str, vault: Vault, month: str) -> None:
    """Enrol everybody: facts, a session and a place on their own phone's list each; open gates."""
    people = [_person(n) for n in range(PEOPLE)]
    sealed = vault.seal_many(["王**"] * PEOPLE, person_ids=people, retention=RETENTION, period=month, field="masked_name")
    rows = {
        "people": [UUID(person) for person in people],
        "names": sealed,
        "phones": [_phone_index(n) for n in range(PEOPLE)],
        "sessions": [_hash(_session(n)) for n in range(PEOPLE)],
        "month": month,
        "gates": [UUID(int=1_000 + n) for n in range(GATES)],
        "tokens": [_hash(_gate(n)) for n in range(GATES)],
        "at": now() - timedelta(days=1),
    }
    with filling(conninfo) as (connection, event):
        for statement in _FILL:
            connection.execute(statement, rows | {"event": event})
    # Without it nothing would be recorded.
    with Store.open(conninfo) as store:
        renew_at_set_up(store, policy("hangzhou"), first="officer-1", second="officer-2", at=now())


_FILL = (
    "SELECT store.make_partitions((%(at)s::timestamp - interval '31 days')::date, (%(at)s::timestamp + interval '31 days')::date)",
    "INSERT INTO gate.device (gate_id, place_id, place_name, region_code, token_hash, code_until, event_id) "
    "SELECT gate, 'place-' || gate, '虚构商场', '330106', token, %(at)s, %(event)s "
    "FROM unnest(%(gates)s::uuid[], %(tokens)s::bytea[]) AS g (gate, token)",
    "INSERT INTO account.session (session_hash, phone_index, started_at, ends_at) "
    "SELECT secret, phone, %(at)s, %(at)s::timestamp + interval '30 days' "
    "FROM unnest(%(sessions)s::bytea[], %(phones)s::bytea[]) AS s (secret, phone)",
    "INSERT INTO account.member (person_id, phone_index, place, relation, masked_name, period, since_at, confirmed_at, event_id) "
    "SELECT person, phone, 0, 'self', name, %(month)s, %(at)s, %(at)s, %(event)s "
    "FROM unnest(%(people)s::uuid[], %(phones)s::bytea[], %(names)s::bytea[]) AS m (person, phone, name)",
    "INSERT INTO facts.enrolment (person_id, fact_id, known_at, source, delivery_id, from_at, region_code, id_type, event_id) "
    "SELECT person, n, %(at)s, 'bench', 'bench', %(at)s, '330106', 'resident_id', %(event)s "
    "FROM unnest(%(people)s::uuid[]) WITH ORDINALITY AS e (person, n)",
    "INSERT INTO code.hit SELECT person, 'hangzhou', 'came-from-key-area', 'yellow', %(at)s, NULL, ARRAY[n], %(event)s "
    "FROM unnest(%(people)s::uuid[]) WITH ORDINALITY AS e (person, n) WHERE n %% 25 = 0",
)


def _remember(conninfo: str, held: Sequence[DayCredential]) -> None:
    """Keep whose token each credential bears."""
    rows = [
        [UUID(_person(n)) for n in range(PEOPLE)],
        [each.token_id for each in held],
        held[0].issued_at,
        held[0].issued_at,
        held[0].valid_until,
    ]
    with filling(conninfo) as (connection, event):
        connection.execute(
            "INSERT INTO code.token (person_id, token_id, on_day, paper, colour, issued_at, valid_until, event_id) "
            "SELECT person, token, %s::timestamp::date, false, 'green', %s, %s, %s "
            "FROM unnest(%s::uuid[], %s::bytea[]) AS t (person, token)",
            [*rows[2:], event, *rows[:2]],
        )


def _body(scans: Sequence[dict[str, object]]) -> bytes:
    return orjson.dumps({"scans": scans})


def _person(number: int) -> str:
    return md5(f"person {number}".encode(), usedforsecurity=False).hexdigest()


def _phone_index(number: int) -> bytes:
    return md5(f"phone {number}".encode(), usedforsecurity=False).digest()


def _session(number: int) -> str:
    return f"session-of-an-invented-person-{number}"


def _address(number: int) -> str:
    """Return where somebody's phone is: whoever is asked for too much by one address refuses it."""
    return str(IPv4Address("10.0.0.0") + number)


def _gate(number: int) -> str:
    return f"token-of-an-invented-gate-{number}"


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
