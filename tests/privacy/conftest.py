"""The whole application over real HTTP, with an installation of its own that tests can look into."""

import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn
from services.conftest import clock, living, vault_process  # noqa: F401 - fixtures
from store.conftest import database, login, migrated, store  # noqa: F401 - fixtures

from fangxian.store.serving import Serving
from fangxian.web.live import live_application


@pytest.fixture
def client(living) -> Iterator[httpx.Client]:  # noqa: F811
    """Give the browser of somebody who has not logged in."""
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with Serving(living.store, living.policy, clock=living.clock) as serving:
        app = live_application(living, serving, hosts=["127.0.0.1"])
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as opened:
            yield opened
        server.should_exit = True
        thread.join()
