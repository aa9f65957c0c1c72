"""Codes are read in processes beside the server: one that dies takes neither the batch with it nor those that come."""

import asyncio
import os
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context

import pytest
from apart import run_apart
from processes import gone

from fangxian.errors import UnavailableError
from fangxian.signed.trust import TrustList
from fangxian.signed.verdict import Outcome
from fangxian.web.gate import reading
from fangxian.web.gate.reading import CHUNK, FEW, Readers, ReadingProcesses

TRUST = TrustList(region_code="330100", sequence=1, issued_at=datetime(2020, 2, 24), keys=())
BATCH = ["?"] * (2 * CHUNK)


def test_a_process_that_reads_codes_and_is_killed_is_replaced_and_nobody_is_told():
    with ReadingProcesses() as processes:
        readers = Readers(processes)
        victim = next(iter(processes.pool._processes))
        assert run_apart(readers.read(BATCH, TRUST)) == [Outcome.DAMAGED] * len(BATCH)
        os.kill(victim, signal.SIGKILL)
        assert gone(victim)

        async def at_once():
            return await asyncio.gather(*(readers.read(BATCH, TRUST) for _ in range(3)))

        assert run_apart(at_once()) == [[Outcome.DAMAGED] * len(BATCH)] * 3
        assert victim not in processes.pool._processes


# Python's own thread may count the processes of a pool while the first is being started, and says so; what waits is told all the same.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_where_no_process_stays_alive_the_batch_is_refused_as_unavailable_and_few_codes_are_read_all_the_same(monkeypatch):
    with ReadingProcesses() as processes:
        monkeypatch.setattr(reading, "_pool", dying)
        os.kill(next(iter(processes.pool._processes)), signal.SIGKILL)
        readers = Readers(processes)
        with pytest.raises(UnavailableError):
            run_apart(readers.read(BATCH, TRUST))
        assert run_apart(readers.read(["?"] * FEW, TRUST)) == [Outcome.DAMAGED] * FEW


def dying() -> ProcessPoolExecutor:
    """Return a pool whose processes end as they start."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=os._exit, initargs=(1,))


SERVER = """
import sys, time
from fangxian.web.gate.reading import ReadingProcesses
if __name__ == "__main__":
    with ReadingProcesses() as processes:
        print(*processes.pool._processes, flush=True)
        time.sleep(600)
"""


def test_no_process_that_reads_codes_outlives_a_server_that_was_killed(tmp_path):
    (tmp_path / "server.py").write_text(SERVER)
    server = subprocess.Popen([sys.executable, tmp_path / "server.py"], stdout=subprocess.PIPE, text=True)
    reading_ones = [int(number) for number in server.stdout.readline().split()]
    assert reading_ones
    server.kill()
    server.wait()
    server.stdout.close()
    assert all(gone(number, within=30) for number in reading_ones)
