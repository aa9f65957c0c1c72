"""Certificates of release: from the facts that stand, for the person alone, and verified by anybody."""

from dataclasses import replace
from datetime import datetime, timedelta

import orjson
import pytest
from typer.testing import CliRunner

from fangxian.cli.app import build
from fangxian.facts import MedicalMeasure, Withdrawal
from fangxian.services import looking
from fangxian.services.acting import Acting
from fangxian.services.certificates import Step, certificate_of, may_have_one, newest_episode
from fangxian.services.refusals import RefusedError
from fangxian.signed.certificate import Certificate
from fangxian.store.new_facts import new_fact
from fangxian.store.recording import record
from fangxian.store.store import Event

from .conftest import NOON
from .test_entrance import enrolled

DAY = timedelta(days=1)


def measure(living, person_id, kind, days_ago):
    """Record a measure that an isolation site says."""
    event = Event(actor="test", role="system", purpose="test", action="record", person_id=person_id)
    at = living.clock()
    fact = new_fact(MedicalMeasure, event, source="isolation", known_at=at, from_at=at - days_ago * DAY, kind=kind)
    record(living.store, {MedicalMeasure: [fact]}, event, policies=[living.policy], at=at)
    return fact


def test_whoever_was_released_has_a_certificate_that_says_what_is_so_and_is_signed(living, clock):
    member = enrolled(living)
    for kind, days_ago in (("central", 20), ("home", 8), ("released", 1)):
        measure(living, member.person_id, kind, days_ago)
    assert may_have_one(living, member)
    made = certificate_of(living, member)
    assert (made.certificate.full_name, made.certificate.masked_number) == ("王小明", "11************002X")
    assert made.certificate.measures == (("central", NOON - 20 * DAY), ("home", NOON - 8 * DAY))
    assert (made.certificate.until_at, made.certificate.issued_by) == (NOON - DAY, "杭州市 隔离点")
    trust = living.signing.ring.trust_list(at=NOON)
    assert Certificate.read(made.text, trust=trust, at=NOON) == made.certificate
    assert "certificate_issued" in [look.action for look in looking.who_looked(living, member.person_id, own=True)]


def test_without_a_release_or_under_another_measure_there_is_none(living, clock):
    member = enrolled(living)
    for kind, days_ago in ((None, 0), ("home", 10), ("released", -1)):
        if kind:
            measure(living, member.person_id, kind, days_ago)
        assert not may_have_one(living, member)
        with pytest.raises(RefusedError, match="nothing to certify"):
            certificate_of(living, member)
    clock.forward(days=2)
    assert may_have_one(living, member)
    measure(living, member.person_id, "central", 0)
    assert not may_have_one(living, member)


def test_a_release_that_was_taken_back_certifies_nothing(living):
    member = enrolled(living)
    measure(living, member.person_id, "home", 10)
    fact = measure(living, member.person_id, "released", 1)
    event = Event(actor="test", role="system", purpose="test", action="withdraw", person_id=member.person_id)
    named = {"fact_type": MedicalMeasure.name, "withdrawn_fact_id": fact["fact_id"], "reason": "wrong_person"}
    taken_back = new_fact(Withdrawal, event, source="isolation", known_at=NOON, from_at=NOON, **named)
    record(living.store, {Withdrawal: [taken_back]}, event, policies=[living.policy], at=NOON)
    assert not may_have_one(living, member)


def test_another_adults_full_name_is_not_put_on_paper(living):
    member = enrolled(living)
    measure(living, member.person_id, "home", 10)
    measure(living, member.person_id, "released", 1)
    assert certificate_of(living, replace(member, acting=Acting.GUARDIAN))
    assert not may_have_one(living, replace(member, acting=Acting.FAMILY))
    with pytest.raises(RefusedError, match="shows their code"):
        certificate_of(living, replace(member, acting=Acting.FAMILY))


def steps(*rows):
    return [Step(kind, datetime(2020, 2, day), "isolation") for kind, day in rows]


@pytest.mark.parametrize(
    ("rows", "measures", "released"),
    [
        ([("home", 1), ("released", 9)], [("home", 1)], 9),
        ([("home", 1), ("released", 9), ("released", 10)], [("home", 1)], 9),
        ([("home", 1), ("released", 5), ("central", 7), ("released", 9)], [("central", 7)], 9),
        ([("central", 1), ("central", 3), ("home", 5), ("released", 9)], [("central", 1), ("home", 5)], 9),
        ([("home", 1), ("central", 9), ("released", 9)], [("home", 1)], 9),
        ([("home", 9), ("released", 9)], None, None),
        ([("released", 9)], None, None),
        ([("home", 1)], None, None),
        ([], None, None),
    ],
)
def test_a_release_ends_what_began_before_it_since_the_release_before(rows, measures, released):
    found = newest_episode(steps(*rows)[::-1])
    if measures is None:
        assert found is None
    else:
        assert [(step.kind, step.from_at.day) for step in found.measures] == measures
        assert found.release.from_at.day == released


def test_a_third_party_verifies_it_at_the_command_line(living, tmp_path):
    member = enrolled(living)
    measure(living, member.person_id, "home", 10)
    measure(living, member.person_id, "released", 1)
    text = certificate_of(living, member).text
    folder = living.signing.ring
    (tmp_path / "trust.cose").write_bytes(folder.trust_list(at=NOON).write(root=folder.root))
    (tmp_path / "root.pub").write_bytes((folder.folder / "root.pub").read_bytes())
    command = ["verify-certificate", "--trust", str(tmp_path / "trust.cose")]
    said = CliRunner().invoke(build(), command, input=text + "\n")
    assert said.exit_code == 0
    assert orjson.loads(said.stdout)["full_name"] == "王小明"
    assert orjson.loads(said.stdout)["measures"] == [{"measure": "home", "from_at": "2020-02-14T04:00:00Z"}]
    wrong = CliRunner().invoke(build(), command, input=text[:-1] + "\n")
    assert wrong.exit_code != 0
    assert wrong.stdout == ""
