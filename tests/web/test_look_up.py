"""One person's look-up: the explanation, what is recorded, and what bad questions get."""

import re

import httpx
import pytest

from fangxian.store.journal import Journal
from tests.web.conftest import Served
from tests.web.small_province import CONTACT, GREEN, NOBODY, WITHDRAWN
from tests.web.test_guard import FORM

PART = {"hx-request": "true"}


def text_of(html: str) -> str:
    """Return what a reader sees of an answer, blanks joined."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def journal(served: Served) -> Journal:
    """Return the lake's journal."""
    return Journal(served.lake.path / "access.jsonl")


def test_a_contact_is_red_with_the_rule_the_fact_and_the_progress(browser: httpx.Client):
    answer = text_of(browser.post("/person?lang=en", data=FORM, headers=PART).text)
    assert "red" in answer
    assert "Who shared a space with a case is red and isolates for 14 days" in answer
    assert "exposure 2020-02-14 10:00" in answer
    assert "1 of 14 consecutive normal check-ins" in answer, "19 February was missed, so the count began again"
    assert "a missed or abnormal day restarts the count" in answer


def test_the_explanation_is_in_the_readers_language(browser: httpx.Client):
    assert "连续正常打卡 1/14 天" in text_of(browser.post("/person", data=FORM, headers=PART).text)


def test_without_scripts_the_answer_comes_inside_the_page(browser: httpx.Client):
    answer = browser.post("/person", data=FORM)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<!doctype html>")
    assert "连续正常打卡 1/14 天" in text_of(answer.text)
    assert f'value="{CONTACT}"' in answer.text


def test_a_past_decision_can_be_made_again_as_known_then_and_as_known_now(browser: httpx.Client):
    then = {**FORM, "person_id": WITHDRAWN, "at": "2020-02-18T12:00", "known_at": "2020-02-18T12:00"}
    assert "Confirmed case" in text_of(browser.post("/person?lang=en", data=then, headers=PART).text)
    now = {**then, "known_at": "2020-02-20T12:00"}
    assert "Nothing was found that colours the code." in text_of(browser.post("/person?lang=en", data=now, headers=PART).text)


def test_a_green_person_has_no_reasons(browser: httpx.Client):
    answer = text_of(browser.post("/person?lang=en", data={**FORM, "person_id": GREEN}, headers=PART).text)
    assert "green" in answer
    assert "Nothing was found that colours the code." in answer


def test_a_look_is_recorded_with_role_and_purpose(browser: httpx.Client, served: Served):
    browser.post("/person", data={**FORM, "role": "epidemiologist", "purpose": "case 12"}, headers=PART)
    *_, entry = journal(served).entries()
    assert entry["what"] == "explain"
    assert entry["about"] == CONTACT
    assert (entry["role"], entry["purpose"]) == ("epidemiologist", "case 12")
    assert journal(served).verify() == len(list(journal(served).entries()))


def test_somebody_of_whom_nothing_is_known_is_a_clear_answer_and_is_recorded(browser: httpx.Client, served: Served):
    answer = browser.post("/person?lang=en", data={**FORM, "person_id": NOBODY}, headers=PART)
    assert answer.status_code == 404
    assert "Nothing is known of this person at that time" in answer.text
    *_, entry = journal(served).entries()
    assert entry["about"] == NOBODY


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("person_id", "330106199001011234", "That is not a person_id"),
        ("person_id", "", "That is not a person_id"),
        ("person_id", CONTACT + "0", "That is not a person_id"),
        ("role", " ", "needs a role and a purpose"),
        ("purpose", "", "needs a role and a purpose"),
        ("policy", "atlantis", "There is no such policy. Known: hangzhou, hubei, national, shanghai."),
        ("at", "yesterday", "That is not a time"),
        ("known_at", "", "That is not a time"),
        ("at", "9999-12-31T23:59", "That is not a time"),
        ("at", "2020-02-10T23:59", "it began on 2020-02-11"),
        ("policy", "national", "it began on 2020-02-29"),
    ],
)
def test_a_bad_question_is_refused_in_words_and_nobody_is_looked_up(
    browser: httpx.Client, served: Served, field: str, value: str, words: str
):
    before = len(list(journal(served).entries()))
    answer = browser.post("/person?lang=en", data={**FORM, field: value}, headers=PART)
    assert answer.status_code == 422
    assert words in answer.text
    assert not value.strip() or value not in answer.text
    assert len(list(journal(served).entries())) == before


def test_what_a_reader_writes_is_shown_as_text(browser: httpx.Client):
    answer = browser.post("/person", data={**FORM, "role": "<b>x</b>"}, headers=PART).text
    assert "<b>x</b>" not in answer
    assert "&lt;b&gt;x&lt;/b&gt;" in answer


def test_the_server_writes_nothing_about_anybody(browser: httpx.Client, served: Served):
    browser.post("/person", data=FORM, headers=PART)
    browser.post("/person", data={**FORM, "person_id": NOBODY}, headers=PART)
    assert served.output.read_text("utf-8") == ""
