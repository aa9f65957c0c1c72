"""Contacts: every meeting that a scheme's rules find, and the people whom they make contacts, the likeliest to be ill first."""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir

from fangxian.facts.fact import INSTANT
from fangxian.facts.known import Known, instant
from fangxian.trace.cases import cases, until_isolated
from fangxian.trace.rule import CLASSES, Certainty, Nearness, contact_rule
from fangxian.trace.scheme import TraceScheme, TraceWording

_CASE: Final = ("case_person_id", "case_fact_id")


def all_cases(scheme: TraceScheme, known: Known) -> ir.Table:
    """Return every case by the scheme's windows: the shape of `trace.cases.cases`."""
    return _united([_found_in(cases(known, **wording.values()), scheme, wording) for wording in scheme.windows()])


def all_meetings(scheme: TraceScheme, known: Known, of: ir.Table) -> ir.Table:
    """Return every meeting with the cases `of` (as `all_cases` returns them) by the scheme's rules: the shape of `trace.rule.meetings`.

    One row a pair of facts, although a source may have said one twice.
    """
    return _united([_met(wording, scheme, known, of) for wording in scheme.rules()]).distinct()


def close_contacts(known: Known, of: ir.Table, met: ir.Table) -> ir.Table:
    """Return the close contacts in `met` of the cases `of`, as if they were cases: whom they in turn may have infected.

    Shape: that of `trace.cases.cases` less basis, and index_person_id: the case's. `case_fact_id` stays the case's diagnosis and
    `case_person_id` is the contact; the time begins with their first meeting and ends with the contact's isolation or now.
    """
    close = met.filter(met.contact_class == "close")
    first = close.group_by("case_fact_id", index_person_id="case_person_id", case_person_id="person_id").agg(from_at=close.from_at.min())
    found = of.select("case_fact_id", "found_at", index_person_id="case_person_id")
    timed = first.inner_join(found, ["case_fact_id", "index_person_id"]).mutate(until_at=known.known_at)
    # Whoever was isolated after they met the case was no danger when they were released.
    ended = until_isolated(known, timed.filter(timed.from_at < timed.until_at), unless_released_by="from_at")
    return ended.mutate(until_at=ended.until_at.cast(INSTANT))


def secondary_meetings(scheme: TraceScheme, known: Known, of: ir.Table, met: ir.Table) -> ir.Table:
    """Return the meetings of close contacts, `of` as `close_contacts` returns them, that make others secondary contacts of their case.

    The shape of `trace.rule.meetings`; `case_because` is the close contact's fact. Only meetings count that would be close with a case,
    by the rules that carry on; the case and its close contacts (in `met`) are no secondary contacts of it.
    """
    rules = [wording for wording in scheme.rules() if contact_rule(wording.rule).carries_on]
    if not rules:
        return met.limit(0)
    found = _united([_met(wording, scheme, known, of) for wording in rules])
    carriers = of.select("case_fact_id", "case_person_id", "index_person_id")
    traced = found.filter(found.contact_class == "close").inner_join(carriers, ["case_fact_id", "case_person_id"])
    others = traced.filter(traced.person_id != traced.index_person_id).mutate(
        case_person_id=traced.index_person_id, contact_class=ibis.literal("secondary")
    )
    close = met.filter(met.contact_class == "close")
    return others.anti_join(close, ["case_fact_id", "case_person_id", "person_id"]).select(*met.columns).distinct()


def _met(wording: TraceWording, scheme: TraceScheme, known: Known, of: ir.Table) -> ir.Table:
    """Return the meetings with the cases that a wording is in force for; whoever was isolated before their time began met nobody."""
    infectious = _found_in(of.filter(of.from_at < of.until_at), scheme, wording)
    return contact_rule(wording.rule).conditions[wording.condition](known, infectious, **wording.values())


def contacts(scheme: TraceScheme, met: ir.Table) -> ir.Table:
    """Return whom `met` (as `all_meetings` returns them) makes a contact of which case, in which setting.

    Shape: case_person_id, case_fact_id, person_id, setting, contact_class (the nearest), nearness (the nearest), certainty (the surest),
    from_at, until_at (first and last), minutes (together), meetings (how many), attack_percent (of a hundred such contacts, how many
    fell ill: null where the scheme has no figure).
    """
    ranked = met.mutate(
        # Whole seconds first: engines round the parts of one differently.
        seconds=met.until_at.truncate("s").epoch_seconds() - met.from_at.truncate("s").epoch_seconds(),
        class_rank=_rank(met.contact_class, CLASSES),
        nearness_rank=_rank(met.nearness, tuple(Nearness)),
        certainty_rank=_rank(met.certainty, tuple(Certainty)),
    )
    grouped = ranked.group_by(*_CASE, "person_id", "setting").agg(
        class_rank=ranked.class_rank.min(),
        nearness_rank=ranked.nearness_rank.min(),
        certainty_rank=ranked.certainty_rank.min(),
        from_at=ranked.from_at.min(),
        until_at=ranked.until_at.max(),
        minutes=ranked.seconds.sum().cast("float64") / 60,
        meetings=ranked.count(),
    )
    named = grouped.mutate(
        contact_class=_word(grouped.class_rank, CLASSES),
        nearness=_word(grouped.nearness_rank, tuple(Nearness)),
        certainty=_word(grouped.certainty_rank, tuple(Certainty)),
    )
    return named.select(
        *_CASE,
        "person_id",
        "setting",
        "contact_class",
        "nearness",
        "certainty",
        "from_at",
        "until_at",
        "minutes",
        "meetings",
        attack_percent=_attack_percent(scheme, named),
    )


def _attack_percent(scheme: TraceScheme, table: ir.Table) -> ir.FloatingValue:
    hours = table.minutes / 60
    steps = [
        ((table.setting == rate.setting) & (table.nearness == str(rate.nearness)), rate.percent + rate.percent_an_hour * hours)
        for rate in scheme.attack_rates
    ]
    return ibis.cases(*steps, else_=ibis.null("float64")) if steps else ibis.null("float64")


def _found_in(table: ir.Table, scheme: TraceScheme, wording: TraceWording) -> ir.Table:
    """Keep the cases that were found while a wording was in force."""
    since = instant(scheme.starts(wording.since))
    kept = table.filter(table.found_at >= since)
    if wording.until is None:
        return kept
    return kept.filter(kept.found_at < instant(scheme.starts(wording.until)))


def _united(tables: list[ir.Table]) -> ir.Table:
    return ibis.union(*tables) if len(tables) > 1 else tables[0]


def _rank(value: ir.StringValue, words: tuple[str, ...]) -> ir.IntegerValue:
    return ibis.cases(*((value == str(word), place) for place, word in enumerate(words)), else_=len(words))


def _word(rank: ir.IntegerValue, words: tuple[str, ...]) -> ir.StringValue:
    return ibis.cases(*((rank == place, str(word)) for place, word in enumerate(words)), else_=ibis.null("string"))
