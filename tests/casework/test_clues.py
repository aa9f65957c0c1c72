"""Clues: routed as they come, folded where they say the same, every pair of states decided, and about nobody."""

import ast
import random
from datetime import date, datetime, timedelta
from itertools import product

import psycopg
import pytest

from fangxian.errors import FangxianError
from fangxian.services.likeness import marks
from fangxian.services.questionnaire import questionnaire
from fangxian.work.clue import CLUE_MOVES, ClueState, Finding, OpeningReason, clue_action, routes
from fangxian.work.clue_arrivals import route_of
from fangxian.work.clue_rows import clues_to_answer, open_clue, read
from fangxian.work.clues import answer_clue, escalate_late_clues, open_reporter, pass_on, split
from fangxian.work.permissions import Forbidden
from fangxian.work.reporting_numbers import number, numbers
from tests.guards.project import SOURCE

from .clue_kit import (
    BEISHAN,
    CLUE_OFFICER,
    COUNTY,
    CUIYUAN,
    NINGBO_CLUES,
    OTHER_STREET,
    PLACE,
    STREET,
    WORDS,
    arriving,
    streets,
    taken,
)
from .conftest import CLOCK, FIRST, HOUR, NOON, events, rows

LATE = NOON + timedelta(days=2)


def one(store, *, at=NOON, **given):
    """Take one clue and return it as it stands."""
    each = arriving(**given)
    taken(store, each, at=at)
    return read(store, each.clue_id)


def test_a_clue_goes_to_the_street_that_is_known_otherwise_to_the_county_and_the_urgent_are_answered_sooner():
    assert route_of("gathering", COUNTY, CUIYUAN, at=NOON) == (CUIYUAN, ClueState.WITH_STREET, NOON + timedelta(hours=24))
    assert route_of("gathering", COUNTY, None, at=NOON) == (COUNTY, ClueState.WITH_COUNTY, NOON + timedelta(hours=24))
    assert route_of("ill", COUNTY, CUIYUAN, at=NOON) == (CUIYUAN, ClueState.WITH_STREET, NOON + timedelta(hours=4))
    kinds = questionnaire("clue").questions[0].options
    for kind, street in product(kinds, (None, CUIYUAN)):
        assert route_of(kind, COUNTY, street, at=NOON)[0] == (street or COUNTY)
    assert {kind for line in routes() for kind in line.kinds} <= set(kinds)
    assert routes()[-1].kinds == ()
    assert {line.within for line in routes()} <= numbers().keys()


def test_every_number_is_dated_and_says_what_it_means():
    for each in numbers().values():
        assert each.meaning.zh
        assert each.meaning.en
        assert each.unit in ("hour", "day", "percent", "character", "count")
        assert all(dated.reference.zh and dated.reference.en for dated in each.values)


@pytest.mark.parametrize(
    ("place", "words", "happened_on", "region", "folded", "doubtful"),
    [
        (PLACE, WORDS, 23, COUNTY, True, False),
        ("翠苑 一区 ３幢", "三楼昨天来了2个从湖北回来的人,没有登记,进进出出。", 24, COUNTY, True, False),
        ("翠苑一区5幢", WORDS, 23, COUNTY, True, True),
        (PLACE, "三楼有两个湖北回来的没登记", 22, COUNTY, True, True),
        (PLACE, WORDS, 21, COUNTY, False, False),
        (PLACE, WORDS, 23, "330108", False, False),
        (PLACE, "楼下麻将馆每晚十几个人打牌", 23, COUNTY, False, False),
        ("文一西路西湖银泰", WORDS, 23, COUNTY, False, False),
        ("文一西路西湖银泰", "地下一层超市没人量体温", 23, COUNTY, False, False),
    ],
)
def test_what_says_the_same_of_one_place_is_folded_and_what_is_unsure_is_shown_so(
    store, place, words, happened_on, region, folded, doubtful
):
    first = one(store)
    second = one(store, place=place, words=words, happened_on=date(2020, 2, happened_on), region_code=region, at=NOON + HOUR)
    assert (second.folded_into == first.clue_id, second.doubtful) == (folded, doubtful)
    assert (second.state is ClueState.FOLDED) is folded
    assert first.state is ClueState.WITH_COUNTY


