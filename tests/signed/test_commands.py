"""The commands as a stranger types them, from an empty folder to a rotated key; and a turnstile that answers at once."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from fangxian.cli.app import main
from fangxian.facts.known import now
from fangxian.signed.envelope import LONGEST_TEXT
from fangxian.signed.key_files import read_public
from fangxian.signed.place import PlaceCode
from fangxian.signed.trust import TrustList

from .worked_example import PAGE

PASSPHRASE = "only for this trial"


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def verdicts(self) -> list[dict]:
        """The lines of JSON."""
        return [orjson.loads(line) for line in self.stdout.splitlines()]


@pytest.fixture
def fangxian(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Ended]:
    """Give a function that runs the command line as `fangxian` does, in a folder with keys, a gate and a paper."""

    def run(*arguments: object, stdin: str | bytes = "") -> Ended:
        data = stdin if isinstance(stdin, bytes) else stdin.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), "utf-8"))
        monkeypatch.setattr(sys, "argv", ["fangxian", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Ended(int(ended.value.code or 0), printed.out, printed.err)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FANGXIAN_KEYS", "keys")
    monkeypatch.setenv("FANGXIAN_KEY_PASSPHRASE", PASSPHRASE)
    Path("gate").mkdir()
    assert run("keys", "make", "--region", "330100").returncode == 0
    assert run("keys", "trust", "--out", "gate/trust.cose").returncode == 0
    Path("gate/root.pub").write_bytes(Path("keys/root.pub").read_bytes())
    return run


def paper(fangxian: Callable[..., Ended], *options: str) -> str:
    """Return the text of a new paper."""
    issued = fangxian("paper", "issue", "--name", "王小明", "--out", "paper.svg", *options)
    assert issued.returncode == 0, issued.stderr
    return issued.stdout


VERIFY = ("verify", "--trust", "gate/trust.cose")
CHANGES = ("--changes", "gate/changes.cose")


def test_the_commands_of_the_page_do_what_it_says(tmp_path: Path):
    script = re.search(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[1]
    door = f"fangxian() {{ {sys.executable} -c 'from fangxian.cli.app import main; main()' \"$@\"; }}\n"
    ran = subprocess.run(
        ["sh", "-c", door + script], cwd=tmp_path, capture_output=True, text=True, env=os.environ, timeout=300, check=False
    )
    verdicts = [orjson.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    assert [(v["outcome"], v["passes"]) for v in verdicts] == [("colour", True), ("revoked", False), ("colour", True)], ran.stderr
    assert ran.returncode == 0
    assert (tmp_path / "paper.svg").read_text("utf-8").startswith("<svg")
    assert "小明" not in (tmp_path / "paper.svg").read_text("utf-8")


def test_every_code_gets_one_line_and_one_that_does_not_pass_is_told_by_the_exit_code(fangxian: Callable[..., Ended]):
    green, red = paper(fangxian), paper(fangxian, "--colour", "red")
    assert fangxian(*VERIFY, stdin=green).returncode == 0
    both = fangxian(*VERIFY, stdin=green + red + "\n" + "健康码\n")
    assert both.returncode == 1
    assert [(v["outcome"], v["colour"], v["passes"]) for v in both.verdicts] == [
        ("colour", "green", True),
        ("colour", "red", False),
        ("damaged", None, False),
        ("damaged", None, False),
    ]
    assert all(v["zh"] and v["en"] for v in both.verdicts)


def test_an_answer_holds_neither_the_name_nor_the_code(fangxian: Callable[..., Ended]):
    text = paper(fangxian)
    said = fangxian(*VERIFY, stdin=text)
    assert not [part for part in ("王", text.strip(), text[10:30]) if part in said.stdout + said.stderr]


def test_a_line_without_end_is_damaged_and_the_next_code_still_counts(fangxian: Callable[..., Ended]):
    text = paper(fangxian)
    said = fangxian(
        *VERIFY, stdin=b"HC1:" + b"0" * 10 * LONGEST_TEXT + b"\n\xff\x00\n" + text.encode().replace(b"\n", b"\r\n") + text.encode()[:-1]
    )
    assert [v["outcome"] for v in said.verdicts] == ["damaged", "damaged", "colour", "colour"]


def test_time_can_be_chosen_to_try_it_out(fangxian: Callable[..., Ended]):
    said = fangxian(*VERIFY, "--at", "2099-01-01", stdin=paper(fangxian))
    assert (said.returncode, said.verdicts[0]["outcome"]) == (1, "expired")


def test_a_revoked_paper_is_refused_and_another_is_not(fangxian: Callable[..., Ended]):
    first, second = paper(fangxian), paper(fangxian)
    for text in (first, first):
        assert fangxian("paper", "revoke", *CHANGES, stdin=text).returncode == 0
    said = fangxian(*VERIFY, *CHANGES, stdin=first + second)
    assert [v["outcome"] for v in said.verdicts] == ["revoked", "colour"]


def test_what_is_no_paper_of_ours_is_not_revoked(fangxian: Callable[..., Ended]):
    refused = fangxian("paper", "revoke", *CHANGES, stdin=paper(fangxian) + "HC1:\n")
    assert refused.returncode == 2
    assert "1 of 2 lines" in refused.stderr
    assert not Path("gate/changes.cose").exists()


def test_a_leaked_key_is_revoked_and_the_next_one_signs(fangxian: Callable[..., Ended]):
    old = paper(fangxian)
    leaked = next(path.stem for path in Path("keys").glob("*.key") if path.stem != "root")
    assert leaked in fangxian("keys", "show").stdout
    assert fangxian("keys", "revoke", leaked).returncode == 0
    assert "No key of this folder may sign" in fangxian("paper", "issue", "--name", "x", "--out", "x.svg").stderr
    assert fangxian("keys", "rotate", "--starts-in", "0").returncode == 0
    assert fangxian("keys", "trust", "--out", "gate/trust.cose").returncode == 0
    said = fangxian(*VERIFY, stdin=old + paper(fangxian))
    assert [v["outcome"] for v in said.verdicts] == ["revoked", "colour"]


def test_a_key_under_another_passphrase_is_not_made(fangxian: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch):
    before = sorted(Path("keys").iterdir())
    monkeypatch.setenv("FANGXIAN_KEY_PASSPHRASE", "mistyped")
    refused = fangxian("keys", "rotate", "--starts-in", "0")
    assert (refused.returncode, "passphrase" in refused.stderr) == (2, True)
    assert sorted(Path("keys").iterdir()) == before


@pytest.mark.parametrize("option", [["--trust", "nowhere/trust.cose"], ["--root", "nowhere/root.pub"], ["--changes", "nowhere/changes"]])
def test_a_file_that_is_not_there_is_the_one_that_is_named(fangxian: Callable[..., Ended], option: list[str]):
    given = {"--trust": "gate/trust.cose", "--root": "gate/root.pub"} | {option[0]: option[1]}
    refused = fangxian("verify", *(word for pair in given.items() for word in pair), stdin="")
    assert (refused.returncode, option[0] in refused.stderr, option[1] in refused.stderr) == (2, True, True)


def test_an_older_list_is_refused_by_a_gate_that_has_seen_a_newer_one(fangxian: Callable[..., Ended]):
    older = Path("gate/trust.cose").read_bytes()
    fangxian("keys", "trust", "--out", "gate/trust.cose")
    assert fangxian(*VERIFY, stdin=paper(fangxian)).returncode == 0
    Path("gate/trust.cose").write_bytes(older)
    refused = fangxian(*VERIFY, stdin=paper(fangxian))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "has seen number 3" in refused.stderr


@pytest.mark.parametrize("name", ["gate/trust.cose", "gate/root.pub", "gate/changes.cose"])
@pytest.mark.parametrize("content", [None, b"", b"\xd2\x84", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_a_file_of_no_use_ends_with_2_and_a_sentence(fangxian: Callable[..., Ended], name: str, content: bytes | None):
    assert fangxian("paper", "revoke", *CHANGES, stdin=paper(fangxian)).returncode == 0
    Path(name).unlink()
    if content is not None:
        Path(name).write_bytes(content)
    refused = fangxian(*VERIFY, *CHANGES, stdin=b"x\n")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert len(refused.stderr) > 20


def test_another_regions_key_is_recognised(fangxian: Callable[..., Ended]):
    added = fangxian("keys", "recognise", "--region", "510100", "--public", "gate/root.pub")
    assert added.returncode == 0
    assert added.stdout.strip() in fangxian("keys", "show").stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("keys", "make", "--region", "330100"), "not empty"),
        (("keys", "make", "--keys", "new", "--region", "999999"), "no region"),
        (("keys", "revoke", "xyz"), "hexadecimal"),
        (("keys", "show", "--keys", "gate"), "no folder of keys"),
        (("keys", "trust", "--out", "x", "--passphrase-file", "wrong.txt"), "passphrase"),
        (("paper", "issue", "--name", "x", "--out", "x.svg", "--hours", "10000"), "cannot last"),
    ],
)
def test_a_mistake_ends_with_2_and_a_sentence(fangxian: Callable[..., Ended], arguments: tuple[str, ...], says: str):
    Path("wrong.txt").write_text("not it\n")
    refused = fangxian(*arguments)
    assert refused.returncode == 2
    assert says in refused.stderr.replace("\n", " ")


def test_keys_are_not_made_without_a_passphrase(fangxian: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("FANGXIAN_KEY_PASSPHRASE")
    assert "passphrase" in fangxian("keys", "make", "--keys", "new", "--region", "330100").stderr
    assert not Path("new").exists()


def test_a_turnstile_is_answered_at_once_and_takes_up_new_files_while_it_runs(fangxian: Callable[..., Ended]):
    text = paper(fangxian)
    fangxian("paper", "revoke", *CHANGES, stdin=paper(fangxian))
    command = [sys.executable, "-c", "from fangxian.cli.app import main; main()", *VERIFY, *CHANGES]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as gate:

        def scan() -> str:
            gate.stdin.write(text)
            gate.stdin.flush()
            return orjson.loads(gate.stdout.readline())["outcome"]

        assert scan() == "colour"
        fangxian("paper", "revoke", *CHANGES, stdin=text)
        assert scan() == "revoked"
        Path("gate/changes.cose").write_bytes(b"half")
        assert scan() == "revoked"
        gate.stdin.close()
        assert gate.wait(timeout=60) == 1
        assert "not a signed code or file of ours" in gate.stderr.read()


def test_a_places_code_is_printed_and_says_what_was_given(fangxian: Callable[..., Ended]):
    place = ("place", "issue", "--place", "mall-1", "--name", "虚构商场", "--address", "虚构路1号")
    issued = fangxian(*place, "--region", "330106", "--out", "place.svg")
    trust = TrustList.read(Path("gate/trust.cose").read_bytes(), root=read_public(Path("gate/root.pub")))
    code = PlaceCode.read(issued.stdout.strip(), trust=trust, at=now())
    assert (code.place_id, code.organisation, code.region_code, code.issued_by) == ("mall-1", "虚构商场", "330106", "杭州市")
    assert "虚构路1号" in Path("place.svg").read_text("utf-8")
    assert fangxian(*place, "--region", "330106", "--out", "place.pdf").returncode == 0
    assert Path("place.pdf").read_bytes().startswith(b"%PDF")
    abroad = fangxian(*place, "--region", "330203", "--out", "abroad.svg")
    assert (abroad.returncode, "does not lie in" in abroad.stderr, Path("abroad.svg").exists()) == (2, True, False)
    long = fangxian(*place[:4], "--name", "场" * 61, "--address", "x", "--region", "330106", "--out", "long.svg")
    assert (long.returncode, "from 1 to 60" in long.stderr) == (2, True)
