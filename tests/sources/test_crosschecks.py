"""Cross-checks flag what does not add up, falls, is late or has no valid code; they change nothing."""

from fangxian.facts import AreaCases
from fangxian.sources.crosschecks import Check, lake_flags

from .conftest import ANN, Door, check_in, check_ins, csv

BULLETIN = ("通报编号", "地区代码", "统计日期", "累计确诊", "治愈", "上报时间")


def bulletin(*rows: tuple[str, str, int, str]) -> str:
    """Return a file of counts: code, day, confirmed, cured."""
    numbered = enumerate(rows)
    return csv(BULLETIN, [(f"TB{n}", code, day, str(count), cured, f"{day} 23:59:00") for n, (code, day, count, cured) in numbered])


def flagged(door: Door) -> list[tuple[str, str, int]]:
    return [(flag.check, flag.region_code, flag.times) for flag in lake_flags(door.lake)]


def test_counts_that_rise_and_add_up_are_not_flagged(door: Door):
    days = ("2020-02-10", "2020-02-11")
    door.bring("area-bulletin", bulletin(*((code, day, count + n, "") for n, day in enumerate(days) for code, count in (("330100", 3),))))
    assert flagged(door) == []


def test_a_falling_count_is_flagged_with_its_day_and_kept_as_it_is(door: Door):
    file = bulletin(("330100", "2020-02-10", 5, "1"), ("330100", "2020-02-11", 4, ""), ("330100", "2020-02-12", 6, "0"))
    receipt = door.bring("area-bulletin", file).receipt
    assert flagged(door) == [(Check.FALLING, "330100", 1), (Check.FALLING, "330100", 1)]
    assert "2020-02-11, from 5 to 4" in receipt["flags"][0]["en"]
    assert "the cured" in receipt["flags"][1]["en"]
    assert door.rows(AreaCases, "confirmed_total") == [(5,), (4,), (6,)]


def test_a_later_report_of_the_day_is_what_is_compared(door: Door):
    door.bring("area-bulletin", bulletin(("330100", "2020-02-10", 5, ""), ("330100", "2020-02-11", 4, "")))
    corrected = csv(BULLETIN, [("TB9", "330100", "2020-02-11", "5", "", "2020-02-12 08:00:00")])
    door.bring("area-bulletin", corrected, name="corrected.csv")
    assert flagged(door) == []


def test_a_province_is_compared_with_its_prefectures_across_deliveries(door: Door):
    door.bring("area-bulletin", bulletin(("330000", "2020-02-10", 9, "")), name="province.csv")
    assert flagged(door) == []
    door.bring(
        "area-bulletin", bulletin(("330100", "2020-02-10", 3, ""), ("330200", "2020-02-10", 5, "")).replace("TB", "TC"), name="cities.csv"
    )
    ((check, code, times),) = flagged(door)
    assert (check, code, times) == (Check.SUM, "330000", 1)
    assert "it says 9, its parts 8" in lake_flags(door.lake)[0].en


def test_a_county_counts_as_a_part_only_where_its_prefecture_is_silent(door: Door):
    rows = [("420000", 10), ("420100", 6), ("420102", 6), ("429004", 4)]
    door.bring("area-bulletin", bulletin(*((code, "2020-02-10", count, "") for code, count in rows)))
    assert flagged(door) == []


def test_people_counted_under_no_region_are_counted_when_a_province_is_compared(door: Door):
    columns = ("date", "province", "city", "confirmed", "suspected", "cured", "dead")
    rows = [("", "1217"), ("杭州市", "1100"), ("省十里丰监狱", "36"), ("境外输入", "81")]
    file = csv(columns, [("2020-02-29", "浙江省", city, count, "0", "0", "0") for city, count in rows])
    receipt = door.bring("city-cases", file).receipt
    assert (receipt["refused"], receipt["flags"]) == ({"not_a_region": 2}, [])
    assert flagged(door) == []


def test_late_rows_are_flagged_with_how_late(door: Door):
    rows = [check_in("1"), check_in("2", 上报时间="2020-02-14 08:30:00")]
    receipt = door.bring("daily-check-in", check_ins(*rows)).receipt
    assert [(flag["check"], flag["times"]) for flag in receipt["flags"]] == [("late", 1)]
    assert "the latest after 72" in receipt["flags"][0]["en"]
    assert flagged(door) == [(Check.LATE, "", 1)]


def test_codes_that_are_not_valid_are_flagged_by_code(door: Door):
    columns = ("登记编号", "证件号码", "卡口编号", "卡口所在地代码", "通过时间", "上报时间")
    rows = [
        (str(n), ANN, "K1", code, "2020-02-11 08:00:00", "2020-02-11 09:00:00") for n, code in enumerate(("330113", "330113", "999999"))
    ]
    door.bring("checkpoint", csv(columns, rows))
    assert flagged(door) == [(Check.CODE, "330113", 2), (Check.CODE, "999999", 1)]
    assert "in force since 2021" in lake_flags(door.lake)[0].en
    assert "有效年份 2021 年起" in lake_flags(door.lake)[0].zh


def test_the_years_of_a_code_are_said_in_words_and_joined_where_only_its_name_changed(door: Door):
    columns = ("登记编号", "证件号码", "卡口编号", "卡口所在地代码", "通过时间", "上报时间")
    rows = [(str(n), ANN, "K1", code, "2020-02-11 08:00:00", "2020-02-11 09:00:00") for n, code in enumerate(("110201", "132426"))]
    door.bring("checkpoint", csv(columns, rows))
    told = {flag.region_code: (flag.zh, flag.en) for flag in lake_flags(door.lake)}
    assert "有效年份 1982 年止" in told["110201"][0]
    assert "in force until 1982" in told["110201"][1]
    assert "in force until 1994" in told["132426"][1]


def test_flags_survive_the_receipt(door: Door):
    receipt = door.bring("area-bulletin", bulletin(("330100", "2020-02-10", 5, ""), ("330100", "2020-02-11", 4, ""))).receipt
    assert [flag.as_dict() for flag in lake_flags(door.lake)] == receipt["flags"]
