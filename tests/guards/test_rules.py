"""Promises over every rule that exists, and every wording of it in every policy and scheme."""

import ast
import itertools
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import pytest
import yaml
from ibis.expr.operations import UnboundTable
from spec import all_cases

from fangxian.area.rule import all_area_rules
from fangxian.area.scheme import Scheme, all_schemes
from fangxian.code.hits import hits_of
from fangxian.code.rule import all_rules
from fangxian.facts import Exposure, Text, all_fact_types
from fangxian.facts.known import Known, instant
from fangxian.policy.colour import Colour
from fangxian.policy.policy import PACKAGED, Evidence, Policy, all_policies, load
from fangxian.trace import telling
from fangxian.trace.rule import CLASSES, Certainty, Nearness
from fangxian.trace.scheme import TraceScheme, all_trace_schemes
from tests.guards.project import ROOT, SOURCE, modules

each_policy = pytest.mark.parametrize("policy", all_policies(), ids=lambda policy: policy.name)
each_ruling = pytest.mark.parametrize("ruling", [*all_policies(), *all_schemes()], ids=lambda ruling: ruling.name)
each_rule_file = pytest.mark.parametrize("path", sorted(PACKAGED.glob("*/*.yaml")), ids=lambda path: f"{path.parent.name}/{path.stem}")
each_rule_module = pytest.mark.parametrize("module", sorted(SOURCE.glob("*/rules/*.py")), ids=lambda path: str(path.relative_to(SOURCE)))

UNITS = {0, 1, 24, 60, 3600, 100_000}
"""Numbers that a rule's code may hold: none of them can be a matter of policy."""
SETTING = re.compile(r"(set|write|assign|override|force|change|update|put|give|mark)_?\w*_(colours?|codes?)$")
"""How a function that sets a colour would be called."""


def worded(ruling: Policy | Scheme) -> dict[str, list[Any]]:
    """Return a policy's or scheme's wordings by rule, in order of date."""
    by_rule = itertools.groupby(sorted(ruling.wordings, key=lambda w: (w.rule, w.since)), key=lambda w: w.rule)
    return {rule: list(wordings) for rule, wordings in by_rule}


def is_bilingual(text: Text) -> bool:
    return bool(text.zh.strip()) and bool(text.en.strip())


def repeals(ruling: Policy | Scheme, rule: str) -> set[date]:
    """Return the days on which a policy ended a rule."""
    dated = yaml.safe_load((PACKAGED / ruling.name / "code.yaml").read_text("utf-8"))[rule] if isinstance(ruling, Policy) else {}
    return {day for day, entry in dated.items() if entry.get("repealed")}


@each_ruling
def test_wordings_are_contiguous(ruling: Policy | Scheme):
    for rule, wordings in worded(ruling).items():
        for earlier, later in itertools.pairwise(wordings):
            assert earlier.until is not None
            gap = earlier.until != later.since
            assert not gap or earlier.until in repeals(ruling, rule), f"{rule}: gap or overlap at {later.since}"


@each_ruling
def test_wordings_are_cited_and_said_in_both_languages(ruling: Policy | Scheme):
    assert is_bilingual(ruling.title)
    assert is_bilingual(ruling.reference)
    for wording in ruling.wordings:
        assert is_bilingual(wording.reference), f"{wording.rule} since {wording.since} cites nothing"
        assert is_bilingual(wording.text), f"{wording.rule} since {wording.since}"
        assert is_bilingual(wording.ends if isinstance(ruling, Policy) else wording.changes), f"{wording.rule} since {wording.since}"


@each_policy
def test_no_rule_colours_green(policy: Policy):
    assert all(Colour(wording.colour) is not Colour.GREEN for wording in policy.wordings)


def test_every_rule_is_worded_in_some_policy_and_says_what_it_means():
    in_use = {rule for policy in all_policies() for rule in policy.rules()}
    assert {rule.name for rule in all_rules()} == in_use
    assert all(is_bilingual(rule.title) and is_bilingual(rule.meaning) for rule in all_rules())
    assert {rule.name for rule in all_area_rules()} == {wording.rule for scheme in all_schemes() for wording in scheme.wordings}


def test_every_condition_of_every_rule_is_named_by_some_wording():
    named = {(wording.rule, wording.condition) for policy in all_policies() for wording in policy.wordings}
    assert {(rule.name, condition) for rule in all_rules() for condition in rule.conditions} == named


def test_every_rule_is_shown_by_example_in_every_policy_that_words_it():
    shown = {(case.rule, name) for case in all_cases() for name in case.policies}
    assert {(rule, policy.name) for policy in all_policies() for rule in policy.rules()} - shown == set()


