"""Faults to plant in copies of the rules, one at a time: what the tests are worth is which of them they catch."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory
from typing import Final

SOURCE: Final = Path(__file__).parents[2] / "src"


@dataclass(frozen=True)
class Fault:
    """A slip of the pen: what it would mean, in which module, which words become which."""

    meaning: str
    module: str
    sound: str
    faulty: str


@contextmanager
def planted(fault: Fault, *, source: Path = SOURCE) -> Iterator[Path]:
    """Give a copy of the sources that has the fault. Raises ValueError where its place is not found exactly once."""
    with TemporaryDirectory(prefix="fangxian-fault-") as folder:
        copy = Path(copytree(source, Path(folder) / "src", ignore=ignore_patterns("vendor", "__pycache__")))
        module = copy / "fangxian" / fault.module
        text = module.read_text("utf-8")
        if text.count(fault.sound) != 1:
            raise ValueError(f"{fault.module} has {text.count(fault.sound)} places for: {fault.meaning}")
        module.write_text(text.replace(fault.sound, fault.faulty), "utf-8")
        yield copy


FAULTS: Final = (
    Fault(
        "a fact that becomes known at the very instant asked about is not known yet",
        "facts/known.py",
        "standing.filter(standing.known_at <= self.known_at)",
        "standing.filter(standing.known_at < self.known_at)",
    ),
    Fault(
        "a withdrawal counts before it is known",
        "facts/known.py",
        "taken_back = withdrawals.filter(withdrawals.fact_type == fact_type.name, withdrawals.known_at <= self.known_at)",
        "taken_back = withdrawals.filter(withdrawals.fact_type == fact_type.name)",
    ),
    Fault(
        "a withdrawal of one person's fact takes back another person's with the same number",
        "facts/known.py",
        "[stored[subject] == taken_back[subject], stored.fact_id == taken_back.withdrawn_fact_id]",
        "[stored.fact_id == taken_back.withdrawn_fact_id]",
    ),
    Fault(
        "a correction takes back its own content too",
        "facts/known.py",
        "stored.known_at < taken_back.strikes_before",
        "stored.known_at <= taken_back.strikes_before",
    ),
    Fault(
        "a correction takes back what the source says of the record later",
        "facts/known.py",
        "(taken_back.reason == CORRECTED).ifelse(taken_back.known_at, instant(_NEVER))",
        "instant(_NEVER)",
    ),
    Fault(
        "what is taken back for another reason may be said again",
        "facts/known.py",
        "(taken_back.reason == CORRECTED).ifelse(taken_back.known_at, instant(_NEVER))",
        "taken_back.known_at",
    ),
    Fault(
        "a withdrawal of one type takes back facts of another",
        "facts/known.py",
        "withdrawals.filter(withdrawals.fact_type == fact_type.name, ",
        "withdrawals.filter(",
    ),
    Fault(
        "days are those of UTC, not of the place",
        "facts/known.py",
        "return ibis.interval(minutes=int(self.utc_offset.total_seconds() // 60))",
        "return ibis.interval(minutes=0)",
    ),
    Fault(
        "every count of days is one short",
        "facts/known.py",
        "return self.start_of_day(at) + ibis.interval(days=days)",
        "return self.start_of_day(at) + ibis.interval(days=days - 1)",
    ),
    Fault(
        "the check-in on the day of the cause counts",
        "code/check_in_runs.py",
        "runs.first_day > dated.cause_day",
        "runs.first_day >= dated.cause_day",
    ),
    Fault(
        "one check-in fewer is enough",
        "code/check_in_runs.py",
        "runs = complete_runs(normal, lengths=sorted(set(lengths)))",
        "runs = complete_runs(normal, lengths=[length - 1 for length in set(lengths)]).mutate(run_of=ibis._.run_of + 1)",
    ),
    Fault(
        "a missed day does not restart the count",
        "code/check_in_runs.py",
        "back.filter(first_day == back.day - ibis.interval(days=length - 1))",
        "back.filter(first_day.notnull())",
    ),
    Fault(
        "one normal check-in excuses an abnormal one of the same day",
        "code/check_in_runs.py",
        "bad=marked.bad.max()",
        "bad=marked.bad.min()",
    ),
    Fault(
        "a run of check-ins ends with the last one of its last day",
        "code/check_in_runs.py",
        "completed_at=marked.from_at.min()",
        "completed_at=marked.from_at.max()",
    ),
    Fault("exactly 37.3 °C is no fever", "code/fever.py", "report.temperature_c >= fever_line_c", "report.temperature_c > fever_line_c"),
    Fault(
        "an end at the same instant as the beginning is missed",
        "code/ending.py",
        "theirs.ended_at >= begun[not_before]",
        "theirs.ended_at > begun[not_before]",
    ),
    Fault(
        "the last end counts, not the first",
        "code/ending.py",
        "ended_at=matched.ended_at.min()",
        "ended_at=matched.ended_at.max()",
    ),
    Fault(
        "another person's discharge or release ends a course",
        "code/ending.py",
        "[begun.person_id == theirs.person_id, theirs.ended_at >= begun[not_before]]",
        "[theirs.ended_at >= begun[not_before]]",
    ),
    Fault(
        "a stay that ended as the listing began counts",
        "code/presence.py",
        "(presence.left_at > since)",
        "(presence.left_at >= since)",
    ),
    Fault(
        "a stay that began as the listing ended counts",
        "code/presence.py",
        "(presence.from_at < until)",
        "(presence.from_at <= until)",
    ),
    Fault(
        "exactly one hour in a high-risk area is not an hour",
        "code/rules/area.py",
        "cut.counted_until >= enough",
        "cut.counted_until > enough",
    ),
    Fault(
        "days count from the first contact, not from the last",
        "code/rules/contact.py",
        "counts_from=ibis.coalesce(close.until_at, close.from_at)",
        "counts_from=close.from_at",
    ),
    Fault(
        "a control-list entry may cite another person's fact",
        "code/rules/control.py",
        "            listed.person_id == citable.person_id,\n",
        "",
    ),
    Fault(
        "a control-list entry may cite a fact of another kind",
        "code/rules/control.py",
        "            listed.cites_fact_type == citable.cited_type,\n",
        "",
    ),
    Fault(
        "a control-list entry outlives the case that it cites",
        "code/rules/control.py",
        "ibis.least(course.ended_at, course.cited_until, ",
        "ibis.least(course.ended_at, ",
    ),
    Fault(
        "a personal decision with one signer counts",
        "code/hits.py",
        "decisions.filter(decisions.first_signer_id.strip().upper() != decisions.second_signer_id.strip().upper())",
        "decisions",
    ),
    Fault(
        "a personal decision reaches every rule",
        "code/hits.py",
        ", found.rule == lifts.lifts_rule]",
        "]",
    ),
    Fault(
        "a wording reaches back before its first day",
        "code/hits.py",
        "from_at=ibis.greatest(found.from_at, found.worded_from_at)",
        "from_at=found.from_at",
    ),
    Fault(
        "a hit still holds at the instant at which it ends",
        "facts/valid_time.py",
        "(at < table.until_at)",
        "(at <= table.until_at)",
    ),
    Fault(
        "a record runs out a day early",
        "code/rules/record.py",
        "expires_at=known.start_of_day_after(records.from_at, days=valid_days + 1)",
        "expires_at=known.start_of_day_after(records.from_at, days=valid_days)",
    ),
    Fault(
        "Hangzhou asks close contacts for 13 check-ins",
        "policy/hangzhou/code.yaml",
        '"Same space as a case: https://m.hz.bendibao.com/news/80025.shtm ; 14 check-ins: https://gzoltjx.com/zh/healthy_310870"\n'
        "    evidence: sourced\n    parameters:\n      check_ins: {value: 14,",
        '"Same space as a case: https://m.hz.bendibao.com/news/80025.shtm ; 14 check-ins: https://gzoltjx.com/zh/healthy_310870"\n'
        "    evidence: sourced\n    parameters:\n      check_ins: {value: 13,",
    ),
)
"""Each changes one place; a fault that no test catches is a hole in the tests."""
