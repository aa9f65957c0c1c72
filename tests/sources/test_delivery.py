"""A delivery: the same file once, a wrong row apart with reason and remedy, all facts of a row or none."""

from datetime import date, datetime, timedelta

import pytest

from fangxian.facts import (
    AreaCases,
    CheckIn,
    CheckpointPass,
    Consent,
    Enrolment,
    GateVisit,
    LabTest,
    RegionStay,
    TemperatureReading,
    Trip,
    Withdrawal,
)
from fangxian.sources.catalogue import source_named
from fangxian.sources.delivery import STEPS, ingest

from .conftest import ANN, BO, RECEIVED_AT, Door, check_in, check_ins, csv

LABORATORY = ("标本编号", "证件号码", "采样时间", "检测方法", "结果", "机构编号", "报告时间", "更正标本编号")


def test_the_same_file_again_changes_nothing(door: Door):
    file = check_ins(check_in("1"))
    first = door.bring("daily-check-in", file)
    again = door.bring("daily-check-in", file, name="another name.csv", received_at=RECEIVED_AT + timedelta(days=1))
    assert (first.already_there, again.already_there) == (False, True)
    assert again.receipt == door.lake.receipts()[0]
    assert len(door.rows(CheckIn)) == 1


def test_a_delivery_is_named_by_source_and_content(door: Door):
    receipt = door.bring("daily-check-in", check_ins(check_in("1"))).receipt
    assert receipt["delivery_id"] == f"daily-check-in-{receipt['sha256'][:16]}"
    assert door.rows(CheckIn, "DISTINCT source, delivery_id", "source") == [("daily-check-in", receipt["delivery_id"])]


def test_facts_are_typed_and_say_when_they_were_known(door: Door):
    door.bring("daily-check-in", check_ins(check_in("1", 上报时间=""), check_in("2", 体温="３６．７℃", 打卡时间="2020/2/12 7:05")))
    assert door.rows(CheckIn, "from_at, known_at, temperature_c") == [
        (datetime(2020, 2, 11, 0, 30), RECEIVED_AT, 36.5),
        (datetime(2020, 2, 11, 23, 5), datetime(2020, 2, 11, 1, 0), 36.7),
    ]


def test_rows_that_repeat_each_other_count_once(door: Door):
    rows = check_in("1"), check_in("1"), (" 1", *check_in("1")[1:]), check_in("2")
    assert door.bring("daily-check-in", check_ins(*rows)).receipt["rows"] == {"read": 4, "accepted": 2, "quarantined": 0, "repeated": 2}
    assert len(door.rows(CheckIn)) == 2


def test_one_record_number_with_two_contents_is_refused_whichever_is_right(door: Door):
    receipt = door.bring("daily-check-in", check_ins(check_in("1"), check_in("1", 症状="发热"), check_in("2"))).receipt
    assert receipt["refused"] == {"contradiction": 2}
    assert len(door.rows(CheckIn)) == 1


def test_a_refused_row_does_not_contradict_its_own_correction(door: Door):
    receipt = door.bring("daily-check-in", check_ins(check_in("1", 体温="烧"), check_in("1"))).receipt
    assert (receipt["rows"]["accepted"], receipt["refused"]) == (1, {"unreadable": 1})


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"打卡时间": ""}, "打卡时间", "missing"),
        ({"证件号码": ""}, "证件号码", "missing"),
        ({"打卡时间": "昨天"}, "打卡时间", "unreadable"),
        ({"症状": "牙疼"}, "症状", "unknown_word"),
        ({"证件号码": ANN[:-1] + "0"}, "证件号码", "wrong_id"),
        ({"证件类型": "工作证"}, "证件号码", "unknown_word"),
        ({"打卡时间": "2021-02-11 08:30:00"}, "打卡时间", "future"),
        ({"上报时间": "2021-02-11 08:30:00"}, "上报时间", "future"),
        ({"体温": "365"}, "", "broken_promise"),
    ],
)
def test_a_row_that_cannot_be_understood_is_refused_with_its_remedy(door: Door, cells: dict[str, str], column: str, reason: str):
    receipt = door.bring("daily-check-in", check_ins(check_in("1", **cells), check_in("2"))).receipt
    assert receipt["rows"] == {"read": 2, "accepted": 1, "quarantined": 1, "repeated": 0}
    assert door.refused() == [(2, column, reason)]
    assert all(len(words) > 5 for row in door.refused("remedy_zh, remedy_en") for words in row)


def test_a_broken_promise_is_told_in_the_words_of_the_fact_type(door: Door):
    door.bring("daily-check-in", check_ins(check_in("1", 体温="365")))
    ((zh, en),) = door.refused("remedy_zh, remedy_en")
    assert "temperature_c 在 30 与 45 之间" in zh
    assert "temperature_c is between 30 and 45" in en


def test_a_row_with_two_faults_is_one_row_and_both_are_told(door: Door):
    receipt = door.bring("daily-check-in", check_ins(check_in("1", 体温="烧", 症状="牙疼"))).receipt
    assert receipt["rows"]["quarantined"] == sum(receipt["refused"].values()) == 1
    assert len(door.refused()) == 2


