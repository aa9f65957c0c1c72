"""`fangxian world`: make a province with an epidemic and the files that agencies would send about it, or a benchmark lake."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from fangxian.world.agencies import AGENCIES
from fangxian.world.benchmark import LAST_DAY, write_benchmark
from fangxian.world.dirt import DirtRates
from fangxian.world.generate import STEPS, WorldOptions, make_world
from fangxian.world.geography import counties
from fangxian.world.season import Season

console = Console(highlight=False)


def world(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    province: Annotated[str, typer.Option(help="Two digits of GB/T 2260: 33 is Zhejiang, 51 Sichuan.")] = "33",
    people: Annotated[int, typer.Option(help="How many people live there.")] = 100_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same world, byte for byte.")] = 7,
    start: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day.")] = datetime(2020, 1, 10),
    days: Annotated[int, typer.Option(help="How many days.")] = 60,
    cases: Annotated[int | None, typer.Option(help="About how many cases by mid-February; by the people if left out.")] = None,
    station_visits: Annotated[int | None, typer.Option(help="Visits a day to the greatest station; a fifth of the people.")] = None,
    dirt: Annotated[float, typer.Option(help="How many times as dirty as usual the files are; 0 for clean ones.")] = 1.0,
    benchmark: Annotated[bool, typer.Option("--benchmark", help="Write a lake of facts to measure speed on, and no files.")] = False,
    facts: Annotated[int, typer.Option(help="With --benchmark: about how many facts.")] = 400_000_000,
) -> None:
    """Make an invented province: its people, an epidemic, and the messy files that agencies would send about it.

    DIR/files holds the files, DIR/MANIFEST.json lists them in the order in which they came, and DIR/truth holds what
    really happened. With --benchmark, DIR becomes a lake of facts instead, of any size, about people without a story.
    """
    if benchmark:
        _benchmark(directory, province=province, people=people, facts=facts, seed=seed)
        return
    options = WorldOptions(
        province=province,
        people=people,
        seed=seed,
        season=Season(start=start.date(), days=days),
        cases=cases,
        station_visits=station_visits,
        rates=DirtRates().times(dirt),
    )
    steps = len(STEPS) + len(AGENCIES)
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=steps)
        made = make_world(directory, options, progress=lambda step: progress.update(task, description=step, advance=1))
    table = Table("source", "file", "rows", title=", ".join(f"{count:,} {what}" for what, count in made.counts.items()))
    table.columns[2].justify = "right"
    for file in made.files:
        table.add_row(file["source"], file["file"], f"{file['rows']:,}")
    console.print(table)


def _benchmark(directory: Path, *, province: str, people: int, facts: int, seed: int) -> None:
    regions = tuple(counties(province, on=LAST_DAY)["region_code"].to_pylist())
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("people", total=people)
        made = write_benchmark(
            directory, people=people, facts=facts, seed=seed, regions=regions, advance=lambda n: progress.advance(task, n)
        )
    total = sum(made.facts.values())
    table = Table("fact type", "facts", title=f"{made.people:,} people, {total:,} facts")
    table.columns[1].justify = "right"
    for name, count in made.facts.items():
        table.add_row(name, f"{count:,}")
    console.print(table)
    console.print(f"{made.bytes_on_disk / total:.1f} bytes a fact; last known day {LAST_DAY}")


commands = (world,)
