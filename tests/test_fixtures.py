"""The fixtures keep their promises: no test leaves this machine, and CI skips nothing that it must run."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from loopback_only import OutsideReachedError

HERE = Path(__file__).parent

SKIPPING = """
import pytest

@pytest.mark.spark
def test_that_needs_java():
    pytest.skip("no Java here")

def test_of_real_data():
    pytest.skip("no data here")
"""


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.org"])
def test_the_network_is_out_of_reach(host):
    with pytest.raises(OutsideReachedError):
        socket.create_connection((host, 80), timeout=1)


def test_this_machine_is_within_reach():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), timeout=1):
        pass


@pytest.mark.parametrize(("ci", "outcome"), [("true", "1 failed, 1 skipped"), ("", "2 skipped")])
def test_ci_may_not_skip_a_test_of_an_engine(tmp_path, ci, outcome):
    (tmp_path / "test_skipping.py").write_text(SKIPPING)
    (tmp_path / "conftest.py").write_text((HERE / "conftest.py").read_text())
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)],
        env={"PYTHONPATH": str(HERE), "CI": ci, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in done.stdout, done.stdout
