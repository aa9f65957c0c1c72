"""docs/bench.md, put together from the figures of the parts that were measured."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from bench.alerts import AlertFigures
from bench.area import AreaFigures
from bench.companion_truth import CompanionFigures
from bench.contact_truth import TruthFigures
from bench.contacts import ONE_BY_ONE, ContactsFigures
from bench.decide import DecideFigures
from bench.declare import DeclareFigures
from bench.explain import ExplainFigures
from bench.gates import MORNING, MORNING_SECONDS, SCANS_IN_A_BATCH, GatesFigures
from bench.ingest import IngestFigures
from bench.serving import ServingFigures
from bench.spark import SparkFigures
from bench.tasks import PEOPLE, TasksFigures

Figures = dict[str, Any]
"""One part: `on` (when), `machine`, `people` of the largest lake, and `rows`, one a measurement."""


def page_of(kept: dict[str, Figures]) -> str:
    """Return the figures as a page of Markdown: the parts that were measured, each with when it was."""
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench`. Medians of paired runs, each in a process of its own, product and yardstick in turn; trust the ratios.",
        "",
    ]
    for part, section in SECTIONS.items():
        if part in kept:
            title, *told = section(kept[part])
            lines += [title, "", *told, "", f"Measured {kept[part]['on']}, {kept[part]['machine']}.", ""]
    return "\n".join(lines)


def decide_section(figures: Figures) -> list[str]:
    """Return the part about deciding everybody."""
    decided = [DecideFigures(**row) for row in figures["rows"]]
    return [
        "## Deciding everybody under `hangzhou`",
        "The yardstick is one hand-written DuckDB query for the same ten rules (`bench/hangzhou.sql`); rows are compared one by one.",
        "The limit is 1.5 times the yardstick and 12 GB.",
        "",
        "| people | facts | hits | product, s | by hand, s | ratio | peak, GB | by hand, GB | rows that differ |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {f.people:,} | {f.facts:,} | {f.hits:,} | {f.seconds:.1f} | {f.by_hand_seconds:.1f} | {f.ratio:.2f} "
            f"| {f.peak_mb / 1024:.1f} | {f.by_hand_peak_mb / 1024:.1f} | {f.different_rows} |"
            for f in decided
        ),
        *growth(decided),
    ]


def growth(decided: list[DecideFigures]) -> list[str]:
    """Return how the time grew beside how the facts grew."""
    steps = [
        f"{later.facts / earlier.facts:.0f} times the facts took {later.seconds / earlier.seconds:.1f} times as long"
        for earlier, later in pairwise(decided)
    ]
    return ["", f"Growth: {'; '.join(steps)}."] if steps else []


def explain_section(figures: Figures) -> list[str]:
    """Return the part about explaining one person."""
    explained = ExplainFigures(**figures["rows"][0])
    return [
        "## Explaining one person",
        f"One of {figures['people']:,} from the lake, in a warm process; {explained.people_asked} people, half of them exposed to a case.",
        "The limit is 0.3 s.",
        "",
        "| compiling the rules, s | median, s | 95 %, s | worst, s |",
        "|---:|---:|---:|---:|",
        f"| {explained.compiling_s:.2f} | {explained.median_s:.3f} | {explained.p95_s:.3f} | {explained.worst_s:.3f} |",
    ]


def spark_section(figures: Figures) -> list[str]:
    """Return the part about Spark."""
    spark = SparkFigures(**figures["rows"][0])
    return [
        "## The same decide on a Spark cluster",
        "A master and two workers with one core each on the same machine, against DuckDB on the same lake; rows are compared one by one.",
        "",
        "| facts | Spark, s | DuckDB, s | hits | rows that differ |",
        "|---:|---:|---:|---:|---:|",
        f"| {spark.facts:,} | {spark.seconds:.1f} | {spark.duckdb_seconds:.1f} | {spark.hits:,} | {spark.different_rows} |",
    ]


def ingest_section(figures: Figures) -> list[str]:
    """Return the part about bringing files in."""
    return [
        "## Ingest",
        "Messy rows of daily check-ins from a file to committed facts; beside it a clean-up by pandas that checks less.",
        "The limit is 15 s for 1 M rows.",
        "",
        "| file | rows | product, s | pandas, s | ratio | peak, GB | quarantined |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {f.file} | {f.rows:,} | {f.seconds:.1f} | {f.pandas_seconds:.1f} "
            f"| {f.seconds / f.pandas_seconds:.2f} | {f.peak_gb:.1f} | {f.quarantined:,} |"
            for f in (IngestFigures(**row) for row in figures["rows"])
        ),
    ]


def serving_section(figures: Figures) -> list[str]:
    """Return the part about answering for a gate."""
    ways = {"ours": "`Serving`", "dict": "a dict, filled by a plain SELECT", "query": "no memory: a query a look-up"}
    rows = [ServingFigures(**row) for row in figures["rows"]]
    return [
        "## A gate's process answers from memory",
        f"{figures['people']:,} people of whom {rows[0].hits:,} are not green, from a store that also has hits that ended. "
        "Each way in a process of its own; the peak is that of a reload beside what is being served.",
        "The limit is 300 MB a process and 10 s a reload.",
        "",
        "| way | before the load, MB | after it, MB | peak, MB | first load, s | reload, s | look-ups a second |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {ways[f.way]} | {f.before_mb:.0f} | {f.after_mb:.0f} | {f.peak_mb:.0f} | {f.load_s:.1f} | {f.reload_s:.1f} "
            f"| {f.lookups_per_s:,.0f} |"
            for f in rows
        ),
    ]


def area_section(figures: Figures) -> list[str]:
    """Return the part about an area's new level."""
    rows = [AreaFigures(**row) for row in figures["rows"]]
    return [
        "## An area turns high risk",
        "A level comes as a delivery and is fed; all who were in the area are decided again by the whole `national` policy, by two",
        "workers. By hand is one INSERT of that one rule's hits, which decides nothing else and queues nobody.",
        "The limit is 10 s for 1 M people, from the delivery to the last code.",
        "",
        "| people | facts in the store | feeding, s | deciding, s | together, s | by hand, s | hits | hits by hand |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {f.people:,} | {f.facts:,} | {f.feed_s:.1f} | {f.decide_s:.1f} | {f.feed_s + f.decide_s:.1f} | {f.by_hand_s:.1f} "
            f"| {f.hits:,} | {f.by_hand_hits:,} |"
            for f in rows
        ),
    ]


