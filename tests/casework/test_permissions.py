"""Who may do what: every action is decided, the matrix says the same in Python and in SQL, and says why not."""

import random
import re

import psycopg
import pytest
from spec_symbols import person_id

from fangxian.errors import FangxianError
from fangxian.work.permissions import PERMISSIONS, Forbidden, Limit, Principal, check, may, visible_where
from fangxian.work.roles import Action, Role
from tests.guards.project import ROOT

ANN, BO = person_id("ann"), person_id("bo")
REGIONS = ("533301", "330110", "330112", "330106", "330102", "330100", "330203", "330200", "330000", "320100", "510100", None)
REGIONS += ("330106001", "330106002", "330106009", "33010600100", "330106001002", "330106001999", "330107", "339999999999")
AREAS = ("330106", "330100", "330000", "320000", "000000", "330106001", "330106009", "330106001002", "339900", "990000")
ORGANISATIONS = ("hospital-1", "railway", "factory-9", None)
SUBJECTS = ("u-1", "u-2", "U-1", None)


def principal(*roles: Role, **given) -> Principal:
    return Principal(**{"subject": "u-1", "roles": frozenset(roles), "second_factor": True} | given)


def test_every_action_and_no_other_is_in_the_matrix():
    assert list(PERMISSIONS) == list(Action)


def test_every_role_may_do_something_and_every_action_is_somebodys():
    at_the_command_line = {Role.DATA_OFFICER, Role.ADMINISTRATOR}
    assert {role for permission in PERMISSIONS.values() for role in permission.roles} == set(Role) - at_the_command_line
    assert all(permission.roles for permission in PERMISSIONS.values())


def test_every_action_is_asked_about_somewhere():
    program = "".join(each.read_text("utf-8") for each in (ROOT / "src" / "fangxian").rglob("*.py") if each.name != "roles.py")
    named = {Action[name] for name in re.findall(r"Action\.([A-Z_]+)", program)}
    named |= {Action(name) for names in re.findall(r'"x-action": "([a-z_ ]+)"', program) for name in names.split() if name in list(Action)}
    assert set(Action) - named == set()


def test_whoever_signs_second_or_changes_other_peoples_codes_has_a_second_factor():
    for permission in PERMISSIONS.values():
        officials = {Role.OFFICER, Role.APPEAL_OFFICER, Role.SOURCE_OWNER} & set(permission.roles)
        assert permission.second_factor or not (officials or permission.second_person)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_the_matrix_says_within_its_limits_and_nothing_else(action, role):
    limits = {"region_codes": frozenset({"330100"}), "organisation_ids": frozenset({"railway"}), "person_ids": frozenset({ANN})}
    somebody = principal(role, **limits)
    own = {"region_code": "330106", "organisation_id": "railway", "person_id": ANN, "first_subject": "u-2"}
    others = {"region_code": "330203", "organisation_id": "factory-9", "person_id": BO, "first_subject": "u-2"}
    allowed = PERMISSIONS[action].roles.get(role)
    assert may(somebody, action, **own) is (allowed is not None)
    assert may(somebody, action, **others) is (allowed is Limit.ANYWHERE)
    assert may(somebody, action, first_subject="u-2") is (allowed is Limit.ANYWHERE)


def test_a_second_factor_a_second_person_and_a_limit_are_each_asked_for():
    officer = {"region_codes": frozenset({"330100"})}
    asked = {"region_code": "330106", "first_subject": "u-2"}
    assert check(principal(Role.OFFICER, **officer), Action.SIGN_DECISION, **asked) is Role.OFFICER
    refusals = [
        (principal(Role.OFFICER, second_factor=False, **officer), asked, "second factor"),
        (principal(Role.OFFICER, **officer), asked | {"first_subject": "U-1"}, "Somebody else"),
        (principal(Role.OFFICER, **officer), asked | {"region_code": "330203"}, "outside"),
        (principal(Role.AUDITOR, **officer), asked, "role does not allow"),
    ]
    for somebody, named, said in refusals:
        with pytest.raises(Forbidden, match=said) as refused:
            check(somebody, Action.SIGN_DECISION, **named)
        assert refused.value.words.zh


def test_a_refusal_echoes_nobody():
    with pytest.raises(Forbidden) as refused:
        check(principal(Role.CITIZEN, person_ids=frozenset({ANN})), Action.APPEAL, person_id=BO)
    assert ANN not in str(refused.value)
    assert BO not in str(refused.value)


@pytest.mark.parametrize("given", [{"subject": "zhang san"}, {"subject": ""}, {"region_codes": frozenset({"3301"})}])
def test_a_principal_that_could_not_sign_or_has_no_such_area_is_refused(given):
    with pytest.raises(FangxianError):
        principal(Role.OFFICER, **given)


@pytest.mark.parametrize(
    ("area", "inside", "outside"),
    [
        ("330110", {"330110"}, {"330112", "330100", "330000"}),
        ("330100", {"330100", "330106", "330110"}, {"330000", "330200", "533301"}),
        ("330000", {"330000", "330203"}, {"320100", "533301"}),
        ("000000", {"330106", "533301"}, set()),
    ],
)
def test_an_area_holds_its_counties_and_not_what_lies_around_it(area, inside, outside):
    officer = principal(Role.OFFICER, region_codes=frozenset({area}))
    assert {code for code in inside | outside if may(officer, Action.PROPOSE_DECISION, region_code=code)} == inside


def some(generator: random.Random, values) -> frozenset:
    return frozenset(value for value in values if value is not None and generator.random() < 0.4)


@pytest.fixture
def rows(postgres_server):
    """Give a connection with a table of random rows, and the rows."""
    generator = random.Random(7)
    made = [
        tuple(generator.choice(values) for values in (REGIONS, ORGANISATIONS, (ANN, BO, person_id("cy"), None), SUBJECTS))
        for _ in range(300)
    ]
    with psycopg.connect(postgres_server.conninfo) as connection:
        connection.execute(
            "CREATE TEMP TABLE task (number int, region_code text, organisation_id text, person_id uuid, first_subject text)"
        )
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO task VALUES (%s, %s, %s, %s, %s)", [(n, *row) for n, row in enumerate(made)])
        yield connection, made


def test_the_limits_are_the_same_in_sql_and_in_python(rows):
    connection, made = rows
    generator = random.Random(11)
    compared = 0
    for _ in range(60):
        somebody = Principal(
            subject="u-1",
            roles=some(generator, Role),
            region_codes=some(generator, AREAS[: generator.randint(0, len(AREAS))]),
            organisation_ids=some(generator, ORGANISATIONS),
            person_ids=some(generator, (ANN, BO)),
            second_factor=generator.random() < 0.8,
        )
        for action in Action:
            query = psycopg.sql.SQL("SELECT number FROM task WHERE {} ORDER BY number").format(visible_where(somebody, action))
            visible = [row[0] for row in connection.execute(query).fetchall()]
            names = ("region_code", "organisation_id", "person_id", "first_subject")
            allowed = [n for n, row in enumerate(made) if may(somebody, action, **dict(zip(names, row, strict=True)))]
            assert visible == allowed, (somebody, action)
            compared += 0 < len(visible) < len(made)
    assert compared > 100  # the data must tell limits apart
