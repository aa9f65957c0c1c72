"""Clues from the page, the interface and the hotline's file: sealed, routed at once, answered, and followed by a receipt alone."""

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
import xlsxwriter

from fangxian.errors import FangxianError
from fangxian.services import clue_files, clues
from fangxian.services.receipts import new_receipt, receipt_hash
from fangxian.services.refusals import BadAnswerError, RefusedError
from fangxian.services.streets import read_streets
from fangxian.store.ending import end_due
from fangxian.store.opening import make_room
from fangxian.store.store import Event
from fangxian.vault.folder import VaultFolder
from fangxian.vault.process import VaultProcess
from fangxian.work.clue import ClueState, Finding, OpeningReason
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role
from tests.casework.clue_kit import CUIYUAN, PLACE, WORDS, streets

from .conftest import NOON

SEEN = {
    "kind": "came_from_area",
    "region": "西湖区",
    "street": "",
    "place": PLACE,
    "happened_on": "2020-02-23",
    "words": WORDS,
    "reporter_name": "韩梅梅",
    "reporter_phone": "13900000009",
}
OFFICER = Principal(subject="clue-1", roles=frozenset({Role.CLUE_OFFICER}), region_codes=frozenset({"330100"}), second_factor=True)
BY_COMMAND = Event(actor="command line", role="data_officer", purpose="test", action="clues imported")


def given(**changed):
    return {key: [value] for key, value in (SEEN | changed).items()}


def rows(database, query):
    with psycopg.connect(database) as connection:
        return connection.execute(query).fetchall()


def test_a_clue_is_sealed_routed_at_once_answered_and_followed_by_its_receipt(living, clock, database):
    streets(living.store)
    receipt = clues.report(living, given(place="翠苑街道 一区3幢"))
    stored = rows(database, "SELECT clue::text FROM work.clue AS clue")[0][0]
    assert not [said for said in (WORDS, "韩梅梅", "13900000009", receipt) if said in stored or said.encode().hex() in stored]
    assert rows(database, "SELECT owner, state, street_code, channel FROM work.clue") == [(CUIYUAN, "with_street", CUIYUAN, "web")]
    waiting = clues.followed(living, receipt.lower().replace("-", " "))
    assert (waiting.state, waiting.answer, waiting.due_at) == (ClueState.WITH_STREET, "", NOON + timedelta(hours=24))
    ((reference, _),) = clues.waiting_clues(living, OFFICER)
    opened = clues.open_one(living, OFFICER, reference)
    assert (opened.words, opened.place) == (WORDS, "翠苑街道 一区3幢")
    clock.forward(hours=2)
    clues.answer(living, OFFICER, reference, Finding.CONFIRMED, "已上门登记，谢谢。")
    answered = clues.followed(living, receipt)
    assert (answered.state, answered.finding, answered.answer) == (ClueState.ANSWERED, Finding.CONFIRMED, "已上门登记，谢谢。")
    assert clues.waiting_clues(living, OFFICER) == []


def test_whoever_reported_the_same_gets_the_same_answer_and_a_doubtful_one_is_shown_with_its_words(living):
    first, same, unsure = (clues.report(living, given(place=place)) for place in (PLACE, PLACE, "翠苑一区5幢"))
    ((reference, waiting),) = clues.waiting_clues(living, OFFICER)
    assert (waiting.folded, waiting.doubtful) == (2, 1)
    opened = clues.open_one(living, OFFICER, reference)
    assert [words for _, _, words in opened.folded] == [f"翠苑一区5幢 · {WORDS}", ""]
    clues.split(living, OFFICER, opened.folded[0][0])
    clues.answer(living, OFFICER, reference, Finding.UNFOUNDED, "登记在册。")
    assert [clues.followed(living, receipt).answer for receipt in (first, same, unsure)] == ["登记在册。", "登记在册。", ""]
    assert clues.followed(living, unsure).state is ClueState.WITH_COUNTY


def test_who_reported_is_opened_only_with_a_reason_and_is_none_where_nobody_said(living, database):
    clues.report(living, given())
    clues.report(living, given(reporter_name="", reporter_phone="", place="西溪路小学", words="门口没有人量体温"))
    found = {opened.words: reference for reference, opened in opened_all(living)}
    assert clues.reporter_of(living, OFFICER, found[WORDS], OpeningReason.ASK_BACK) == "韩梅梅 13900000009"
    assert clues.reporter_of(living, OFFICER, found["门口没有人量体温"], OpeningReason.ASK_BACK) is None
    assert rows(database, "SELECT count(*) FROM audit.event WHERE action = 'clue reporter opened'") == [(2,)]


def opened_all(living):
    return [(reference, clues.open_one(living, OFFICER, reference)) for reference, _ in clues.waiting_clues(living, OFFICER)]


@pytest.mark.parametrize("typed", ["", "ABCD", "ABCD-EFGH-JKMN-PQRS", "甲" * 16, "A" * 400])
def test_a_receipt_that_is_none_shows_nothing(living, typed):
    with pytest.raises(RefusedError):
        clues.followed(living, typed)


def test_receipts_are_never_the_same_and_are_read_however_they_are_typed():
    made = {new_receipt() for _ in range(1000)}
    assert len(made) == 1000
    receipt = made.pop()
    assert receipt_hash(receipt) == receipt_hash(f" {receipt.lower().replace('-', '').replace('0', 'o').replace('1', 'l')} ")


