"""A frozen line list: the same request gives the same bytes, also after compaction and later facts; what changed is said."""

from datetime import datetime

import orjson
import polars as pl
import pytest
from lakes import lake_with
from spec_symbols import person_id
from spec_tables import facts_from_text

from fangxian.engine.compaction import compact
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.errors import FangxianError
from fangxian.facts import Diagnosis
from fangxian.trace.chain.chaining import Chaining
from fangxian.trace.chain.line_list import differences, line_list, receipt_from, receipt_of
from fangxian.trace.chain.scheme import chain_scheme
from fangxian.trace.scheme import trace_scheme
from fangxian.trace.tracing import diagnosed
from tracing.chains.family import family

KNOWN_AT = datetime(2020, 3, 14)
CHAINING = Chaining(chain_scheme("cn-2020"), trace_scheme("cn-2020"), known_at=KNOWN_AT)


def frozen(lake):
    with DuckDBEngine(lake) as engine:
        chains = CHAINING.chain(engine, diagnosed(engine, known_at=KNOWN_AT))
    content = line_list(chains)
    return content, receipt_of(chains, content, lake.delivery_ids())


@pytest.fixture
def lake(tmp_path):
    return family(tmp_path / "lake")


def test_the_list_holds_every_case_once_in_order(lake):
    content, receipt = frozen(lake)
    table = pl.read_csv(content)
    assert table["person_id"].to_list() == [person_id(name) for name in ("ann", "eve", "bob", "cat", "dan")]
    assert table["number"].to_list() == [1, 2, 3, 4, 5]
    assert table["infector_number"].to_list() == [None, None, 1, 3, None]
    assert receipt.rows == 5


def test_the_same_request_later_gives_the_same_bytes(lake):
    before, receipt = frozen(lake)
    later = facts_from_text(Diagnosis, "fact_id | person_id | from_at | status\nc9 | fay | 2020-03-15 10:00 | confirmed")
    lake_with(lake.path, {Diagnosis: later}, delivery_id="later")
    compact(lake)
    after, again = frozen(lake)
    assert after == before
    assert again.sha256 == receipt.sha256
    assert differences(receipt, again, after) == []


def test_a_receipt_says_what_the_list_follows_from_and_is_read_again(lake):
    _, receipt = frozen(lake)
    written = receipt.written()
    assert receipt_from(written) == receipt
    assert orjson.loads(written)["citation"].startswith(
        f"Line list sha256:{receipt.sha256}, 5 cases, known at 2020-03-14T00:00:00Z, cn-2020"
    )
    assert "case_definition 2020-01-28" in receipt.versions
    assert "serial_interval 2020-03-04" in receipt.versions


def test_what_was_reported_of_that_time_and_came_later_is_said(lake):
    content, receipt = frozen(lake)
    late = facts_from_text(Diagnosis, "fact_id | person_id | from_at | status\nc9 | fay | 2020-03-10 10:00 | confirmed")
    lake_with(lake.path, {Diagnosis: late}, delivery_id="late")
    _, again = frozen(lake)
    assert differences(receipt, again, content) == ["The lake gives another list today.", "Since then its deliveries changed from 1 to 2."]


def test_a_file_that_was_changed_is_found_out(lake):
    content, receipt = frozen(lake)
    assert differences(receipt, receipt, content.replace(b"confirmed", b"suspected", 1)) == [
        "The file is not the one that the receipt is of."
    ]


def test_what_is_no_receipt_is_refused():
    with pytest.raises(FangxianError, match="no receipt"):
        receipt_from(b"{}")
