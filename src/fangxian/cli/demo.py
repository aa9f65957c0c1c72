"""`fangxian demo`: an invented province from its world to a page in the browser."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from fangxian.cli.options import LanguageOption
from fangxian.demo.living import demonstrate
from fangxian.demo.province import STEPS, make_province
from fangxian.facts import Text
from fangxian.web.app import application
from fangxian.web.libraries import expect_libraries
from fangxian.web.live import live_routes, refusals
from fangxian.web.server import LOOPBACK, serve_application

console = Console(highlight=False)

_TITLES: Final = {
    "world": Text("生成虚构省份", "make an invented province"),
    "ingest": Text("接收各单位文件", "bring the agencies' files in"),
    "levels": Text("评定县域等级", "give the counties their levels"),
    "decide": Text("判定健康码", "decide everybody's code"),
    "examples": Text("挑选示例", "choose people to look at"),
    "figures": Text("汇总页面数字", "sum up the page's figures"),
}


def demo(
    people: Annotated[int, typer.Option(help="How many invented people live in the province.")] = 50_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same province.")] = 7,
    directory: Annotated[
        Path | None, typer.Option("--dir", help="The folder to make it in; data/demo-<people>-<seed> by default.", show_default=False)
    ] = None,
    port: Annotated[int, typer.Option(help="The port of the page on this machine; 0 takes any free one.", min=0, max=65535)] = 8000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Make everything and stop, without opening the page.")] = False,
    language: LanguageOption = "zh",
) -> None:
    """Make an invented province, decide it from its agencies' messy files, and show it on a page of this machine.

    What is there already is kept: the second run opens the page at once. Stop it with Ctrl-C.
    """
    folder = directory or Path("data") / f"demo-{people}-{seed}"
    if not no_serve:
        expect_libraries()  # before the minutes that the province takes
    started = time.monotonic()
    with _Steps(language) as steps:
        province = make_province(folder, people=people, seed=seed, progress=steps.begin)
    for name in province.refused:
        console.print(f"{folder / 'world' / name}: {'无法读取，未入库' if language != 'en' else 'could not be read and did not go in'}")
    console.print(f"{folder}  ·  {time.monotonic() - started:.0f} s")
    if not no_serve:
        with demonstrate(folder / "living") as shown:
            beside = live_routes(shown.living, shown.serving, shown.sign_in)
            app = application(province.lake, beside=beside, refusals=refusals())
            serve_application(app, host=LOOPBACK, port=port, on_ready=lambda address: _ready(address, shown.gate_code, language))


def _ready(address: str, gate_code: str, language: str) -> None:
    rows = (
        (Text("指挥页", "the province"), address),
        (Text("手机健康码", "the code on a phone"), f"{address}me"),
        (Text("工作人员", "staff"), f"{address}staff"),
        (Text("门岗（链接一次有效）", "a gate (the link works once)"), f"{address}gate#code={gate_code}"),
    )
    console.print(Text("\n用浏览器打开（按 Ctrl-C 结束）：", "\nOpen in a browser (Ctrl-C ends it):").in_language(language))
    for called, link in rows:
        console.print(f"  [bold]{link}[/bold]  {called.in_language(language)}", soft_wrap=True)


class _Steps:
    """Shows the step at work with its part, and how long each finished one took."""

    def __init__(self, language: str) -> None:
        self._language = language
        columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn()
        self._progress = Progress(*columns, console=console, transient=True)
        self._step, self._since = "", time.monotonic()
        self._task = self._progress.add_task("", total=None)

    def begin(self, step: str, part: str, done: int, of: int) -> None:
        """Show that a part of a step begins."""
        if step != self._step:
            self._finish()
            self._step, self._since = step, time.monotonic()
        self._progress.update(self._task, description=f"{self._title()} · {part}", completed=done, total=of or None)

    def _title(self) -> str:
        return f"[{STEPS.index(self._step) + 1}/{len(STEPS)}] {_TITLES[self._step].in_language(self._language)}"

    def _finish(self) -> None:
        if self._step:
            console.print(f"{self._title()}  {time.monotonic() - self._since:.1f} s", markup=False)

    def __enter__(self) -> _Steps:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._finish()
        self._progress.stop()


commands = (demo,)
