"""Parcels go out as workbooks into a closed folder and come back filled in: good rows are kept, bad ones named with the reason."""

from datetime import date, timedelta

import fastexcel
import polars as pl
import pytest
from spec_symbols import person_id, person_name

from fangxian.engine.workbook import write_workbook
from fangxian.errors import FangxianError
from fangxian.services import parcel_workbooks
from fangxian.services.parcel_workbooks import NUMBER, OUTCOME, PARCEL, VISITED_ON
from fangxian.store.reaching import Reach, keep_reaches
from fangxian.store.store import Event
from fangxian.vault.folder import VaultFolder
from fangxian.vault.local import LocalVault
from fangxian.work.parcels import acknowledge, outcomes, parcels, progress
from fangxian.work.permissions import Principal
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Role
from tests.finding.test_turns import AT, DAY, came, rows, turn

LOCAL = timedelta(hours=8)
TOLD = {"actor": "officer-1", "role": Role.OFFICER, "purpose": "arrivals", "utc_offset": LOCAL}
NANCHONG = {"ann": "511302001002", "bo": "511303", "cy": "511302", "dee": "511304"}
OFFICER = Principal(subject="officer-1", roles=frozenset({Role.OFFICER}), region_codes=frozenset({"510000"}), second_factor=True)


@pytest.fixture
def vault(tmp_path):
    return LocalVault(VaultFolder.make(tmp_path / "vault"))


@pytest.fixture
def sent(store, vault, tmp_path):
    """Give the workbook of a prefecture, as it went out."""
    with store.transaction(Event(actor="t", role="r", purpose="p", action="reach_kept"), at=AT) as transaction:
        ann = Reach(person_id=person_id("ann"), full_name="王小\x01明", phone="13800000001", address="文三路 <1> 号 & 2 幢")
        keep_reaches(transaction, vault, [ann], source="community-register", retention="register")
    turn(store, came(**NANCHONG))
    (each,) = parcels(store, way="excel", unsent=True)
    return parcel_workbooks.write(store, vault, each, tmp_path / "out", at=AT, **TOLD)


def read(path) -> pl.DataFrame:
    return fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_polars()


def back(store, path, *, at=AT + DAY):
    return parcel_workbooks.take_back(store, path, at=at, **TOLD)


def filled(sheet: pl.DataFrame, path, **cells: tuple[object, ...]):
    """Write a sheet with columns filled in from the first row on."""
    names = {"parcel": PARCEL, "number": NUMBER, "outcome": OUTCOME, "visited_on": VISITED_ON}
    columns = {names[name]: pl.Series(list(values), dtype=pl.String) for name, values in cells.items()}
    write_workbook(sheet.with_columns(**columns), path)
    return path


