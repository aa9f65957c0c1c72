"""The generated pages say what the code says now."""

import pytest

from fangxian.facts import Fact
from tools.docs.pages import DOCS, generated_pages

PAGES = generated_pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_up_to_date(name: str):
    assert (DOCS / name).read_text("utf-8") == PAGES[name], "run `make docs` and read what changed"


def test_the_two_languages_of_a_page_have_the_same_headings_in_number():
    for name, text in PAGES.items():
        if name.endswith(".zh.md"):
            other = PAGES[name.replace(".zh.md", ".en.md")]
            assert text.count("\n#") == other.count("\n#"), name


def test_what_the_known_time_is_stands_in_the_same_words_wherever_it_is_explained():
    said = Fact.known_at.meaning
    for page in ("glossary.md", "sources/README.md", "data-dictionary.zh.md"):
        assert said.zh in (DOCS / page).read_text("utf-8"), page
    for page in ("glossary.md", "sources/README.md", "data-dictionary.en.md"):
        assert said.en in (DOCS / page).read_text("utf-8"), page
