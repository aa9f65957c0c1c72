"""Gates and phones over HTTP: a server process as `fangxian serve` starts it, and a process of its own that asks it.

The yardstick is the same server's answer to a plain GET, which asks nobody: what it costs to speak HTTP. Every scan is another code of
another person, verified, decided and recorded before it is answered.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.gate_town import Town, town
from bench.open_load import Answers, Load, ask, request
from bench.stores import server

CONNECTIONS = 200
SECONDS = 8
FIRST_TRY = 0.5
"""More scans than are sustained, as a part of the plain GET's rate: what is answered of them says where to look."""

NEXT_TRIES = (1.1, 0.95, 0.8, 0.65, 0.5, 0.35, 0.2)
"""Rates that are tried next, the highest first, as parts of what was answered."""

BATCHES, SCANS_IN_A_BATCH = 4, 5_000
MORNING = 1_700
MORNING_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class GatesFigures:
    """One kind of request: how many a second were answered well, milliseconds, and what the asking itself took of a core."""

    what: str
    per_s: float
    seconds: float
    median_ms: float
    p99_ms: float
    asking_cpu: float
    of_plain_get: float
    load: float
    """The kernel's load average at the end: ours and everybody else's."""


def measure_gates(scratch: Path) -> list[GatesFigures]:
    """Measure scans, batches and credentials, and plain GETs before and after them."""
    with server(scratch) as running, town(scratch, running) as asked:
        ask(_gets(asked, 2_000))  # warm
        ask(_scans(asked, 50.0, seconds=5))
        first = ask(_gets(asked, 12_000))
        scans = _highest(first.per_second * FIRST_TRY, lambda rate: ask(_scans(asked, rate, seconds=SECONDS)))
        half = ask(_scans(asked, scans.per_second / 2, seconds=2 * SECONDS))
        last = ask(_gets(asked, 12_000))
        batches = ask(Load(port=asked.port, requests=asked.batches(BATCHES, scans=SCANS_IN_A_BATCH), connections=2))
        morning = _highest(MORNING, lambda rate: ask(_credentials(asked, rate)))
        calm = ask(_credentials(asked, morning.per_second / 2))
    plain = (first.per_second + last.per_second) / 2

    def row(what: str, answers: Answers, *, each: int = 1) -> GatesFigures:
        rate = answers.per_second * each
        return GatesFigures(
            what=what,
            per_s=rate,
            seconds=answers.seconds,
            median_ms=answers.median_ms,
            p99_ms=answers.p99_ms,
            asking_cpu=answers.asking_cpu,
            of_plain_get=rate / plain,
            load=answers.load,
        )

    return [
        row("get", first),
        row("scans", scans),
        row("scans_half", half),
        row("get", last),
        row("batches", batches, each=SCANS_IN_A_BATCH),
        row("credentials", morning),
        row("credentials_half", calm),
    ]


def _highest(first: float, tried: Callable[[float], Answers]) -> Answers:
    """Return the answers at the highest rate that is sustained of those that are tried."""
    answers = tried(first)
    if not answers.is_sustained:
        about = answers.per_second
        for part in NEXT_TRIES:
            answers = tried(about * part)
            if answers.is_sustained:
                break
        else:
            raise RuntimeError(f"not even {about * NEXT_TRIES[-1]:.0f} a second were sustained: {answers}")
    return answers


def _gets(asked: Town, count: int) -> Load:
    return Load(port=asked.port, requests=[request("GET", "/health")] * count, connections=32)


def _scans(asked: Town, rate: float, *, seconds: int) -> Load:
    count = int(rate * seconds)
    # So long it takes to sign them, and more: no code may be older than a minute when it is shown.
    begins_at = time.time() + 3 + count / 800
    return Load(
        port=asked.port,
        requests=asked.scans(count, rate=rate, begins_at=begins_at),
        connections=CONNECTIONS,
        rate=rate,
        begins_at=begins_at,
    )


def _credentials(asked: Town, rate: float) -> Load:
    requests = asked.asked_credentials(int(rate * MORNING_SECONDS))
    return Load(port=asked.port, requests=requests, connections=CONNECTIONS, rate=rate, begins_at=time.time() + 3)
