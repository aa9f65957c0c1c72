"""Spelling: dates in three forms and no others, digits of any width, blanks, and signs for nothing."""

from datetime import date, datetime

import duckdb
import pytest

from fangxian.sources import spelling


def value(expression: str, cell: str) -> object:
    return duckdb.execute(f"SELECT {expression} FROM (SELECT CAST(? AS VARCHAR) AS cell)", [cell]).fetchone()[0]


@pytest.mark.parametrize("cell", ["2020-02-11 08:30:00", "2020/2/11 8:30", "20200211083000", "2020-02-11T08:30:00", "2020/02/11 08:30:00"])
def test_an_instant_is_read_in_each_form_and_becomes_utc(cell: str):
    assert value(spelling.instant("cell"), cell) == datetime(2020, 2, 11, 0, 30)


@pytest.mark.parametrize(
    "cell",
    [
        "2020-02-11",
        "2020021108300",
        "202002110830000",
        "20-02-11 08:30:00",
        "2020-02-30 08:30:00",
        "2020-02-11 24:30:00",
        "11/2/2020 8:30",
        "43872.35",
    ],
)
def test_what_is_no_whole_instant_is_not_guessed(cell: str):
    assert value(spelling.instant("cell"), cell) is None


@pytest.mark.parametrize("cell", ["2020-02-11", "2020/2/11", "20200211", "2020-02-11 00:00:00"])
def test_a_day_is_read_in_each_form(cell: str):
    assert value(spelling.day("cell"), cell) == date(2020, 2, 11)


@pytest.mark.parametrize("cell", ["2020021", "2020-02-31", "1820-01-01", "2020-02-11 08:30:00", "二月十一日"])
def test_what_is_no_day_is_not_guessed(cell: str):
    assert value(spelling.day("cell"), cell) is None


@pytest.mark.parametrize(
    ("cell", "tidy"),
    [
        ("  阳性 ", "阳性"),
        ("３３０１０６１９", "33010619"),
        ("Ｇ７３４９　", "G7349"),
        ("\u00a036.5\t", "36.5"),
        ("\ufeff\u200b36.5\r", "36.5"),
        ("a　b", "a b"),
    ],
)
def test_blanks_and_wide_characters_are_put_right(cell: str, tidy: str):
    assert value(spelling.tidied("cell"), cell) == tidy


@pytest.mark.parametrize("cell", ["", "-", "——", "NULL", "N/A", "/"])
def test_signs_for_nothing_are_nothing(cell: str):
    assert value(spelling.said("cell"), cell) is None


def test_a_fact_id_is_the_lower_63_bits_of_the_md5_of_source_and_record():
    import hashlib

    expected = int.from_bytes(hashlib.md5(b"laboratory:BB1").digest()[8:], "little") >> 1
    assert value(spelling.record_number("laboratory", "cell"), "BB1") == expected


def test_the_end_of_2020_is_read_in_the_zone_of_china():
    assert value(spelling.instant("cell"), "2021-01-01 00:00:00") == datetime(2020, 12, 31, 16, 0)
    assert value(spelling.local_day("TIMESTAMP '2020-12-31 16:00:00'"), "") == date(2021, 1, 1)
