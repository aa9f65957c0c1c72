"""The gate's page says of every code what the program says: the tests of the outcomes again, each scan judged by both."""

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import cbor2
import pytest
from playwright.sync_api import Page
from signed import test_strict
from signed.kit import DAY, EIGHT, SECOND, Town, changes, trusted
from signed.test_outcomes import *  # noqa: F403  (every test of the outcomes, with this module's town)
from signed.worked_example import PLACE

from fangxian.errors import FangxianError
from fangxian.signed import cbor, claims, cose, envelope, phone
from fangxian.signed.changes import Changes
from fangxian.signed.issue import issue
from fangxian.signed.keys import PrivateKey, point
from fangxian.signed.place import PlaceCode
from fangxian.signed.trust import TrustList

from .signed_page import TownWithBrowser, seconds

pytestmark = pytest.mark.browser
FLIPS = 150


@pytest.fixture
def town(signed_page: Page) -> TownWithBrowser:
    """Give a town whose every scan is judged twice."""
    return TownWithBrowser(page=signed_page)


def changed_somewhere(data: bytes, *, times: int = FLIPS) -> Iterator[bytes]:
    """Yield bytes with one flipped, dropped, doubled or replaced, always the same ones."""
    drawn = random.Random(20200220)
    for _ in range(times):
        at = drawn.randrange(len(data))
        middle = (bytes([data[at] ^ 1 << drawn.randrange(8)]), b"", data[at : at + 1] * 2, drawn.randbytes(1))[drawn.randrange(4)]
        yield data[:at] + middle + data[at + 1 :]


def hostile_texts(town: Town) -> list[str]:
    """Return texts that were altered: as text, as signed bytes, and as what a key of ours signs after it was altered."""
    paper, shown = issue(town.paper(), by=town.server), town.shown()
    texts = [each.decode("latin-1") for text in (paper, shown) for each in changed_somewhere(text.encode())]
    for text in (paper, shown):
        form, body = envelope.read(text)
        texts += [envelope.write(form, each) for each in changed_somewhere(body)]
    for credential in (town.day(), town.paper()):
        signed = [cose.sign(each, by=town.server) for each in changed_somewhere(claims.write(credential))]
        texts += [envelope.write(envelope.Form.CREDENTIAL, each) for each in signed]
    for minute in changed_somewhere(cbor2.dumps([envelope.read(town.credential())[1], seconds(EIGHT)], canonical=True)):
        body = cose.sign(minute, by=town.phone, context=phone.CONTEXT, names_key=False)
        texts.append(envelope.write(envelope.Form.PHONE, body))
    return texts


def test_a_thousand_altered_codes_end_in_the_browser_as_they_end_in_the_program(town: TownWithBrowser):
    texts = hostile_texts(town)
    verdicts = town.scan_all(texts, EIGHT)
    assert len(texts) == 7 * FLIPS
    assert {str(verdict.outcome) for verdict in verdicts} >= {"damaged", "forged", "foreign", "colour", "screenshot"}


def refusal(read, *arguments, **named) -> bool:
    """Return whether the program refuses."""
    with suppress(FangxianError):
        read(*arguments, **named)
        return False
    return True


def asked_of_browser(page: Page, root: PrivateKey, trust_file: bytes, changes_file: bytes | None, **newest: int) -> bool:
    """Return whether the browser refuses one of a gate's files."""
    files = {
        "root": point(root.public).hex(),
        "trustFile": trust_file.hex(),
        "changesFile": changes_file.hex() if changes_file is not None else None,
        "at": seconds(EIGHT),
    }
    answer = page.evaluate("(files) => outcomeOf(async () => { await readFiles(files); return true; })", files | newest)
    return "refused" in answer


def test_altered_trust_lists_are_refused_by_both(signed_page: Page):
    town = Town()
    good = town.trust_of(trusted(town.server, revoked_at=EIGHT), trusted(town.neighbour, region_code="510100"))
    context = b"fangxian trust list"
    altered = [good.write(root=town.root), good.write(root=PrivateKey.make()), cose.sign(b"", by=town.root, context=context)]
    altered += list(changed_somewhere(altered[0], times=60))
    altered += [cose.sign(each, by=town.root, context=context) for each in changed_somewhere(cose.read(altered[0]).payload)]
    here = [refusal(TrustList.read, each, root=town.root.public) for each in altered]
    assert [asked_of_browser(signed_page, town.root, each, None) for each in altered] == here
    assert set(here) == {True, False}


