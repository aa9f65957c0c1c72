"""The ways in which staff come in: a provider, or, for demonstrations alone, a page on which one chooses who to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from fangxian.errors import FangxianError
from fangxian.facts import Text
from fangxian.services.oidc import Oidc
from fangxian.services.refusals import RefusedError
from fangxian.services.staff import STAFF
from fangxian.services.this_machine import HERE, is_here
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role

EMPLOYER: Final = "91330106MA00000003"
"""The unified social credit code of an invented firm, for demonstrations."""


@dataclass(frozen=True, kw_only=True)
class DemoSignIn:
    """Lets anybody on this machine be anybody. Make it with the address that is served: any but loopback is refused."""

    host: str
    region_codes: frozenset[str]
    organisation_ids: Mapping[Role, frozenset[str]]
    """The organisations, places or sources of the roles that have any."""
    areas: Mapping[Role, tuple[str, str]] = field(default_factory=dict)
    """The areas of the two colleagues of roles that work in a street or grid; the others' are `region_codes`."""

    def __post_init__(self) -> None:
        """Refuse to serve another machine."""
        if self.host not in HERE:
            raise FangxianError(
                "A page on which one chooses a role would let anybody in as anybody.",
                done="Nothing was served.",
                next_step="Serve on 127.0.0.1, or name a provider: --issuer.",
            )

    def principal(self, role: str, *, number: int, client: str | None) -> Principal:
        """Return the invented colleague of a role: of each there are two, so that a second can sign.

        Raises RefusedError for a client that is not this machine: a proxy may stand before the address that is served.
        """
        if not is_here(client) or role not in STAFF or number not in (1, 2):
            raise RefusedError(Text("只有本机可以任选角色，没有登录。", "Only this machine may choose who to be; nobody was let in."))
        return Principal(
            subject=f"demo-{role.replace('_', '-')}-{number}",
            roles=frozenset({Role(role)}),
            region_codes=frozenset({self.areas[Role(role)][number - 1]}) if Role(role) in self.areas else self.region_codes,
            organisation_ids=self.organisation_ids.get(Role(role), frozenset()),
            second_factor=True,
        )


STREET: Final = "330106001"
"""The street in which the demonstration's grid workers and supervisors work."""

WORK: Final = {Role.GRID_WORKER: (f"{STREET}001", f"{STREET}002"), Role.SUPERVISOR: (STREET, STREET)}
"""The demonstration's areas of those who work on tasks."""

SignIn = Oidc | DemoSignIn