def test_the_day_after_receipt_is_not_yet_the_future(door: Door):
    soon = (RECEIVED_AT + timedelta(hours=8 + 23)).strftime("%Y-%m-%d %H:%M:%S")
    assert door.bring("daily-check-in", check_ins(check_in("1", 打卡时间=soon))).receipt["refused"] == {}


def test_a_file_of_which_every_row_is_refused_is_a_delivery_all_the_same(door: Door):
    receipt = door.bring("daily-check-in", check_ins(check_in("1", 体温="烧"))).receipt
    assert (receipt["facts"], receipt["rows"]["accepted"]) == ({"check_in": 0}, 0)
    assert len(door.lake.delivery_ids()) == 1


def test_a_correction_withdraws_the_record_that_it_names(door: Door):
    rows = [
        ("BB1", ANN, "2020-02-10 09:00:00", "核酸", "阳性", "", "2020-02-10 15:00:00", ""),
        ("BB2", ANN, "2020-02-10 09:00:00", "核酸", "NEG", "JG1", "2020-02-11 15:00:00", "BB1"),
    ]
    door.bring("laboratory", csv(LABORATORY, rows))
    (positive, _), (negative, _) = door.rows(LabTest, "fact_id, outcome", "outcome DESC")
    assert door.rows(Withdrawal, "fact_type, withdrawn_fact_id, reason") == [("lab_test", positive, "wrong_value")]
    assert positive != negative


def test_a_verdict_before_its_specimen_is_refused_with_all_facts_of_its_row(door: Door):
    row = ("BB2", ANN, "2020-02-12 09:00:00", "核酸", "阴性", "", "2020-02-11 15:00:00", "BB1")
    assert door.bring("laboratory", csv(LABORATORY, [row])).receipt["facts"] == {"lab_test": 0, "withdrawal": 0}


RAILWAY = ("订单编号", "证件号码", "车次", "乘车日期", "上车地代码", "下车地代码", "开车时间", "到达时间")


def test_a_ticket_for_a_day_to_come_is_no_error_and_run_numbers_are_normalised(door: Door):
    rows = [("TL1", ANN, "g 07349", "2020-03-20", "330106", "310101", "", ""), ("TL2", BO, "1461", "20200211", "330106", "310101", "", "")]
    assert door.bring("railway", csv(RAILWAY, rows)).receipt["refused"] == {}
    assert door.rows(Trip, "number, from_at, travelled_on") == [
        ("1461", datetime(2020, 2, 10, 16, 0), date(2020, 2, 11)),
        ("G7349", datetime(2020, 3, 19, 16, 0), date(2020, 3, 20)),
    ]


CHECKPOINT = ("登记编号", "证件号码", "卡口编号", "卡口所在地代码", "来源地代码", "通过时间", "额温")


@pytest.mark.parametrize(
    ("code", "day", "reason"),
    [
        ("999999", "2020-02-11", "unknown_region"),
        ("330301x", "2020-02-11", "unreadable"),
        ("330113", "2020-02-11", "region_not_in_force"),
        ("330183", "2020-02-11", "region_not_in_force"),
        ("330103", "2020-02-11", None),
        ("330383", "2020-02-11", None),
    ],
)
def test_a_region_is_one_that_is_in_force_on_the_day(door: Door, code: str, day: str, reason: str | None):
    door.bring("checkpoint", csv(CHECKPOINT, [("1", ANN, "K1", code, "", f"{day} 08:00:00", "")]))
    assert [found for _, _, found in door.refused()] == ([reason] if reason else [])
    assert len(door.rows(CheckpointPass)) == (0 if reason else 1)


def test_a_region_that_has_ended_comes_with_the_code_that_followed(door: Door):
    row = ("1", ANN, "K1", "330103", "", "2022-02-11 08:00:00", "")
    door.bring("checkpoint", csv(CHECKPOINT, [row]), received_at=datetime(2022, 3, 1))
    ((value, remedy),) = door.refused("value, remedy_en")
    assert value == "330103"
    assert "Later code: 330105" in remedy
    assert "2021" in remedy


def gate(**cells: str) -> str:
    import json

    right = {
        "扫码流水号": "1",
        "证件号码": ANN,
        "场所编号": "CS1",
        "所在地代码": "330106",
        "扫码时间": "2020-02-11 08:00:00",
        "结果": "放行",
    }
    return json.dumps(right | {"离开时间": "", "体温": "", "测温部位": ""} | cells, ensure_ascii=False) + "\n"


def test_a_gate_without_a_temperature_gives_a_visit_only(door: Door):
    door.bring("gate-scan", gate() + gate(扫码流水号="2", 体温="36.5", 测温部位="额温"))
    assert (len(door.rows(GateVisit)), door.rows(TemperatureReading, "temperature_c, site")) == (2, [(36.5, "forehead")])
    assert set(door.rows(GateVisit, "fact_id")).isdisjoint(door.rows(TemperatureReading, "fact_id"))


