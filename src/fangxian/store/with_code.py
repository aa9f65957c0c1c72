"""Who has a code at all: whoever said under a policy what a green code needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg

from fangxian.facts import Enrolment, HealthDeclaration
from fangxian.policy.policy import Policy


def with_code(connection: psycopg.Connection[Any], policy: Policy, people: Sequence[str]) -> frozenset[str]:
    """Return which of some people have a code under a policy."""
    needed = HealthDeclaration if policy.green_needs == "declaration" else Enrolment
    query = f"SELECT DISTINCT person_id FROM facts.{needed.name} WHERE person_id = ANY(%s)"
    return frozenset(row[0].hex for row in connection.execute(query, [list(map(UUID, people))]).fetchall())
