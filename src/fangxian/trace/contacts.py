"""Contacts: every meeting that a scheme's rules find, and the people whom they make contacts, the likeliest to be ill first."""

from __future__ import annotations

from datetime import date
from typing import Final

import ibis
import ibis.expr.types as ir

from fangxian.facts.known import Known, instant
from fangxian.trace.cases import cases
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

    def found(wording: TraceWording) -> ir.Table:
        rule = contact_rule(wording.rule)
        return rule.conditions[wording.condition](known, _found_in(of, scheme, wording), **wording.values())

    return _united([found(wording) for wording in scheme.rules()]).distinct()


def contacts(scheme: TraceScheme, met: ir.Table) -> ir.Table:
    """Return whom `met` (as `all_meetings` returns them) makes a contact of which case, in which setting.

    Shape: case_person_id, case_fact_id, person_id, setting, contact_class (the nearest), nearness (the nearest), certainty (the surest),
    from_at, until_at (first and last), minutes (together), meetings (how many), attack_percent (of a hundred such contacts, how many
    fell ill: null where the scheme has no figure).
    """
    minutes = (met.until_at.epoch_seconds() - met.from_at.epoch_seconds()).cast("float64") / 60
    ranked = met.mutate(
        minutes=minutes,
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
        minutes=ranked.minutes.sum(),
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
        ((table.setting == rate.setting) & (table.nearness == rate.nearness), rate.percent + rate.percent_an_hour * hours)
        for rate in scheme.attack_rates
    ]
    return ibis.cases(*steps, else_=ibis.null("float64")) if steps else ibis.null("float64")


def _found_in(table: ir.Table, scheme: TraceScheme, wording: TraceWording) -> ir.Table:
    """Keep the cases that were found while a wording was in force."""
    since = instant(scheme.starts(wording.since))
    kept = table.filter(table.found_at >= since)
    if wording.until is None or wording.until == date.max:
        return kept
    return kept.filter(kept.found_at < instant(scheme.starts(wording.until)))


def _united(tables: list[ir.Table]) -> ir.Table:
    return ibis.union(*tables) if len(tables) > 1 else tables[0]


def _rank(value: ir.StringValue, words: tuple[str, ...]) -> ir.IntegerValue:
    return ibis.cases(*((value == str(word), place) for place, word in enumerate(words)), else_=len(words))


def _word(rank: ir.IntegerValue, words: tuple[str, ...]) -> ir.StringValue:
    return ibis.cases(*((rank == place, str(word)) for place, word in enumerate(words)), else_=ibis.null("string"))
