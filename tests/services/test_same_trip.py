"""The same-trip look-up: found however its number is written, published trips only, and nothing kept of who asked."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from fangxian.engine.lake import Lake
from fangxian.facts.run_numbers import run_number
from fangxian.services.living import Living
from fangxian.services.refusals import BadAnswerError
from fangxian.services.same_trip import published_about, same_trip
from fangxian.sources.catalogue import source_named
from fangxian.sources.delivery import ingest
from fangxian.sources.identity import KeyFile
from fangxian.store.feeding import feed
from fangxian.store.store import Event

HEADER = "公布编号,乘车日期,交通方式,班次,车厢,座位,区间,公布地区代码,来源链接,上报时间\n"
ROWS = """1,2020-02-10,火车,G7349,5,12A,上海—杭州,330000,https://health.example/1,2020-02-12 08:00
2,2020-02-11,飞机,MU0512,,31C,武汉—杭州,330000,https://health.example/2,2020-02-12 08:00
3,2020-02-11,火车,k 528次,3,,广州—上海,310000,https://health.example/3,2020-02-12 08:00
"""


@pytest.fixture
def told(living: Living, tmp_path: Path) -> Any:
    """Give a function that lets the store learn of a file of a source."""

    def told(source: str, path: Path) -> None:
        lake = Lake.create(tmp_path / "lake")
        ingest(lake, source_named(source), path, received_at=datetime(2020, 4, 1), key_holder=KeyFile.of(lake))
        event = Event(actor="test", role="system", purpose="test", action="feed")
        assert list(feed(living.store, lake, event, at=living.clock()))

    return told


@pytest.fixture
def published(told: Any, tmp_path: Path) -> None:
    """Let three trips be published."""
    path = tmp_path / "published.csv"
    path.write_text(HEADER + ROWS, "utf-8")
    told("published-trip", path)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("number", ["MU512", "mu 0512", "ＭＵ５１２", "航班MU00512", "MU-512次"])
def test_a_run_is_found_however_its_number_is_written(living: Living, number: str):
    (found,) = same_trip(living, day="2020-02-11", number=number)
    assert (found.number, found.seats, found.reference, found.is_other_day) == ("MU512", "31C", "https://health.example/2", False)


@pytest.mark.usefixtures("published")
def test_a_night_train_is_found_under_the_day_next_to_it_and_said_so(living: Living):
    assert [(each.number, each.is_other_day) for each in same_trip(living, day="2020-02-12", number="K528")] == [("K528", True)]
    assert same_trip(living, day="2020-02-13", number="K528") == []


@pytest.mark.usefixtures("published")
def test_a_place_narrows(living: Living):
    assert len(same_trip(living, day="2020-02-10", number="G7349", place="杭州")) == 1
    assert same_trip(living, day="2020-02-10", number="G7349", place="温州") == []


@pytest.mark.usefixtures("published")
def test_a_days_list_is_for_whoever_looks_it_up_alone(living: Living):
    assert [(each.number, each.is_other_day) for each in published_about(living, date(2020, 2, 11))] == [
        ("G7349", True),
        ("K528", False),
        ("MU512", False),
    ]


@pytest.mark.parametrize(
    ("day", "number", "wrong"),
    [("", "G1", {"day"}), ("2020-02-30", "G1", {"day"}), ("2020-02-11", "", {"number"}), ("x", "新华", {"day", "number"})],
)
def test_what_is_no_day_or_number_is_said(living: Living, day: str, number: str, wrong: set[str]):
    with pytest.raises(BadAnswerError) as refused:
        same_trip(living, day=day, number=number)
    assert set(refused.value.problems) == wrong


@pytest.mark.usefixtures("published")
def test_nothing_is_kept_of_a_question(living: Living):
    def kept() -> list[tuple[Any, ...]]:
        with living.store.pool.connection() as connection:
            return connection.execute(
                "SELECT schemaname, relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables ORDER BY 1, 2"
            ).fetchall()

    before = kept()
    same_trip(living, day="2020-02-11", number="MU512")
    assert kept() == before


def test_python_and_the_door_write_numbers_alike(tmp_path: Path):
    import duckdb

    from fangxian.sources import spelling
    from fangxian.sources.cells import RunNumber

    numbers = ["BA27", "BA027", "ba 0027", "Fight BA0027", "G7349次", "3U-08888", "K0528", "9C8901", "MU5101", "航班 CA1", "D 3 1"]
    said = duckdb.execute(
        f"SELECT {RunNumber('n').value()} FROM (SELECT {spelling.tidied('raw')} AS n FROM (SELECT unnest(?) AS raw))", [numbers]
    )
    assert [row[0] for row in said.fetchall()] == [run_number(each) for each in numbers]
