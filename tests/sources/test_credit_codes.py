"""Unified social credit codes: what the standard writes, and no other text."""

from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from fangxian.sources.credit_codes import ALPHABET, check_character, fault_of

_REGISTERED = st.builds(
    "{}{:06d}{}".format, st.sampled_from(("11", "52", "91", "93")), st.integers(0, 999_999), st.text(ALPHABET, min_size=9, max_size=9)
)


@given(_REGISTERED)
def test_a_code_made_by_the_standard_is_taken(first: str):
    code = first + check_character(first)
    assert fault_of(code) is None
    assert uscc.is_valid(code)


@given(_REGISTERED, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(first: str, place: int, character: str):
    code = first + check_character(first)
    mistyped = code[:place] + character + code[place + 1 :]
    assert (fault_of(mistyped) is None) == (mistyped == code)


@given(st.text(max_size=20))
def test_no_text_breaks_the_check(text: str):
    fault_of(text)
