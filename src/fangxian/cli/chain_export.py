"""The command that writes cases and contacts in the forms of other systems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final

import polars as pl
import typer

from fangxian.cli.chain import SchemeOption, TracingOption
from fangxian.cli.options import KnownAtOption, LakeOption, LanguageOption, PurposeOption, RoleOption
from fangxian.cli.printing import Reader, print_line
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.policy.moment import moment
from fangxian.policy.registry import unknown
from fangxian.store.journal import Access, Journal
from fangxian.trace.chain.chaining import Chaining
from fangxian.trace.chain.scheme import ChainScheme, chain_scheme
from fangxian.trace.forms import fhir, tables
from fangxian.trace.forms.rows import case_rows, contact_rows
from fangxian.trace.scheme import trace_scheme
from fangxian.trace.tracing import diagnosed

Writer = Callable[[pl.DataFrame, ChainScheme], bytes]


def _csv(columns: Callable[[pl.DataFrame], pl.DataFrame]) -> Writer:
    return lambda rows, _: columns(rows).write_csv().encode("utf-8")


FORMS: Final[Mapping[str, tuple[tuple[str, Writer], tuple[str, Writer]]]] = {
    "fhir": (
        ("Condition.ndjson", lambda rows, scheme: fhir.conditions(rows, utc_offset=scheme.utc_offset)),
        ("Observation.ndjson", lambda rows, scheme: fhir.observations(rows, utc_offset=scheme.utc_offset)),
    ),
    "godata": (("godata-cases.csv", _csv(tables.godata_cases)), ("godata-contacts.csv", _csv(tables.godata_contacts))),
    "sormas": (("sormas-cases.csv", _csv(tables.sormas_cases)), ("sormas-contacts.csv", _csv(tables.sormas_contacts))),
}
"""The file of cases and that of contacts of each form."""


def chain_export(
    to: Annotated[Path, typer.Argument(help="The folder to write into; it is made.")],
    *,
    form: Annotated[str, typer.Option(help="fhir (R4, one resource a line), godata or sormas.", show_default=False)],
    lake: LakeOption,
    role: RoleOption,
    purpose: PurposeOption,
    scheme: SchemeOption = "cn-2020",
    tracing: TracingOption = "cn-2020",
    known_at: KnownAtOption = None,
    language: LanguageOption = "zh",
) -> None:
    """Write cases and their contacts in the form of another system: people by pseudonym, nobody by name."""
    opened, chosen, traced, reader = Lake.open(lake), chain_scheme(scheme), trace_scheme(tracing), Reader(language)
    if form not in FORMS:
        raise unknown(form, FORMS, what="form", next_step="Name one of these.")
    known = moment(known_at, chosen)
    Journal(opened.path / "access.jsonl").record(Access(role=role, purpose=purpose), what=f"chain export {form}", about="all cases")
    with DuckDBEngine(opened) as engine:
        people = diagnosed(engine, known_at=known)
        chaining = Chaining(chosen, traced, known_at=known)
        met = chaining.tracing.trace(engine, people)
        chains = chaining.chain_met(engine, people, met.meetings)
    to.mkdir(parents=True, exist_ok=True)
    for (name, write), rows in zip(FORMS[form], (case_rows(chains), contact_rows(met.contacts, chains)), strict=True):
        (to / name).write_bytes(write(rows, chosen))
        print_line(reader.say(f"写入 {to / name}：{rows.height:,} 行", f"Written: {to / name}, {rows.height:,} rows"))


commands = (chain_export,)
