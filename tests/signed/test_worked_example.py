"""The page about signed codes says what the program does: its bytes are recomputed, its signatures verified, its tables complete."""

import yaml

from fangxian.policy.colour import Colour
from fangxian.signed import limits as limits_module
from fangxian.signed.changes import Changes
from fangxian.signed.keys import key_id
from fangxian.signed.place import PlaceCode
from fangxian.signed.seen import Seen
from fangxian.signed.trust import TrustList
from fangxian.signed.verdict import Outcome
from fangxian.signed.verify import verify

from .worked_example import DAY, EIGHT, PAGE, PAPER, PLACE, ROOT, SERVER, TRUST, blocks, recomputed, signed_anew


def test_every_value_without_a_signature_is_recomputed():
    assert recomputed() == {name: blocks()[name] for name in recomputed()}
    assert set(blocks()) == set(recomputed()) | set(signed_anew())


def test_the_signed_codes_of_the_page_are_good():
    held = {"trust": TRUST, "changes": None, "at": EIGHT, "seen": Seen()}
    shown, paper = verify(blocks()["shown"], **held), verify(blocks()["paper"], **held)
    assert (shown.credential, shown.passes, paper.credential, paper.passes) == (DAY, True, PAPER, True)
    assert verify(blocks()["credential"], **held).outcome is Outcome.SCREENSHOT
    assert PlaceCode.read(blocks()["place"], trust=TRUST, at=EIGHT) == PLACE


def test_the_signed_files_of_the_page_are_good():
    trust = TrustList.read(bytes.fromhex(blocks()["trust-list"]), root=ROOT.public)
    assert trust == TRUST
    changes = Changes.read(bytes.fromhex(blocks()["changes-file"]), trust=trust, at=EIGHT)
    assert changes.about(DAY.token_id).colour is Colour.RED
    assert verify(blocks()["paper"], trust=trust, changes=changes, at=EIGHT, seen=Seen()).outcome is Outcome.REVOKED


def test_a_key_id_is_of_the_public_key_alone():
    assert key_id(SERVER.public) == SERVER.key_id == bytes.fromhex(blocks()["server-key-id"])


def test_the_page_names_every_outcome_with_the_guards_words_and_every_limit_with_its_number():
    page = PAGE.read_text("utf-8")
    for outcome in Outcome:
        assert f"| `{outcome}` |" in page
        assert outcome.words.zh in page
        assert outcome.words.en in page
    stated = yaml.safe_load((PAGE.parents[1] / "src/fangxian/signed/limits.yaml").read_text("utf-8"))
    assert {name for name in stated if f"| `{name}` | {stated[name]['value']:,} " in page} == set(vars(limits_module.LIMITS))
