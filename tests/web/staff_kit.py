"""The whole application over real HTTP, and people of the staff who came in with real sessions."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

import httpx
import uvicorn
from starlette.applications import Starlette

from fangxian.services.living import Living
from fangxian.services.sign_in import DemoSignIn, SignIn
from fangxian.services.staff import begin_session
from fangxian.store.serving import Serving
from fangxian.web.live import live_application
from fangxian.web.running.overload import Limits
from fangxian.web.staff.asking import COOKIE
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role

ORGANISATION = "91330100MA0000000C"
CALM = replace(Limits.packaged(), wait_s=1e9, in_flight=1_000_000)
"""Limits that a busy machine does not reach: what is dropped under overload has tests of its own."""

WHOSE = {Role.SOURCE_OWNER: frozenset({"tracing"}), Role.EMPLOYER_CONTACT: frozenset({ORGANISATION})}
DEMO = DemoSignIn(host="127.0.0.1", region_codes=frozenset({"330000"}), organisation_ids=WHOSE)


@dataclass(frozen=True)
class Served:
    """An application and where it answers."""

    app: Starlette
    living: Living
    address: str
    opened: ExitStack

    def browser(self, **given) -> httpx.Client:
        """Give a browser that follows nothing by itself."""
        return self.opened.enter_context(httpx.Client(base_url=self.address, timeout=60, **given))

    def come_in(self, *roles: Role, subject: str = "", second_factor: bool = True, regions: tuple[str, ...] = ("330100",)) -> httpx.Client:
        """Give the browser of somebody of the staff with these roles."""
        by = Principal(
            subject=subject or "-".join(role.replace("_", "-") for role in roles),
            roles=frozenset(roles),
            region_codes=frozenset(regions),
            organisation_ids=frozenset({ORGANISATION, "tracing"}),
            second_factor=second_factor,
        )
        return self.browser(cookies={COOKIE: begin_session(self.living, by).secret})


@contextmanager
def serve(living: Living, sign_in: SignIn = DEMO) -> Iterator[Served]:
    """Serve the application over an installation until the context ends."""
    with Serving(living.store, living.policy) as serving, socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        app = live_application(living, serving, hosts=["127.0.0.1"], sign_in=sign_in, limits=CALM)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            with ExitStack() as opened:
                yield Served(app, living, f"http://127.0.0.1:{listening.getsockname()[1]}", opened)
        finally:
            server.should_exit = True
            thread.join()
