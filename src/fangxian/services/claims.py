"""What a provider says about somebody, as the permission matrix knows it. Only roles of ours count, whatever else is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from fangxian.services.staff import STAFF
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role

_SUBJECT = re.compile(r"[0-9A-Za-z-]{1,64}")
_REGION = re.compile(r"[0-9]{6}([0-9]{3}){0,2}")
_MOST = 200


@dataclass(frozen=True, kw_only=True)
class ClaimNames:
    """What a provider calls the claims that we read; `a.b` is b within a, where no claim is called `a.b` itself."""

    roles: str = "roles"
    region_codes: str = "region_codes"
    organisation_ids: str = "organisation_ids"
    second_factor: frozenset[str] = frozenset({"mfa", "otp"})
    """Values of `amr` (RFC 8176), or of `acr`, each of which says that a second factor was shown."""


def principal_of(claims: Mapping[str, Any], names: ClaimNames, *, machine: bool = False) -> Principal:
    """Return whom verified claims speak of. A machine shows no second factor, whatever its token says."""
    shown = {*_words(claims.get("amr")), *_words(claims.get("acr"))}
    return Principal(
        subject=_subject(claims),
        roles=frozenset(Role(word) for word in _words(_claim(claims, names.roles)) if word in STAFF),
        region_codes=frozenset(filter(_REGION.fullmatch, _words(_claim(claims, names.region_codes)))),
        organisation_ids=frozenset(_words(_claim(claims, names.organisation_ids))),
        second_factor=not machine and bool(shown & names.second_factor),
    )


def _subject(claims: Mapping[str, Any]) -> str:
    """Return the provider's own id of an account, or 32 digits in its place where it holds other signs than ours may."""
    subject = str(claims["sub"])
    return subject if _SUBJECT.fullmatch(subject) else sha256(f"{claims['iss']} {subject}".encode()).hexdigest()[:32]


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    if name in claims:
        return claims[name]
    outer, _, inner = name.partition(".")
    within = claims.get(outer)
    return _claim(within, inner) if inner and isinstance(within, Mapping) else None


def _words(value: Any) -> list[str]:
    """Return the words of a claim: a list of them, or one text with spaces; anything else says nothing."""
    words = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
    return [word for word in words if isinstance(word, str) and 0 < len(word) <= _MOST]
