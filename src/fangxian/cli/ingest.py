"""Commands of the data officer: bring files in, see what was refused and what looks odd, and keep the lake in order."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from fangxian.cli.flags import print_flags
from fangxian.cli.linking import (
    Link,
    PairPurposeOption,
    PairRegionOption,
    PairRoleOption,
    PairStoreOption,
    PairVaultOption,
    merge_linked,
    print_linked,
)
from fangxian.cli.options import LakeOption, LanguageOption
from fangxian.cli.printing import Reader, messages, plain_table, print_line, print_table
from fangxian.engine.compaction import compact as compact_lake
from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.facts import Text, all_fact_types, fact_type
from fangxian.facts.known import now
from fangxian.facts.typed import instant_typed
from fangxian.sources import quarantine as refused
from fangxian.sources.catalogue import all_sources, source_named
from fangxian.sources.crosschecks import Flag, lake_flags
from fangxian.sources.delivery import STEPS, Delivered
from fangxian.sources.delivery import ingest as deliver
from fangxian.sources.identity import KeyFile, key_path
from fangxian.sources.refusal import REASON_TITLES, Reason

_FIRST_FLAGS = 5
"""Of each check: hundreds of codes that are not valid must not push a falling count off the screen."""


def ingest(
    source: Annotated[str, typer.Argument(help="Which source sent it (`fangxian sources`).", show_default=False)],
    files: Annotated[list[Path], typer.Argument(help="The files, in any form and encoding that is read.", show_default=False)],
    *,
    lake: LakeOption,
    received_at: Annotated[
        str | None, typer.Option(help="When the files came, China time: '2020-02-11 08:30'. Now by default.", show_default=False)
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(help="The identity key's file; <lake>.key/identity.key by default, made on first use.", show_default=False),
    ] = None,
    link_with: Annotated[
        Path | None,
        typer.Option(
            help="A register's file, or `sealed` for the one that the store keeps: rows without a usable id number are linked with it.",
            show_default=False,
        ),
    ] = None,
    store: PairStoreOption = None,
    vault: PairVaultOption = None,
    region: PairRegionOption = None,
    role: PairRoleOption = None,
    purpose: PairPurposeOption = None,
    language: LanguageOption = "zh",
) -> None:
    """Bring files of a source into a lake; make the lake if the folder is new.

    The same file twice changes nothing. Rows that cannot be understood go to quarantine and the rest goes in; a file that cannot
    be read goes in not at all, the others do, and the command ends with exit code 2. With --link-with rows that have a name and no
    usable id number go in too, as the person of the register whose they are for certain, or as nobody yet.
    """
    declared, came_at = source_named(source), _instant(received_at)
    failures = []
    with _no_lake_of_nothing(lake, key or key_path(lake)):
        opened = Lake.create(lake)
        holder = KeyFile.of(opened, key)
        link = Link(register=link_with, store=store, vault=vault, region=region, role=role, purpose=purpose)
        for path in files:
            try:
                with _bar(path.name) as step, link.finder(holder, at=came_at or now()) as finder:
                    delivered = deliver(opened, declared, path, received_at=came_at, key_holder=holder, finder=finder, progress=step)
            except FangxianError as error:
                failures.append(error)
                if len(files) > 1:
                    messages.print(str(error), style="red", markup=False)
            else:
                _print_delivered(delivered, Reader(language))
                if finder is not None and finder.linked is not None:
                    print_linked(finder.linked, Reader(language))
        if link_with:
            merge_linked(opened, Reader(language))
    if failures:
        last = failures[-1]
        raise (
            last
            if len(files) == 1
            else FangxianError(
                f"{len(failures)} of {len(files)} files did not go in.",
                done="The others did.",
                next_step="Mend them and run the same command again.",
            )
        )


@contextmanager
def _no_lake_of_nothing(lake: Path, key: Path) -> Iterator[None]:
    """Remove the lake and the key that are made meanwhile, where nothing went in."""
    made = [path for path in (lake, key.parent, key) if not path.exists()]
    new = lake in made or not any(lake.iterdir())
    try:
        yield
    finally:
        if new and _is_empty(lake):
            for part in lake.iterdir():
                shutil.rmtree(part) if part.is_dir() else part.unlink()
            if key in made:
                key.unlink(missing_ok=True)
            for folder in (lake, key.parent):
                if folder in made and folder.exists() and not any(folder.iterdir()):
                    folder.rmdir()


def _is_empty(lake: Path) -> bool:
    """Whether a lake has no delivery; from then on nobody can put one there."""
    try:
        (lake / "deliveries").rmdir()
    except OSError:
        return False
    return True


def quarantine(
    *,
    lake: LakeOption,
    source: Annotated[str | None, typer.Option(help="Only this source.", show_default=False)] = None,
    export: Annotated[
        Path | None, typer.Option(help="Write the open rows to this Excel workbook, for the agencies to mend.", show_default=False)
    ] = None,
    language: LanguageOption = "zh",
) -> None:
    """Count the refused rows by source and reason; write the open ones to Excel with the remedy of each, for agencies to mend.

    A row is mended once its record number has come again from its source, and gone in.
    """
    opened, reader = Lake.open(lake), Reader(language)
    wanted = source_named(source).name if source else None
    counts = [count for count in refused.counts(opened) if wanted in (None, count[0])]
    numbers = reader.number("待修正", "open"), reader.number("已修正", "mended")
    table = plain_table(reader.name("来源", "source"), reader.words("原因", "reason"), *numbers)
    shown = ""
    for name, reason, waiting, mended in counts:
        table.add_row("" if name == shown else name, reader.of(REASON_TITLES[Reason(reason)]), f"{waiting:,}", f"{mended:,}")
        shown = name
    total, done = f"{sum(waiting for _, _, waiting, _ in counts):,}", f"{sum(mended for *_, mended in counts):,}"
    print_table(table, reader.say(f"隔离的行：待修正 {total}，已修正 {done}", f"Rows in quarantine: {total} open, {done} mended"))
    if export:
        if export.suffix.lower() != ".xlsx":
            raise FangxianError(f"{export} is not an Excel workbook's name.", next_step="Give a name that ends in .xlsx.")
        if not export.absolute().parent.is_dir():
            raise FangxianError(f"There is no folder {export.absolute().parent}.", next_step="Make it, or name another.")
        lines = refused.export(opened, export, source=wanted)
        print_line(f"{export}: {lines:,} {reader.say('行', 'lines')}")


def sources(*, language: LanguageOption = "zh") -> None:
    """List the sources: who sends, in which form, how often, and which facts come of it."""
    reader = Reader(language)
    between = reader.say("、", ", ")
    table = plain_table(
        reader.name("来源", "source"),
        reader.words("单位", "agency"),
        reader.words("格式", "format"),
        reader.number("频次", "every"),
        reader.words("事实", "facts"),
    )
    for source in all_sources():
        facts = between.join(reader.of(found.title) for found in source.fact_types())
        table.add_row(source.name, reader.of(source.agency), str(source.format), reader.of(_every(source.cadence.every)), facts)
    print_table(table)


def check(
    *,
    lake: LakeOption,
    everything: Annotated[bool, typer.Option("--all", help="Every finding, and not the first few of each kind.")] = False,
    language: LanguageOption = "zh",
) -> None:
    """List what looks odd in the whole lake: falling counts, provinces that do not add up, codes not in force, late rows, corrections.

    The gravest kind comes first, each with its count and the most frequent few.
    """
    reader, flags = Reader(language), lake_flags(Lake.open(lake))
    print_flags(flags, reader, most=None if everything else _FIRST_FLAGS)
    if not flags:
        print_line(reader.say("未发现异常。", "Nothing odd was found."))


def compact(*, lake: LakeOption, language: LanguageOption = "zh") -> None:
    """Merge all deliveries into files sorted by person, each fact once; what was in force stays so until the new is complete."""
    reader = Reader(language)
    with _bar("compact", steps=len(all_fact_types())) as step:
        done = compact_lake(Lake.open(lake), progress=step)
    table = plain_table(
        reader.words("事实", "facts"), reader.name("表", "table"), reader.number("读入", "read"), reader.number("写出", "written")
    )
    for name, rows in done.read.items():
        table.add_row(reader.of(fact_type(name).title), name, f"{rows:,}", f"{done.written[name]:,}")
    print_table(table, reader.say(f"第 {done.generation} 代", f"Generation {done.generation}"))


commands = (ingest, quarantine, sources, check, compact)


class _bar:  # noqa: N801  (used as a function)
    """A progress bar that advances by one with every step that it is told of."""

    def __init__(self, title: str, *, steps: int = len(STEPS)) -> None:
        columns = (TextColumn("{task.fields[title]}", markup=False), BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._progress = Progress(*columns, console=messages, transient=True)
        self._task = self._progress.add_task("", title=title, total=steps, completed=-1)

    def __enter__(self) -> Any:
        self._progress.start()
        return lambda step: self._progress.update(self._task, description=step, advance=1)

    def __exit__(self, *raised: object) -> None:
        self._progress.stop()


def _instant(text: str | None) -> datetime | None:
    """Return the UTC instant of a time on the command line: China time, or in the zone that it names; never one to come."""
    if text is None:
        return None
    try:
        local = instant_typed(text)
        came_at = local.astimezone(UTC).replace(tzinfo=None) if local.tzinfo else local - timedelta(hours=8)
    except (ValueError, OverflowError):
        raise FangxianError(f"{text!r} is not a time.", next_step="Write it as '2020-02-11 08:30'.") from None
    # What is in the future is told by this time: one that is itself to come would let every later date in.
    if came_at > now() + timedelta(days=1):
        raise FangxianError(f"Files cannot have come at {text}: it is in the future.", next_step="Give the time at which they came.")
    return came_at


def _print_delivered(delivered: Delivered, reader: Reader) -> None:
    receipt = delivered.receipt
    if delivered.already_there:
        said = reader.say("已在数据湖中，未作更改", "already in the lake; nothing was changed")
        print_line(f"{receipt['file_name']}: {said} ({receipt['delivery_id']})")
        return
    rows = receipt["rows"]
    print_line(f"{receipt['file_name']} → {receipt['delivery_id']}", style="bold")
    table = plain_table(reader.words("行", "rows"), reader.number("数量", "count"))
    table.add_row(reader.say("读入", "read"), f"{rows['read']:,}")
    table.add_row(reader.say("接收", "accepted"), f"{rows['accepted']:,}", style="green" if rows["accepted"] else "bold red")
    table.add_row(reader.say("重复", "repeated"), f"{rows['repeated']:,}")
    table.add_row(reader.say("隔离", "quarantined"), f"{rows['quarantined']:,}", style="bold red" if rows["quarantined"] else None)
    for reason, count in receipt["refused"].items():
        table.add_row(f"  {reader.of(REASON_TITLES[Reason(reason)])}", f"{count:,}")
    for name, count in receipt["facts"].items():
        table.add_row(f"{reader.say('事实：', 'facts: ')}{reader.of(fact_type(name).title)}", f"{count:,}")
    print_table(table)
    if rows["quarantined"] and not rows["accepted"]:
        every_row = reader.say("全部行均被隔离，没有一行入湖！", "EVERY ROW WAS REFUSED: nothing of this file counts.")
        print_line(every_row, style="bold red")
    print_flags([Flag.of(flag) for flag in receipt["flags"]], reader, most=_FIRST_FLAGS)


def _every(every: timedelta) -> Text:
    hours = every / timedelta(hours=1)
    return Text(f"{hours / 24:g} 天", f"{hours / 24:g} d") if hours >= 24 else Text(f"{hours:g} 小时", f"{hours:g} h")
