"""The page about exchange says what the program does: its bytes are recomputed, its messages are taken, its tables complete."""

from fangxian.exchange.machine import ANSWERING
from fangxian.exchange.message import read
from fangxian.exchange.refusals import Refusal
from fangxian.exchange.statement import read_statement

from .worked_example import ANSWER, ASK, EIGHT, HERE, PAGE, STATEMENT, THERE, blocks, recomputed, signed_anew, trust


def test_every_value_without_a_signature_is_recomputed():
    assert recomputed() == {name: blocks()[name] for name in recomputed()}
    assert set(blocks()) == set(recomputed()) | set(signed_anew())


def test_the_messages_of_the_page_are_believed_by_whom_they_are_for():
    assert read(bytes.fromhex(blocks()["ask"]), trust=trust(THERE), at=EIGHT) == ASK
    answer = read(bytes.fromhex(blocks()["statement"]), trust=trust(HERE), at=EIGHT)
    assert (answer, read_statement(answer.body)) == (ANSWER, STATEMENT)


def test_the_page_names_every_message_and_every_refusal():
    page = PAGE.read_text("utf-8")
    assert [name for name in (*ANSWERING, *Refusal) if f"`{name}`" not in page] == []
