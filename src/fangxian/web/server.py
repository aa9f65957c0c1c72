"""Serving an application at an address of this machine."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from fangxian.errors import FangxianError

LOOPBACK: Final = "127.0.0.1"
"""This machine alone: pages that know no passwords are offered here and nowhere else."""

KEPT_OPEN: Final = 75
"""Seconds that a connection stays open without a request: a gate where somebody comes every half minute needs no new one."""


_MADE_BEFORE_LOOKING: Final = 20_000
"""Objects that were made and not given back."""


def serve_application(app: ASGIApp, *, host: str, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve an application until it is stopped. Port 0 takes any free one. Raises FangxianError for a port that is taken."""
    with listen(host, port) as listening:
        address = f"http://{host}:{listening.getsockname()[1]}/"
        # No access log: it would say who looked when, and the journal says that already, in a form that cannot be changed.
        # No proxy stands before a page for this machine alone: nobody says for whom they ask.
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, timeout_keep_alive=KEPT_OPEN, proxy_headers=False
        )
        settle()
        on_ready(address)
        uvicorn.Server(config).run(sockets=[listening])


def settle() -> None:
    """Look for rubbish no more in what stands by now, and elsewhere less often: whoever asks meanwhile waits for it.

    A hundred answers that are being made at once are more than Python takes for a reason to look: it would every few milliseconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MADE_BEFORE_LOOKING)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 takes any free one. Raises FangxianError for a port that is taken."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise FangxianError(
            f"Port {port} cannot be used: {error.strerror}.", next_step="Name another with --port; 0 takes any free one."
        ) from error
    made.listen(2048)
    return made
