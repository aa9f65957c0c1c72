"""Linking: right beside the truth of invented people, the same on DuckDB and on Spark, and never more sure than it may be."""

import secrets
from datetime import date

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangxian.engine.spark_session import new_session
from fangxian.errors import FangxianError
from fangxian.linkage.linked import Way, link
from fangxian.linkage.linking import Answer, reasons, resolve, said_steps
from fangxian.linkage.model import COMPARISONS, model
from fangxian.linkage.parameters import Thresholds, numbers
from fangxian.linkage.training import save, train
from fangxian.sources.identity import KeyFile
from fangxian.world.namesakes import ON, Namesakes

KEY = KeyFile(secrets.token_bytes(32))
PEOPLE = 4_000
THRESHOLDS = Thresholds(certain_from=6, doubtful_from=0, ahead_of_next=5, known_beforehand=0.5)


def cells(connection, frame, table):
    """Make a table of cells of a frame, with the columns that it lacks empty."""
    missing = "".join(f', CAST(NULL AS VARCHAR) AS "{column}"' for column in ("证件类型", "居住地代码"))
    connection.register("frame", frame.to_arrow())
    connection.execute(f"CREATE TABLE {table} AS SELECT *, row_number() OVER () AS row_number{missing} FROM frame")
    connection.unregister("frame")


def linked(connection, world, **way):
    cells(connection, world.register, "register_cell")
    cells(connection, world.records, "record_cell")
    return link(connection, "register_cell", "record_cell", KEY, record='"编号"', way=Way(on=ON, **way))


def judged(connection, world):
    """Return how many certain links are right, how many there are, and of how many records that are somebody's."""
    connection.register("truth", world.truth.to_arrow())
    right = '(SELECT person_id FROM known_cell WHERE known_cell."证件号码" = truth."证件号码") = known_id AND person IS NOT NULL'
    return connection.execute(
        f"SELECT count(*) FILTER (answer = 'certain' AND {right}), count(*) FILTER (answer = 'certain'), count(person) "
        'FROM link JOIN truth ON truth."编号" = link.record'
    ).fetchone()


@pytest.fixture(scope="module")
def world():
    return Namesakes.make(PEOPLE, PEOPLE, seed=99)


def test_of_messy_records_nearly_all_are_found_and_nearly_none_wrongly(world):
    with duckdb.connect() as connection:
        said = linked(connection, world, one_to_one=True)
        right, sure, same = judged(connection, world)
    assert right / sure >= 0.995
    assert right / same >= 0.97
    assert sum(said.answers.values()) == PEOPLE, "every record has one answer"


def test_spark_and_duckdb_weigh_every_pair_alike(world, spark_master):
    some = Namesakes(register=world.register.head(800), records=world.records.head(800), truth=world.truth)
    found = []
    for session in (None, new_session(master=spark_master)):
        with duckdb.connect() as connection:
            said = linked(connection, some, session=session)
            pairs = connection.execute("SELECT known_id, record, round(weight, 6), name, birth, phone, address FROM pair ORDER BY ALL")
            answers = connection.execute("SELECT record, known_id, answer FROM link ORDER BY ALL")
            found.append((said.answers, pairs.fetchall(), answers.fetchall()))
    assert len(found[0][1]) > 100
    assert found[0] == found[1]


def test_nobody_is_given_two_records_where_a_person_has_one(world):
    twice = world.records.head(50)
    doubled = Namesakes(
        register=world.register,
        records=twice.vstack(twice.with_columns(编号="again " + twice["编号"])),
        truth=world.truth,
    )
    with duckdb.connect() as connection:
        linked(connection, doubled, one_to_one=True)
        most = connection.execute(
            "SELECT max(n) FROM (SELECT count(*) AS n FROM link WHERE answer = 'certain' GROUP BY known_id)"
        ).fetchone()
        assert most[0] in (None, 1)
    with duckdb.connect() as connection:
        linked(connection, doubled)
        most = connection.execute(
            "SELECT max(n) FROM (SELECT count(*) AS n FROM link WHERE answer = 'certain' GROUP BY known_id)"
        ).fetchone()
        assert most[0] == 2, "tickets are bought twice: without the option both are the person's"


PAIRS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("1234"), st.integers(-4, 14)),
    max_size=12,
    unique_by=lambda pair: pair[:2],
)


@settings(max_examples=60, deadline=None)
@given(PAIRS, st.booleans())
def test_answers_agree_with_the_plain_words_of_the_rule(found, one_to_one):
    """Certain: heavy enough, ahead of the next person, and, one to one, of the claims to a person the heaviest and ahead."""
    steps = {compared.name: [0] * len(found) for compared in COMPARISONS}
    pairs = pa.table(
        {"known_id": [p for p, _, _ in found], "record": [r for _, r, _ in found], "weight": [float(w) for *_, w in found]} | steps
    )
    with duckdb.connect() as connection:
        types = ", ".join(f"{compared.name} INTEGER" for compared in COMPARISONS)
        connection.execute(f"CREATE TABLE pair (known_id VARCHAR, record VARCHAR, weight DOUBLE, {types})")
        connection.register("pairs", pairs)
        connection.execute("INSERT INTO pair FROM pairs; CREATE TABLE sought AS SELECT unnest(['1', '2', '3', '4']) AS unique_id")
        resolve(connection, "pair", "sought", thresholds=THRESHOLDS, one_to_one=one_to_one, into="link")
        answers = dict(connection.execute("SELECT record, (answer, known_id) FROM link").fetchall())
    assert {record: (row[0], row[1]) for record, row in answers.items()} == plainly(found, one_to_one)


