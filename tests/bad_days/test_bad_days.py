"""Days on which something dies while scans and declarations come in: what was acknowledged is there, once.

With FANGXIAN_BAD_DAYS=1 what happened is written to docs/bad-days.md.
"""

import asyncio
import base64
import hashlib
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import httpx
import psycopg
import pytest
from apart import run_apart
from gate_town import ANN
from guards.project import ROOT
from services.conftest import IDENTITY, PHONE

from bad_days.disk import own_disk
from bad_days.town import Load, Town, town_on
from fangxian.facts.known import now
from fangxian.signed import phone
from fangxian.signed.keys import PrivateKey, point
from fangxian.store.verifying import verify

pytestmark = pytest.mark.postgres
SPACE = "400M"
HAPPENED: dict[str, str] = {}


@pytest.fixture(scope="module")
def small_disk() -> Iterator[Path | None]:
    """Give a disk of its own that is soon full; None where we may not mount one."""
    with tempfile.TemporaryDirectory(prefix="fangxian-disk-") as folder:
        Path(folder).chmod(0o755)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SPACE},mode=755", "tmpfs", folder], capture_output=True, check=False
        )
        if mounted.returncode:
            yield None
            return
        yield Path(folder)
        subprocess.run(["umount", "-l", folder], check=False)


@pytest.fixture(scope="module")
def town(small_disk) -> Iterator[Town]:
    with tempfile.TemporaryDirectory(prefix="fangxian-bad-days-") as folder:
        Path(folder).chmod(0o755)
        with town_on(Path(folder), (small_disk or Path(folder)) / "postgresql") as running:
            yield running
        told = (Path(folder) / "log").read_text()
        assert not [each for each in (IDENTITY["full_name"], IDENTITY["id_number"], PHONE[-11:], running.session) if each in told]
        assert not re.search(r"\b[0-9a-f]{32}\b", told), "an id of a person"
    if os.environ.get("FANGXIAN_BAD_DAYS") == "1":
        write(HAPPENED)


def write(happened: dict[str, str]) -> None:
    lines = [
        "# Bad days",
        "",
        "Made by `FANGXIAN_BAD_DAYS=1 python -m pytest tests/bad_days`: a town served by `fangxian serve --processes 2` with a PostgreSQL",
        "beside it; two gates scan without pause and send again what was not acknowledged, a phone declares once a second.",
        "",
        f"Run on {date.today()}, {os.cpu_count()} cores that others used too: trust what is there and what is not, not the seconds.",
        "",
    ]
    for title, told in sorted(happened.items()):
        lines += [f"## {title}", told, ""]
    path = ROOT / "docs" / "bad-days.md"
    _, heading, by_hand = path.read_text("utf-8").partition("# Hostile input\n")
    path.write_text("\n".join(lines) + heading + by_hand, "utf-8")


def test_a_process_that_answers_is_killed(town):
    with Load(town).running() as load:
        time.sleep(4)
        for victim in town.workers()[:2]:
            os.kill(victim, signal.SIGKILL)
        time.sleep(2)
        took = town.ready(within=120)
        time.sleep(4)
    told = load.expect_kept_once()
    HAPPENED["kill -9 of both processes that answer"] = f"Both were started again; everything was ready {took + 2:.0f} s later. {told}"


def test_postgresql_is_killed(town):
    with Load(town).running() as load:
        time.sleep(4)
        os.kill(town.server.process_id, signal.SIGKILL)
        time.sleep(1)
        town.server.restart()
        took = town.ready(within=120)
        time.sleep(4)
    told = load.expect_kept_once()
    HAPPENED["kill -9 of PostgreSQL"] = f"It was started again after a second, and recovered; all was ready {took:.1f} s after that. {told}"


def test_the_power_is_cut():
    with own_disk() as disk:
        if disk is None:
            pytest.skip("only whoever may mount a disk can cut its power")
        (disk.folder / "town").mkdir()
        with town_on(disk.folder / "town", disk.folder / "town" / "postgresql") as town:
            with Load(town).running() as load:
                time.sleep(6)
                # In this order: without power nobody answers. What the dead left in memory goes with the power.
                town.kill()
                disk.cut_power()
                load.end.set()
            disk.power_on()
            town.server.restart()
            told = load.expect_kept_once()
            audited = verify(town.gates.store)
            assert audited.events + audited.unsealed > len(load.acknowledged)
    HAPPENED["The machine's power is cut"] = (
        "Database, keys and vault on an ext4 disk that loses at an instant whatever it was not made to write; every process killed, "
        f"the disk mounted again, PostgreSQL started on it. {told}"
    )


def test_postgresql_is_gone_for_twenty_seconds(town):
    with Load(town).running() as load:
        time.sleep(3)
        town.server.stop()
        time.sleep(10)
        said = httpx.get(f"{town.address}ready", timeout=30)
        assert (said.status_code, said.json()["parts"]["store"], said.json()["parts"]["vault"]) == (503, "not ready", "ready")
        assert httpx.get(f"{town.address}health", timeout=30).status_code == 200
        page = httpx.get(f"{town.address}me", headers={"Cookie": "fangxian_session=any"}, timeout=30)
        assert (page.status_code, "Retry-After" in page.headers) == (503, True)
        time.sleep(10)
        town.server.start()
        took = town.ready(within=120)
        time.sleep(5)
    told = load.expect_kept_once()
    assert load.answers[503] > 0
    HAPPENED["PostgreSQL gone for 20 s"] = (
        f"503 with words meanwhile; it recovered by itself {took:.1f} s after the database was back. {told}"
    )