def without_evidence(entry: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of numbers that no entry above them says the evidence of."""
    if isinstance(entry, Mapping):
        if entry.get("evidence") in set(Evidence):
            return
        for key, inner in entry.items():
            yield from without_evidence(inner, f"{path}/{key}")
    elif isinstance(entry, list):
        for number, inner in enumerate(entry):
            yield from without_evidence(inner, f"{path}/{number}")
    elif isinstance(entry, int | float):
        yield path


def parameters_in(dated: Any) -> Any:
    """Return what stands under `parameters` in a rule's wordings, so that a wording's own evidence does not cover them."""
    return {day: entry.get("parameters") for day, entry in dated.items()} if isinstance(dated, Mapping) else dated


@pytest.mark.parametrize("path", sorted(PACKAGED.glob("*/code.yaml")) + sorted(PACKAGED.glob("*/area.yaml")), ids=str)
def test_every_number_of_a_policy_says_how_well_it_is_known(path):
    content = yaml.safe_load(path.read_text("utf-8"))
    numbers = {
        name: parameters_in(entry) if isinstance(entry, Mapping) and all(isinstance(key, date) for key in entry) else entry
        for name, entry in content.items()
    }
    assert list(without_evidence(numbers)) == []


def test_a_number_without_evidence_is_refused(tmp_path):
    draft = tmp_path / "draft"
    draft.mkdir()
    for name in ("policy.yaml", "code.yaml"):
        (draft / name).write_text((PACKAGED / "hangzhou" / name).read_text("utf-8").replace("evidence: sourced}", "}"), "utf-8")
    with pytest.raises(Exception, match="evidence"):
        load(draft)


@each_rule_module
def test_the_numbers_of_rules_stand_in_policies_and_not_in_code(module):
    tree = ast.parse(module.read_text("utf-8"))
    numbers = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and type(node.value) in (int, float)]
    assert [f"line {node.lineno}: {node.value}" for node in numbers if node.value not in UNITS] == []


@each_policy
def test_rules_read_facts_only_and_only_the_columns_they_may_read(policy: Policy):
    known = Known(instant(datetime(2020, 3, 1)), policy.utc_offset)
    readable = {fact_type.name: set(fact_type.table().columns) for fact_type in all_fact_types()}
    for wording in policy.wordings:
        for table in hits_of(wording, policy, known).op().find(UnboundTable):
            assert table.name in readable, f"{wording.rule} reads {table.name}, which is not a fact type"
            assert set(table.schema.names) <= readable[table.name], f"{wording.rule} reads more of {table.name} than it may"


def test_no_function_sets_a_colour():
    functions = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and SETTING.search(node.name.lower())
    ]
    assert functions == []


def test_no_fact_states_a_colour():
    columns = [f"{fact_type.name}.{name}" for fact_type in all_fact_types() for name in fact_type.columns]
    assert [name for name in columns if re.search(r"colou?r|verdict|code_level", name)] == []
    words = [c.one_of for fact_type in all_fact_types() for c in fact_type.columns.values()]
    assert [one_of for one_of in words if set(Colour) & set(one_of)] == []


@pytest.mark.parametrize(
    "words", [telling.CLASS, telling.SETTING, telling.NEARNESS, telling.CERTAINTY], ids=["class", "setting", "nearness", "certainty"]
)
def test_everything_that_a_contact_can_be_is_said_in_both_languages(words: Mapping[str, Text]):
    assert all(is_bilingual(each) for each in words.values())


def test_no_contact_is_of_a_kind_without_words():
    exposure = Exposure.columns
    assert set(telling.CLASS) == set(CLASSES) == set(exposure["contact_class"].one_of)
    assert set(telling.SETTING) == set(exposure["setting"].one_of)
    assert (set(telling.NEARNESS), set(telling.CERTAINTY)) == (set(Nearness), set(Certainty))


@pytest.mark.parametrize("scheme", all_trace_schemes(), ids=lambda scheme: scheme.name)
def test_every_wording_of_tracing_is_said_in_both_languages_and_cited(scheme: TraceScheme):
    assert is_bilingual(scheme.title)
    for rule in {wording.rule for wording in scheme.wordings}:
        wordings = [wording for wording in scheme.wordings if wording.rule == rule]
        assert all(is_bilingual(wording.text) and is_bilingual(wording.reference) for wording in wordings)
        assert [wording.since for wording in wordings] == sorted(wording.since for wording in wordings)
