"""A town that is served by `fangxian serve` as it is deployed, and people and gates that ask it without pause."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
from gate_town import HANGZHOU, GateTown
from services.conftest import HEALTHY, IDENTITY, PHONE, as_typed

from fangxian.facts.known import now
from fangxian.signed import phone
from fangxian.signed.key_folder import KeyFolder
from fangxian.store.migrating import migrate
from fangxian.store.opening import make_room
from fangxian.store.server import PostgresServer
from fangxian.store.store import Store
from fangxian.vault.folder import VaultFolder
from fangxian.work.renewal import renew_at_set_up

TESTS = Path(__file__).parents[1]
MAIN = "import sys; from fangxian.cli.app import main; main()"


@dataclass
class Town:
    """What is served, how it is reached, and what its store holds."""

    folder: Path
    server: PostgresServer
    gates: GateTown
    process: subprocess.Popen[str]
    address: str
    session: str = ""
    people: list[str] = field(default_factory=lambda: [f"{n:032x}" for n in range(1, 400)])

    def workers(self) -> list[int]:
        """Return the numbers of the processes that answer, those that do the chores among them."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(each) for each in found if "spawn_main" in Path(f"/proc/{each}/cmdline").read_text()]

    def kill(self) -> None:
        """End every process at once: those that answer, the vault's, and the database's."""
        for each in (*_family(self.process.pid), *_family(self.server.process_id)):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)

    def rows(self, query: str, *parameters) -> list[tuple]:
        """Return what the store holds, asked as soon as it answers."""
        import psycopg

        with psycopg.connect(self.server.conninfo) as connection:
            return connection.execute(query, parameters).fetchall()

    def ready(self, *, within: float = 60) -> float:
        """Wait until every part is ready, and return how long that took."""
        began = time.monotonic()
        while time.monotonic() < began + within:
            try:
                if httpx.get(f"{self.address}ready", timeout=5).status_code == 200:
                    return time.monotonic() - began
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"not ready within {within} s")


@dataclass
class Load:
    """Gates that scan and a phone that declares; what was acknowledged, what was tried, and how what was not was answered."""

    town: Town
    acknowledged: list[str] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    declared: int = 0
    declarations_tried: int = 0
    answers: Counter = field(default_factory=Counter)
    words: set[str] = field(default_factory=set)
    end: threading.Event = field(default_factory=threading.Event)

    def scans(self) -> None:
        """Send a scan, and the same again until it is acknowledged: as a gate does."""
        with self.town.gates.client() as client:
            while not self.end.is_set():
                for person in self.town.people:
                    if self.end.is_set():
                        return
                    text = phone.show(self.texts[person], at=now(), by=self.town.gates.phone)
                    scan_id = str(uuid4())
                    self.tried.add(scan_id)
                    while not self.end.is_set():
                        answer = self.ask(client, "/api/v1/gate/scans", {"scans": [{"scan_id": scan_id, "age_s": 0.0, "text": text}]})
                        if answer is not None and answer.status_code == 200:
                            self.acknowledged.append(scan_id)
                            break
                        self.end.wait(0.2)

    def declares(self) -> None:
        """Declare again and again, each time anew: what was not acknowledged may have been recorded or not."""
        with httpx.Client(base_url=self.town.address, headers={"Authorization": f"Bearer {self.town.session}"}) as client:
            answers = as_typed(**HEALTHY)
            while not self.end.is_set():
                self.declarations_tried += 1
                answer = self.ask(client, "/api/v1/me/0/declarations", {"answers": answers})
                self.declared += answer is not None and answer.status_code == 201
                self.end.wait(1.1)  # a session may write once a second

    def ask(self, client: httpx.Client, path: str, body: dict) -> httpx.Response | None:
        try:
            answer = client.post(path, json=body, timeout=60)
        except httpx.HTTPError as error:
            self.answers[type(error).__name__] += 1
            return None
        self.answers[answer.status_code] += 1
        if answer.status_code == 503:
            self.words.add(answer.text)
        return answer

    @contextmanager
    def running(self) -> Iterator["Load"]:
        """Load the town meanwhile."""
        # Issued beforehand: a code is there in the morning, and scanned all day.
        self.texts = {person: self.town.gates.credential(person) for person in self.town.people[:40]}
        self.town.people = list(self.texts)
        self.before = declarations(self.town)
        threads = [threading.Thread(target=each) for each in (self.scans, self.scans, self.declares)]
        for each in threads:
            each.start()
        try:
            yield self
        finally:
            self.end.set()
            for each in threads:
                each.join()

    def expect_kept_once(self) -> str:
        """See that what was acknowledged is there once, and nothing that was not asked for; return it in words."""
        rows = self.town.rows("SELECT scan_id::text, count(*) FROM gate.scan GROUP BY 1")
        kept = {scan_id: times for scan_id, times in rows if scan_id in self.tried}
        assert len(self.acknowledged) > 10
        assert set(self.acknowledged) <= kept.keys(), "an acknowledged scan is missing"
        assert set(kept.values()) == {1}, "a scan is there twice"
        declared = declarations(self.town) - self.before
        assert self.declared <= declared <= self.declarations_tried
        assert not [status for status in self.answers if isinstance(status, int) and status >= 500 and status != 503], self.answers
        assert all("请" in words or "未" in words for words in self.words), self.words
        return (
            f"{len(self.acknowledged)} scans acknowledged of {len(self.tried)} sent: each there once, {len(kept)} in all. "
            f"{self.declared} declarations acknowledged of {self.declarations_tried} sent: {declared} there. "
            f"Answers: {', '.join(f'{n} × {what}' for what, n in sorted(self.answers.items(), key=str))}."
        )


