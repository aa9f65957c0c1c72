"""Options that several commands share, and how times on the command line are read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Protocol

import typer

from fangxian.errors import FangxianError
from fangxian.facts.known import now

LakeOption = Annotated[Path, typer.Option("--lake", help="The lake's folder.", envvar="FANGXIAN_LAKE", show_default=False)]
PolicyOption = Annotated[str, typer.Option("--policy", help="A policy that ships (`fangxian policies`), or the folder of a draft.")]
AtOption = Annotated[
    str | None,
    typer.Option("--at", help="The instant asked about, on the policy's clocks: 2020-02-15 or '2020-02-15 08:00'. Now by default."),
]
KnownAtOption = Annotated[str | None, typer.Option("--known-at", help="What was known then: the past as it was decided. Now by default.")]
RoleOption = Annotated[str, typer.Option("--role", help="In which role you look; recorded.", envvar="FANGXIAN_ROLE", show_default=False)]
PurposeOption = Annotated[
    str, typer.Option("--purpose", help="For which purpose you look; recorded.", envvar="FANGXIAN_PURPOSE", show_default=False)
]
EngineOption = Annotated[str, typer.Option("--engine", help="duckdb (embedded) or spark.")]
SparkMasterOption = Annotated[
    str | None,
    typer.Option("--spark-master", help="spark://host:port of a cluster.", envvar="FANGXIAN_SPARK_MASTER", show_default=False),
]


def _language(text: str) -> str:
    if text not in ("zh", "en"):
        raise FangxianError(f"There is no language called {text!r}.", known="Languages: zh, en.", next_step="Name one of them.")
    return text


LanguageOption = Annotated[str, typer.Option("--language", "-l", help="zh or en.", envvar="FANGXIAN_LANGUAGE", callback=_language)]

_LAST_MOMENT: Final = "23:59:59.999999"


class Clocks(Protocol):
    """Whose clocks a time is read on: a policy's, or an area scheme's."""

    def instant(self, local: datetime) -> datetime:
        """Return the UTC instant, without a zone, of a time on these clocks, or of one that names its own zone."""


def moment(text: str | None, clocks: Clocks) -> datetime:
    """Return the UTC instant that a time on the command line names: now, a local day's end, a local time, or one with a zone.

    A day alone stands for the end of that day, so that everything of the day is in it. Raises FangxianError for anything else.
    """
    if text is None:
        return now()
    try:
        return clocks.instant(datetime.fromisoformat(f"{text} {_LAST_MOMENT}" if len(text) <= len("2020-02-15") else text))
    except (ValueError, OverflowError):
        raise FangxianError(
            f"{text!r} is not a time.", next_step="Write a day (2020-02-15) or a time ('2020-02-15 08:00', '2020-02-15T00:00Z')."
        ) from None
