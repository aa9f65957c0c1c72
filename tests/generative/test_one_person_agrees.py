"""PostgreSQL, one person at a time, concludes what the oracle concludes on a random world."""

from datetime import date, timedelta

import pyarrow as pa
import pytest
from ibis.formats.pyarrow import PyArrowSchema
from oracle.life import midnight
from oracle.policies import POLICIES

from fangxian.code.hits import HITS, all_hits
from fangxian.engine.placeholders import known_at_placeholder
from fangxian.facts.known import Known
from fangxian.policy.policy import policy
from generative.comparing import by_person, difference, oracle_hits
from generative.worlds import world

KNOWN_AT = midnight(date(2020, 4, 20)) + timedelta(hours=12)


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_postgres_finds_what_the_oracle_finds(name, postgres):
    each = world("postgres", people=120, known_at=KNOWN_AT)
    for fact_type, table in each.tables().items():
        postgres.load(fact_type, table)
    chosen = policy(name)
    decision = postgres.one_person(all_hits(chosen, Known(known_at_placeholder(), chosen.utc_offset)))
    rows = [row for person in each.people for row in postgres.rows(decision, person, known_at=each.known_at)]
    hits = pa.Table.from_pylist(rows, PyArrowSchema.from_ibis(HITS))
    found = by_person(hits)
    assert difference(each, name, found, oracle_hits(each, name)) == ""
    assert hits.num_rows == sum(map(len, found.values())), "a hit came out twice"
