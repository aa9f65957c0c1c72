"""One person's facts out of the store: what an explanation reads, and nothing of areas where the person never was."""

from datetime import datetime, timedelta

import ibis.expr.operations as ops

from fangxian.code.explain import explain_person, facts_explained
from fangxian.code.hits import facts_read
from fangxian.code.presence import PLACES, presences
from fangxian.engine.placeholders import known_at_placeholder
from fangxian.facts import AreaCases, AreaLevel, Enrolment, RegionStay, Withdrawal
from fangxian.facts.known import Known
from fangxian.policy.colour import Colour
from fangxian.policy.policy import policy
from fangxian.store.one_person import person_tables

from .conftest import ANN, event

HANGZHOU, NATIONAL = policy("hangzhou"), policy("national")
AT = datetime(2020, 3, 10, 4)


def of(kind, number, **values):
    at = AT - timedelta(days=8)
    shared = {"fact_id": number, "known_at": at, "from_at": at, "source": "test", "delivery_id": "test"}
    return dict.fromkeys(kind.columns) | shared | values


def stayed_where_the_risk_is_high(store) -> None:
    """Let somebody stay in one of two areas of high risk."""
    levels = [
        of(AreaLevel, number, region_code=code, scheme="cn-2020-02", level="high") for number, code in enumerate(("330106", "330108"), 100)
    ]
    cases = of(AreaCases, 200, region_code="330106", reported_on=AT.date(), confirmed_total=7)
    with store.transaction(event(None, "areas"), at=AT) as transaction:
        transaction.add(AreaLevel, levels)
        transaction.add(AreaCases, [cases])
    stay = of(RegionStay, 1, person_id=ANN, region_code="330106", basis="declared", until_at=AT - timedelta(days=7))
    with store.transaction(event(), at=AT) as transaction:
        transaction.add(RegionStay, [stay])
        transaction.add(Enrolment, [of(Enrolment, 2, person_id=ANN, region_code="330106", id_type="resident_id")])


def read_out(store, *, under, also="") -> tuple[set[int], Colour | None]:
    """Return the numbers of the facts that were read for somebody's explanation, and the colour that it gives."""
    with (
        store.transaction(event(ANN, "look"), at=AT) as transaction,
        person_tables(transaction.connection, ANN, under, also=also) as tables,
    ):
        read = {row["fact_id"] for _, rows in tables.facts_called([1, 2, 100, 101, 200]) for row in rows.to_pylist()}
        return read, explain_person(tables, under, at=AT, known_at=AT).colour


def test_an_explanation_reads_the_areas_in_which_the_person_was_and_no_others(store):
    stayed_where_the_risk_is_high(store)
    assert read_out(store, under=NATIONAL) == ({1, 2, 100}, Colour.RED)


def test_a_policy_that_reads_no_areas_reads_none(store):
    stayed_where_the_risk_is_high(store)
    assert "area_level" not in facts_explained(HANGZHOU)
    assert read_out(store, under=HANGZHOU)[0] == {1, 2}
    assert read_out(store, under=HANGZHOU, also=AreaCases.name)[0] == {1, 2, 200}


def test_whatever_a_rule_reads_and_what_gives_a_code_at_all_is_at_hand(store):
    for each in (HANGZHOU, NATIONAL):
        assert facts_explained(each) >= facts_read(each) | {Withdrawal.name}
    assert facts_explained(NATIONAL) & {"enrolment", "health_declaration"}


def test_where_somebody_was_is_read_from_what_presences_read():
    tables = presences(Known(known_at_placeholder(), NATIONAL.utc_offset)).op().find(ops.UnboundTable)
    assert {table.name for table in tables} == {*PLACES, Withdrawal.name}
