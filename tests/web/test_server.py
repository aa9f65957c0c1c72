"""Where the page cannot be served, the reader is told what to do; where it is, a connection is kept for whoever comes again."""

import http.client
import multiprocessing
import socket
import time
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from fangxian.engine.answers import write_answer
from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.web.app import application
from fangxian.web.running.processes import answer_at
from fangxian.web.server import LOOPBACK, listen, serve_application


def never(address: str) -> None:
    """Fail: nothing was to be served."""
    raise AssertionError(f"served at {address}")


def test_a_port_that_is_taken_is_named_with_what_to_do(province: Lake):
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(FangxianError, match=f"Port {port} cannot be used") as error:
            serve_application(application(province), host=LOOPBACK, port=port, on_ready=never)
    assert "--port" in error.value.next_step


def test_a_lake_without_figures_says_how_to_get_them(tmp_path: Path):
    with pytest.raises(FangxianError, match="has no figures for the page") as error:
        application(Lake.create(tmp_path / "lake"))
    assert "fangxian demo" in error.value.next_step


def test_figures_of_another_version_are_not_read(tmp_path: Path):
    lake = Lake.create(tmp_path / "lake")
    write_answer(lake, "page", lambda folder: (folder / "about.json").write_text('{"shape": 99}', "utf-8"))
    with pytest.raises(FangxianError, match="another version"):
        application(lake)


def answer(listening: socket.socket, ready) -> None:
    """Answer as a process of `fangxian serve` does."""
    app = Starlette(routes=[Route("/", lambda request: PlainTextResponse("here"))])
    answer_at(listening, app, proxies=[LOOPBACK], on_ready=ready.set)


def test_a_gate_that_asks_again_after_some_seconds_needs_no_new_connection():
    spawning = multiprocessing.get_context("spawn")
    with listen(LOOPBACK, 0) as listening:
        ready = spawning.Event()
        process = spawning.Process(target=answer, args=(listening, ready), daemon=True)
        process.start()
        assert ready.wait(30)
        gate = http.client.HTTPConnection(*listening.getsockname(), timeout=10)
        gate.auto_open = False
        gate.connect()
        for _ in range(2):
            gate.request("GET", "/")
            assert gate.getresponse().read() == b"here"
            time.sleep(6)
        gate.close()
        process.terminate()
        process.join()
