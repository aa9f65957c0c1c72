"""Deciding everybody: the same hits on every engine, counted at an instant."""

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from spec_symbols import person_id
from spec_tables import instant, rows_as_text, tidied

from fangxian.code.decide import KEPT, decide, show, summarise
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.opening import ENGINES, open_engine
from fangxian.errors import FangxianError
from fangxian.facts import Exposure
from fangxian.facts.known import instant as literal
from fangxian.facts.valid_time import holds_at
from fangxian.policy.policy import PACKAGED, load, policy

KNOWN_AT = instant("2020-03-01 00:00")
HITS = """
    person_id | rule               | colour | from_at          | until_at         | because
    ann       | close-contact      | red    | 2020-02-15 12:00 |                  | a1
    ann       | home-observation   | yellow | 2020-02-19 10:00 |                  | a2
    ann       | symptoms-reported  | yellow | 2020-02-21 08:00 |                  | p21
    cai       | came-from-key-area | red    | 2020-02-11 00:00 | 2020-02-28 08:00 | c1
    dan       | central-isolation  | red    | 2020-02-12 10:00 | 2020-02-26 10:00 | d1
"""


def stored(decided):
    return pa.concat_tables(pq.read_table(path) for path in decided.files)


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.spark] if name == "spark" else []) for name in ENGINES])
def test_every_engine_stores_the_same_hits(name, lake, request):
    master = request.getfixturevalue("spark_master") if name == "spark" else None
    with open_engine(lake, name, master=master) as engine:
        decided = decide(engine, policy("hangzhou"), known_at=KNOWN_AT)
    assert rows_as_text(stored(decided)) == tidied(HITS)
    assert decided.hits_by_rule["close-contact"] == 1
    assert decided.hits_by_rule["confirmed-case"] == 0
    assert sum(decided.hits_by_rule.values()) == 5


def test_a_decision_says_what_it_was_about(lake):
    with DuckDBEngine(lake) as engine:
        decided = decide(engine, policy("hangzhou"), known_at=KNOWN_AT)
    about = orjson.loads((decided.folder / "decision.json").read_bytes())
    assert (about["policy"], about["known_at"], about["engine"]) == ("hangzhou", "2020-02-29T16:00:00", "duckdb")
    assert about["hits_by_rule"] == decided.hits_by_rule


def test_deciding_again_gives_the_same_in_a_place_of_its_own(lake):
    with DuckDBEngine(lake) as engine:
        first = decide(engine, policy("hangzhou"), known_at=KNOWN_AT)
        again = decide(engine, policy("hangzhou"), known_at=KNOWN_AT)
    assert first.folder != again.folder
    assert rows_as_text(stored(again)) == rows_as_text(stored(first))


def test_of_a_policys_decisions_the_newest_stay_and_those_of_engines_that_are_open(lake):
    with DuckDBEngine(lake) as reading:
        first = decide(reading, policy("hangzhou"), known_at=KNOWN_AT)
        later = []
        for _ in range(KEPT + 1):
            with DuckDBEngine(lake) as engine:
                later.append(decide(engine, policy("hangzhou"), known_at=KNOWN_AT))
        assert set(first.folder.parent.iterdir()) == {decided.folder for decided in (first, *later[-KEPT:])}
        assert reading.rows(show(reading, first)).num_rows == sum(first.hits_by_rule.values())
        with pytest.raises(FangxianError, match="no longer there"):
            show(reading, later[0])
    with DuckDBEngine(lake) as engine:
        decide(engine, policy("hangzhou"), known_at=KNOWN_AT)
    assert not first.folder.exists()


def test_the_past_can_be_decided_as_it_was_known(lake):
    with DuckDBEngine(lake) as engine:
        then = decide(engine, policy("hangzhou"), known_at=instant("2020-02-18 12:00"))
        now = decide(engine, policy("hangzhou"), known_at=KNOWN_AT)
    assert "bo " in rows_as_text(stored(then))
    assert "bo " not in rows_as_text(stored(now))


def test_a_draft_with_the_name_of_a_policy_does_not_overwrite_its_decision(lake, tmp_path):
    draft = tmp_path / "hangzhou"
    draft.mkdir()
    shipped = policy("hangzhou")
    for name in ("policy.yaml", "code.yaml"):
        text = (PACKAGED / "hangzhou" / name).read_text("utf-8")
        (draft / name).write_text(text.replace("check_ins: {value: 14", "check_ins: {value: 13"), "utf-8")
    with DuckDBEngine(lake) as engine:
        first, second = (decide(engine, chosen, known_at=KNOWN_AT) for chosen in (shipped, load(draft)))
    assert first.folder != second.folder
    assert rows_as_text(stored(first)) == tidied(HITS)
    assert rows_as_text(stored(second)) != tidied(HITS)


@pytest.mark.parametrize(
    ("moment", "holding"),
    [
        ("2020-02-15 11:59", []),
        ("2020-02-15 12:00", ["ann", "ann", "bo"]),
        ("2020-02-18 19:59", ["ann", "ann", "bo"]),
        ("2020-02-18 20:00", ["bo"]),
    ],
)
def test_a_span_holds_from_its_beginning_and_no_longer_at_its_end(lake, moment, holding):
    exposures = Exposure.table()
    with DuckDBEngine(lake) as engine:
        found = engine.rows(exposures.filter(holds_at(exposures, literal(instant(moment)))))
    assert sorted(found["person_id"].to_pylist()) == sorted(person_id(who) for who in holding)


def test_codes_are_counted_by_colour_rule_and_county(lake):
    with DuckDBEngine(lake) as engine:
        decided = decide(engine, policy("hangzhou"), known_at=KNOWN_AT)
        summary = summarise(engine, decided, at=instant("2020-02-25 12:00"))
    assert rows_as_text(summary.by_colour) == tidied("""
        colour | people
        green  | 2
        red    | 3
    """)
    assert rows_as_text(summary.by_rule) == tidied("""
        rule               | colour | people
        came-from-key-area | red    | 1
        central-isolation  | red    | 1
        close-contact      | red    | 1
        home-observation   | yellow | 1
        symptoms-reported  | yellow | 1
    """)
    assert rows_as_text(summary.by_region) == tidied("""
        region_code | colour | people
        330106      | green  | 1
        330106      | red    | 1
        330382      | red    | 1
                    | green  | 1
                    | red    | 1
    """)
