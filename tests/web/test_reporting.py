"""People who report, by the interface and by the command line: what a page does, a program does."""

import subprocess
import sys

import httpx
import pytest

from fangxian.facts.known import now
from fangxian.vault.folder import VaultFolder
from fangxian.work.renewal import renew_at_set_up
from fangxian.work.roles import Role
from tests.services.conftest import PHONE, clock, come_in, database, living, migrated, store, vault_process
from tests.services.test_assessing import EXPOSED
from tests.services.test_clues import HEADER, LINES, SEEN
from tests.services.test_entrance import enrolled
from tests.services.test_for_callers import CALLER

from .staff_kit import Served, serve

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]

FANGXIAN = [sys.executable, "-c", "from fangxian.cli.app import main; main()"]


@pytest.fixture
def served(living):
    with serve(living) as one:
        yield one


def phone(living, clock, served: Served) -> httpx.Client:
    enrolled(living)
    clock.forward(minutes=2)
    return served.browser(headers={"Authorization": f"Bearer {come_in(living, PHONE).secret}"})


def test_a_program_assesses_with_and_without_a_log_in(living, clock, served):
    unnamed = served.browser().post("/api/v1/self-assessments", json={"answers": EXPOSED}).json()
    assert (unnamed["level"], unnamed["county_told"]) == ("high", False)
    own = phone(living, clock, served).post("/api/v1/me/0/self-assessments", json={"answers": EXPOSED})
    assert (own.status_code, own.json()["county_told"]) == (201, True)
    assert {rule["rule"] for rule in own.json()["fired"]} == {"anhui-close-contact", "anhui-respiratory"}
    bad = served.browser().post("/api/v1/self-assessments", json={"answers": EXPOSED | {"told": "x"}})
    assert (bad.status_code, [each["where"] for each in bad.json()["problems"]]) == (422, ["told"])


def test_a_program_asks_a_doctor_and_another_answers(living, clock, served):
    citizen, doctor = phone(living, clock, served), served.come_in(Role.DOCTOR)
    assert citizen.post("/api/v1/me/0/consultations", json={"words": "发热两天"}).status_code == 201
    assert citizen.post("/api/v1/me/0/consultations", json={"words": "发热两天"}).status_code == 409
    assert doctor.get("/api/v1/staff/consultations").json()["waiting"] == 1
    reference = doctor.post("/api/v1/staff/consultations/next").json()["consultation"]
    assert doctor.get(f"/api/v1/staff/consultations/{reference}").json()["said"][0]["words"] == "发热两天"
    colleague = served.come_in(Role.DOCTOR, subject="another-doctor")
    assert colleague.get(f"/api/v1/staff/consultations/{reference}").status_code == 409
    answered = doctor.post(f"/api/v1/staff/consultations/{reference}/answer", json={"to": "passed_on", "words": "当地会联系您"})
    assert answered.json() == {"state": "passed_on"}
    assert citizen.get("/api/v1/me/0/consultations").json()[0]["said"][-1]["words"] == "当地会联系您"


def test_a_program_reports_a_clue_and_the_office_answers_it(served):
    receipt = served.browser().post("/api/v1/clues", json={"answers": SEEN}).json()["receipt"]
    officer = served.come_in(Role.CLUE_OFFICER)
    (waiting,) = officer.get("/api/v1/staff/clues").json()
    assert "words" not in waiting
    one = officer.get(f"/api/v1/staff/clues/{waiting['clue']}").json()
    assert one["words"] == SEEN["words"]
    assert (
        officer.post(f"/api/v1/staff/clues/{waiting['clue']}/reporter", json={"reason": "ask_back"}).json()["reporter"].startswith("韩梅梅")
    )
    done = officer.post(f"/api/v1/staff/clues/{waiting['clue']}/answer", json={"finding": "confirmed", "words": "已核实"})
    assert done.json() == {"state": "answered"}
    found = served.browser().post("/api/v1/clues/receipt", json={"receipt": receipt}).json()
    assert (found["state"], found["answer"]) == ("answered", "已核实")
    assert served.browser().post("/api/v1/clues/receipt", json={"receipt": "none"}).status_code == 409


def test_no_address_searches_clues(served):
    described = served.browser().get("/api/v1/openapi.json").json()["paths"]
    about_clues = {path: methods for path, methods in described.items() if "clue" in path}
    assert len(about_clues) > 6
    for methods in about_clues.values():
        for method in methods.values():
            assert {each["name"] for each in method.get("parameters", ())} <= {"reference"}


def test_the_hotlines_system_brings_clues_and_an_operator_reads_out(served):
    operator = served.come_in(Role.HOTLINE_OPERATOR)
    sent = [{"record": "RX1", "answers": SEEN}, {"record": "RX2", "answers": SEEN | {"region": "无此地"}}]
    first, bad = operator.post("/api/v1/staff/hotline/clues", json={"clues": sent}).json()
    assert (first["taken"], bad["taken"], bad["problems"][0]["where"]) == (True, False, "region")
    (again,) = operator.post("/api/v1/staff/hotline/clues", json={"clues": sent[:1]}).json()
    assert (again["taken"], again["receipt"]) == (False, None)
    asked = operator.post("/api/v1/staff/hotline/consultation", json={"answers": CALLER | {"words": "发热两天"}}).json()
    told = operator.post("/api/v1/staff/hotline/consultation/answer", json=asked).json()
    assert (told["state"], told["place_in_queue"], told["said"][0]["words"]) == ("waiting", 1, "发热两天")


def test_the_commands_name_streets_and_import_a_file(living, database, tmp_path):
    VaultFolder.make(tmp_path / "vault")
    streets, calls = tmp_path / "streets.csv", tmp_path / "calls.csv"
    streets.write_text("代码,名称\n330106003,翠苑街道\n", encoding="utf-8")
    calls.write_text("\n".join(",".join(line) for line in [HEADER, *LINES]) + "\n", encoding="gb18030")
    said = ["--store", database, "--role", "data_officer", "--purpose", "test", "--language", "en"]
    named = subprocess.run([*FANGXIAN, "clue", "streets", str(streets), *said], capture_output=True, text=True, timeout=120, check=False)
    assert (named.returncode, named.stdout.strip()) == (0, "Streets: 1 new or renamed."), named.stderr
    command = [*FANGXIAN, "clue", "import", str(calls), "--vault", str(tmp_path / "vault"), "--policy", "hangzhou", *said]
    lapsed = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    # The policy of this store was renewed for 2020: by today's clock it has lapsed, and nothing is taken.
    assert (lapsed.returncode, "lapsed" in lapsed.stderr) == (2, True), lapsed.stdout + lapsed.stderr
    renew_at_set_up(living.store, living.policy, first="officer-1", second="officer-2", at=now())
    taken = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert taken.returncode == 0, taken.stderr
    assert "Clues: 2 new, 0 that came before; 4 rows stay out." in taken.stdout
    with living.store.pool.connection() as connection:
        assert connection.execute("SELECT owner FROM work.clue WHERE record = 'RX0001'").fetchall() == [("330106003",)]