def test_clues_that_come_together_are_folded_into_the_first_and_never_into_one_that_is_folded(store):
    same = [arriving() for _ in range(4)]
    assert list(taken(store, *same).values()) == [False, True, True, True]
    one(store, at=NOON + HOUR)
    heads = rows(store.conninfo, "SELECT DISTINCT folded_into FROM work.clue WHERE state = 'folded'")
    assert heads == [(same[0].clue_id,)]


def test_a_chain_of_likes_ends_at_one_head(store):
    words = "一二三四五六七八九十甲乙丙丁戊己庚辛壬癸"
    chain = [arriving(words=words[place : place + 16]) for place in range(5)]
    taken(store, *chain)
    clues = [read(store, each.clue_id) for each in chain]
    heads = {clue.clue_id for clue in clues if clue.folded_into is None}
    assert {clue.folded_into for clue in clues} - {None} <= heads


def test_folding_agrees_with_a_slow_reading_of_random_clues(store):
    generator = random.Random(26)
    places, said = ["翠苑一区3幢", "翠苑一区5幢", "文一西路银泰"], ["湖北回来两个人没有登记", "湖北回来的人没登记", "麻将馆每晚打牌聚集"]
    sent = [
        arriving(
            generator.choice(places),
            generator.choice(said),
            happened_on=date(2020, 2, generator.randint(20, 24)),
            street_code=generator.choice([None, CUIYUAN, BEISHAN]),
        )
        for _ in range(60)
    ]
    taken(store, *sent)
    best: dict[int, int] = {}
    for late, early in product(range(len(sent)), range(len(sent))):
        if early < late and slow_likeness(sent[early], sent[late]) > slow_likeness(sent[best.get(late, late)], sent[late], best.get(late)):
            best[late] = early
    for place, each in enumerate(sent):
        head = place
        while head in best:
            head = best[head]
        assert read(store, each.clue_id).folded_into == (sent[head].clue_id if head != place else None)


def slow_likeness(early, late, found=0) -> int:
    """Return how alike two clues are, twice in percent, and too little where they cannot be one thing; -1 where none was found yet."""
    if found is None:
        return 2 * number("fold_from", NOON.date()) - 1
    streets_differ = early.street_code and late.street_code and early.street_code != late.street_code
    if streets_differ or abs((early.happened_on - late.happened_on).days) > number("fold_within_days", NOON.date()):
        return -1
    likes = [
        100 * len(set(one) & set(other)) // len(set(one) | set(other))
        for one, other in ((early.place_marks, late.place_marks), (early.word_marks, late.word_marks))
    ]
    return sum(likes) if min(likes) >= number("each_from", NOON.date()) else -1


def test_marks_of_last_month_are_compared_under_its_salt(store):
    first = one(store, at=datetime(2020, 2, 29, 12), happened_on=date(2020, 2, 29))
    march = one(store, at=datetime(2020, 3, 1, 1), happened_on=date(2020, 3, 1), month=b"03", before=b"02")
    unlike = one(store, at=datetime(2020, 3, 1, 2), happened_on=date(2020, 3, 1), month=b"02", before=b"01", words="别处的另一件事情")
    assert (march.folded_into, unlike.folded_into) == (first.clue_id, None)


def test_a_record_that_came_before_is_not_taken_again(store):
    sent = [arriving(record=record, words=f"第{record}件各不相同的事") for record in ("A1", "A2", "A1")]
    assert len(taken(store, *sent)) == 2
    assert taken(store, arriving(record="A2")) == {}
    assert rows(store.conninfo, "SELECT record FROM work.clue ORDER BY 1") == [("A1",), ("A2",)]


def test_marks_say_nothing_without_the_salt_and_stay_few():
    assert not set(marks(WORDS, b"a")) & set(marks(WORDS, b"b"))
    assert len(marks("".join(chr(0x4E00 + place) for place in range(900)), b"a")) == 64
    assert marks("，。！", b"a") == []


def put_into(store, state):
    """Give a clue in a state, by the actions that lead there."""
    clue = one(store, street_code=CUIYUAN if state is ClueState.WITH_STREET else None)
    if state is ClueState.FOLDED:
        return one(store, at=NOON + HOUR)
    if state is ClueState.WITH_SUPERIOR:
        escalate_late_clues(store, CLOCK, at=LATE)
    elif state is ClueState.ANSWERED:
        answer_clue(store, CLUE_OFFICER, clue.clue_id, finding=Finding.CONFIRMED, answer=b"sealed", at=NOON + HOUR)
    return read(store, clue.clue_id)


