"""Every colour explains itself: facts, wording, until when, what would change it; then and now; in two languages."""

from textwrap import dedent

import pytest
from spec_symbols import person_id
from spec_tables import facts_from_text, instant

from fangxian.code.explain import explain
from fangxian.code.explanation import FactSeen
from fangxian.code.telling import tell, tell_fact
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.facts import Trip
from fangxian.policy.colour import Colour
from fangxian.policy.policy import policy


@pytest.fixture
def engine(lake):
    with DuckDBEngine(lake) as opened:
        yield opened


@pytest.fixture
def explained(engine):
    """Give a function that explains a person's code at a local time, as known at one (the same by default)."""

    def explained(name, at, *, known_at=None, under="hangzhou"):
        return explain(engine, policy(under), person_id(name), at=instant(at), known_at=instant(known_at or at))

    return explained


def told(explanation, language):
    return "\n".join(tell(explanation, language=language)) + "\n"


def test_a_code_is_told_in_english(explained):
    expected = """\
        Hangzhou (Zhejiang) health code · 2020-02-24 12:00 · red
        From the facts known by 2020-02-24 12:00
        1. Close contact: red, from 2020-02-15 12:00, until not yet known
           Rule (in force since 2020-02-11, from a published text): Who shared a space with a case is red and isolates for 14 days; green after 14 consecutive normal daily check-ins.
           Because of: exposure 2020-02-15 12:00 – 2020-02-18 20:00, close contact, train; source: spec, learned 2020-02-19 08:00
           What would change it: Ends with 14 daily check-ins in a row, all normal, from the day after the last contact; a missed or abnormal day restarts the count.
           Consecutive normal check-ins so far: 3 of 14
        2. Home observation: yellow, from 2020-02-19 10:00, until not yet known
           Rule (in force since 2020-02-11, this system's own default): A person under home observation is yellow until released.
           Because of: medical measure 2020-02-19 10:00, home observation; source: spec, learned 2020-02-19 10:00
           What would change it: Ends when the community reports the release.
        3. Symptoms reported: yellow, from 2020-02-21 08:00, until not yet known
           Rule (in force since 2020-02-11, from a published text): Who reports fever or symptoms is yellow and stays at home; green after 7 consecutive normal daily check-ins.
           Because of: daily check-in 2020-02-21 08:00, Symptoms: cough; source: spec, learned 2020-02-21 08:00
           What would change it: Ends with 7 daily check-ins in a row, all normal, from the next day; a missed or abnormal day restarts the count.
           Consecutive normal check-ins so far: 3 of 7
    """  # noqa: E501  (what a person reads, line by line)
    assert told(explained("ann", "2020-02-24 12:00"), "en") == dedent(expected)


def test_a_code_is_told_in_chinese(explained):
    expected = """\
        杭州（浙江）健康码 · 2020-02-24 12:00 · 红码
        依据 2020-02-24 12:00 前获知的事实
        1. 密切接触者：红码，自 2020-02-15 12:00，至 尚未确定
           规则（2020-02-11 起施行，有公开出处）：与病例处于同一空间者为红码，隔离 14 天；连续 14 天健康打卡正常后转绿码。
           依据：暴露 2020-02-15 12:00 – 2020-02-18 20:00，密切接触，火车；来源：spec，2020-02-19 08:00 获知
           如何变化：末次接触次日起，连续 14 天每日打卡且均正常；漏打或异常则重新计算。
           目前已连续正常打卡 3/14 天
        2. 居家观察：黄码，自 2020-02-19 10:00，至 尚未确定
           规则（2020-02-11 起施行，本系统默认）：居家观察者，未解除前为黄码。
           依据：医学管理措施 2020-02-19 10:00，居家隔离医学观察；来源：spec，2020-02-19 10:00 获知
           如何变化：社区报告解除。
        3. 申报或打卡有症状：黄码，自 2020-02-21 08:00，至 尚未确定
           规则（2020-02-11 起施行，有公开出处）：申报或打卡时发热或有症状者为黄码，居家观察；连续 7 天健康打卡正常后转绿码。
           依据：每日打卡 2020-02-21 08:00，症状：咳嗽；来源：spec，2020-02-21 08:00 获知
           如何变化：次日起，连续 7 天每日打卡且均正常；漏打或异常则重新计算。
           目前已连续正常打卡 3/7 天
    """
    assert told(explained("ann", "2020-02-24 12:00"), "zh") == dedent(expected)


def test_a_green_code_says_that_nothing_was_found(explained):
    assert tell(explained("eva", "2020-02-24 12:00"), language="en") == [
        "Hangzhou (Zhejiang) health code · 2020-02-24 12:00 · green",
        "From the facts known by 2020-02-24 12:00",
        "Nothing was found that colours the code.",
    ]


def test_who_is_not_enrolled_and_not_known_has_no_code(explained):
    assert explained("nobody", "2020-02-24 12:00").colour is None
    assert "no code" in tell(explained("nobody", "2020-02-24 12:00"), language="en")[0]


def test_who_is_not_enrolled_but_isolated_has_a_colour_until_the_release(explained):
    explanation = explained("dan", "2020-02-20 12:00", known_at="2020-03-01 00:00")
    assert explanation.colour is Colour.RED
    assert explanation.reasons[0].until_at == instant("2020-02-26 10:00")
    assert explained("dan", "2020-02-26 10:00").colour is None


