"""Settling a knock that came too late, by the reference that the supervisor's list gave."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fangxian.facts import Text
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living
from fangxian.services.references import Named, meant
from fangxian.services.refusals import RefusedError
from fangxian.work.permissions import Principal
from fangxian.work.settling import settle_knock

_CHOICES: Final = {"accept": True, "set_aside": False}
_CHOOSE: Final = Text("请选择采纳或搁置。", "Choose to accept it or to set it aside.")


def settle(living: Living, by: Principal, reference: str, do: str) -> None:
    """Take the knock of a reference as its task's outcome (`accept`), or `set_aside` it.

    Raises RefusedError where it was settled, or is to be taken for a task that is closed; Forbidden outside one's area.
    """
    if do not in _CHOICES:
        raise RefusedError(_CHOOSE)
    at = living.clock()
    if _CHOICES[do]:
        expect_in_force(living, at)
    person_id, visit_id = meant(living, by, Named.KNOCK, reference)
    settle_knock(living.store, by, person_id=person_id, visit_id=UUID(visit_id), accept=_CHOICES[do], policies=[living.policy], at=at)