def test_a_workbook_names_its_people_in_order_of_where_they_are_in_a_folder_for_its_owner_alone(sent):
    sheet = read(sent)
    assert sent.name.startswith("511300-1-")
    assert (sent.stat().st_mode & 0o777, sent.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert sheet[NUMBER].to_list() == ["1", "2", "3", "4"]
    assert sheet["县 county"].to_list() == ["511302 顺庆区", "511302 顺庆区", "511303 高坪区", "511304 嘉陵区"]
    ann = sheet.row(1, named=True)
    assert (ann["姓名 name"], ann["电话 telephone"], ann["住址 address"]) == ("王小 明", "13800000001", "文三路 <1> 号 & 2 幢")
    assert (ann["网格 grid"], ann["依据 why"], ann["最后在当地 last there"]) == ("511302001002", "行程 trip", "2020-02-05")
    assert sheet.row(0, named=True)["姓名 name"] is None


def test_a_folder_that_others_can_open_gets_no_workbook(store, vault, tmp_path):
    turn(store, came(**NANCHONG))
    (each,) = parcels(store, way="excel")
    (tmp_path / "open").mkdir(mode=0o755)
    with pytest.raises(FangxianError, match="Others than its owner"):
        parcel_workbooks.write(store, vault, each, tmp_path / "open", at=AT, **TOLD)
    assert list((tmp_path / "open").iterdir()) == []
    assert parcels(store, way="excel", unsent=True) == [each]
    event = Event(actor="t", role="r", purpose="p", action="parcel_acknowledged")
    with pytest.raises(RefusedError, match="not sent yet"):
        acknowledge(store, event, each.parcel_id, by="Nanchong", at=AT)


def test_good_rows_are_kept_and_bad_ones_named_with_the_reason(store, sent, tmp_path):
    again = filled(
        pl.concat([read(sent), read(sent).head(2)]),
        tmp_path / "back.xlsx",
        number=("1", "2", "3", "4", "9", "x"),
        outcome=("已见到本人", "Nobody there", "见过", None, "refused", "refused"),
        visited_on=("2020/02/11", "2020-02-11", "2020-02-11", None, "2020-02-11", "2020-02-11"),
    )
    found = back(store, again)
    assert (found.kept, found.empty) == (2, 1)
    assert [(row["row"], row["column"]) for row in found.refused.to_dicts()] == [(4, OUTCOME), (6, NUMBER), (7, NUMBER)]
    kept = rows(store, "SELECT person_id, outcome, visited_on FROM work.arrival_outcome")
    assert {(person_name(person.hex), outcome) for person, outcome, _ in kept} == {("cy", "found"), ("ann", "not_there")}
    assert {day for *_, day in kept} == {date(2020, 2, 11)}
    assert parcels(store, way="excel")[0].acknowledged_by == "511300"
    assert [(each.outcome, each.people) for each in outcomes(store, OFFICER, parcels(store)[0].search_id)] == [
        ("found", 1),
        ("not_there", 1),
    ]


def test_the_same_workbook_again_changes_nothing_and_a_later_word_takes_its_place(store, sent, tmp_path):
    once = filled(read(sent), tmp_path / "once.xlsx", outcome=("not_there", None, None, None), visited_on=("2020-02-11", None, None, None))
    assert [back(store, once).kept, back(store, once, at=AT + 2 * DAY).kept] == [1, 0]
    later = filled(read(sent), tmp_path / "l.xlsx", outcome=("moved_on", None, None, None), visited_on=("2020-02-12", None, None, None))
    assert back(store, later, at=AT + 3 * DAY).kept == 1
    assert rows(store, "SELECT outcome FROM work.arrival_outcome ORDER BY known_at") == [("not_there",), ("moved_on",)]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"visited_on": ("11 Feb",), "outcome": ("found",)}, VISITED_ON),
        ({"visited_on": ("2020-02-13",), "outcome": ("found",)}, VISITED_ON),
        ({"visited_on": ("2020-02-11",)}, OUTCOME),
        ({"visited_on": ("2020-02-11",), "outcome": ("found",), "parcel": ("00000000-0000-0000-0000-000000000000",)}, PARCEL),
        ({"visited_on": ("2020-02-11",), "outcome": ("found",), "parcel": (None,)}, PARCEL),
    ],
)
def test_what_cannot_be_understood_is_refused_alone(store, sent, tmp_path, cells, column):
    three = {
        name: (*values, *read(sent)[PARCEL][1:])
        if name == "parcel"
        else (*values, "found" if name == "outcome" else "2020-02-11", None, None)
        for name, values in cells.items()
    }
    found = back(store, filled(read(sent), tmp_path / "bad.xlsx", **three))
    assert next(row["column"] for row in found.refused.to_dicts()) == column


def test_what_is_no_workbook_of_a_parcel_is_refused_whole(store, tmp_path):
    (tmp_path / "no.xlsx").write_bytes(b"no")
    with pytest.raises(FangxianError, match="no Excel workbook"):
        back(store, tmp_path / "no.xlsx")
    write_workbook(pl.DataFrame({"姓名": ["x"]}), tmp_path / "other.xlsx")
    with pytest.raises(FangxianError, match="lacks the columns"):
        back(store, tmp_path / "other.xlsx")


def test_progress_counts_sent_acknowledged_visited_and_late_where_one_may_see(store, sent, tmp_path):
    turn(store, came(**NANCHONG, eve="510104", fay="500101"), known_at=AT + DAY)
    once = filled(read(sent), tmp_path / "once.xlsx", outcome=("found", None, None, None), visited_on=("2020-02-11", None, None, None))
    back(store, once)
    search_id = parcels(store)[0].search_id
    found = progress(store, OFFICER, search_id, at=AT + timedelta(hours=49))
    assert [(each.region_code, each.people, each.sent, each.acknowledged, each.visited, each.late) for each in found] == [
        ("511300", 4, 4, 4, 1, 3),
        ("510100", 1, 1, 1, 0, 0),
    ]
    nobody = Principal(subject="doctor-1", roles=frozenset({Role.DOCTOR}), region_codes=frozenset({"510000"}))
    assert progress(store, nobody, search_id, at=AT) == []