def plainly(found, one_to_one):
    best = {}
    for record in "1234":
        mine = sorted(((-w, person) for person, r, w in found if r == record))
        best[record] = [(person, -w) for w, person in mine[:2]]
    claims = [(mine[0], record) for record, mine in best.items() if mine]
    said = {}
    for record, mine in best.items():
        if not mine or mine[0][1] < THRESHOLDS.doubtful_from:
            said[record] = (Answer.NONE, None)
            continue
        person, weight = mine[0]
        ahead = len(mine) == 1 or weight - mine[1][1] >= THRESHOLDS.ahead_of_next
        # Of all pairs with the person, whether or not they are their record's best, this one is the heaviest, and no claim is near it.
        rivals = [w for (p, w), r in claims if p == person and r != record]
        heaviest = max(w for p, _, w in found if p == person)
        alone = (
            not one_to_one
            or not any(w >= THRESHOLDS.certain_from for w in rivals)
            or (weight >= max(rivals) and max(rivals) <= heaviest - 5)
        )
        sure = weight >= THRESHOLDS.certain_from and ahead and alone
        said[record] = (Answer.CERTAIN if sure else Answer.DOUBTFUL, person)
    return said


def test_a_register_without_a_usable_row_links_nobody():
    with duckdb.connect() as connection:
        made = Namesakes.make(50, 50, seed=3)
        none = made.register.with_columns(证件号码=made.register["证件号码"].str.replace("..$", "zz"))
        said = linked(connection, Namesakes(register=none, records=made.records, truth=made.truth))
    assert (said.people, said.unusable) == (0, 50)
    assert said.answers[Answer.NONE] == 50


def test_every_step_of_the_shipped_model_has_its_weights_and_words_in_both_languages():
    trained = model()
    assert [each["output_column_name"] for each in trained["comparisons"]] == [compared.name for compared in COMPARISONS]
    for compared, filled in zip(COMPARISONS, trained["comparisons"], strict=True):
        levels = filled["comparison_levels"][1:]
        assert all(0 < level["m_probability"] <= 1 and 0 < level["u_probability"] <= 1 for level in levels)
        assert len(levels) == len(compared.steps) + 1
        assert all(step.words.zh and step.words.en for step in compared.steps)


def test_the_weight_of_a_closer_step_is_the_greater_where_it_is_the_same_kind_of_agreement():
    trained = {each["output_column_name"]: each["comparison_levels"][1:] for each in model()["comparisons"]}
    for name in ("birth", "phone", "sex", "name"):
        closest, furthest = trained[name][0], trained[name][-1]
        assert closest["m_probability"] / closest["u_probability"] > 1 > furthest["m_probability"] / furthest["u_probability"]


def test_why_is_said_in_words_without_what_the_rows_say(world):
    with duckdb.connect() as connection:
        linked(connection, Namesakes(register=world.register, records=world.records.head(300), truth=world.truth))
        said = connection.execute(f"SELECT {reasons('zh')}, {reasons('en')} FROM link WHERE answer <> 'none'").fetchall()
    words = {word for zh, _ in said for word in zh.replace("；", "、").removeprefix("不同：").split("、")}
    allowed = {step.words.zh for compared in COMPARISONS for step in compared.steps} | {compared.title.zh for compared in COMPARISONS}
    assert said
    assert {word.removeprefix("不同：") for word in words} <= allowed
    assert all(en for _, en in said)


def test_the_steps_of_a_pair_are_told_for_a_page():
    told = [(title.zh, words.zh) for title, words in said_steps({"name": 4, "birth": 0, "phone": -1})]
    assert told == [("姓名", "姓名同音"), ("出生日期", "不同")]


def test_a_model_is_trained_on_files_without_labels_and_used(world, tmp_path):
    with duckdb.connect() as connection:
        linked(connection, world)
        save(train(connection, "known", "sought", likely=0.8 / PEOPLE), tmp_path / "model.json")
        own = model(tmp_path / "model.json")
        shipped = model()
    assert own["comparisons"] != shipped["comparisons"]
    with duckdb.connect() as connection:
        linked(connection, world, model_file=tmp_path / "model.json")
        right, sure, _ = judged(connection, world)
    assert right / sure >= 0.995


def test_files_that_share_nothing_train_no_model():
    made = Namesakes.make(60, 20, seed=5)
    with duckdb.connect() as connection:
        linked(connection, Namesakes(register=made.register.head(1), records=made.records.tail(1), truth=made.truth))
        with pytest.raises(FangxianError, match="Nothing can be learnt"):
            train(connection, "known", "sought", likely=0.5)


def test_the_numbers_of_linkage_are_dated_and_cited():
    assert Thresholds.on(date(2020, 2, 1)).certain_from == numbers()["certain_from"].on(date(2020, 2, 1))
    for number in numbers().values():
        assert number.meaning.zh
        assert number.meaning.en
        assert all(value.reference.zh and value.reference.en for value in number.values)


def test_the_world_of_namesakes_is_the_same_for_the_same_seed_and_knows_who_is_who():
    one, other = Namesakes.make(200, 150, seed=4), Namesakes.make(200, 150, seed=4)
    assert one.records.equals(other.records)
    assert (one.register.height, one.records.height) == (200, 150)
    assert one.truth["person"].drop_nulls().n_unique() == one.truth["person"].drop_nulls().len() == 120
