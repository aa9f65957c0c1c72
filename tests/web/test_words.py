"""The page's words: complete in both languages, every one used, none written into a template."""

import ast
import re
from pathlib import Path

import fangxian.web as web
from fangxian.area.scheme import scheme
from fangxian.policy.colour import Colour
from fangxian.policy.policy import Evidence
from fangxian.services import children, deleting, releasing
from fangxian.sources.catalogue import agency_of
from fangxian.store import scans
from fangxian.web.words import LANGUAGES, Words, all_words
from fangxian.work import deciding
from fangxian.work.appeal import OTHER_REGION

FOLDER = Path(web.__file__).parent
TEMPLATES = {str(path.relative_to(FOLDER)): path.read_text("utf-8") for path in FOLDER.rglob("templates/**/*.html")}
MODULES = {
    str(path.relative_to(FOLDER)): path.read_text("utf-8")
    for path in (*FOLDER.rglob("*.py"), *FOLDER.rglob("static/**/*.js"))
    if "vendor" not in path.parts
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
KEY = re.compile(r"""["']([a-z_]+\.[a-z_-]+)["']""")
BY_PREFIX = re.compile(r"""["']([a-z]+)\.["'] ~|of="([a-z]+)"|words\(f"([a-z]+)\.|[`\"]([a-z]+)\.\$?\{""")


def mentioned() -> set[str]:
    """Return everything in templates and modules that looks like a key."""
    return {key for text in (*TEMPLATES.values(), *MODULES.values()) for key in KEY.findall(text)}


def sections_used_by_name() -> set[str]:
    """Return the sections of which a member is named at run time."""
    return {name for text in (*TEMPLATES.values(), *MODULES.values()) for found in BY_PREFIX.findall(text) for name in found if name}


def test_every_word_is_in_both_languages():
    assert all_words()
    for key, text in all_words().items():
        assert CHINESE.search(text.zh) or key in ("letter.none", "family.request"), key
        assert text.en.strip(), key
        assert not CHINESE.search(text.en), key


def test_both_languages_of_a_word_are_filled_with_the_same_values():
    for key, text in all_words().items():
        assert set(re.findall(r"\{(\w+)\}", text.zh)) == set(re.findall(r"\{(\w+)\}", text.en)), key


def test_every_word_that_is_asked_for_exists():
    asked = {key for text in TEMPLATES.values() for key in re.findall(r"""\bt\(["']([^"']+)["']\s*[,)]""", text)}
    asked |= {key for text in MODULES.values() for key in re.findall(r"""\b(?:words|BadQuestion)\(["']([^"']+)["']""", text)}
    assert len(asked) > 50
    assert asked - all_words().keys() == set()


def test_every_word_is_used():
    said = mentioned()
    begun = tuple(key for key in said if key.endswith("_"))
    unused = {
        key for key in all_words().keys() - said if not key.startswith(begun) and key.partition(".")[0] not in sections_used_by_name()
    }
    assert unused == set()


def test_every_member_that_is_named_at_run_time_has_words():
    vocabularies = {
        "level": {*scheme("zhejiang-five-colour").levels, "none"},
        "letter": {*scheme("zhejiang-five-colour").levels, "none"},
        "colour": set(Colour),
        "evidence": set(Evidence),
        "strip": set(Colour) - {Colour.GREEN},
    }
    for section, members in vocabularies.items():
        for language in LANGUAGES:
            assert [Words(language).name(member, of=section) for member in members]


def actions() -> set[str]:
    """Return what events are written of, wherever the program says it in a word of its own."""
    found = set()
    for path in FOLDER.parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", "")
                given = {"by_citizen": node.args[:1], "staff_event": node.args[1:2], "Event": []}.get(name)
                if given is not None:
                    given = [*given, *(each.value for each in node.keywords if each.arg == "action")]
                    found |= {each.value for each in given if isinstance(each, ast.Constant)}
    return found


def test_everything_that_is_written_of_in_the_audit_has_words():
    assert len(actions()) > 40
    assert {f"action.{each}" for each in actions()} - all_words().keys() == set()


def purposes() -> set[str]:
    """Return what events about a person are written for, said at the call or in a constant of the module."""
    found = set()
    for path in FOLDER.parent.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        constants = {
            node.target.id: node.value for node in tree.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("by_citizen", "staff_event", "Event"):
                given = {each.arg: each.value for each in node.keywords}
                said = given.get("purpose")
                said = constants.get(said.id) if isinstance(said, ast.Name) else said
                if isinstance(said, ast.Constant) and ("person_id" in given or node.func.id == "by_citizen"):
                    found.add(said.value)
    return found


def test_everything_that_is_done_with_a_person_has_a_purpose_in_words():
    assert len(purposes()) > 10
    assert {f"purpose.{each}" for each in purposes()} - all_words().keys() == set()


def test_whoever_says_a_fact_to_the_store_itself_is_called_in_words():
    for source in (children.SOURCE, scans.SOURCE, deciding.SOURCE, OTHER_REGION, releasing._SOURCE, deleting._SOURCE):
        assert CHINESE.search(agency_of(source).zh), source


def test_no_template_has_words_of_its_own():
    for name, text in TEMPLATES.items():
        without_code = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.DOTALL)
        assert CHINESE.findall(without_code) == [], name
        assert re.findall(r">\s*[A-Za-z]{3,}[^<{]*<", without_code) == [], name
