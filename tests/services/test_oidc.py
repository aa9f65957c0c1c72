"""Signing in with a provider that runs: only the browser that set out comes back, and only our roles count."""

import base64
import hmac
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from fangxian.errors import FangxianError
from fangxian.facts.known import now
from fangxian.services.claims import ClaimNames, principal_of
from fangxian.services.oidc import Oidc
from fangxian.services.refusals import RefusedError
from fangxian.services.sign_in import DemoSignIn
from fangxian.work.roles import Role

from .provider import CLIENT, DATED, Provider, asked, provider

BACK = "https://code.example/staff/log-in/back"

pytestmark = DATED


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with provider() as one:
        yield one


@pytest.fixture
def oidc(running) -> Oidc:
    return Oidc(issuer=running.issuer, **CLIENT)


def come_back(oidc, running, subject, **changes):
    coming = oidc.begin(BACK)
    given = asked(running.authorize(coming.address, subject))
    kept = {"secret": coming.secret, "state": given["state"], "code": given["code"]} | changes
    return oidc.finish(kept.pop("secret"), **kept, redirect_uri=BACK)


def test_whoever_the_provider_sends_back_is_who_it_says_with_our_roles_alone(oidc, running):
    roles = ["officer", "doctor", "system", "citizen", "gate", "root"]
    running.knows("officer-7", roles=roles, region_codes=["330100", "33"], organisation_ids="tracing", amr=["pwd", "otp"])
    by = come_back(oidc, running, "officer-7")
    assert (by.subject, by.roles, by.second_factor) == ("officer-7", {Role.OFFICER, Role.DOCTOR}, True)
    assert (by.region_codes, by.organisation_ids) == ({"330100"}, {"tracing"})
    assert running.proven[-1]


def test_a_provider_that_says_nothing_of_a_second_factor_shows_none(oidc, running):
    running.knows("doctor-1", roles=["doctor"], amr=["pwd"])
    assert not come_back(oidc, running, "doctor-1").second_factor


@pytest.mark.parametrize("changes", [{"state": "another"}, {"secret": ""}, {"secret": "another"}, {"code": ""}, {"code": "made-up"}])
def test_only_the_browser_that_set_out_comes_back(oidc, running, changes):
    running.knows("doctor-2", roles=["doctor"])
    with pytest.raises(RefusedError):
        come_back(oidc, running, "doctor-2", **changes)


def test_a_code_of_another_log_in_is_not_taken_for_ones_own(oidc, running):
    running.knows("doctor-3", roles=["doctor"])
    stolen = asked(running.authorize(oidc.begin(BACK).address, "doctor-3"))["code"]
    with pytest.raises(RefusedError):
        come_back(oidc, running, "doctor-3", code=stolen)


def test_a_code_counts_once(oidc, running):
    running.knows("doctor-4", roles=["doctor"])
    coming = oidc.begin(BACK)
    given = asked(running.authorize(coming.address, "doctor-4"))
    oidc.finish(coming.secret, state=given["state"], code=given["code"], redirect_uri=BACK)
    with pytest.raises(RefusedError):
        oidc.finish(coming.secret, state=given["state"], code=given["code"], redirect_uri=BACK)


def test_an_old_log_in_and_one_for_another_client_are_refused(oidc, running):
    running.knows("doctor-5", roles=["doctor"])
    later = replace(oidc, clock=lambda: now() + timedelta(hours=3))
    with pytest.raises(RefusedError):
        come_back(later, running, "doctor-5")
    coming = oidc.begin(BACK)
    sent = coming.address.replace("client_id=fangxian-staff", "client_id=somebody-else")
    given = asked(running.authorize(sent, "doctor-5"))
    with pytest.raises(RefusedError):
        oidc.finish(coming.secret, state=given["state"], code=given["code"], redirect_uri=BACK)


def test_nothing_that_the_address_says_leads_to_the_proof(oidc):
    coming = oidc.begin(BACK)
    assert coming.secret not in coming.address
    assert len(set(asked(coming.address).values())) == len(asked(coming.address))


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


