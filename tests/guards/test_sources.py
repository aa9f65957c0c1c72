"""Promises over every source that exists."""

import pytest

from fangxian.facts import AreaLevel, AreaWithdrawal, RecognisedCode, SamePerson, all_fact_types
from fangxian.sources.catalogue import all_sources
from fangxian.sources.source import Source
from tests.guards.project import ROOT

PAGES = {page.stem: page.read_text("utf-8") for page in sorted((ROOT / "docs" / "sources").glob("*.md"))}
COMPUTED = {AreaLevel, AreaWithdrawal, RecognisedCode, SamePerson}
"""Fact types that no agency sends: area rules write them and take them back; another region says them in a signed
message; linkage and officers."""

each_source = pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)


@each_source
def test_every_source_and_every_column_that_it_sends_is_on_its_page(source: Source):
    pages = [text for name, text in PAGES.items() if name == source.name] or [PAGES["README"]]
    assert source.name in pages[0]
    columns = {column.split(".")[-1] for column in source.columns()} | set(source.unread)
    # Public data sets have columns in English, which their publishers describe.
    assert {column for column in columns if column not in pages[0] and not column.isascii()} == set()


@each_source
def test_what_is_odd_about_a_source_is_said_in_both_languages(source: Source):
    assert all(text.zh.strip() and text.en.strip() for text in (source.agency, *source.quirks))


@each_source
def test_no_source_lets_a_name_or_a_phone_number_into_a_fact(source: Source):
    read = set(source.columns()) - source.identifying_columns()
    assert [column for column in read if any(word in column for word in ("姓名", "手机", "电话", "住址", "地址"))] == []


def test_every_fact_type_that_agencies_know_is_sent_by_some_source():
    sent = {fact_type for source in all_sources() for fact_type in source.fact_types()}
    assert {f.name for f in all_fact_types()} - {f.name for f in sent | COMPUTED} == set()