def move(store, clue, to, *, at):
    """Try to move a clue by the action that leads to a state, as whoever may."""
    if clue.state is ClueState.FOLDED and to is not ClueState.ANSWERED:
        if to is not ClueState.WITH_COUNTY:
            raise FangxianError("it goes where it was routed to")
        split(store, CLUE_OFFICER, clue.clue_id, at=at)
    elif to is ClueState.ANSWERED:
        answered = clue.folded_into or clue.clue_id
        answer_clue(store, CLUE_OFFICER, answered, finding=Finding.CONFIRMED, answer=b"sealed", at=at)
    elif to is ClueState.WITH_SUPERIOR:
        if not escalate_late_clues(store, CLOCK, at=at):
            raise FangxianError("nothing was late")
    elif to is ClueState.FOLDED:
        raise FangxianError("no action folds a clue that is here")
    else:
        pass_on(store, CLUE_OFFICER, clue.clue_id, to=BEISHAN if to is ClueState.WITH_STREET else "330108", at=at)


@pytest.mark.parametrize("state", ClueState)
def test_every_pair_of_states_is_decided_and_every_move_writes_one_event(store, database, state):
    streets(store)
    clue = put_into(store, state)
    assert clue.state is state
    for to in (to for to in ClueState if (state, to) not in CLUE_MOVES):
        before = events(database)
        with pytest.raises(FangxianError):
            clue_action(clue, to)
        with pytest.raises(FangxianError):
            move(store, clue, to, at=LATE + HOUR)
        assert (events(database), read(store, clue.clue_id)) == (before, clue)


@pytest.mark.parametrize("pair", CLUE_MOVES, ids=lambda pair: "-to-".join(pair))
def test_every_move_of_the_table_can_be_made_and_writes_one_event(store, database, pair):
    streets(store)
    clue = put_into(store, pair[0])
    if pair == (ClueState.FOLDED, ClueState.WITH_STREET):
        clue = one(store, street_code=CUIYUAN, at=NOON + HOUR)
        assert clue.state is ClueState.FOLDED
        split(store, CLUE_OFFICER, clue.clue_id, at=LATE)
        assert read(store, clue.clue_id).state is ClueState.WITH_STREET
        return
    before = events(database)
    move(store, clue, pair[1], at=LATE + HOUR)
    moved = read(store, clue.clue_id)
    assert (moved.state, events(database)) == (pair[1], before + 1)
    assert (moved.closed_at is not None) is (pair[1] is ClueState.ANSWERED)
    assert moved.due_at == clue.due_at


def test_a_folded_clue_is_answered_with_the_one_that_it_was_folded_into_and_a_split_one_is_not(store):
    head, folded, wrongly = (one(store, at=NOON + place * HOUR) for place in range(3))
    split(store, CLUE_OFFICER, wrongly.clue_id, at=NOON + 4 * HOUR)
    answer_clue(store, CLUE_OFFICER, head.clue_id, finding=Finding.UNFOUNDED, answer=b"sealed", at=NOON + 5 * HOUR)
    assert [read(store, each.clue_id).finding for each in (head, folded, wrongly)] == [Finding.UNFOUNDED, Finding.UNFOUNDED, None]
    with pytest.raises(FangxianError):
        answer_clue(store, CLUE_OFFICER, folded.clue_id, finding=Finding.CONFIRMED, answer=b"sealed", at=LATE)


def test_what_is_late_goes_to_the_prefecture_by_one_statement(store, database):
    urgent, other = one(store, kind="ill"), one(store, words="完全不同的另一件事情", street_code=CUIYUAN)
    before = events(database)
    assert escalate_late_clues(store, CLOCK, at=urgent.due_at - timedelta(microseconds=1)) == 0
    assert events(database) == before
    assert escalate_late_clues(store, CLOCK, at=urgent.due_at) == 1
    assert escalate_late_clues(store, CLOCK, at=other.due_at) == 1
    moved = read(store, other.clue_id)
    assert (moved.owner, moved.state, moved.late(other.due_at)) == ("330100", ClueState.WITH_SUPERIOR, True)
    with pytest.raises(Forbidden):
        answer_clue(store, STREET, other.clue_id, finding=Finding.CONFIRMED, answer=b"sealed", at=LATE)