def test_a_refused_visit_with_an_end_takes_its_temperature_out_too(door: Door):
    receipt = door.bring("gate-scan", gate(结果="拒绝", 离开时间="2020-02-11 09:00:00", 体温="38.5", 测温部位="额温")).receipt
    assert receipt["facts"] == {"gate_visit": 0, "temperature_reading": 0}


def declaration(stays: str) -> str:
    return (
        f'{{"申报编号": "SB1", "证件类型": "护照", "证件号码": "e12345678", "姓名": "无名", "手机号": "13800000000", "国籍": "美国", '
        f'"申报时间": "2020/2/20 8:00", "申领地代码": "330106", "体温": 36.5, "症状": "2^3", "接触病例": 2, "旅居史": {stays}, '
        f'"上报时间": "20200220080500"}}\n'
    )


def test_a_declaration_gives_enrolment_consent_and_each_of_its_stays(door: Door):
    stays = '[{"地区代码": "420100", "到达日期": "2020-01-20", "离开日期": "2020/2/7"}, '
    stays += '{"地区代码": "330106", "到达日期": "20200207", "离开日期": ""}]'
    receipt = door.bring("health-declaration", declaration(stays)).receipt
    assert receipt["facts"] == {"enrolment": 1, "health_declaration": 1, "consent": 1, "region_stay": 2}
    assert door.rows(Enrolment, "id_type, nationality, region_code") == [("passport", "USA", "330106")]
    assert door.rows(RegionStay, "region_code, from_at, until_at, basis") == [
        ("420100", datetime(2020, 1, 19, 16, 0), datetime(2020, 2, 7, 16, 0), "declared"),
        ("330106", datetime(2020, 2, 6, 16, 0), None, "declared"),
    ]
    assert len(set(door.rows(RegionStay, "fact_id"))) == 2
    assert door.rows(Consent, "purpose") == [("health_code",)]


@pytest.mark.parametrize(("left", "said"), [("2020-02-07", True), ("2020-02-06", True), ("2020-02-05", False), ("", True)])
def test_a_stay_in_the_key_area_counts_for_14_days(door: Door, left: str, said: bool):
    from fangxian.facts import HealthDeclaration

    door.bring("health-declaration", declaration(f'[{{"地区代码": "420100", "到达日期": "2020-01-20", "离开日期": "{left}"}}]'))
    assert door.rows(HealthDeclaration, "stayed_in_key_area, symptoms, contacted_case") == [(said, "breathless,cold_like", "no")]


@pytest.mark.parametrize("stays", ['[{"地区代码": "420100", "到达日期": "去年", "离开日期": ""}]', '"武汉"', '[{"地区代码": "420100"}]'])
def test_one_wrong_stay_refuses_the_whole_declaration(door: Door, stays: str):
    receipt = door.bring("health-declaration", declaration(stays)).receipt
    assert set(receipt["facts"].values()) == {0}
    assert receipt["rows"]["quarantined"] == 1


def test_counts_of_an_area_stand_for_the_end_of_their_day(door: Door):
    columns = ("通报编号", "地区代码", "统计日期", "累计确诊", "治愈")
    door.bring("area-bulletin", csv(columns, [("TB1", "330100", "2020-02-29", "169", "")]))
    assert door.rows(AreaCases, "region_code, from_at, reported_on, confirmed_total, cured_total") == [
        ("330100", datetime(2020, 2, 29, 16, 0), date(2020, 2, 29), 169, None)
    ]


def test_progress_is_told_of_every_step_in_order(door: Door):
    told: list[str] = []
    path = door.write(check_ins(check_in("1")))
    ingest(door.lake, source_named("daily-check-in"), path, received_at=RECEIVED_AT, key_holder=door.key, progress=told.append)
    assert tuple(told) == STEPS


def test_files_are_sorted_by_person_and_time(door: Door):
    people = (ANN, BO)
    rows = [check_in(str(n), 证件号码=people[n % 2], 打卡时间=f"2020-02-{20 - n % 7:02d} 08:00:00") for n in range(50)]
    door.bring("daily-check-in", check_ins(*rows))
    import pyarrow.parquet as pq

    table = pq.read_table(door.lake.files(CheckIn)[0])
    keys = list(zip(table["person_id"].to_pylist(), table["from_at"].to_pylist(), strict=True))
    assert keys == sorted(keys)


def test_a_file_that_outgrows_its_memory_spills_and_leaves_no_spill_behind(door: Door):
    path = door.write(check_ins(*(check_in(f"{n:040d}") for n in range(150_000))))
    ingest(door.lake, source_named("daily-check-in"), path, received_at=RECEIVED_AT, key_holder=door.key, memory="60MB", threads=1)
    assert len(door.rows(CheckIn, "fact_id")) == 150_000
    (delivery,) = (door.lake.path / "deliveries").iterdir()
    assert sorted(p.name for p in delivery.iterdir()) == ["check_in.parquet", "receipt.json"]
