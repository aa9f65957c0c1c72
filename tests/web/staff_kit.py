"""The whole application, and people of the staff who came in with real sessions."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.testclient import TestClient

from fangxian.services.living import Living
from fangxian.services.sign_in import DemoSignIn, SignIn
from fangxian.services.staff import begin_session
from fangxian.store.serving import Serving
from fangxian.web.live import live_application
from fangxian.web.staff.asking import COOKIE
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role

ORGANISATION = "91330100MA00000000"
DEMO = DemoSignIn(host="127.0.0.1", region_codes=frozenset({"330000"}), organisation_ids=frozenset({ORGANISATION, "tracing"}))


@contextmanager
def application(living: Living, sign_in: SignIn = DEMO) -> Iterator[Starlette]:
    """Give the application over an installation."""
    with Serving(living.store, living.policy) as serving:
        yield live_application(living, serving, hosts=["127.0.0.1"], sign_in=sign_in)


def browser(app: Starlette, *, address: str = "http://127.0.0.1") -> TestClient:
    """Give a browser on this machine that follows nothing by itself."""
    return TestClient(app, base_url=address, client=("127.0.0.1", 50_000), follow_redirects=False, raise_server_exceptions=False)


def come_in(living: Living, app: Starlette, *roles: Role, subject: str = "", second_factor: bool = True) -> TestClient:
    """Give the browser of somebody of the staff with these roles."""
    name = subject or "-".join(role.replace("_", "-") for role in roles)
    by = Principal(
        subject=name,
        roles=frozenset(roles),
        region_codes=frozenset({"330100"}),
        organisation_ids=frozenset({ORGANISATION, "tracing"}),
        second_factor=second_factor,
    )
    client = browser(app)
    client.cookies.set(COOKIE, begin_session(living, by).secret)
    return client
