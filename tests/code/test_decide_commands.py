"""The commands that decide, explain and rehearse: answers on the screen, sentences and exit code 2 on bad input."""

import sys

import orjson
import pytest
from spec_symbols import person_id

from fangxian.cli import app
from fangxian.engine.lake import FORMAT
from fangxian.policy.policy import PACKAGED

WHO = ("--role", "epidemiologist", "--purpose", "test", "--language", "en")
TIMES = ("--at", "2020-02-25 12:00", "--known-at", "2020-03-01")


@pytest.fixture
def run(monkeypatch, capsys, lake):
    """Give a function that runs a command on the lake and returns its exit code, what it printed and what it complained of."""
    monkeypatch.setenv("COLUMNS", "160")
    for name in ("FANGXIAN_ROLE", "FANGXIAN_PURPOSE", "FANGXIAN_LAKE"):
        monkeypatch.delenv(name, raising=False)

    def run(command, *arguments, who=WHO, where=lake.path):
        place = ("--lake", str(where)) if where else ()
        monkeypatch.setattr(sys, "argv", ["fangxian", command, *map(str, arguments), *place, *who])
        with pytest.raises(SystemExit) as ended:
            app.main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


def journal(lake):
    path = lake.path / "access.jsonl"
    return [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def test_decide_prints_counts_by_colour_rule_and_county(run, lake):
    code, out, _ = run("decide", *TIMES)
    assert code == 0
    assert "Hangzhou (Zhejiang) health code · 2020-02-25 12:00" in " ".join(out.split())
    assert "Enrolled: 4, of whom green: 50.00 %" in out, "the share is that of the enrolled, as on the page"
    assert "Not enrolled and coloured all the same: 1" in out
    assert "Came from a key area" in out
    assert "home unknown" in out
    assert "5 hits" in out
    assert [(entry["what"], entry["about"]) for entry in journal(lake)] == [("decide", "hangzhou")]


def test_explain_tells_then_and_now(run):
    then = run("explain", person_id("bo"), "--at", "2020-02-18 12:00", "--known-at", "2020-02-18 12:00")
    now = run("explain", person_id("bo"), "--at", "2020-02-18 12:00", "--known-at", "2020-02-21")
    assert then[0] == now[0] == 0
    assert "2020-02-18 12:00 · red" in then[1]
    assert "2020-02-18 12:00 · green" in now[1]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_somebody_of_whom_nothing_is_known_ends_with_exit_code_2_and_the_words_of_the_page(run, lake, language):
    code, out, err = run("explain", person_id("nobody"), *TIMES, who=(*WHO[:4], "--language", language))
    assert (code, out) == (2, "")
    assert {"en": "Nothing is known of this person at that time", "zh": "此人在该时刻无任何记录"}[language] in err
    assert [entry["about"] for entry in journal(lake)] == [person_id("nobody")]
    assert run("explain", person_id("dan"), "--at", "2020-02-27", "--known-at", "2020-03-01")[0] == 0, "he was isolated before"


def test_explain_speaks_chinese(run):
    code, out, _ = run("explain", person_id("ann"), *TIMES, who=("--role", "流调员", "--purpose", "测试", "--language", "zh"))
    assert code == 0
    assert "红码" in out
    assert "目前已连续正常打卡" in out


def test_a_day_alone_is_the_end_of_the_day(run):
    _, out, _ = run("explain", person_id("cai"), "--at", "2020-02-28", "--known-at", "2020-02-28")
    assert "2020-02-28 23:59 · green" in out


def test_rehearse_prints_who_would_change(run, lake):
    code, out, _ = run("rehearse", "--from", "hangzhou", "--to", "shanghai", "--at", "2020-02-20 12:00", "--known-at", "2020-03-01")
    assert code == 0
    assert "Came from a key area" in out
    assert [(entry["what"], entry["about"]) for entry in journal(lake)] == [("rehearse", "hangzhou → shanghai")]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_cut_at_eighty_columns(run, monkeypatch, language):
    monkeypatch.setenv("COLUMNS", "80")
    who = (*WHO[:4], "--language", language)
    printed = [run("decide", *TIMES, who=who), run("rehearse", "--to", "shanghai", *TIMES, who=who)]
    printed += [run("policies", where=None, who=who[4:])]
    assert [code for code, _, _ in printed] == [0, 0, 0]
    assert [out for _, out, _ in printed if "…" in out] == []


def test_policies_lists_what_ships(run):
    code, out, _ = run("policies", where=None, who=("--language", "en"))
    assert code == 0
    assert all(name in out for name in ("hangzhou", "shanghai", "hubei", "national", "2020-02-29"))


def test_a_person_id_is_in_the_journal_before_the_look_and_in_no_message(run, lake):
    code, _, err = run("explain", person_id("ann"), "--policy", "hangzhou", "--at", "no time")
    assert code == 2
    assert person_id("ann") not in err
    assert journal(lake) == []
    run("explain", person_id("ann"), *TIMES)
    assert [(entry["what"], entry["about"]) for entry in journal(lake)] == [("explain", person_id("ann"))]


REFUSED = {
    "an unknown policy": (("decide", "--policy", "hangzou"), "Did you mean hangzhou?"),
    "a time that is none": (("decide", "--at", "2020-02-30"), "'2020-02-30' is not a time."),
    "a known time that is none": (("decide", "--known-at", "yesterday"), "'yesterday' is not a time."),
    "a person_id that is too short": (("explain", "abc"), "That is not a person_id."),
    "a name instead of a person_id": (("explain", "张三"), "That is not a person_id."),
    "a person_id in capitals": (("explain", "A" * 32), "That is not a person_id."),
    "an unknown policy to rehearse": (("rehearse", "--to", "wuhan"), "There is no policy called wuhan."),
    "an instant before the policy began": (("decide", "--policy", "national", "--at", "2020-02-28"), "it began on 2020-02-29."),
    "an instant to explain before the policy began": (
        ("explain", "a" * 32, "--policy", "hubei", "--at", "2020-03-09"),
        "it began on 2020-03-10.",
    ),
    "an instant to rehearse before the old policy began": (
        ("rehearse", "--from", "shanghai", "--to", "hangzhou", "--at", "2020-02-12"),
        "The policy shanghai was not yet in force then",
    ),
    "an instant to rehearse before the new policy began": (
        ("rehearse", "--to", "national", "--at", "2020-02-20"),
        "The policy national was not yet in force then",
    ),
    "an unknown policy to explain by": (("explain", "a" * 32, "--policy", "nowhere"), "There is no policy called nowhere."),
}


@pytest.mark.parametrize(("command", "sentence"), REFUSED.values(), ids=REFUSED)
def test_bad_input_ends_with_exit_code_2_and_a_sentence_and_no_look(command, sentence, run, lake):
    code, out, err = run(*command)
    assert (code, out) == (2, "")
    assert sentence in err
    assert "Traceback" not in err
    assert journal(lake) == []
    assert list((lake.path / "answers").iterdir()) == []


def test_an_engine_that_does_not_exist_ends_with_exit_code_2(run, lake):
    code, out, err = run("decide", "--engine", "excel")
    assert (code, out) == (2, "")
    assert "There is no engine called 'excel'." in err
    assert list((lake.path / "answers").iterdir()) == []


@pytest.mark.parametrize("who", [("--role", "", "--purpose", "test"), ("--role", "epidemiologist", "--purpose", "  ")])
def test_an_empty_role_or_purpose_ends_with_exit_code_2(who, run, lake):
    code, _, err = run("decide", who=who)
    assert code == 2
    assert "A look at people's data needs a role and a purpose." in err
    assert journal(lake) == []


def test_a_missing_purpose_ends_with_exit_code_2(run):
    code, _, err = run("decide", who=("--role", "epidemiologist"))
    assert code == 2
    assert "--purpose" in err


@pytest.mark.parametrize("command", [("decide",), ("explain", "a" * 32), ("rehearse", "--to", "shanghai")])
def test_what_is_not_a_lake_ends_with_exit_code_2_and_stays_as_it_is(command, run, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "letter.txt").write_text("mine", "utf-8")
    code, _, err = run(*command, where=elsewhere)
    assert code == 2
    assert "is not a lake" in err
    assert [path.name for path in elsewhere.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("command", [("decide",), ("explain", "a" * 32), ("rehearse", "--to", "shanghai")])
def test_a_lake_of_a_newer_format_ends_with_exit_code_2(command, run, lake):
    (lake.path / "lake.json").write_bytes(orjson.dumps({"format": FORMAT + 1, "what": "fangxian lake"}))
    code, _, err = run(*command)
    assert code == 2
    assert "Install a newer version of fangxian." in err
    assert journal(lake) == []


def test_a_policy_that_cannot_be_read_is_named_with_what_is_wrong(run, tmp_path):
    draft = tmp_path / "draft"
    draft.mkdir()
    (draft / "policy.yaml").write_text("title: {zh: 试, en: try}\n", "utf-8")
    (draft / "code.yaml").write_text("confirmed-case: {}\n", "utf-8")
    code, _, err = run("rehearse", "--to", draft)
    assert code == 2
    assert "cannot be read" in err
    assert "Traceback" not in err


BAD_WORDINGS = {
    "a rule that does not exist": ("confirmed-case:", "confirmed-face:", "There is no rule called confirmed-face."),
    "a condition that does not exist": (
        "condition: until_discharged",
        "condition: until_tuesday",
        "has no condition called until_tuesday.",
    ),
    "a colour that is none": ("colour: red", "colour: purple", "is worded with colour purple."),
    "green as a colour": ("colour: yellow", "colour: green", "is worded with colour green."),
    "a parameter too many": ("fever_line_c:", "fever_line_f:", "takes other parameters than its policy gives."),
}


@pytest.mark.parametrize(("old", "new", "sentence"), BAD_WORDINGS.values(), ids=BAD_WORDINGS)
def test_a_draft_that_does_not_fit_its_rules_is_refused_before_anything_is_written(old, new, sentence, run, lake, tmp_path):
    draft = tmp_path / "draft"
    draft.mkdir()
    for name in ("policy.yaml", "code.yaml"):
        (draft / name).write_text((PACKAGED / "hangzhou" / name).read_text("utf-8").replace(old, new), "utf-8")
    code, _, err = run("decide", "--policy", draft)
    assert code == 2
    assert sentence in " ".join(err.split())
    assert list((lake.path / "answers").iterdir()) == []
