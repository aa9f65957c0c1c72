"""What every service of the living code works with: the store, the policy in force, keys, and a clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from fangxian.facts.known import now
from fangxian.policy.policy import Policy
from fangxian.services.acting import Acting
from fangxian.services.questionnaire import questionnaire
from fangxian.services.real_name import AsTyped, RealName
from fangxian.services.senders import Sender
from fangxian.services.signing import Signing
from fangxian.store.store import Event, Store
from fangxian.vault.vault import Vault

CITIZEN: Final = "citizen"


@dataclass(frozen=True)
class Living:
    """One installation at work. `clock` gives the present instant: UTC, without a zone."""

    store: Store
    policy: Policy
    vault: Vault
    signing: Signing
    sender: Sender
    register: RealName = field(default_factory=AsTyped)
    clock: Callable[[], datetime] = field(default=now)

    @property
    def region_code(self) -> str:
        """The region whose code this is."""
        return self.signing.region_code

    def today(self, at: datetime) -> date:
        """Return the day of an instant on the policy's clocks."""
        return self.policy.local(at).date()

    def read(self, name: str, given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """Return the answers to the questionnaire of a name, given now and here; raises BadAnswerError for what cannot be taken."""
        today = self.today(self.clock())
        return questionnaire(name, today).read(given, on=today, near=self.region_code)


def by_citizen(action: str, person_id: str, *, acting: Acting = Acting.PERSON, purpose: str = "health code", **details: Any) -> Event:
    """Return the event of somebody who does something about themselves, or about a member of the family, as whom the event says."""
    return Event(actor=acting, role=CITIZEN, purpose=purpose, action=action, person_id=person_id, details=details)
