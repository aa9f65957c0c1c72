"""The list of generated pages, by their names under docs/."""

from pathlib import Path
from typing import Final

from fangxian.sources.book import page as source_page
from fangxian.sources.catalogue import all_sources
from tools.docs.appeals import appeals
from tools.docs.area_rules import area_rules
from tools.docs.chain_rules import chain_rules
from tools.docs.command_reference import command_reference
from tools.docs.contact_rules import contact_rules
from tools.docs.data_dictionary import data_dictionary
from tools.docs.language import Language
from tools.docs.overload import overload
from tools.docs.permissions import permissions
from tools.docs.readable_columns import readable_columns
from tools.docs.reporting import reporting_rules
from tools.docs.rule_book import rule_book
from tools.docs.rules_by_example import rules_by_example
from tools.docs.states import states
from tools.docs.tasks import tasks

DOCS: Final = Path(__file__).parents[2] / "docs"


def generated_pages() -> dict[str, str]:
    """Return the text of every generated page, by name."""
    pages = {"reporting-rules.md": reporting_rules(), "states.md": states(), "tasks.md": tasks()}
    pages |= {"appeals.md": appeals(), "overload.md": overload(), "permissions.md": permissions()}
    pages |= {"columns-rules-may-read.md": readable_columns(), "commands.md": command_reference()}
    for language in Language:
        pages[f"data-dictionary.{language}.md"] = data_dictionary(language)
        pages[f"rules.{language}.md"] = rule_book(language)
        pages[f"rules-by-example.{language}.md"] = rules_by_example(language)
        pages[f"area-rules.{language}.md"] = area_rules(language)
        pages[f"contact-rules.{language}.md"] = contact_rules(language)
        pages[f"chain-rules.{language}.md"] = chain_rules(language)
    pages |= {f"sources/{source.name}.md": source_page(source) for source in all_sources()}
    return pages