def test_only_the_street_that_has_it_and_the_officers_of_the_area_see_and_answer_it(store, database):
    streets(store)
    clue = one(store, street_code=CUIYUAN)
    before = events(database)
    for other in (OTHER_STREET, NINGBO_CLUES, FIRST):
        with pytest.raises(Forbidden):
            open_clue(store, other, clue.clue_id, at=NOON)
        with pytest.raises(Forbidden):
            answer_clue(store, other, clue.clue_id, finding=Finding.CONFIRMED, answer=b"sealed", at=NOON)
    for unfit in (STREET, NINGBO_CLUES):
        with pytest.raises(Forbidden):
            open_reporter(store, unfit, clue.clue_id, reason=OpeningReason.ASK_BACK, at=NOON)
    assert events(database) == before
    seen = {by.subject: len(clues_to_answer(store, by, at=NOON)) for by in (STREET, OTHER_STREET, CLUE_OFFICER, NINGBO_CLUES)}
    assert seen == {"street-1": 1, "street-2": 0, "clue-1": 1, "clue-2": 0}
    with pytest.raises(FangxianError, match="own county"):
        pass_on(store, STREET, clue.clue_id, to="330108", at=NOON)
    pass_on(store, STREET, clue.clue_id, to=COUNTY, at=NOON)
    with pytest.raises(Forbidden):
        open_clue(store, STREET, clue.clue_id, at=NOON)


@pytest.mark.parametrize("to", ["330106999", "330100", "999999", "", "abc"])
def test_a_clue_is_passed_on_only_to_a_street_that_was_named_or_a_county(store, to):
    streets(store)
    clue = one(store)
    with pytest.raises(FangxianError):
        pass_on(store, CLUE_OFFICER, clue.clue_id, to=to, at=NOON)
    assert read(store, clue.clue_id) == clue


def test_who_reported_is_opened_with_a_reason_that_the_audit_keeps(store, database):
    clue = one(store, reporter=b"sealed")
    assert open_reporter(store, CLUE_OFFICER, clue.clue_id, reason=OpeningReason.PROTECT, at=NOON)[1] == b"sealed"
    said = rows(database, "SELECT actor, details->>'reason' FROM audit.event WHERE action = 'clue reporter opened'")
    assert said == [("clue-1", "protect")]


def test_the_database_keeps_what_is_answered_answered_and_takes_no_clue_answered(store, database):
    clue = put_into(store, ClueState.ANSWERED)
    with psycopg.connect(database) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(
            "UPDATE work.clue SET state = 'with_county', closed_at = NULL, finding = NULL WHERE clue_id = %s", [clue.clue_id]
        )
    with store.pool.connection() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("INSERT INTO work.clue (clue_id, finding) VALUES (gen_random_uuid(), 'confirmed')")


def test_a_clue_names_no_person_and_nothing_about_clues_reaches_facts_or_codes(store, database):
    columns = rows(
        database,
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = 'work' AND table_name IN ('clue', 'clue_refused')",
    )
    assert not [name for name, _ in columns if "person" in name or name in ("full_name", "id_number", "phone")]
    assert {name for name, kind in columns if kind == "bytea"} == {"place", "words", "reporter", "answer", "receipt_hash"}
    about_clues = [path for path in SOURCE.rglob("*clue*.py") if path.parent.name in ("work", "services", "public", "staff", "cli")]
    assert len(about_clues) > 5
    for path in about_clues:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                named = {f"{node.module}.{each.name}" for each in node.names}
                assert not node.module.startswith(("fangxian.store.recording", "fangxian.store.new_facts", "fangxian.code")), path
                assert {each for each in named if each.startswith("fangxian.facts.")} <= {
                    "fangxian.facts.Text", "fangxian.facts.known.now", "fangxian.facts.typed.day_typed",
                }, path  # fmt: skip
    for fact in ("facts.", "code."):
        assert not [path for path in about_clues if f'"{fact}' in path.read_text("utf-8")]
