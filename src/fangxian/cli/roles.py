"""A role as somebody types it at the command line."""

from __future__ import annotations

from fangxian.errors import FangxianError
from fangxian.work.roles import Role


def role_named(text: str) -> Role:
    """Return the role of a name; raises FangxianError with the known ones for any other name."""
    if text not in list(Role):
        raise FangxianError(f"There is no role {text!r}.", known=f"Roles: {', '.join(Role)}.", next_step="Name one of these.")
    return Role(text)
