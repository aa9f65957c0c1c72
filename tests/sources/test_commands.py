"""The data officer's commands, as they are typed: what they print, and how they end."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import fastexcel
import pytest

from fangxian.cli.app import main
from fangxian.engine.lake import Lake

from .conftest import ANN, check_in, check_ins, csv


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed, blanks and line breaks made one blank."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def fangxian(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Give a function that runs the command line as `fangxian` does."""

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["fangxian", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Ended(int(ended.value.code or 0), " ".join(printed.out.split()), " ".join(printed.err.split()))

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a file with one good row and one that is not."""
    path = tmp_path / "打卡.csv"
    path.write_text(check_ins(check_in("1"), check_in("2", 体温="烧")), "utf-8")
    return path


def test_a_file_goes_into_a_new_lake_and_its_refused_row_comes_out_as_a_workbook(
    fangxian: Callable[..., Ended], file: Path, tmp_path: Path
):
    lake = tmp_path / "lake"
    first = fangxian("ingest", "daily-check-in", file, "--lake", lake, "--language", "en")
    assert (first.returncode, first.stderr.strip()) == (0, "")
    assert "quarantined 1" in first.stdout
    again = fangxian("ingest", "daily-check-in", file, "--lake", lake)
    assert "已在数据湖中，未作更改" in again.stdout
    exported = fangxian("quarantine", "--lake", lake, "--export", tmp_path / "q.xlsx")
    assert exported.returncode == 0
    assert fastexcel.read_excel(tmp_path / "q.xlsx").sheet_names == ["daily-check-in"]
    assert fangxian("compact", "--lake", lake).returncode == 0
    assert fangxian("check", "--lake", lake).returncode == 0
    assert ANN not in first.stdout + first.stderr + exported.stdout


@pytest.mark.parametrize("names", [["none.csv"], ["none.csv", "nor.csv"], ["empty.csv"]])
def test_a_new_lake_into_which_nothing_went_is_not_left_behind_nor_is_its_key(fangxian: Callable[..., Ended], tmp_path: Path, names):
    (tmp_path / "empty.csv").touch()
    ended = fangxian("ingest", "daily-check-in", *(tmp_path / name for name in names), "--lake", tmp_path / "lake")
    assert ended.returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["empty.csv"]


def test_a_lake_that_was_there_stays_when_a_file_does_not_go_in(fangxian: Callable[..., Ended], file: Path, tmp_path: Path):
    lake = tmp_path / "lake"
    assert fangxian("ingest", "daily-check-in", file, tmp_path / "none.csv", "--lake", lake).returncode == 2
    assert len(Lake.open(lake).delivery_ids()) == 1
    assert lake.stat().st_mode & 0o777 == 0o700
    assert fangxian("ingest", "daily-check-in", tmp_path / "none.csv", "--lake", lake).returncode == 2
    assert len(Lake.open(lake).delivery_ids()) == 1
    assert (tmp_path / "lake.key" / "identity.key").exists()


def test_help_names_every_variable_whole_at_eighty_columns(fangxian: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "80")
    printed = fangxian("serve", "--help").stdout
    assert all(f"FANGXIAN_{name}" in printed for name in ("METRICS_TOKEN_FILE", "REGISTER", "STORE", "VAULT", "OIDC_ISSUER"))
    assert "…" not in printed


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_cut_at_eighty_columns(fangxian: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str):
    monkeypatch.setenv("COLUMNS", "80")
    header = ("通报编号", "地区代码", "统计日期", "累计确诊", "治愈", "上报时间")
    counts = (("330382", "10", 12), ("330382", "11", 9), ("330183", "11", 4), ("999999", "11", 1))
    rows = [(f"TB{n}", code, f"2020-02-{day}", f"{total}", "", "2020-02-29 09:00:00") for n, (code, day, total) in enumerate(counts)]
    path = tmp_path / "bulletin.csv"
    path.write_text(csv(header, rows), "utf-8")
    lake = ("--lake", tmp_path / "lake", "--language", language)
    printed = [fangxian("ingest", "area-bulletin", path, *lake)]
    printed += [fangxian(command, *lake) for command in ("check", "quarantine", "compact")]
    printed += [fangxian("sources", "--language", language)]
    assert [ended.returncode for ended in printed] == [0] * 5
    assert all(found in printed[1].stdout for found in ("330183", "999999", "乐清市", "2020-02-11"))
    assert [ended.stdout for ended in printed if "…" in ended.stdout] == []


def test_hundreds_of_invalid_codes_do_not_hide_a_falling_count(fangxian: Callable[..., Ended], tmp_path: Path):
    header = ("通报编号", "地区代码", "统计日期", "累计确诊", "治愈", "上报时间")
    counts = [("330382", "10", 12), ("330382", "11", 9), *((f"9990{n:02}", "11", 1) for n in range(60))]
    rows = [(f"TB{n}", code, f"2020-02-{day}", f"{total}", "", "2020-02-29 09:00:00") for n, (code, day, total) in enumerate(counts)]
    path = tmp_path / "bulletin.csv"
    path.write_text(csv(header, rows), "utf-8")
    lake = ("--lake", tmp_path / "lake", "--language", "en")
    for printed in (fangxian("ingest", "area-bulletin", path, *lake).stdout, fangxian("check", *lake).stdout):
        assert "a cumulative count falls: 1" in printed
        assert "a region's code is not valid: 60" in printed
        assert printed.count("code 9990") == 5
        assert "55 more: see `fangxian check --all`" in printed
    assert fangxian("check", "--all", *lake).stdout.count("code 9990") == 60


def test_a_file_that_cannot_be_read_ends_with_2_and_the_others_go_in(fangxian: Callable[..., Ended], file: Path, tmp_path: Path):
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    ended = fangxian("ingest", "daily-check-in", empty, file, tmp_path / "nowhere.csv", "--lake", tmp_path / "lake")
    assert ended.returncode == 2
    assert "empty.csv is empty" in ended.stderr
    assert "2 of 3 files did not go in" in ended.stderr
    assert "接收 1" in ended.stdout


def test_a_file_of_refused_rows_ends_with_0_and_says_so_loudly(fangxian: Callable[..., Ended], tmp_path: Path):
    path = tmp_path / "bad.csv"
    path.write_text(check_ins(check_in("1", 体温="烧")), "utf-8")
    ended = fangxian("ingest", "daily-check-in", path, "--lake", tmp_path / "lake")
    assert ended.returncode == 0
    assert "全部行均被隔离，没有一行入湖" in ended.stdout


def test_an_unknown_source_is_answered_with_the_nearest(fangxian: Callable[..., Ended], file: Path, tmp_path: Path):
    ended = fangxian("ingest", "daily-checkin", file, "--lake", tmp_path / "lake")
    assert ended.returncode == 2
    assert "Did you mean daily-check-in?" in ended.stderr
    assert not (tmp_path / "lake").exists()


@pytest.mark.parametrize("command", [("quarantine",), ("check",), ("compact",)])
def test_a_folder_that_is_no_lake_ends_with_2(fangxian: Callable[..., Ended], tmp_path: Path, command: tuple[str, ...]):
    ended = fangxian(*command, "--lake", tmp_path)
    assert ended.returncode == 2
    assert "is not a lake" in ended.stderr


def test_a_full_folder_is_not_made_a_lake(fangxian: Callable[..., Ended], file: Path, tmp_path: Path):
    ended = fangxian("ingest", "daily-check-in", file, "--lake", tmp_path)
    assert ended.returncode == 2
    assert "not empty and not a lake" in ended.stderr


def test_every_source_is_listed(fangxian: Callable[..., Ended]):
    listed = fangxian("sources").stdout
    assert "wenzhou-county-cases" in listed
    assert "健康码平台" in listed


def test_the_time_of_receipt_may_name_its_zone_and_lies_in_the_past(fangxian: Callable[..., Ended], file: Path, tmp_path: Path):
    lake = tmp_path / "lake"
    for text, says in (("2999-12-31", "in the future"), ("9999-12-31 23:00", "in the future"), ("0001-01-01", "is not a time")):
        refused = fangxian("ingest", "daily-check-in", file, "--lake", lake, "--received-at", text)
        assert refused.returncode == 2
        assert says in refused.stderr
    assert fangxian("ingest", "daily-check-in", file, "--lake", lake, "--received-at", "2020-03-01T02:00Z").returncode == 0
    assert [receipt["received_at"] for receipt in Lake.open(lake).receipts()] == ["2020-03-01T02:00:00"]


def test_a_path_that_cannot_be_used_ends_with_words_and_not_with_a_trace(fangxian: Callable[..., Ended], file: Path, tmp_path: Path):
    for arguments in (("--lake", file / "lake"), ("--lake", tmp_path / "lake", "--key", tmp_path)):
        ended = fangxian("ingest", "daily-check-in", file, *arguments)
        assert ended.returncode == 2
        assert "Check the path" in ended.stderr


def test_a_language_or_an_instant_that_does_not_exist_is_refused(fangxian: Callable[..., Ended], file: Path, tmp_path: Path):
    lake, look = tmp_path / "lake", ("--role", "r", "--purpose", "p")
    fangxian("ingest", "daily-check-in", file, "--lake", lake)
    assert fangxian("check", "--lake", lake, "--language", "xx").returncode == 2
    refused = fangxian("explain", "0" * 32, "--lake", lake, *look, "--known-at", "9999-12-31T23:59:59-12:00")
    assert refused.returncode == 2
    assert "is not a time" in refused.stderr


def test_a_workbook_for_a_folder_that_is_not_there_is_refused(fangxian: Callable[..., Ended], file: Path, tmp_path: Path):
    fangxian("ingest", "daily-check-in", file, "--lake", tmp_path / "lake")
    refused = fangxian("quarantine", "--lake", tmp_path / "lake", "--export", tmp_path / "nowhere" / "q.xlsx")
    assert refused.returncode == 2
    assert "There is no folder" in refused.stderr


DAMAGE = {
    "cut": lambda content: content[: len(content) // 2],
    "garbage": lambda content: b"garbage " * 100,
    "empty": lambda content: b"",
    "garbage in the middle": lambda content: content[:4] + b"\0" * (len(content) // 2) + content[4 + len(content) // 2 :],
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("merged", [False, True], ids=["delivered", "merged"])
def test_a_damaged_file_of_a_lake_ends_every_command_in_a_sentence_that_names_it(
    fangxian: Callable[..., Ended], file: Path, tmp_path: Path, damage: str, merged: bool
):
    lake = tmp_path / "lake"
    assert fangxian("ingest", "daily-check-in", file, "--lake", lake).returncode == 0
    if merged:
        assert fangxian("compact", "--lake", lake).returncode == 0
    path = next((lake / ("compacted" if merged else "deliveries")).glob("*/check_in*.parquet"))
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    again = tmp_path / "again.csv"
    again.write_text(check_ins(check_in("1", 上报时间="2020-02-12 09:00:00", 症状="发热")), "utf-8")
    person = "0" * 32
    for command in (
        ("ingest", "daily-check-in", again),
        ("compact",),
        ("decide", "--at", "2020-02-20 12:00", "--role", "tester", "--purpose", "test"),
        ("rehearse", "--to", "shanghai", "--role", "tester", "--purpose", "test"),
        ("explain", person, "--role", "tester", "--purpose", "test"),
    ):
        ended = fangxian(*command, "--lake", lake)
        assert (ended.returncode, str(path) in ended.stderr.replace(" ", ""), person in ended.stderr) == (2, True, False), command
