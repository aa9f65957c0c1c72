"""`fangxian world`: make a province with an epidemic and the files that agencies would send about it, or a benchmark lake."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from fangxian.errors import FangxianError
from fangxian.world.benchmark import LAST_DAY, BenchmarkWorld, write_benchmark
from fangxian.world.geography import counties

console = Console(highlight=False)


def world(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    province: Annotated[str, typer.Option(help="Two digits of GB/T 2260: 33 is Zhejiang, 51 Sichuan.")] = "33",
    people: Annotated[int, typer.Option(help="How many people live there.")] = 100_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same world, byte for byte.")] = 7,
    benchmark: Annotated[bool, typer.Option("--benchmark", help="Write a lake of facts to measure speed on, and no files.")] = False,
    facts: Annotated[int, typer.Option(help="With --benchmark: about how many facts.")] = 400_000_000,
) -> None:
    """Make a benchmark lake."""
    if not benchmark:
        raise FangxianError("Only benchmark worlds can be made so far.", next_step="Add --benchmark.")
    regions = tuple(counties(province, on=LAST_DAY)["region_code"].to_pylist())
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task("people", total=people)
        made = write_benchmark(
            directory, people=people, facts=facts, seed=seed, regions=regions, advance=lambda n: progress.advance(task, n)
        )
    console.print(_counts(made))


def _counts(made: BenchmarkWorld) -> Table:
    total = sum(made.facts.values())
    table = Table("fact type", "facts", title=f"{made.people:,} people, {total:,} facts, {made.bytes_on_disk / total:.1f} bytes a fact")
    for name, count in made.facts.items():
        table.add_row(name, f"{count:,}")
    return table


commands = (world,)