class Machines:
    """An issuer that signs access tokens with a key of its own, and publishes its public half as the provider would."""

    def __init__(self, oidc: Oidc) -> None:
        self.key = ECKey.generate_key("P-256", parameters={"kid": "machines"})
        self.oidc = replace(oidc, _metadata={"issuer": oidc.issuer, "jwks_uri": "unused"}, _keys=KeySet([self.key]), _keys_at=now())

    def token(self, *, key=None, header=None, **changes) -> str:
        seconds = int(time.time())
        claims = {"iss": self.oidc.issuer, "sub": "turnstile-9", "aud": "fangxian", "exp": seconds + 600, "iat": seconds} | changes
        claims = {"roles": ["data_officer"], "amr": ["mfa"]} | {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "ES256", "kid": "machines"} | (header or {}), claims, key or self.key)


def test_a_machines_token_speaks_for_it_and_never_shows_a_second_factor(oidc):
    machines = Machines(oidc)
    by = machines.oidc.machine(machines.token())
    assert (by.subject, by.roles, by.second_factor) == ("turnstile-9", {Role.DATA_OFFICER}, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another"},
        {"aud": None},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"nbf": 9_999_999_999},
    ],
)
def test_a_token_that_is_not_made_out_to_us_or_has_ended_is_refused(oidc, changes):
    machines = Machines(oidc)
    with pytest.raises(RefusedError):
        machines.oidc.machine(machines.token(**changes))


def test_a_token_that_anybody_could_have_signed_is_refused(oidc, running):
    machines = Machines(oidc)
    forged = ECKey.generate_key("P-256", parameters={"kid": "machines"})
    machines.oidc._metadata = {"issuer": oidc.issuer, "jwks_uri": f"{running.issuer}/jwks"}
    pem = machines.key.as_pem(private=False)
    _, body, _ = machines.token().split(".")
    head = encoded(b'{"alg":"HS256","kid":"machines"}')
    by_public_key = f"{head}.{body}.{encoded(hmac.digest(pem, f'{head}.{body}'.encode(), 'sha256'))}"
    tokens = [
        machines.token(key=forged),
        by_public_key,
        f"{machines.token().rsplit('.', 1)[0]}.",
        "e30.e30.",
        "nothing",
        "",
    ]
    for token in tokens:
        with pytest.raises(RefusedError):
            machines.oidc.machine(token)


def test_an_id_token_is_no_access_token(oidc, running):
    running.knows("doctor-6", roles=["doctor"])
    coming = oidc.begin(BACK)
    code = asked(running.authorize(coming.address, "doctor-6"))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": "x" * 43}
    got = httpx.post(f"{running.issuer}/oauth2/token", data=form, auth=tuple(CLIENT.values())).json()
    with pytest.raises(RefusedError):
        oidc.machine(got["id_token"])


def test_a_provider_that_is_gone_is_said_so(running):
    with pytest.raises(FangxianError, match="does not answer"):
        Oidc(issuer="http://localhost:1", **CLIENT).begin(BACK)


def test_an_issuer_that_somebody_on_the_way_could_speak_for_is_refused():
    with pytest.raises(FangxianError, match="https"):
        Oidc(issuer="http://provider.example", **CLIENT)


def test_claims_may_have_other_names_and_other_shapes():
    names = ClaimNames(roles="realm_access.roles", region_codes="https://x.example/regions")
    claims = {"iss": "i", "sub": "auth0|7", "realm_access": {"roles": ["auditor", 5, None]}, "https://x.example/regions": "330100 330200"}
    by = principal_of(claims, names)
    assert (by.roles, by.region_codes, by.organisation_ids) == ({Role.AUDITOR}, {"330100", "330200"}, frozenset())
    assert len(by.subject) == 32
    assert "|" not in by.subject
    assert not principal_of({"iss": "i", "sub": "s", "roles": {"auditor": True}, "realm_access": "x"}, names).roles


def test_the_demonstrations_choice_serves_this_machine_alone():
    given = {"region_codes": frozenset({"330000"}), "organisation_ids": {Role.SOURCE_OWNER: frozenset({"tracing"})}}
    with pytest.raises(FangxianError, match="anybody in as anybody"):
        DemoSignIn(host="0.0.0.0", **given)
    demo = DemoSignIn(host="127.0.0.1", **given)
    assert demo.principal("officer", number=1, client="127.0.0.1").roles == {Role.OFFICER}
    owners = [demo.principal(role, number=1, client="127.0.0.1").organisation_ids for role in ("officer", "source_owner")]
    assert owners == [frozenset(), frozenset({"tracing"})]
    for role, client in (("officer", "192.0.2.7"), ("officer", None), ("officer", "testclient"), ("system", "127.0.0.1")):
        with pytest.raises(FangxianError, match="Only this machine"):
            demo.principal(role, number=1, client=client)