def declare_section(figures: Figures) -> list[str]:
    """Return the part about a declaration and its code."""
    ways = {"ours": "`record`: facts, event and code", "bare": "the same INSERTs, no rules"}
    rows = [DeclareFigures(**row) for row in figures["rows"]]
    return [
        "## From a declaration to the code",
        f"A declaration and an enrolment, committed, in a store of {rows[0].people:,} people and {rows[0].facts:,} facts. "
        f"An open load: a process of its own asks {rows[0].asked_per_s} times a second; the time counts from when it should have asked.",
        "The limit is 100 ms for 99 in 100.",
        "",
        "| way | answered | median, ms | 99 %, ms | worst, ms | asking took, cores | answering took, cores without PostgreSQL |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {ways[f.way]} | {f.answered:,} | {f.median_ms:.1f} | {f.p99_ms:.1f} | {f.worst_ms:.1f} "
            f"| {f.asking_cpu:.3f} | {f.answering_cpu:.2f} |"
            for f in rows
        ),
    ]


def gates_section(figures: Figures) -> list[str]:
    """Return the part about gates and phones over HTTP."""
    kinds = {
        "get": "plain GET, 32 connections as fast as answers come",
        "scans": "scans, one a request: the highest rate that was sustained",
        "scans_half": "scans at half of that rate",
        "batches": f"scans, {SCANS_IN_A_BATCH:,} a request, each signature checked again",
        "credentials": "day credentials: the highest rate that was sustained",
        "credentials_half": "day credentials at half of that rate",
    }
    rows = [GatesFigures(**row) for row in figures["rows"]]
    return [
        "## Gates and phones over HTTP",
        "A server process as `fangxian serve` starts it, its PostgreSQL (fsync on) and the process that asks share the cores. Scans and",
        "credentials are an open load: asked at fixed instants, timed from when they should have been, answered once committed; each",
        "scan is another code of another person. The plain GET before and after says what HTTP costs.",
        f"The limits are a third of the plain GET for scans, 50 ms for 99 in 100 at half of their rate, 5,000 scans a second in batches, "
        f"and {MORNING:,} credentials a second for ten minutes (here {MORNING_SECONDS} s).",
        "",
        "| what | a second | of the plain GET | median, ms | 99 %, ms | asking took, cores | load of the machine |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {kinds[f.what]} | {f.per_s:,.0f} | {f.of_plain_get:.2f} | {f.median_ms:.1f} | {f.p99_ms:.1f} | {f.asking_cpu:.2f} "
            f"| {f.load:.1f} |"
            for f in rows
        ),
    ]