def test_altered_files_of_changes_are_refused_by_both(signed_page: Page):
    town = Town()
    trust = town.trust
    good = changes((bytes(16), EIGHT, "red"), (b"\x01" * 16, EIGHT, "revoked"), (b"\xff" * 16, EIGHT, "green"))
    context = b"fangxian changes"
    altered = [good.write(by=by) for by in (town.server, town.neighbour, town.root)]
    altered += [changes(issued_at=EIGHT + 300 * DAY).write(by=town.server), replace(good, region_code="510100").write(by=town.server)]
    altered += list(changed_somewhere(altered[0], times=60))
    altered += [cose.sign(each, by=town.server, context=context) for each in changed_somewhere(cose.read(altered[0]).payload)]
    here = [refusal(Changes.read, each, trust=trust, at=EIGHT) for each in altered]
    assert [asked_of_browser(signed_page, town.root, trust.write(root=town.root), each) for each in altered] == here
    assert set(here) == {True, False}


def test_files_older_than_those_seen_are_refused_by_both(signed_page: Page):
    town = Town()
    trust_file, changes_file = (
        town.trust_of(trusted(town.server), sequence=3).write(root=town.root),
        changes(sequence=5).write(by=town.server),
    )
    seen = [(3, 5, False), (4, 5, True), (3, 6, True)]
    for newest_trust, newest_changes, refused in seen:
        newest = {"newestTrust": newest_trust, "newestChanges": newest_changes}
        assert asked_of_browser(signed_page, town.root, trust_file, changes_file, **newest) == refused


def test_places_codes_are_read_and_refused_by_both(signed_page: Page):
    town = Town()
    payload = cose.read(envelope.read(PLACE.write(by=town.server))[1]).payload
    context = b"fangxian place"
    texts = [PLACE.write(by=by) for by in (town.server, town.neighbour, PrivateKey.make())] + [town.shown(), "FX2:", "FX2:0"]
    texts += [replace(PLACE, valid_until=EIGHT).write(by=town.server), replace(PLACE, issued_at=EIGHT + SECOND).write(by=town.server)]
    texts += [envelope.write(envelope.Form.PLACE, cose.sign(each, by=town.server, context=context)) for each in changed_somewhere(payload)]
    here = []
    for text in texts:
        try:
            here.append(PlaceCode.read(text, trust=town.trust, at=EIGHT).address)
        except FangxianError:
            here.append(None)
    there = signed_page.evaluate(
        """async ({ root, trustFile, at, texts }) => {
            const list = await trust.readTrust(bytesOf(trustFile), { root: bytesOf(root) });
            const answers = [];
            for (const text of texts) answers.push(await outcomeOf(() => place.readPlace(text, list, at)));
            return answers.map((answer) => answer.is?.address ?? null);
        }""",
        {"root": point(town.root.public).hex(), "trustFile": town.trust.write(root=town.root).hex(), "at": seconds(EIGHT), "texts": texts},
    )
    assert there == here
    assert here[0] == PLACE.address
    assert here.count(None) > 20


def cases_of(test) -> list:
    """Return the cases that a test of the program's reading is given."""
    return list(test.pytestmark[0].args[1])


def test_cbor_and_claims_are_read_or_refused_alike(signed_page: Page):
    good = claims.write(Town().day())
    encoded = [bytes.fromhex(each) for each in cases_of(test_strict.test_cbor_that_is_not_deterministic_or_not_of_the_six_kinds_is_refused)]
    encoded += [good, *changed_somewhere(good, times=400)]
    changed = cases_of(test_strict.test_a_claim_that_is_not_as_it_must_be_damages_the_whole_even_if_it_is_signed)
    encoded += [cbor2.dumps(test_strict.GOOD | each, canonical=True) for each in changed]
    here = [[refusal(read, each) for read in (cbor.read, claims.read)] for each in encoded]
    there = signed_page.evaluate(
        """(encoded) => Promise.all(encoded.map((each) => Promise.all([cbor, claims].map(
            async ({ read }) => "refused" in await outcomeOf(() => read(bytesOf(each)))))))""",
        [each.hex() for each in encoded],
    )
    assert there == here
    assert [False, True] in here
    assert [False, False] in here
