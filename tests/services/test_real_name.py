"""The real-name check: what a register says about a name decides whether somebody is enrolled, and stands in the audit."""

from dataclasses import dataclass

import psycopg
import pytest

from fangxian.errors import UnavailableError
from fangxian.services import declaring
from fangxian.services.documents import document
from fangxian.services.living import Living
from fangxian.services.refusals import BadAnswerError

from .conftest import HEALTHY, IDENTITY, NOON, PHONE, come_in, replace


@dataclass
class Register:
    """A register of invented people: of other kinds of documents than theirs it knows nothing."""

    names: dict[str, str]
    answers: bool = True

    def belongs(self, shown, full_name):
        if not self.answers:
            raise UnavailableError("The register of names does not answer.")
        return self.names.get(shown.number) == full_name if shown.id_type == "resident_id" else None


def apply(living: Living, register: Register | None, **identity: str) -> None:
    given = IDENTITY | identity
    shown = document(given["id_type"], given["id_number"], on=NOON.date())
    asked = replace(living, register=register) if register else living
    session = come_in(living, PHONE)
    declaring.enrol(asked, given, shown, HEALTHY, phone_index=session.phone_index, phone=PHONE)


def audited(database) -> list[dict[str, str]]:
    with psycopg.connect(database) as connection:
        return [row[0] for row in connection.execute("SELECT details FROM audit.event WHERE action = 'enrol'").fetchall()]


def kept(database) -> int:
    with psycopg.connect(database) as connection:
        return connection.execute("SELECT count(*) FROM identities.identity").fetchone()[0]


def test_a_name_that_the_register_confirms_is_enrolled_and_the_audit_says_so(living, database):
    apply(living, Register({IDENTITY["id_number"]: IDENTITY["full_name"]}))
    assert audited(database) == [{"name": "confirmed"}]


def test_a_name_that_is_anothers_is_refused_under_its_question_and_nothing_is_kept(living, database):
    with pytest.raises(BadAnswerError) as refused:
        apply(living, Register({IDENTITY["id_number"]: "李小红"}))
    assert list(refused.value.problems) == ["full_name"]
    assert "李小红" not in str(refused.value)
    assert (audited(database), kept(database)) == ([], 0)


@pytest.mark.parametrize("register", [None, Register({})], ids=["no register", "a register of other documents"])
def test_where_nobody_knows_the_name_is_taken_as_typed_and_the_audit_says_so(living, database, register):
    apply(living, register, id_type="passport", id_number="E12345678")
    assert audited(database) == [{"name": "unknown"}]


def test_where_the_register_does_not_answer_nothing_is_kept(living, database):
    with pytest.raises(UnavailableError):
        apply(living, Register({}, answers=False))
    assert (audited(database), kept(database)) == ([], 0)
