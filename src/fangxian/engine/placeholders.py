"""A place for the known time in SQL that is compiled once: `ibis.param` would put a literal there."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import ibis
import ibis.expr.types as ir

KNOWN_AT_FUNCTION: Final = "fangxian_known_at"


@ibis.udf.scalar.builtin(name=KNOWN_AT_FUNCTION, signature=((), "timestamp(6)"))  # type: ignore[untyped-decorator]
def _known_at() -> None: ...


def known_at_placeholder() -> ir.TimestampScalar:
    """Return a timestamp that stands for the known time until `fill` gives it one."""
    placeholder: ir.TimestampScalar = _known_at()
    return placeholder


def fill(sql: str, known_at: datetime | str) -> str:
    """Return compiled SQL with the known time in its place: an instant (UTC, without a zone), or text such as `$2`."""
    value = known_at if isinstance(known_at, str) else f"TIMESTAMP '{known_at.isoformat(sep=' ', timespec='microseconds')}'"
    for call in (f"{KNOWN_AT_FUNCTION.upper()}()", f"{KNOWN_AT_FUNCTION}()"):
        sql = sql.replace(call, value)
    return sql
