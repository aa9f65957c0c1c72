"""Id numbers: verified as sets, upgraded, normalised."""

import random
from datetime import datetime

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from fangxian.sources.id_numbers import Fault, check_character, verified

from .conftest import ANN, BO


def verify(document: str, number: str) -> tuple[str | None, str | None, str | None]:
    with duckdb.connect() as connection:
        connection.execute("SET VARIABLE latest = $at", {"at": datetime(2020, 3, 2)})
        query = verified(f"SELECT '{document}' AS document, '{number}' AS number")
        return connection.execute(f"SELECT id_type, normalised, fault FROM ({query})").fetchone()


@pytest.mark.parametrize("number", [ANN, BO, BO.lower(), f" {ANN[:6]} {ANN[6:]} "])
def test_a_valid_resident_id_passes_whatever_its_case_and_blanks(number: str):
    assert verify("居民身份证", number) == ("resident_id", number.replace(" ", "").upper(), None)


def test_an_id_of_fifteen_digits_becomes_the_same_id_of_eighteen():
    assert verify("居民身份证", "110105491231002") == ("resident_id", BO, None)


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        (ANN[:-1] + "2", Fault.CHECK),
        (ANN[:3] + ANN[4] + ANN[3] + ANN[5:], Fault.CHECK),
        ("360426199113010071", Fault.BIRTH),
        ("360426202101010071", Fault.BIRTH),
        ("36042619910101007", Fault.FORM),
        ("36042619910101007XX", Fault.FORM),
        ("张三", Fault.FORM),
        ("3.60426E+17", Fault.FORM),
    ],
)
def test_a_wrong_resident_id_is_told_by_its_fault(number: str, fault: Fault):
    assert verify("身份证", number)[2] == fault


def test_other_documents_are_normalised_and_held_to_a_form_only():
    assert verify("护照", "e 1234 5678") == ("passport", "E12345678", None)
    assert verify("无证件", "FX-000123") == ("none", "FX-000123", None)
    assert verify("港澳通行证", "H1")[2] == Fault.FORM
    assert verify("驾驶证", "330106")[2] == Fault.KIND


@given(st.integers(0, 10**17 - 1))
def test_the_check_character_agrees_with_another_implementation(number: int):
    digits = f"{number:017d}"
    assert duckdb.execute(f"SELECT {check_character('d')} FROM (SELECT ? AS d)", [digits]).fetchone()[0] == ric.calc_check_digit(
        digits + "0"
    )


def test_one_digit_mistyped_is_always_found():
    chance = random.Random(7)
    for _ in range(40):
        place = chance.randrange(17)
        wrong = ANN[:place] + str((int(ANN[place]) + chance.randrange(1, 10)) % 10) + ANN[place + 1 :]
        assert verify("居民身份证", wrong)[2] in (Fault.CHECK, Fault.BIRTH)
