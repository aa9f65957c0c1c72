"""The browser's reading of signed codes, asked by the tests of the program's own reading: a town whose gate stands in both."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page
from signed.kit import EIGHT, Town

from fangxian.signed.changes import Changes
from fangxian.signed.keys import point
from fangxian.signed.limits import LIMITS
from fangxian.signed.trust import TrustList
from fangxian.signed.verdict import Verdict
from fangxian.signed.verify import verify

STATIC = Path(__file__).parents[2] / "src" / "fangxian" / "web" / "static"
EPOCH = datetime(1970, 1, 1)

SETUP = """
    const files = ["bytes", "cbor", "claims", "cose", "changes", "judging", "phone", "place", "reading", "seen", "trust"];
    const loaded = await Promise.all(files.map((name) => import(`/static/signed/${name}.js`)));
    Object.assign(window, Object.fromEntries(files.map((name, place) => [name, loaded[place]])));
    const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
    const memories = new Map();
    window.outcomeOf = async (task) => {
        try { return { is: await task() }; } catch (error) {
            if (!(error instanceof bytes.Unreadable || error instanceof trust.Refused)) throw error;
            return { refused: error instanceof trust.Refused ? error.message : "unreadable" };
        }
    };
    window.bytesOf = bytesOf;
    window.readFiles = async ({ root, trustFile, changesFile, at, newestTrust, newestChanges }) => {
        const list = await trust.readTrust(bytesOf(trustFile), { root: bytesOf(root), newestSeen: newestTrust });
        const told = changesFile === null ? null
            : await changes.readChanges(bytesOf(changesFile), { trust: list, at, newestSeen: newestChanges });
        return { list, told };
    };
    window.scanAll = async ({ files, memory, limits, scans }) => {
        const { list, told } = await readFiles(files);
        if (!memories.has(memory)) memories.set(memory, new seen.Seen(limits));
        const gate = { trust: list, changes: told, seen: memories.get(memory), limits };
        const verdicts = [];
        for (const { text, at } of scans) {
            const verdict = judging.judge(await reading.read(text, list), gate, at);
            if (verdict.credential) {
                const { tokenId, phoneKey, ...rest } = verdict.credential;
                verdict.credential = { ...rest, tokenId: bytes.hex(tokenId), phoneKey: phoneKey && bytes.hex(phoneKey) };
            }
            verdicts.push(verdict);
        }
        return verdicts;
    };
"""


def seconds(value: datetime | timedelta | None) -> float | None:
    """Return an instant or a length in seconds, as the browser counts."""
    return (value - EPOCH if isinstance(value, datetime) else value).total_seconds() if value is not None else None


def as_said_here(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict of the program in the words of the browser."""
    held = verdict.credential
    credential = held and {
        "tokenId": held.token_id.hex(),
        "regionCode": held.region_code,
        "colour": str(held.colour),
        "maskedName": held.masked_name,
        "issuedAt": seconds(held.issued_at),
        "validUntil": seconds(held.valid_until),
        "phoneKey": held.phone_key.hex() if hasattr(held, "phone_key") else None,
    }
    return {
        "outcome": str(verdict.outcome),
        "passes": verdict.passes,
        "credential": credential,
        "colour": verdict.colour and str(verdict.colour),
        "changed": verdict.changed,
        "trustAge": seconds(verdict.trust_age),
        "changesAge": seconds(verdict.changes_age),
        "filesAreOld": verdict.files_are_old,
        "clockOffBy": seconds(verdict.clock_off_by),
    }


def as_said_there(verdict: dict[str, Any]) -> dict[str, Any]:
    """Return a verdict of the browser with what it leaves out."""
    found = {"credential": None, "colour": None, "changed": False, "clockOffBy": None} | verdict
    rounded = found["clockOffBy"] if found["clockOffBy"] is None else round(found["clockOffBy"], 3)
    return found | {"clockOffBy": rounded, "trustAge": round(found["trustAge"], 3)}


def open_signed_page(chromium: Browser) -> Page:
    """Return an empty page that a browser takes for one of a server, so that WebCrypto is there, with the modules loaded."""
    opened = chromium.new_page()
    opened.route("**/*", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    opened.route("**/static/**", lambda route: route.fulfill(path=STATIC / route.request.url.split("/static/")[1]))
    opened.goto("https://gate.invalid/")
    opened.evaluate(f"(async () => {{ {SETUP} }})()")
    return opened


def limits_as_served() -> dict[str, float]:
    """Return the limits as the server gives them to a gate's page: in seconds, and people."""
    return {name: seconds(value) if isinstance(value, timedelta) else value for name, value in asdict(LIMITS).items()}


@dataclass
class TownWithBrowser(Town):
    """A town whose every scan is judged by the program and by the browser, which must say the same."""

    page: Page = field(kw_only=True)

    def scan(self, text: str, at: datetime = EIGHT, **other: Any) -> Verdict:
        """Return the gate's verdict on a text, the browser's being the same."""
        return self.scan_all([text], at, **other)[0]

    def scan_all(
        self, texts: Sequence[str], at: datetime, *, trust: TrustList | None = None, changes: Changes | None = None
    ) -> list[Verdict]:
        """Return the gate's verdicts on texts that are shown at one instant."""
        trust = trust or self.trust
        here = [verify(text, trust=trust, changes=changes, at=at, seen=self.seen) for text in texts]
        asked = {
            "files": {
                "root": point(self.root.public).hex(),
                "trustFile": trust.write(root=self.root).hex(),
                "changesFile": changes.write(by=self.server).hex() if changes else None,
                "at": seconds(at),
            },
            "memory": id(self.seen),
            "limits": limits_as_served(),
            "scans": [{"text": text, "at": seconds(at)} for text in texts],
        }
        there = self.page.evaluate(f"scanAll({json.dumps(asked)})")
        for text, mine, theirs in zip(texts, here, there, strict=True):
            assert as_said_there(theirs) == as_said_here(mine), text
        return here