def test_the_past_is_explained_as_known_then_and_as_known_now(explained):
    then, now = explained("bo", "2020-02-18 12:00"), explained("bo", "2020-02-18 12:00", known_at="2020-02-20 10:00")
    assert then.colour is Colour.RED
    assert [reason.wording.rule for reason in then.reasons] == ["close-contact"]
    assert (now.colour, now.reasons) == (Colour.GREEN, ())


def test_what_was_not_yet_known_is_not_in_the_explanation(explained):
    assert explained("bo", "2020-02-16 07:59").reasons == ()
    assert explained("bo", "2020-02-16 08:00").colour is Colour.RED


@pytest.mark.parametrize(
    ("at", "done"),
    [
        ("2020-02-18 23:59", 0),
        ("2020-02-19 07:59", 0),
        ("2020-02-19 08:00", 1),
        ("2020-02-20 23:00", 2),
        ("2020-02-21 12:00", 0),
        ("2020-02-25 07:00", 3),
    ],
)
def test_progress_counts_the_days_that_the_rule_counts_and_restarts_when_it_does(explained, at, done):
    # Ann's last contact was on the 18th, and on the 21st she reported a cough; what is known later must not be counted.
    contact = next(r for r in explained("ann", at, known_at="2020-03-01 00:00").reasons if r.wording.rule == "close-contact")
    assert (contact.progress.done, contact.progress.needed) == (done, 14)


def test_progress_counts_the_days_from_before_the_wording_too(explained):
    # Cai left on the 14th; Hangzhou's code begins on the 11th, and 13 normal days later one is missing.
    explanation = explained("cai", "2020-02-27 12:00")
    assert explanation.reasons[0].progress.done == 13
    assert explained("cai", "2020-02-28 08:00").colour is Colour.GREEN


def test_a_fact_reported_twice_was_learned_when_it_was_first_reported(explained):
    contact = explained("ann", "2020-02-24 12:00").reasons[0]
    assert [seen.values["known_at"] for seen in contact.because] == [instant("2020-02-19 08:00")]


def test_no_fact_is_shown_as_learned_after_the_time_that_is_asked_about(explained):
    for reason in explained("ann", "2020-02-20 12:00").reasons:
        assert all(seen.values["known_at"] <= instant("2020-02-20 12:00") for seen in reason.because)


def test_an_explanation_names_no_case(explained):
    for language in ("zh", "en"):
        text = told(explained("ann", "2020-02-24 12:00"), language)
        assert "zzz" not in text
        assert person_id("ann") not in text


def test_what_will_change_by_itself_is_told_beforehand(explained):
    explanation = explained("cai", "2020-03-12 12:00", under="hubei")
    assert explanation.colour is Colour.YELLOW
    before = explained("cai", "2020-02-20 12:00", under="hubei")
    assert (before.colour, before.reasons) == (Colour.GREEN, ())
    assert [(change.at, change.colour) for change in before.changes] == [(instant("2020-03-10 00:00"), Colour.YELLOW)]
    assert tell(before, language="en")[-2:] == [
        "Unless something new is known, from 2020-03-10 00:00: Health record expired (yellow)",
        "Next change by itself: yellow at 2020-03-10 00:00",
    ]


def test_one_person_has_each_policys_own_colour(explained):
    colours = {name: explained("ann", "2020-02-29 12:00", under=name).colour for name in ("hangzhou", "shanghai", "national", "hubei")}
    assert colours == {"hangzhou": Colour.RED, "shanghai": Colour.RED, "national": Colour.ORANGE, "hubei": None}


TRIPS = {
    "train": ("G783", "Train number: G783", "车次：G783"),
    "aircraft": ("CA27", "Flight number: CA27", "航班号：CA27"),
    "coach": ("12", "Run number: 12", "班次号：12"),
}


@pytest.mark.parametrize(("mode", "told"), TRIPS.items())
def test_a_trip_s_number_is_called_as_its_mode_of_travel_calls_it_and_places_have_names(mode, told):
    number, english, chinese = told
    text = f"""
        fact_id | person_id | from_at          | mode   | number   | travelled_on | from_region_code | to_region_code
        t1      | ann       | 2020-01-20 09:00 | {mode} | {number} | 2020-01-20   | 420100           | 330106
    """
    seen = FactSeen(Trip, facts_from_text(Trip, text).to_pylist()[0])
    in_english, in_chinese = (tell_fact(policy("hangzhou"), seen, language=language) for language in ("en", "zh"))
    assert english in in_english
    assert chinese in in_chinese
    assert "420100 武汉市" in in_english
    assert "330106 西湖区" in in_chinese


def test_a_fact_is_told_in_few_words(explained):
    stay = next(line for line in tell(explained("cai", "2020-02-20 12:00"), language="en") if "Because of" in line)
    assert stay.strip() == (
        "Because of: stay in an area 2020-01-20 09:00 – 2020-02-14 09:00, Where: 420100 武汉市, roaming; "
        "source: spec, learned 2020-02-15 09:00"
    )
