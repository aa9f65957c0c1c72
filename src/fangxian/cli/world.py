"""`fangxian world`: make a province with an epidemic and the files that agencies would send about it, or a benchmark lake."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from fangxian.cli.options import LanguageOption
from fangxian.cli.printing import Reader, console, plain_table, print_line, print_table
from fangxian.facts import Text, fact_type
from fangxian.world.agencies import AGENCIES
from fangxian.world.benchmark import LAST_DAY, write_benchmark
from fangxian.world.dirt import DirtRates
from fangxian.world.generate import STEPS, WorldOptions, make_world
from fangxian.world.geography import counties
from fangxian.world.season import Season

_COUNTED: Final = {
    "people": Text("人", "people"),
    "infected": Text("人感染", "infected"),
    "cases": Text("例病例", "cases"),
    "rows": Text("行", "rows"),
}
"""What is counted of a world, as it stands behind the number."""


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
    language: LanguageOption = "zh",
) -> None:
    """Make an invented province: its people, an epidemic, and the messy files that agencies would send about it.

    DIR/files holds the files, DIR/MANIFEST.json lists them in the order in which they came, and DIR/truth holds what
    really happened. With --benchmark, DIR becomes a lake of facts instead, of any size, about people without a story.
    """
    if benchmark:
        _benchmark(directory, province=province, people=people, facts=facts, seed=seed, reader=Reader(language))
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
    reader = Reader(language)
    table = plain_table(reader.name("来源", "source"), reader.words("文件", "file"), reader.number("行数", "rows"))
    for file in made.files:
        table.add_row(file["source"], file["file"], f"{file['rows']:,}")
    counts = (f"{count:,} {reader.of(_COUNTED[what])}" for what, count in made.counts.items())
    print_table(table, reader.say("，", ", ").join(counts))


def _benchmark(directory: Path, *, province: str, people: int, facts: int, seed: int, reader: Reader) -> None:
    regions = tuple(counties(province, on=LAST_DAY)["region_code"].to_pylist())
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("people", total=people)
        made = write_benchmark(
            directory, people=people, facts=facts, seed=seed, regions=regions, advance=lambda n: progress.advance(task, n)
        )
    total = sum(made.facts.values())
    table = plain_table(reader.words("事实", "facts"), reader.name("表", "table"), reader.number("数量", "count"))
    for name, count in made.facts.items():
        table.add_row(reader.of(fact_type(name).title), name, f"{count:,}")
    print_table(table, reader.say(f"{made.people:,} 人，{total:,} 个事实", f"{made.people:,} people, {total:,} facts"))
    size = f"{made.bytes_on_disk / total:.1f}"
    print_line(
        reader.say(
            f"每个事实 {size} 字节；最后获知日 {LAST_DAY}", f"{size} bytes a fact; the last day on which something was learned: {LAST_DAY}"
        )
    )


commands = (world,)