def declarations(town: Town) -> int:
    return town.rows("SELECT count(*) FROM facts.health_declaration")[0][0]


def _family(process: int) -> list[int]:
    """Return a process and all that it started, and they; those that end meanwhile have nobody."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return [process]
    return [process, *(each for child in children for each in _family(int(child)))]


@contextmanager
def town_on(folder: Path, database: Path) -> Iterator[Town]:
    """Give a town of two processes that answer, whose PostgreSQL is one that can be ended and started again."""
    phones = folder / "phones"
    phones.mkdir()
    keys = KeyFolder.make(folder / "keys", b"passphrase", region_code="330100", at=now())
    VaultFolder.make(folder / "vault")
    with PostgresServer(database) as server:
        migrate(server.conninfo)
        with Store.open(server.conninfo) as store:
            make_room(store, now().date())
            renew_at_set_up(store, HANGZHOU, first="officer-1", second="officer-2", at=now())
            gates = GateTown(store=store, serving=None, keys=keys)
            with serve(folder, server, phones) as (process, address):
                gates.address = address
                town = Town(folder, server, gates, process, address)
                town.session = enrolled(town, phones)
                yield town


@contextmanager
def serve(folder: Path, server: PostgresServer, phones: Path, **more: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `fangxian serve` as it is typed, with some options more, until the end."""
    (folder / "store").write_text(server.conninfo)
    options = {
        "store": f"@{folder / 'store'}",
        "keys": folder / "keys",
        "vault": folder / "vault",
        "policy": HANGZHOU.name,
        "sender": "bad_days.sender:ToFolder",
        "processes": 2,
        "port": 0,
        "log": "json",
        "language": "en",
    } | more
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(TESTS.parent / "src"), str(TESTS)]),
        "FANGXIAN_KEY_PASSPHRASE": "passphrase",
        "FANGXIAN_TEST_PHONES": str(phones),
    }
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", MAIN, "serve", *words], stdout=subprocess.PIPE, stderr=log, text=True, env=environment
        )
    try:
        for line in process.stdout:
            if line.startswith("Ready: "):
                yield process, line.removeprefix("Ready: ").strip()
                break
        else:
            raise AssertionError((folder / "log").read_text()[-2000:])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(90)
        process.stdout.close()


def enrolled(town: Town, phones: Path) -> str:
    """Let somebody apply for a code as a phone does, and return their session."""
    with httpx.Client(base_url=town.address, timeout=60) as client:
        asked = client.post("/api/v1/log-in/code", json={"phone": PHONE})
        assert asked.status_code == 202
        answer = asked.json() | {"phone": PHONE, "code": (phones / PHONE).read_text()}
        session = client.post("/api/v1/log-in", json=answer).json()["session"]
        answers = as_typed(**IDENTITY, **HEALTHY)
        body = {"relation": "self", "phone": PHONE, "answers": answers}
        answer = client.post("/api/v1/me", json=body, headers={"Authorization": f"Bearer {session}"})
        assert answer.status_code == 201, answer.text
        return session
