"""The part of the page of benchmarks that lays chains beside the truth."""

from typing import Any

from bench.chain_truth import ChainFigures


def chains_section(figures: dict[str, Any]) -> list[str]:
    """Return the part about who infected whom, as chains say and as is known."""
    rows = [ChainFigures(**row) for row in figures["rows"]]
    return [
        "Who infected whom by `cn-2020`, in an invented world whose truth is known, and among the first cases of Taiwan (nordlinglab/",
        "COVID19TW-Viz), whose contacts are given and some of whom name their infector. [Chains](chains.md) says where misses come from.",
        "",
        "| data | cases | infector known | a candidate | the likeliest | links | judged | right, % | interval (pairs) | true (pairs) |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {f.data} | {f.cases:,} | {f.named:,} | {f.among_candidates:,} | {f.likeliest:,} | {f.links:,} | {f.judged:,} "
            f"| {100 * f.right / f.judged if f.judged else 0:.0f} | {_days(f.interval_days)} ({f.pairs}) "
            f"| {_days(f.true_interval_days)} ({f.true_pairs}) |"
            for f in rows
        ),
        *(line for f in rows for line in _calibration(f)),
        *(line for f in rows for line in _generations(f)),
    ]


def _days(days: float | None) -> str:
    return "–" if days is None else f"{days:.1f}"


def _calibration(figures: ChainFigures) -> list[str]:
    if not figures.calibration:
        return []
    return [
        "",
        f"Shares and what became of them ({figures.data}):",
        "",
        "| share | candidates | mean share, % | in fact the infector, % |",
        "|---|---:|---:|---:|",
        *(
            f"| {low:.1f} to {high:.1f} | {count:,} | {100 * share:.0f} | {100 * hit:.0f} |"
            for low, high, count, share, hit in figures.calibration
        ),
    ]


def _generations(figures: ChainFigures) -> list[str]:
    return [
        "",
        f"Reproduction number by generation ({figures.data}); generation 0 are all cases whose source is most likely unknown:",
        "",
        "| generation | cases | infected | R | 95 % | by shares |",
        "|---:|---:|---:|---:|---|---:|",
        *(
            f"| {row['generation']} | {row['cases']:,} | {row['infected']:,} | {_two(row['r'])} "
            f"| {_two(row['r_low'])}–{_two(row['r_high'])} | {_two(row['r_expected'])} |"
            for row in figures.generations
        ),
    ]


def _two(number: float | None) -> str:
    return "–" if number is None else f"{number:.2f}"
