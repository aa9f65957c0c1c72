"""The fuzzer's targets, tried for seconds in every run: their promises hold from each seed, and a broken promise is seen."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from . import targets

SEEDS = targets.seeds()
FOUND = sorted((Path(__file__).parent / "found").iterdir())
"""What a run of the fuzzer found that broke a promise, before it was mended; each is named for what it is."""

MOST_MEMORY = 1_000_000
"""Bytes that reading anything of a few thousand bytes may take at a time."""


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
def test_every_seed_keeps_the_promises(seed: bytes):
    targets.one_input(seed)


@given(seed=st.sampled_from(SEEDS), edits=st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 2), st.binary(max_size=9)), max_size=4))
@settings(deadline=None, max_examples=400)
def test_mutated_seeds_keep_the_promises(seed: bytes, edits: list[tuple[int, int, bytes]]):
    data = seed[1:]
    for at, kind, new in edits:
        start = at % (len(data) + 1)
        data = data[:start] + new + data[start + (len(new) if kind == 0 else kind) :]
    targets.one_input(seed[:1] + data)


@pytest.mark.parametrize("found", FOUND, ids=lambda path: path.name)
def test_what_the_fuzzer_found_keeps_the_promises_now(found: Path):
    targets.one_input(found.read_bytes())


def hungry() -> list[bytes]:
    """Return what asks for much: lengths that announce what does not come, many small things, things in things, one long text."""
    announced = [bytes([head]) + b"\xff" * 8 for head in (0x5B, 0x7B, 0x9B, 0xBB)]
    many = [
        b"\x99\x0f\xff" + b"\x80" * 4095,
        b"\x85" * 4096,
        b"\xb9\x0f\xff" + bytes(4093),
        b'{"scans":[' + b"{}," * 1300 + b"{}]}",
        b"[" * 4096,
    ]
    return [*announced, *many, b"HC1:" + b"0" * 4092, b"FX1:" + b":" * 4092]


def test_nothing_of_a_few_thousand_bytes_takes_much_memory():
    for seed in SEEDS:
        targets.one_input(seed)  # what a first reading loads is not counted
    tracemalloc.start()
    try:
        for data in (*(seed[1:] for seed in SEEDS), *hungry()):
            for number in range(len(targets.TARGETS)):
                tracemalloc.reset_peak()
                before, _ = tracemalloc.get_traced_memory()
                targets.one_input(bytes([number]) + data)
                assert tracemalloc.get_traced_memory()[1] - before < MOST_MEMORY, data[:40]
    finally:
        tracemalloc.stop()


def test_what_is_believed_without_having_been_issued_is_seen(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(targets, "ISSUED", ())
    with pytest.raises(targets.BrokenPromiseError, match="not issued"):
        targets.one_input(SEEDS[0])


def test_a_second_form_of_one_thing_is_seen(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(targets.cbor2, "dumps", lambda value: b"")
    with pytest.raises(targets.BrokenPromiseError, match="two forms"):
        targets.one_input(bytes([targets.TARGETS.index(targets.some_cbor)]) + b"\x01")


def test_what_takes_too_long_is_seen(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(targets, "LONGEST_TIME", 0)
    with pytest.raises(targets.BrokenPromiseError, match="too long"):
        targets.one_input(SEEDS[0])
