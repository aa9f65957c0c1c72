"""The page as a reader gets it: figures, days, counties, languages, quarantine."""

import io
import re

import fastexcel
import httpx
import pytest

from fangxian.area.scheme import scheme
from fangxian.policy.policy import Evidence
from tests.web.conftest import Served
from tests.web.small_province import CONTACT

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_the_page_is_chinese_until_a_reader_asks_for_english(browser: httpx.Client):
    assert 'lang="zh-CN"' in browser.get("/").text
    assert '<html lang="en">' in browser.get("/?lang=en").text


def test_a_chosen_language_is_kept(browser: httpx.Client):
    browser.get("/?lang=en")
    assert "Counties in five colours" in browser.get("/").text
    assert "What it was computed from" in browser.get("/county/330110?day=2020-02-10").text


def test_a_language_that_does_not_exist_is_chinese(browser: httpx.Client):
    assert 'lang="zh-CN"' in browser.get("/?lang=xx").text


def test_the_page_says_how_many_counties_could_be_computed(browser: httpx.Client):
    assert "90 个县（市、区）中可计算 3 个" in browser.get("/?day=2020-02-10").text
    assert "90 个县（市、区）中可计算 2 个" in browser.get("/?day=2020-02-13").text


def test_a_level_stands_for_three_days_and_then_the_county_is_grey(browser: httpx.Client):
    assert "依据 2020-02-10 的通报" in browser.get("/county/330106?day=2020-02-12").text
    assert "故为灰色" in browser.get("/county/330106?day=2020-02-13").text


def test_a_county_shows_what_its_colour_was_computed_from(browser: httpx.Client):
    county = browser.get("/county/330382?day=2020-02-20&lang=en").text
    cells = dict(re.findall(r'<th scope="row">([^<]+)</th><td class="number">([^<]+)</td>', county))
    assert cells["confirmed"] == "140"
    assert cells["local share"] == "50%"
    assert cells["clusters"] == "1"
    assert "high risk (red)" in county
    assert "What would change it" in county


def test_a_county_says_which_numbers_of_its_rule_are_published_and_which_are_ours(browser: httpx.Client):
    english = " ".join(browser.get("/county/330382?day=2020-02-20&lang=en").text.split())
    chosen = scheme("zhejiang-five-colour")
    ours = [p for p in (*chosen.wordings[-1].parameters.values(), chosen.stands_days) if p.evidence is Evidence.DEFAULT]
    assert f"{len(ours)}: this system&#39;s own default" in english
    assert "wording from a published text" in english
    assert "their weights are not" in english
    chinese = browser.get("/county/330382?day=2020-02-20&lang=zh").text
    assert f"{len(ours)} 项：本系统默认" in chinese


def test_one_county_is_not_counties(browser: httpx.Client):
    told = browser.get("/?lang=en").text
    assert "1 county<" in told
    assert "1 counties" not in told


def test_the_day_changes_codes_and_reasons_together(browser: httpx.Client):
    early, late = (browser.get(f"/day?day=2020-02-{day}&lang=en").text for day in (13, 15))
    assert "Nobody was red or yellow on this day." in early
    assert re.search(r"Close contact</td><td class=\"number\">1<", late)
    assert re.search(r"Symptoms reported</td><td class=\"number\">7<", late)
    assert 'id="strip" hx-swap-oob="innerHTML"' in late


def test_a_day_before_the_policy_has_a_map_and_no_codes(browser: httpx.Client):
    assert "not in force on this day" in browser.get("/day?day=2020-02-09&lang=en").text


@pytest.mark.parametrize(
    "path", ["/day?day=2019-01-01", "/day?day=x", "/county/999999", "/county/330382?day=1999-01-01", "/nowhere", "/static/none.js"]
)
def test_what_does_not_exist_is_not_found(browser: httpx.Client, path: str):
    answer = browser.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-security-policy"]


def test_small_counts_of_a_county_are_not_shown(browser: httpx.Client):
    table = browser.get("/?lang=en").text.partition("By county of residence")[2].partition("</table>")[0]
    rows = dict(re.findall(r'<th scope="row">([^<]+)</th>((?:<td class="number">[^<]+</td>)+)', table))
    shown = {name: re.findall(r">([^<]+)</td>", cells) for name, cells in rows.items()}
    assert shown["余杭区"] == ["&lt;5", "&lt;5", "&lt;5"]
    assert shown["西湖区"] == ["0", "※", "0"], "the six would give away the one"


def test_what_was_refused_is_shown_by_source_and_reason_without_its_values(browser: httpx.Client):
    text = browser.get("/?lang=en").text
    section = text.partition('id="refused-title"')[2].partition("</section>")[0]
    assert "the id number is wrong" in section
    assert "check-ins.csv: 2, 3" in section
    assert "330106199001011234" not in text


def test_the_refused_rows_can_be_downloaded(browser: httpx.Client):
    answer = browser.get("/refused.xlsx")
    assert answer.headers["content-disposition"] == 'attachment; filename="quarantine.xlsx"'
    sheet = fastexcel.read_excel(io.BytesIO(answer.content).read()).load_sheet("daily-check-in")
    assert sheet.height >= 2


def test_the_english_page_has_chinese_only_in_names(browser: httpx.Client):
    text = browser.get("/?lang=en").text
    without_names = re.sub(r"<(option|optgroup|a|th|code|td|summary)\b[^>]*>[^<]*", "", re.sub(r'label="[^"]*"', "", text))
    assert CHINESE.findall(re.sub(r"<[^>]+>", " ", without_names).replace("中文", "")) == []


def test_no_link_and_no_address_of_the_page_holds_a_person(browser: httpx.Client):
    text = browser.get("/").text
    assert CONTACT in text, "the questions to try are there"
    assert [link for link in re.findall(r'(?:href|action|src|hx-\w+)="([^"]*)"', text) if CONTACT in link] == []


def test_the_drawings_are_of_the_same_figures(browser: httpx.Client):
    drawing, lines = browser.get("/drawing/map.json").json(), browser.get("/drawing/codes.json").json()
    assert drawing["levels"]["2020-02-20"]["330382"] == "red"
    assert len(drawing["names"]) == 90
    assert lines["days"][0] == "2020-02-11"
    assert {line["colour"]: line["people"][-1] for line in lines["lines"]} == {"red": 1, "yellow": 7}
    assert lines["green_share"]["percent"][-1] == 20.0


def test_the_page_is_served_on_this_machine_only(served: Served):
    assert served.address.startswith("http://127.0.0.1:")
