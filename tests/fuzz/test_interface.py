"""Requests that Schemathesis makes from the interface's description, right ones and wrong: none fails, all are answered as described.

A few for each call by default, always the same; `FANGXIAN_FUZZ=200` makes so many.
"""

import os
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from fangxian.web.api.app import PREFIX
from fangxian.work.permissions import PERMISSIONS
from fangxian.work.roles import Action, Role

from .town import Hostile

EXAMPLES = int(os.environ.get("FANGXIAN_FUZZ", "4"))
AS_DESCRIBED = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
ENDS = ("DELETE /me/{place}/data", "POST /log-out")
"""What ends a session is asked by nobody in particular, or it would be the last that is tried."""

said: set[int] = set()


@pytest.fixture(scope="module")
def operations(town: Hostile) -> list[APIOperation]:
    described = schemathesis.openapi.from_url(f"{town.address}{PREFIX}/openapi.json")
    return [each.ok() for each in described.get_all_operations()]


def askers(operation: APIOperation) -> Iterator[str]:
    """Yield who may ask for something, and nobody, who may not."""
    yield "nobody"
    if operation.label in ENDS:
        return
    actions = operation.definition.raw["x-action"].split()
    roles = {role for action in actions if action in list(Action) for role in PERMISSIONS[Action(action)].roles}
    yield from sorted(roles - {Role.SYSTEM}) or ["officer" if "/staff/" in operation.path else "citizen"]


def ask(town: Hostile, operation: APIOperation, who: str, mode: GenerationMode) -> None:
    """Make some requests of one kind as somebody, at a place and about a case that there are."""
    real = {"place": 0, "reference": town.references.get(who, "x")}
    named = {each["name"] for each in operation.definition.raw.get("parameters", ()) if each["in"] == "path"}
    asked = {name: value for name, value in real.items() if name in named and mode is GenerationMode.POSITIVE}

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(mode, path_parameters=asked or None))
    def asking(case: schemathesis.Case) -> None:
        answer = case.call(base_url=f"{town.address}{PREFIX}", headers=dict(town.askers[who]), timeout=60)
        said.add(answer.status_code)
        case.validate_response(answer, checks=AS_DESCRIBED)

    asking()


def test_right_requests_are_answered_as_described(town: Hostile, operations: list[APIOperation]):
    assert len(operations) > 35
    for operation in operations:
        for who in askers(operation):
            ask(town, operation, who, GenerationMode.POSITIVE)
    assert {200, 401, 409, 422} <= said


def test_wrong_requests_are_refused_as_described(town: Hostile, operations: list[APIOperation]):
    taking = [each for each in operations if each.body]
    assert len(taking) > 15
    for operation in taking:
        *_, who = askers(operation)
        ask(town, operation, who, GenerationMode.NEGATIVE)
