"""What people type is read in one way, and what is written otherwise is refused."""

import base64
from datetime import date, datetime

import pytest

from fangxian.facts.typed import base64url, day_typed, instant_typed, number_typed


@pytest.mark.parametrize(
    ("text", "number"), [("36.5", 36.5), (" 36 ", 36.0), ("36,5", 36.5), ("３６．５", 36.5), ("36。5", 36.5), ("36，5", 36.5)]
)
def test_a_number_is_read_as_an_input_method_types_it(text, number):
    assert number_typed(text) == number


@pytest.mark.parametrize(
    "text", ["", "3_6.5", "٣٦.٥", "३६", "3 6", "+36", "-36", "3.6e1", "36.", ".5", "3.6.5", "nan", "inf", "0x24", "²", "1" * 400]
)
def test_what_python_would_read_as_a_number_and_nobody_writes_is_none(text):
    with pytest.raises(ValueError, match="number"):
        number_typed(text)


@pytest.mark.parametrize(
    "text", ["2020-W08-1", "20200215", "2020W081", "٢٠٢٠-٠٢-١٥", "２０２０-02-15", "2020-2-5", " 2020-02-15", "2020-02-15\n"]
)
def test_a_day_is_written_in_one_way(text):
    assert day_typed("2020-02-15") == date(2020, 2, 15)
    for read in (day_typed, instant_typed):
        with pytest.raises(ValueError, match="no "):
            read(text)


@pytest.mark.parametrize("text", ["2020-02-15 08:00", "2020-02-15T08:00", "2020-02-15 08:00:00", "2020-02-15T08:00:00.000000"])
def test_an_instant_is_written_as_a_form_and_a_program_write_it(text):
    assert instant_typed(text) == datetime(2020, 2, 15, 8)
    assert instant_typed(f"{text}+08:00").timestamp() == instant_typed("2020-02-15T00:00:00Z").timestamp()


@pytest.mark.parametrize("text", ["2020-02-15T08", "2020-02-15x08:00", "20200215T080000", "2020-W08-1T08:00", "2020-02-15 08:00 +08:00"])
def test_an_instant_that_only_python_reads_is_none(text):
    with pytest.raises(ValueError, match="no time"):
        instant_typed(text)


def test_base64url_has_one_reading():
    said = bytes(range(250, 256)) * 11
    text = base64.urlsafe_b64encode(said).decode()
    assert base64url(text) == said
    assert base64url("AQ==") == base64url("AQ") == b"\x01"
    for other in (base64.b64encode(said).decode(), f"{text[:-4]}\n{text[-4:]}", "AR==", "AQ=", "A", "AQ===", "é"):
        with pytest.raises(ValueError):  # noqa: PT011 - several kinds of it
            base64url(other)
