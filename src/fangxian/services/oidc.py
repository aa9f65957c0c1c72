"""Signing in with an OpenID Connect provider: authorization code with PKCE for people, bearer tokens for machines."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from fangxian.errors import FangxianError
from fangxian.facts import Text
from fangxian.facts.known import now
from fangxian.services.claims import ClaimNames, principal_of
from fangxian.services.refusals import RefusedError
from fangxian.work.permissions import Principal

_ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"]
"""Signatures by a key pair only: a token that was signed with what everybody may read is no token."""

_LEEWAY: Final = 60
_TIMEOUT: Final = 5.0
_KEYS_AGAIN_AFTER: Final = timedelta(minutes=1)
_KEYS_GOOD_FOR: Final = timedelta(hours=1)
_NO_ANSWER: Final = Text("统一登录没有应答，请一分钟后再试。", "The provider of log-ins does not answer; try again in a minute.")
_NOT_ITSELF: Final = Text(
    "统一登录自称的地址与所设的不同，请管理员改正。",
    "The provider calls itself by another address than the one that is set; its administrator can mend that.",
)
_REFUSED: Final = Text("登录未成功，请重新登录。", "The log-in did not succeed; begin again.")


@dataclass(frozen=True)
class Coming:
    """A log-in on its way: where the browser goes, and the secret that it keeps meanwhile."""

    address: str
    secret: str


@dataclass
class Oidc:
    """One provider, by its issuer's address, and what we are called there.

    `audience` is what access tokens of machines must be made out to. Times are the provider's, so they are told by `clock` (UTC).
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    audience: str = "fangxian"
    names: ClaimNames = field(default_factory=ClaimNames)
    clock: Callable[[], datetime] = field(default=now)
    _metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    _keys: KeySet | None = field(default=None, repr=False)
    _keys_at: datetime = field(default=datetime.min, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        """Refuse an issuer that somebody on the way could speak for."""
        parts = urlsplit(self.issuer)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")):
            raise FangxianError("The issuer's address is not https.", done="Nothing was served.", next_step="Give its https address.")

    def begin(self, redirect_uri: str) -> Coming:
        """Begin a log-in that comes back to `redirect_uri`."""
        secret = secrets.token_urlsafe(32)
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid profile",
            "state": _part(secret, "state"),
            "nonce": _part(secret, "nonce"),
            "code_challenge": create_s256_code_challenge(_part(secret, "verifier")),
            "code_challenge_method": "S256",
        }
        return Coming(f"{self._at('authorization_endpoint')}?{urlencode(asked)}", secret)

    def finish(self, secret: str, *, state: str, code: str, redirect_uri: str) -> Principal:
        """Return who came back with a code. Raises RefusedError for anybody but the browser that set out."""
        if not secret or not secrets.compare_digest(state.encode(), _part(secret, "state").encode()) or not code:
            raise RefusedError(_REFUSED)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": _part(secret, "verifier"),
        }
        answer = self._asked("POST", self._at("token_endpoint"), data=form, auth=(self.client_id, self.client_secret))
        token = self._decoded(str(answer.get("id_token", "")))
        wanted = {"iss": {"essential": True, "value": self.issuer}, "aud": {"essential": True, "value": self.client_id}}
        params = {"nonce": _part(secret, "nonce"), "client_id": self.client_id, "access_token": answer.get("access_token")}
        claims = CodeIDToken(token.claims, token.header, options=wanted, params=params)
        try:
            claims.validate(now=self._seconds(), leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError):
            raise RefusedError(_REFUSED) from None
        return principal_of(claims, self.names)

    def machine(self, token: str) -> Principal:
        """Return who a bearer token of the issuer speaks for. Raises RefusedError for one that is not made out to us, or has ended."""
        decoded = self._decoded(token)
        expected = jwt.JWTClaimsRegistry(
            now=self._seconds(),
            leeway=_LEEWAY,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            expected.validate(decoded.claims)
        except (JoseError, ValueError, TypeError):
            raise RefusedError(_REFUSED) from None
        return principal_of(decoded.claims, self.names, machine=True)

    def _decoded(self, token: str) -> jwt.Token:
        """Return a token whose signature holds; keys that are not known yet are asked for, once a minute at most."""
        for again in (False, True):
            try:
                return jwt.decode(token, self._key_set(again=again), algorithms=_ALGORITHMS)
            except (JoseError, ValueError, TypeError):
                continue
        raise RefusedError(_REFUSED)

    def _key_set(self, *, again: bool) -> KeySet:
        with self._turn:
            age = self.clock() - self._keys_at
            if self._keys is None or age > (_KEYS_AGAIN_AFTER if again else _KEYS_GOOD_FOR):
                self._keys = KeySet.import_key_set(self._asked("GET", self._at("jwks_uri")))
                self._keys_at = self.clock()
            return self._keys

    def _at(self, endpoint: str) -> str:
        if self._metadata is None:
            found = self._asked("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:
                raise RefusedError(_NOT_ITSELF)
            self._metadata = found
        return str(self._metadata[endpoint])

    def _asked(self, method: str, address: str, **given: Any) -> Any:
        try:
            answer = httpx.request(method, address, timeout=_TIMEOUT, **given)
            if answer.is_client_error:
                raise RefusedError(_REFUSED)
            return answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError):
            raise RefusedError(_NO_ANSWER) from None

    def _seconds(self) -> int:
        return int(self.clock().replace(tzinfo=UTC).timestamp())


def _part(secret: str, name: str) -> str:
    """Return one of the values that belong to a log-in; whoever knows one of them knows neither the others nor the secret."""
    made: str = create_s256_code_challenge(f"{name} {secret}")
    return made
