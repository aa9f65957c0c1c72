"""The vault's process: it survives every input and every kill, serves its own user only, and shows no key."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from pathlib import Path
from random import Random

import cbor2
import pyarrow as pa
import pytest
from processes import gone, runs
from spec_symbols import person_id

import fangxian
from fangxian.errors import FangxianError
from fangxian.vault.client import VaultClient
from fangxian.vault.folder import VaultFolder
from fangxian.vault.local import LocalVault
from fangxian.vault.process import VaultProcess
from fangxian.vault.server import serve
from fangxian.vault.wire import LONGEST, MOST

ANN = person_id("ann")
WHERE = {"person_id": ANN, "retention": "identity", "period": "2020-02", "field": "full_name"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> VaultFolder:
    """Give one folder for all these tests: a process takes seconds to start."""
    return VaultFolder.make(tmp_path_factory.mktemp("vault") / "vault")


@pytest.fixture(scope="module")
def process(folder) -> Iterator[VaultProcess]:
    with VaultProcess(folder.path) as running:
        yield running


@pytest.fixture
def vault(process) -> Iterator[VaultClient]:
    with process.client() as client:
        yield client


def test_what_is_asked_through_the_socket_is_what_the_keys_say(vault, folder):
    where = WHERE | {"period": "2019-12"}
    sealed = vault.seal("王小明", **where)
    assert vault.unseal(sealed, **where) == "王小明"
    local = LocalVault(folder)
    assert (vault.mark(), vault.phone_index("13800000000")) == (local.mark(), local.phone_index("13800000000"))
    assert vault.day_salt(date(2020, 2, 24)) == local.day_salt(date(2020, 2, 24))
    ids = vault.person_ids(pa.array(["passport"]), pa.array(["invented"]))
    assert ids.equals(local.person_ids(pa.array(["passport"]), pa.array(["invented"])))
    proof = vault.destroy("identity", "2019-12", at=datetime(2020, 5, 1))
    assert proof == vault.destroy("identity", "2019-12", at=datetime(2020, 6, 1))
    with pytest.raises(FangxianError, match="proof number 1"):
        vault.unseal(sealed, **where)


def test_a_hundred_thousand_people_are_named_in_a_few_seconds(vault):
    numbers = pa.array([f"invented-{number}" for number in range(100_000)])
    began = time.perf_counter()
    ids = vault.person_ids(pa.array(["resident_id"] * len(numbers)), numbers)
    assert time.perf_counter() - began < 10
    assert len(set(ids.to_pylist())) == len(numbers) > MOST
    assert ids[99_999].as_py() == vault.person_id("resident_id", "invented-99999")


def test_a_killed_vault_is_missed_and_found_again_once_it_was_started_again(process, vault, folder):
    sealed = vault.seal("王小明", **WHERE)
    process.stop()
    process.start()
    assert vault.unseal(sealed, **WHERE) == "王小明"  # not missed: the client connects once more
    killed = process.process_id
    os.kill(killed, signal.SIGKILL)
    assert gone(killed)
    with pytest.raises(FangxianError, match="No vault answers"):
        vault.unseal(sealed, **WHERE)
    process.stop()
    process.start()
    assert vault.unseal(sealed, **WHERE) == "王小明"


def test_a_watched_vault_that_dies_is_started_again_and_asked_whether_it_answers(tmp_path):
    folder = VaultFolder.make(tmp_path / "vault")
    with VaultProcess(folder.path, watched=True) as process, process.client() as client:
        salt, killed = client.day_salt(date(2020, 2, 24)), process.process_id
        os.kill(killed, signal.SIGKILL)
        assert gone(killed)
        with suppress(FangxianError):
            client.expect_answer()  # what is kept of the salt says nothing of whether it lives
        until = time.monotonic() + 60
        while not answers(client) and time.monotonic() < until:
            time.sleep(0.05)
        assert answers(client)
        assert (process.process_id != killed, client.day_salt(date(2020, 2, 24))) == (True, salt)
        again = process.process_id
    assert gone(again)


def answers(client):
    try:
        client.expect_answer()
    except FangxianError:
        return False
    return True


def test_a_vault_that_is_gone_does_not_answer_though_the_days_salt_is_kept(tmp_path):
    folder = VaultFolder.make(tmp_path / "vault")
    with VaultProcess(folder.path) as process, process.client() as client:
        client.day_salt(date(2020, 2, 24))
        process.stop()
        assert not answers(client)
        assert client.day_salt(date(2020, 2, 24))


def test_a_vault_that_does_not_start_says_why_and_not_why_others_did_not(tmp_path):
    folder = VaultFolder.make(tmp_path / "vault")
    (folder.path / "vault.log").write_text("an earlier fault\n")
    with VaultProcess(folder.path), pytest.raises(FangxianError, match="runs on") as fault:
        VaultProcess(folder.path).start()
    assert "earlier" not in str(fault.value)


def test_a_vault_that_comes_back_with_another_key_is_not_used(process, vault, folder):
    process.stop()
    LocalVault(folder).rotate()
    process.start()
    for _ in range(2):
        with pytest.raises(FangxianError, match="another key"):
            vault.person_id("passport", "invented")


def test_the_process_ends_with_its_context_and_two_do_not_share_a_folder(tmp_path):
    folder = VaultFolder.make(tmp_path / "vault")
    with VaultProcess(folder.path) as process:
        number = process.process_id
        with pytest.raises(FangxianError, match="runs on"):
            VaultProcess(folder.path).start()
        with pytest.raises(FangxianError, match="runs on"), folder.alone():
            pass
        assert runs(number)
    assert gone(number)


def test_a_folder_without_keys_does_not_start(tmp_path):
    (tmp_path / "none").mkdir(mode=0o700)
    with pytest.raises(FangxianError, match="no vault's folder"):
        VaultProcess(tmp_path / "none").start()


def framed(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


GARBAGE = {
    "nothing": b"",
    "half a length": b"\0\0",
    "a length of nothing": framed(b""),
    "half a message": (100).to_bytes(4, "big") + b"\xa1",
    "an oversize": (LONGEST + 1).to_bytes(4, "big") + b"x" * 1000,
    "the largest length": b"\xff" * 4,
    "no CBOR": framed(b"\xff" * 50),
    "HTTP": b"GET / HTTP/1.1\r\n\r\n",
    "a nest": framed(b"\x81" * 1_000_000),
    "an array that is not there": framed(b"\x9b" + b"\xff" * 8),
    "a list": framed(cbor2.dumps([1])),
    "keys that are no words": framed(cbor2.dumps({1: 2})),
}
REQUESTS = {
    "no request": {},
    "an unknown one": {"do": "show_keys"},
    "a list for a name": {"do": ["mark"]},
    "something missing": {"do": "person_ids", "id_types": ["passport"]},
    "something more": {"do": "mark", "key": 1},
    "a number for a text": {"do": "person_ids", "id_types": ["passport"], "numbers": [1]},
    "unequal lengths": {"do": "person_ids", "id_types": ["passport"], "numbers": []},
    "no day": {"do": "day_salt", "on": "2020-02-30"},
    "a key's path": {"do": "destroy", "retention": "../identity", "period": "1", "at": "2020-02-01"},
    "too many": {"do": "phone_indexes", "phones": ["1"] * (MOST + 1)},
    "a rotation": {"do": "rotate"},
}


def talk(process, data: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connected:
        connected.connect(str(process.socket_path))
        try:
            connected.sendall(data)
            connected.shutdown(socket.SHUT_WR)
            return connected.makefile("rb").read()
        except OSError:
            return b""


def test_no_input_stops_the_vault(process, vault):
    number = process.process_id
    for data in GARBAGE.values():
        assert talk(process, data) == b""
        assert vault.day_salt(date(2020, 2, 24))
    for request in REQUESTS.values():
        reply = cbor2.loads(talk(process, framed(cbor2.dumps(request)))[4:])
        assert set(reply) == {"refused"}
        assert vault.day_salt(date(2020, 2, 24))
    assert process.process_id == number
    assert runs(number)


def test_random_bytes_do_not_stop_the_vault(process, vault):
    source = Random(20200224)
    for _ in range(300):
        data = source.randbytes(source.randrange(200))
        talk(process, source.choice([data, framed(data)]))
    assert vault.day_salt(date(2020, 2, 24))
    assert process.log.read_text() == ""


def test_who_says_half_a_message_and_waits_keeps_nobody_else_waiting(process, vault):
    waiting = []
    for _ in range(20):
        waiting.append(socket.socket(socket.AF_UNIX))
        waiting[-1].connect(str(process.socket_path))
        waiting[-1].sendall(b"\0\0")
    began = time.perf_counter()
    assert vault.day_salt(date(2020, 2, 24))
    assert time.perf_counter() - began < 2
    for each in waiting:
        each.close()


def test_many_clients_seal_and_open_at_once(process):
    people = [person_id(f"person {number}") for number in range(50)]

    def work(month: int) -> list[str]:
        where = {"person_ids": people, "retention": "identity", "period": f"2020-{month:02}", "field": "phone"}
        with process.client() as client:
            for _ in range(5):
                opened = client.unseal_many(client.seal_many([f"{month} {p}" for p in people], **where), **where)
        return opened

    with ThreadPoolExecutor(8) as pool:
        months = [1, 2, 3, 4] * 4
        for month, opened in zip(months, pool.map(work, months), strict=True):
            assert opened == [f"{month} {p}" for p in people]


def test_threads_share_a_client(vault):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: vault.person_id("passport", f"invented-{number % 10}"), range(200)))
    assert len(set(found)) == 10
    assert found[:10] == found[10:20]


def test_a_text_too_long_for_a_message_is_refused_in_words(vault):
    with pytest.raises(FangxianError, match="too long"):
        vault.seal("x" * LONGEST, **WHERE)
    with pytest.raises(FangxianError, match="cannot be written"):
        vault.seal("\ud800", **WHERE)
    assert vault.unseal(vault.seal("x", **WHERE), **WHERE) == "x"


def test_folder_and_socket_are_their_owners(process, folder):
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(process.socket_path.stat().st_mode) == 0o600
    files = [path for path in (folder.path / "keys").rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_no_core_is_dumped_and_no_process_of_the_user_reads_the_memory(process):
    assert re.search(r"Max core file size +0 +0", Path(f"/proc/{process.process_id}/limits").read_text())
    asked = "from fangxian.vault.server import _close_memory as c; c(); import ctypes; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    package = str(Path(fangxian.__file__).parents[1])
    said = subprocess.run([sys.executable, "-c", asked], env={"PYTHONPATH": package}, capture_output=True, text=True, check=True)
    assert said.stdout == "0\n"  # PR_GET_DUMPABLE


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_is_sent_away(process, request):
    for path, mode in [(process.socket_path.parent, 0o755), (process.socket_path, 0o666)]:
        request.addfinalizer(partial(path.chmod, stat.S_IMODE(path.stat().st_mode)))
        path.chmod(mode)
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        os._exit(0 if talk(process, framed(cbor2.dumps({"do": "mark"}))) == b"" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert cbor2.loads(talk(process, framed(cbor2.dumps({"do": "mark"})))[4:])["done"]


def test_no_key_is_in_any_message_log_or_file(tmp_path, capfd):
    """Listens between client and vault, asks everything that can be asked, and looks for the bytes of every key."""
    heard, folder = bytearray(), VaultFolder.make(tmp_path / "vault")
    with VaultProcess(folder.path) as process:
        through = tmp_path / "through"
        between = _listen_between(through, process.socket_path, heard)
        with VaultClient(through) as vault:
            sealed = vault.seal("王小明", **WHERE)
            vault.unseal(sealed, **WHERE)
            vault.person_id("passport", "invented")
            vault.renamed(pa.array([ANN]), named_by=vault.mark())
            many = {name: value for name, value in WHERE.items() if name != "person_id"}
            vault.reseal([sealed], person_ids=[ANN], named_by=vault.mark(), **many)
            vault.phone_index("13800000000")
            vault.day_salt(date(2020, 2, 24))
            keys = {name: folder.key(name) for name in ("identity/1", "phone", "day", "data/identity/2020-02")}
            keys["master"] = (folder.path / "master.key").read_bytes()
            vault.destroy("identity", "2020-02", at=datetime(2020, 5, 1))
            with pytest.raises(FangxianError) as refused:
                vault.seal("王小明", **WHERE)
        between.close()
    written = b"".join(path.read_bytes() for path in folder.path.rglob("*") if path.is_file() and path.name != "master.key")
    everything = bytes(heard) + written + str(refused.value).encode() + "".join(capfd.readouterr()).encode()
    assert b"day_salt" in heard
    for key in keys.values():
        assert not any(form in everything for form in (key, key.hex().encode(), key[:8], key[-8:]))
    assert "王小明".encode() not in written


def _listen_between(path: Path, to: Path, heard: bytearray) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen()

    def pass_on(source: socket.socket, target: socket.socket) -> None:
        while data := source.recv(1 << 16):
            heard.extend(data)
            target.sendall(data)

    def meet() -> None:
        near, _ = listening.accept()
        far = socket.socket(socket.AF_UNIX)
        far.connect(str(to))
        answering = threading.Thread(target=pass_on, args=(far, near))
        answering.start()
        pass_on(near, far)
        far.shutdown(socket.SHUT_WR)
        answering.join()
        near.close(), far.close()

    threading.Thread(target=meet, daemon=True).start()
    return listening


def test_values_have_no_printable_form_that_shows_a_key(folder):
    for value in (folder, LocalVault(folder)):
        assert "object at" in repr(value)


def test_a_socket_that_cannot_be_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("fangxian.vault.server._close_memory", lambda: None)
    folder = VaultFolder.make(tmp_path / "vault")
    (tmp_path / "file").touch()
    for path, said in [(tmp_path / ("long" * 30), "too long"), (tmp_path / "file", "no socket")]:
        with pytest.raises(FangxianError, match=said):
            serve(folder.path, path)
