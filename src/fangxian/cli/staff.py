"""How `fangxian serve` is told by whom staff are known: a provider, or the demonstration's page."""

from __future__ import annotations

import os
from typing import Annotated, Any, Final

import typer

from fangxian.cli.options import said_or_in_file
from fangxian.errors import FangxianError
from fangxian.services.claims import ClaimNames
from fangxian.services.oidc import Oidc
from fangxian.services.sign_in import EMPLOYER, DemoSignIn, SignIn
from fangxian.work.roles import Role

ON_PAGE: Final = "page"
_CLIENT, _SECRET = "FANGXIAN_OIDC_CLIENT_ID", "FANGXIAN_OIDC_CLIENT_SECRET"
_NAMES: Final = {
    "roles": "FANGXIAN_OIDC_ROLES",
    "region_codes": "FANGXIAN_OIDC_REGION_CODES",
    "organisation_ids": "FANGXIAN_OIDC_ORGANISATION_IDS",
}
"""Environment variables that say what a provider calls our claims, where it is not what we call them."""

VARIABLES: Final = frozenset({_CLIENT, _SECRET, *_NAMES.values()})
"""Every variable that says something about the provider, besides its address."""

StaffOption = Annotated[
    str | None,
    typer.Option(
        help="By whom staff are known: the issuer address of an OpenID Connect provider (client id and secret from "
        f"{_CLIENT} and {_SECRET}, which may be @ and a file), or `page`, on which one chooses who to be, on this machine alone.",
        envvar="FANGXIAN_OIDC_ISSUER",
        show_default=False,
    ),
]


def staff_sign_in(named: str | None, host: str) -> SignIn | None:
    """Return the way in for staff; None without one: then they have no pages."""
    if named is None:
        return None
    if named == ON_PAGE:
        organisations = {Role.SOURCE_OWNER: frozenset({"tracing", "disease-control"}), Role.EMPLOYER_CONTACT: frozenset({EMPLOYER})}
        organisations[Role.STREET_OFFICER] = frozenset({"330106003"})
        return DemoSignIn(host=host, region_codes=frozenset({"330000"}), organisation_ids=organisations)
    client_id, client_secret = os.environ.get(_CLIENT), said_or_in_file(os.environ.get(_SECRET, ""))
    if not client_id or not client_secret:
        raise FangxianError(
            "The provider knows us by a client id and a secret, and these are not given.",
            done="Nothing was served.",
            next_step=f"Set {_CLIENT} and {_SECRET}.",
        )
    names: dict[str, Any] = {name: os.environ[variable] for name, variable in _NAMES.items() if variable in os.environ}
    return Oidc(issuer=named, client_id=client_id, client_secret=client_secret, names=ClaimNames(**names))