def test_the_disk_is_full(town, small_disk):
    if small_disk is None:
        pytest.skip("only whoever may mount a small disk can fill one")
    ballast = small_disk / "ballast"
    with Load(town).running() as load:
        time.sleep(3)
        with ballast.open("wb") as file:
            try:
                while True:
                    file.write(bytes(1 << 20))
                    file.flush()
            except OSError:
                pass
        before = len(load.acknowledged)
        time.sleep(12)
        during = len(load.acknowledged) - before
        ballast.unlink()
        began = time.monotonic()
        if not town.server._running.alive:
            town.server.restart()
        town.ready(within=120)
        took = time.monotonic() - began
        time.sleep(5)
    told = load.expect_kept_once()
    HAPPENED["The database's disk is full"] = (
        f"For 12 s nothing could be added to the disk; {during} scans found room in what PostgreSQL had reserved. "
        f"All was ready {took:.1f} s after there was room again. {told}"
    )


def test_a_phones_clock_is_off_by_an_hour(town):
    text = town.gates.credential(ANN)
    with town.gates.client() as client:
        outcomes = {}
        for off in (-1, 1):
            shown = phone.show(text, at=now() + timedelta(hours=off), by=town.gates.phone)
            scan = {"scan_id": f"00000000-0000-0000-0000-00000000000{off + 1}", "age_s": 0.0, "text": shown}
            answer = client.post("/api/v1/gate/scans", json={"scans": [scan]})
            assert answer.status_code == 200
            outcomes[off] = answer.json()["scans"][0]["outcome"]
            assert not answer.json()["scans"][0]["passes"]
    assert outcomes == {-1: "screenshot", 1: "clock"}
    HAPPENED["A phone's clock is off by an hour"] = f"An hour behind: `{outcomes[-1]}`; an hour ahead: `{outcomes[1]}`. Neither passes."


def test_two_hundred_credentials_a_second_for_ten_seconds(town):
    rate, seconds = 200, 10
    sessions = open_sessions(town, 60)
    before = issued(town)
    answers = run_apart(ask_open_loop(town, sessions, rate=rate, seconds=seconds))
    good = [took for status, took in answers if status == 200]
    counted = {status: sum(each == status for each, _ in answers) for status in sorted({status for status, _ in answers}, key=str)}
    assert len(answers) == rate * seconds
    assert set(counted) <= {200, 503, 429, "late"}, counted
    assert len(good) > 100
    assert issued(town) - before >= len(good)
    good.sort()
    HAPPENED["200 credentials a second for 10 s"] = (
        f"Asked for in an open loop by a process on the same cores. Answers: {', '.join(f'{n} × {what}' for what, n in counted.items())}; "
        f"median {good[len(good) // 2]:.2f} s, 99 % {good[int(len(good) * 0.99)]:.2f} s. "
        f"Each that was answered is an event of the audit; afterwards all was ready within {town.ready(within=60):.1f} s."
    )


def issued(town: Town) -> int:
    return town.rows("SELECT count(*) FROM audit.event WHERE action = 'code_issued'")[0][0]


def open_sessions(town: Town, number: int) -> list[str]:
    """Open sessions of the same phone: one may ask sixty times a minute."""
    secrets = [f"invented-session-{n}-{time.time_ns()}" for n in range(number)]
    with psycopg.connect(town.server.conninfo) as connection:
        mark = hashlib.sha256(town.session.encode()).digest()
        for secret in secrets:
            connection.execute(
                "INSERT INTO account.session (session_hash, phone_index, started_at, ends_at) "
                "SELECT %s, phone_index, started_at, ends_at FROM account.session WHERE session_hash = %s",
                [hashlib.sha256(secret.encode()).digest(), mark],
            )
    return secrets


async def ask_open_loop(town: Town, sessions: list[str], *, rate: int, seconds: int) -> list[tuple[int | str, float]]:
    """Ask at set instants over so many connections; the time counts from the instant, whether or not a connection was free then."""
    key = base64.urlsafe_b64encode(point(PrivateKey.make().public)).decode()
    begun, connections = time.monotonic() + 1, 100

    async def ask_in_turn(first: int) -> list[tuple[int | str, float]]:
        answers: list[tuple[int | str, float]] = []
        # A client each: one that shares its connections among thousands who wait is slower than what it asks.
        async with httpx.AsyncClient(base_url=town.address, timeout=20) as client:
            for n in range(first, rate * seconds, connections):
                due = begun + n / rate
                await asyncio.sleep(max(0, due - time.monotonic()))
                bearer = {"Authorization": f"Bearer {sessions[n % len(sessions)]}"}
                try:
                    status: int | str = (await client.post("/api/v1/me/0/credential", json={"phone_key": key}, headers=bearer)).status_code
                except httpx.HTTPError:
                    status = "late"
                answers.append((status, time.monotonic() - due))
        return answers

    return [answer for answers in await asyncio.gather(*map(ask_in_turn, range(connections))) for answer in answers]


def test_after_all_of_it_the_audit_still_follows(town):
    town.ready(within=120)
    found = verify(town.gates.store)
    assert found.seals > 0
    HAPPENED["The audit, whenever it was looked at"] = f"{found.seals} seals over {found.events:,} events follow from one another."
