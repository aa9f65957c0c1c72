"""What ends what: the first ending that follows a beginning."""

import ibis.expr.types as ir


def first_ending(begun: ir.Table, endings: ir.Table, *, not_before: str = "from_at") -> ir.Table:
    """Return the rows of `begun` with `ended_at`: the same person's first ending at or after `not_before`, else null.

    `begun`: person_id and any columns. `endings`: person_id, ended_at. A repeated row of `begun` comes out once.
    """
    theirs = endings.select("person_id", "ended_at")
    matched = begun.left_join(theirs, [begun.person_id == theirs.person_id, theirs.ended_at >= begun[not_before]])
    return matched.group_by(*begun.columns).agg(ended_at=matched.ended_at.min())
