"""A real provider in a thread of its own, which also checks the proof of PKCE: the library's does not look at it."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import werkzeug.serving
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import Flask, request

with warnings.catch_warnings():
    # It still imports what its own library will drop.
    warnings.simplefilter("ignore")
    import oidc_provider_mock

DATED = pytest.mark.filterwarnings("ignore::DeprecationWarning")
"""The provider runs in a thread of the test, and calls what its own libraries will drop."""

CLIENT = {"client_id": "fangxian-staff", "client_secret": "invented"}


@dataclass
class Provider:
    """Where the provider is, and what it was shown."""

    issuer: str
    challenges: list[str] = field(default_factory=list)
    proven: list[bool] = field(default_factory=list)

    def knows(self, subject: str, **claims) -> None:
        """Have somebody known, with what the provider says about them."""
        assert httpx.put(f"{self.issuer}/users/{subject}", json=claims).status_code == 204

    def authorize(self, address: str, subject: str) -> str:
        """Log in at the provider as somebody, as a browser would; return where it sends the browser."""
        answer = httpx.post(address, data={"sub": subject})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]


@contextmanager
def provider() -> Iterator[Provider]:
    """Give a provider that runs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        app = oidc_provider_mock.app(require_client_registration=False, require_nonce=True)
    running = Provider("")
    _look_at_proofs(app, running)
    server = werkzeug.serving.make_server("localhost", 0, app, threaded=True)
    running.issuer = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.1,))
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _look_at_proofs(app: Flask, running: Provider) -> None:
    @app.before_request
    def look() -> None:
        if request.path == "/oauth2/authorize" and request.method == "POST":
            assert request.args["code_challenge_method"] == "S256"
            running.challenges.append(request.args["code_challenge"])
        if request.path == "/oauth2/token":
            running.proven.append(create_s256_code_challenge(request.form["code_verifier"]) == running.challenges[-1])


def asked(address: str) -> dict[str, str]:
    """Return the query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