def contacts_section(figures: Figures) -> list[str]:
    """Return the part about tracing cases."""
    rows = [ContactsFigures(**row) for row in figures["rows"]]
    return [
        "## Tracing contacts",
        "A warm process traces cases by all rules of `cn-2020` in a compacted lake; few places have most visits. By hand is one DuckDB",
        "query of the rule for venues alone, on the visits as delivered and on the same as sorted; its rows are compared one by one.",
        f"One case is the median of {ONE_BY_ONE}, more at once that of three runs. The limits are 0.5 s for one case, 8 s for 1,000, a",
        "tenth of the time by hand unsorted and a third of it sorted.",
        "",
        "| visits | trips | cases | product, s | by hand, unsorted, s | sorted, s | contacts | meetings at venues | rows that differ |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {f.visits:,} | {f.trips:,} | {f.cases:,} | {f.seconds:.2f} | {f.unsorted_s:.2f} | {f.sorted_s:.2f} "
            f"| {f.contacts:,} | {f.venue_meetings:,} | {f.different_rows} |"
            for f in rows
        ),
    ]


def truth_section(figures: Figures) -> list[str]:
    """Return the part about what tracing finds of those whom cases really met."""
    rows = [TruthFigures(**row) for row in figures["rows"]]
    return [
        *_truth_by_setting(rows),
        *(_companions(CompanionFigures(**figures["rows"][0]["companions"])) if figures["rows"][0].get("companions") else ()),
    ]


def _companions(f: CompanionFigures) -> list[str]:
    wrong = f.named - f.named_met
    return [
        "",
        "`companion-2021`, which no installation uses by default, in the same world, with phones at home and at work that never drift and "
        f"{f.square_people:,} people in a square (in a city there are thousands): of {f.cases:,} cases it names {f.named:,} pairs, of",
        f"which {wrong:,} ({_percent(wrong, f.named)} %) never met in the case's time; it finds {_percent(f.named_met, f.met)} % of the "
        f"{f.met:,} pairs that did.",
    ]


def _truth_by_setting(rows: list[TruthFigures]) -> list[str]:
    return [
        "## Tracing beside the truth",
        f"An invented world of {rows[0].people:,} people, its messy files brought in, its {rows[0].cases:,} cases traced at its end",
        "by `cn-2020`. A pair is a case and somebody whom it met in its window, once a setting; [Tracing](tracing.md) says where the",
        "misses come from.",
        "",
        "| setting | pairs that met | close, % | general, % | named elsewhere alone, % | pairs named close | of them met, % |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {f.setting} | {f.met:,} | {_percent(f.named_close, f.met)} | {_percent(f.named_general, f.met)} "
            f"| {_percent(f.elsewhere, f.met)} | {f.said_close:,} | {_percent(f.said_close_met, f.said_close)} |"
            for f in rows
        ),
    ]


def _percent(part: int, of: int) -> str:
    return f"{100 * part / of:.0f}" if of else "–"


def tasks_section(figures: Figures) -> list[str]:
    """Return the part about lists of tasks."""
    rows = [TasksFigures(**row) for row in figures["rows"]]
    return [
        "## A street's list among a province's tasks",
        "Whoever may see one street of 1,350 opens the supervisor's page, and a worker of one grid fetches the round, for the first time:",
        f"{rows[0].tasks:,} tasks in the store, about as many of {PEOPLE:,} people, permissions on, over HTTP, one after the other.",
        "The limit is a 95th percentile of 200 ms.",
        "",
        "| asked | tasks in a street | answered | median, ms | p95, ms | worst, ms |",
        "|---|---:|---:|---:|---:|---:|",
        *(f"| `{f.asked}` | {f.in_a_street:,} | {f.answered} | {f.median_ms:.0f} | {f.p95_ms:.0f} | {f.worst_ms:.0f} |" for f in rows),
    ]


def alerts_section(figures: Figures) -> list[str]:
    """Return the part about alerts of gates."""
    (f,) = [AlertFigures(**row) for row in figures["rows"]]
    return [
        "## From an alert to who was there",
        f"A store of {f.visits:,} visits; a suspected person is scanned where {f.people:,.0f} people are found. From the committed alert",
        f"to the number that is kept: {f.median_ms:.0f} ms in the median, {f.worst_ms:.0f} ms at worst. The chore begins within a second.",
    ]


SECTIONS: dict[str, Callable[[Figures], list[str]]] = {
    "decide": decide_section,
    "explain": explain_section,
    "spark": spark_section,
    "ingest": ingest_section,
    "serving": serving_section,
    "area": area_section,
    "declare": declare_section,
    "gates": gates_section,
    "contacts": contacts_section,
    "truth": truth_section,
    "tasks": tasks_section,
    "alerts": alerts_section,
}
