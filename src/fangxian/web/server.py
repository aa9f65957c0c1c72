"""Serving the page on this machine, and nowhere else."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Final

import uvicorn

from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.web.app import application
from fangxian.web.libraries import expect_libraries

LOOPBACK: Final = "127.0.0.1"
"""The page knows no passwords, so it is never offered to another machine."""


def serve(lake: Lake, *, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve a lake's page until it is stopped; `on_ready` is told the address once it can be opened.

    Port 0 takes any free one. Raises FangxianError for a port that is taken, for a lake without figures, and where the page's
    libraries are missing.
    """
    expect_libraries()
    with _listening(port) as listening:
        app = application(lake)
        address = f"http://{LOOPBACK}:{listening.getsockname()[1]}/"
        # No access log: it would say who looked when, and the journal says that already, in a form that cannot be changed.
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        on_ready(address)
        uvicorn.Server(config).run(sockets=[listening])


def _listening(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((LOOPBACK, port))
    except OSError as error:
        made.close()
        raise FangxianError(
            f"Port {port} cannot be used: {error.strerror}.", next_step="Name another with --port; 0 takes any free one."
        ) from error
    made.listen()
    return made
