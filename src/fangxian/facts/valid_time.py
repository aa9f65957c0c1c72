"""When something holds: spans are half-open, from `from_at` on, before `until_at`, and open where that is null."""

import ibis.expr.types as ir


def holds_at(table: ir.Table, at: ir.TimestampValue) -> ir.BooleanValue:
    """Return whether each row of a table with `from_at` and `until_at` holds at an instant (or at another table's, in a join)."""
    return (table.from_at <= at) & (table.until_at.isnull() | (at < table.until_at))
