"""Nothing that a program writes to its logs says who somebody is: the whole of `fangxian serve`, while people use it and it fails."""

import re
import subprocess
import sys
from datetime import timedelta
from uuid import UUID

import httpx
import psycopg
import pytest
from services.conftest import IDENTITY

from fangxian.facts.known import now
from fangxian.signed.key_folder import KeyFolder
from fangxian.store.service_login import let_in
from fangxian.vault.folder import VaultFolder

PHONE, NAME, NUMBER = "13800138123", IDENTITY["full_name"], IDENTITY["id_number"]
HEALTHY = {"temperature_c": "36.5", "symptoms": "", "contacted_case": "no", "stayed_in_key_area": "no", "consent": "yes"}


@pytest.fixture
def served(database, login, tmp_path):
    """Run the command on a database of its own; give its address and the file that its output goes to."""
    let_in(database, login)
    KeyFolder.make(tmp_path / "keys", b"passphrase", region_code="330100", at=now() - timedelta(minutes=1))
    VaultFolder.make(tmp_path / "vault")
    (tmp_path / "passphrase").write_bytes(b"passphrase")
    (tmp_path / "passphrase").chmod(0o600)
    command = [
        sys.executable,
        "-c",
        "from fangxian.cli.app import main; main()",
        "serve",
        "--store",
        login,
        "--keys",
        str(tmp_path / "keys"),
    ]
    command += ["--vault", str(tmp_path / "vault"), "--policy", "hangzhou", "--sender", "page", "--port", "0", "--language", "en"]
    command += ["--passphrase-file", str(tmp_path / "passphrase")]
    log = tmp_path / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            line = process.stdout.readline()
            assert "http://" in line, log.read_text()
            yield re.search(r"http://\S+/", line)[0].rstrip("/"), log
        finally:
            process.terminate()
            process.wait(30)
            process.stdout.close()


def use(address, database):
    """Log in, apply, declare, look, try what is wrong, scan nonsense, and go on while the database loses a table; return the secrets."""
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as browser:
        shown = browser.post("/me/log-in/code", data={"phone": PHONE}).text
        code = re.search(r"\b\d{6}\b", shown)[0]
        browser.post("/me/log-in", data={"phone": PHONE, "code": code})
        form = {**IDENTITY, **HEALTHY, "phone": PHONE}
        enrolled = browser.post("/me/enrol", data=form)
        for path in ("/me/0", "/me/0/looks", "/me/0/data", "/me/0/delete", "/me/9", f"/me/{NUMBER}", f"/{NAME}"):
            browser.get(path)
        browser.post("/me/enrol", data={**form, "id_number": NUMBER[:-1]})
        browser.post("/api/v1/log-in", json={"phone": PHONE, "code": NAME})
        for body in (b"{", f'{{"scans": [{{"text": "{NUMBER}"}}]}}'.encode()):
            browser.post("/api/v1/gate/scans", content=body, headers={"authorization": f"Bearer {NUMBER}"})
        with psycopg.connect(database) as connection:
            people = [row[0].hex for row in connection.execute("SELECT person_id FROM account.member").fetchall()]
            connection.execute("ALTER TABLE facts.health_declaration RENAME TO gone; ALTER TABLE account.member RENAME TO gone_too")
        # After a failure the server ends the connection: each asks on one of its own.
        alone = {"connection": "close"}
        failed = [browser.post(path, data=form, headers=alone) for path in ("/me/0/declare", "/me/enrol", "/me/0/check-in")]
        session = browser.cookies["fangxian_session"]
    assert enrolled.status_code in (200, 303), enrolled.text
    assert people
    assert any(answer.status_code == 500 for answer in failed)
    return [NAME, NUMBER, PHONE, session, *people, *(str(UUID(person)) for person in people)]


def test_no_log_line_says_who_somebody_is(served, database):
    address, log = served
    secrets = use(address, database)
    written = log.read_text("utf-8", "replace")
    assert "UndefinedTable" in written  # what failed is told, by its kind and place
    assert [secret[:3] for secret in secrets if secret in written or secret.encode("unicode_escape").decode() in written] == []
