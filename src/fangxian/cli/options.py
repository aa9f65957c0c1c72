"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fangxian.errors import FangxianError
from fangxian.work.roles import Role

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


def expect_person_id(text: str) -> None:
    """Raise FangxianError, which does not repeat it, for what is no person_id."""
    if len(text) != 32 or not set(text) <= set("0123456789abcdef"):
        raise FangxianError(
            "That is not a person_id.",
            known="A person_id has 32 hexadecimal digits. Names and id numbers are not looked up here.",
            next_step="Take the person_id from a list that you are entitled to.",
        )


def expect_role(text: str) -> None:
    """Raise FangxianError for what is no role: it is recorded as somebody's."""
    if text not in set(Role):
        raise FangxianError(
            f"There is no role called {text!r}.",
            known=f"Roles: {', '.join(sorted(Role))}.",
            done="Nothing was done.",
            next_step="Name one of them.",
        )


def said_or_in_file(text: str | None) -> str | None:
    """Return a text, or what is in a file where it is `@` and the file's path: a password stands in no list of processes."""
    return Path(text[1:]).read_text().strip() if text and text.startswith("@") else text