def test_a_clue_that_cannot_be_read_names_what_is_wrong_and_leaves_nothing(living, database):
    with pytest.raises(BadAnswerError) as bad:
        clues.report(living, given(kind="x", region="无此地", happened_on="2031-01-01", words="\x00"))
    assert set(bad.value.problems) == {"kind", "region", "happened_on", "words"}
    with pytest.raises(BadAnswerError):
        clues.report(living, given(words="字" * 1001))
    assert rows(database, "SELECT count(*) FROM work.clue") == [(0,)]


def test_after_a_lapse_no_clue_is_taken(living, clock, database):
    clock.forward(days=95)
    make_room(living.store, clock.at.date())
    with pytest.raises(FangxianError, match="lapsed"):
        clues.report(living, given(happened_on="2020-05-20"))
    assert rows(database, "SELECT count(*) FROM work.clue") == [(0,)]


def test_clues_end_with_their_month_answered_or_not_and_their_key_with_them(living, clock, database, tmp_path):
    VaultFolder.make(tmp_path / "vault")
    with VaultProcess(tmp_path / "vault") as process, process.client() as vault:
        own = replace(living, vault=vault)
        receipt = clues.report(own, given())
        clock.at = NOON + timedelta(days=400)
        make_room(own.store, clock.at.date())
        ended = list(end_due(own.store, vault, Event(actor="c", role="data_officer", purpose="retention", action="end"), at=clock.at))
        assert any(each.details["rows"].get("work.clue") == 1 and "proof" in each.details for each in ended)
        assert rows(database, "SELECT count(*) FROM work.clue") == [(0,)]
        with pytest.raises(RefusedError):
            clues.followed(own, receipt)


HEADER = [clue_files.RECORD, *clue_files.COLUMNS.values()]
LINES = [
    ["RX0001", "重点地区来人未登记", "西湖区", "翠苑街道", "一区3幢", "2020/2/23", WORDS, "韩梅梅", "13900000009"],
    ["RX0002", "gathering", "330108", "", "江南大道麻将馆", "20200224", "每晚十几个人打牌", "", ""],
    ["RX0003", "吃饭", "西湖区", "", "某店", "2020-02-23", "词不对", "", ""],
    ["RX0004", "人员聚集", "无此地", "", "某店", "2020-13-40", "地名和日期不对", "", ""],
    ["RX0002", "人员聚集", "西湖区", "", "某店", "2020-02-23", "编号重复", "", ""],
    ["RX0005", "人员聚集", "西湖区", "", "", "2020-02-23", "没有地点", "", ""],
]


def csv_of(folder, encoding):
    path = folder / "clues.csv"
    path.write_text("\n".join(",".join(line) for line in [HEADER, *LINES]) + "\n坏行,只有两格\n", encoding=encoding)
    return path


def excel_of(folder, encoding):
    path = folder / "clues.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate([["12345 工单导出"], HEADER, *LINES]):
            sheet.write_row(number, 0, line)
    return path


@pytest.mark.parametrize(("made", "encoding", "broken"), [(csv_of, "utf-8", 1), (csv_of, "gb18030", 1), (excel_of, "", 0)])
def test_a_file_of_the_hotline_brings_its_good_rows_and_names_the_bad(living, database, tmp_path, made, encoding, broken):
    streets(living.store)
    path, intake = made(tmp_path, encoding), clues.Intake.of(living)
    found = clue_files.import_clues(intake, path, BY_COMMAND)
    assert (found.taken, found.known, found.rows_refused) == (2, 0, 4 + broken)
    assert rows(database, "SELECT record, channel, owner, kind, happened_on::text FROM work.clue ORDER BY 1") == [
        ("RX0001", "hotline", CUIYUAN, "came_from_area", "2020-02-23"),
        ("RX0002", "hotline", "330108", "gathering", "2020-02-24"),
    ]
    kept = clue_files.refused_of(living.store, found.import_id)
    assert {column for _, column, _ in kept} >= {"类型", "区县", "发生日期", "地点", clue_files.RECORD}
    assert not [reason for _, _, reason in kept if "吃饭" in reason or "某店" in reason]
    again = clue_files.import_clues(intake, path, BY_COMMAND)
    assert (again.taken, again.known) == (0, 2)


def test_a_file_without_a_column_brings_nothing(living, database, tmp_path):
    path = tmp_path / "clues.csv"
    path.write_text("工单编号,类型\nRX1,gathering\n", encoding="utf-8")
    with pytest.raises(FangxianError, match="lacks"):
        clue_files.import_clues(clues.Intake.of(living), path, BY_COMMAND)
    assert rows(database, "SELECT count(*) FROM work.clue") == [(0,)]


@pytest.mark.parametrize("text", ["代码,名称\n330106003,\n", "代码,名称\n33010600,翠苑街道\n", "代码,名称\n999999001,某街道\n", "x\n", ""])
def test_a_list_of_streets_that_is_wrong_is_refused_whole(tmp_path, text):
    path = tmp_path / "streets.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FangxianError):
        read_streets(path)


def test_a_list_of_streets_is_read(tmp_path):
    path = tmp_path / "streets.csv"
    path.write_text("\ufeff代码,名称\n330106003,翠苑街道\n330106001, 北山街道 \n", encoding="utf-8")
    assert read_streets(path) == [("330106003", "翠苑街道"), ("330106001", "北山街道")]
