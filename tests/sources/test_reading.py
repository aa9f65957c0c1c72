"""Files of every form and encoding: the same rows come out, each with the number that a person sees; a damaged file does not go in."""

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from fangxian.errors import FangxianError
from fangxian.facts import CheckIn

from .conftest import BO, CHECK_IN, Door, check_in, check_ins, csv

GOOD = check_ins(check_in("1"), check_in("2", 证件号码=BO, 症状="发热^咳嗽"), check_in("3", 体温="烧"))


def excel(rows: list[list[object]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("打卡")
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    return file.getvalue()


def parquet() -> bytes:
    file = io.BytesIO()
    rows = [line.split(",") for line in GOOD.splitlines()[1:]]
    pq.write_table(pa.table([list(column) for column in zip(*rows, strict=True)], names=list(CHECK_IN)), file)
    return file.getvalue()


def json_lines() -> str:
    header, *rows = (line.split(",") for line in GOOD.splitlines())
    return "".join(json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)


FORMS = {
    "UTF-8": GOOD.encode(),
    "UTF-8 with a mark": GOOD.encode("utf-8-sig"),
    "GB18030": GOOD.encode("gb18030"),
    "UTF-16": GOOD.encode("utf-16"),
    "lines that end as on Windows": GOOD.replace("\n", "\r\n").encode(),
    "no end of the last line": GOOD.rstrip("\n").encode(),
    "bars": GOOD.replace(",", "|").encode(),
    "tabs": GOOD.replace(",", "\t").encode(),
    "semicolons": GOOD.replace(",", ";").encode(),
    "quotes": "".join(",".join(f'"{cell}"' for cell in line.split(",")) + "\n" for line in GOOD.splitlines()).encode(),
    "columns in another order, and more of them": "".join(
        ",".join(["多余", *reversed(line.split(","))]) + "\n" for line in GOOD.splitlines()
    ).encode(),
    "headings with blanks": GOOD.replace("证件号码", " 证件　号码 ", 1).encode(),
    "JSON lines": json_lines().encode(),
    "Excel": excel([line.split(",") for line in GOOD.splitlines()]),
    "Parquet": parquet(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_file_says_the_same_in_every_form(door: Door, form: str):
    receipt = door.bring("daily-check-in", FORMS[form]).receipt
    assert receipt["rows"] == {"read": 3, "accepted": 2, "quarantined": 1, "repeated": 0}
    assert [symptoms for (symptoms,) in door.rows(CheckIn, "symptoms", order="symptoms")] == ["", "cough,fever"]
    row = {"JSON lines": 3, "Parquet": 3}.get(form, 4)
    assert door.refused() == [(row, "体温", "unreadable")]


def test_rows_are_numbered_as_a_person_sees_them(door: Door):
    lines = [
        "",
        check_ins().strip(),
        *(",".join(check_in(str(n), 体温="烧")) for n in (1, 2)),
        "",
        "   ",
        ",,,,,,",
        ",".join(check_in("3", 体温="烧")),
    ]
    assert door.bring("daily-check-in", "\n".join(lines) + "\n").receipt["rows"]["read"] == 3
    assert [row for row, *_ in door.refused()] == [3, 4, 8]


def test_the_header_of_a_workbook_is_found_below_title_rows(door: Door):
    rows = [["每日打卡汇总表"], [], *(line.split(",") for line in GOOD.splitlines())]
    assert door.bring("daily-check-in", excel(rows)).receipt["rows"]["accepted"] == 2
    assert door.refused() == [(6, "体温", "unreadable")]


@pytest.mark.parametrize(
    "broken",
    ["4,居民身份证", ",".join([*check_in("4"), "多"]), '4,"居民身份证,' + ",".join(check_in("4")[2:]), ",".join(check_in("4")) + '"x"y'],
)
def test_a_broken_line_is_refused_and_stops_nothing(door: Door, broken: str):
    receipt = door.bring("daily-check-in", GOOD + broken + "\n" + ",".join(check_in("5")) + "\n").receipt
    assert receipt["rows"]["accepted"] == 3
    assert door.refused("row_number")[-1] == (5,)


def test_a_line_that_is_no_json_is_refused_and_stops_nothing(door: Door):
    first, *rest = json_lines().splitlines()
    receipt = door.bring("daily-check-in", "\n".join([first, "[1, 2]", '{"打卡流水号": ', *rest]) + "\n").receipt
    assert receipt["refused"] == {"broken_line": 2, "unreadable": 1}
    assert [row for row, *_ in door.refused()] == [2, 3, 5]


CUT = {
    "text": GOOD.encode()[:-40],
    "text in its last cell": GOOD.encode()[:-5],
    "GB18030 in the middle of a character": GOOD.replace("烧", "高烧").encode("gb18030")[
        : GOOD.encode("gb18030").index("烧".encode("gb18030")) + 1
    ],
    "JSON lines": json_lines().encode()[:-30],
    "one JSON line": json_lines().encode()[:50],
    "Excel": FORMS["Excel"][:-200],
    "Parquet": FORMS["Parquet"][:-100],
}


@pytest.mark.parametrize("form", CUT)
def test_a_file_that_is_cut_in_the_middle_does_not_go_in(door: Door, form: str):
    with pytest.raises(FangxianError, match="cut"):
        door.bring("daily-check-in", CUT[form])
    assert door.lake.delivery_ids() == []
    assert list((door.lake.path / "staging").iterdir()) == []


def test_bytes_of_another_encoding_are_named_with_their_line(door: Door):
    damaged = GOOD.encode().replace("烧".encode(), b"\xff\xfe\xfd")
    with pytest.raises(FangxianError, match=r"UTF-8, and the bytes of its line 4"):
        door.bring("daily-check-in", damaged)
    with pytest.raises(FangxianError, match=r"GB18030, and the bytes of its line 4"):
        door.bring("daily-check-in", GOOD.encode("gb18030").replace("烧".encode("gb18030"), b"\xff\xff"))
    assert door.lake.delivery_ids() == []


def test_a_missing_column_is_named_with_the_nearest_that_is_there(door: Door):
    with pytest.raises(FangxianError) as error:
        door.bring("daily-check-in", csv(("打卡流水", "证件号码", "打卡时间", "体温", "症状"), []))
    assert "打卡流水号 — 打卡流水?" in str(error.value)


def test_a_file_without_a_header_does_not_have_its_data_repeated(door: Door):
    with pytest.raises(FangxianError) as error:
        door.bring("daily-check-in", ",".join(check_in("1")) + "\n")
    assert check_in("1")[2] not in str(error.value)


def test_a_header_alone_is_a_delivery_of_nothing(door: Door):
    assert door.bring("daily-check-in", check_ins()).receipt["rows"]["read"] == 0


@pytest.mark.parametrize("content", [b"", None])
def test_an_empty_or_missing_file_does_not_go_in(door: Door, content: bytes | None):
    path = door.write(content) if content is not None else door.folder / "nowhere.csv"
    with pytest.raises(FangxianError, match=r"empty|no file"):
        door.bring("daily-check-in", path)


@pytest.mark.parametrize(
    "content", [check_ins(check_in("1")).replace("症状", "打卡时间", 1), check_ins(check_in("1")).replace("体温", "症状", 1)]
)
def test_a_header_that_names_a_column_twice_does_not_go_in(door: Door, content: str):
    with pytest.raises(FangxianError, match="twice"):
        door.bring("daily-check-in", content)
    assert door.lake.delivery_ids() == []


@pytest.mark.parametrize("place", ["before", "in a cell", "in a heading", "after"])
def test_a_text_file_with_nul_bytes_ends_in_a_sentence_and_never_in_a_crash(door: Door, place: str):
    content = {
        "before": b"\0\0\0\0" + GOOD.encode(),
        "in a cell": GOOD.encode().replace(b"36.5", b"36\0.5", 1),
        "in a heading": GOOD.encode().replace("体温".encode(), "体\0温".encode(), 1),
        "after": GOOD.encode() + b"\0" * 4096,
    }[place]
    with pytest.raises(FangxianError, match="NUL"):
        door.bring("daily-check-in", content)
    assert door.lake.delivery_ids() == []


def test_a_day_of_1900_is_a_spreadsheet_s_empty_cell_and_is_refused_with_a_remedy(door: Door):
    receipt = door.bring(
        "daily-check-in", check_ins(check_in("1", 打卡时间="1900-01-01 00:00:00"), check_in("2", 上报时间="1900/1/1 0:00"))
    ).receipt
    assert receipt["refused"] == {"too_early": 2}
    assert all("1900" in remedy for (remedy,) in door.refused("remedy_en"))
