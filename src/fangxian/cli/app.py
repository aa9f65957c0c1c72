"""The `fangxian` command: gathers every module's commands and turns errors into words and exit codes."""

import errno
import importlib
import os
import pkgutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

import fangxian.cli as package
from fangxian.engine.damage import damage
from fangxian.errors import FangxianError

errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def build() -> typer.Typer:
    """Return the application with what every module of this package has: `commands`, and `groups` of commands by their name."""
    app = typer.Typer(
        name="fangxian",
        rich_markup_mode=None,  # its tables cut long names of variables at 80 columns
        help="防线 Fangxian: facts in; health codes, area levels and reasons out.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(_begin)
    for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
        loaded = importlib.import_module(f"{package.__name__}.{module}")
        for command in getattr(loaded, "commands", ()):
            app.command()(command)
        for name, commands in getattr(loaded, "groups", {}).items():
            group = typer.Typer(no_args_is_help=True, help=loaded.__doc__, rich_markup_mode=None)
            for command in commands:
                group.command()(command)
            app.add_typer(group, name=name)
    return app


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"fangxian {version('fangxian')}")
        raise typer.Exit


def _begin(
    shown: Annotated[
        bool, typer.Option("--version", help="Say which version this is, and stop.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """防线 Fangxian: facts in; health codes, area levels and reasons out."""


def _lakes() -> list[Path]:
    """Return the lakes that the command line, or the environment in its place, names."""
    words = [word.rpartition("=")[2] for word in sys.argv[1:]] + [os.environ.get("FANGXIAN_LAKE", "")]
    return [Path(word) for word in words if word and (Path(word) / "lake.json").is_file()]


def main() -> NoReturn:
    """Run the command line; exit 2 with a sentence on bad input, a damaged lake or a path that cannot be used, 130 on Ctrl-C."""
    try:
        build()()
    except FangxianError as error:
        errors.print(str(error), style="red")
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            errors.print("The disk is full.\nFree some space, then run the same command again.", style="red")
            sys.exit(FangxianError.exit_code)
        # A folder that may not be written, a path through a file: the system's own words name the path and say why.
        errors.print(
            f"{error.filename or 'A file'}: {error.strerror or error}.\nCheck the path and who may read and write it.", style="red"
        )
        sys.exit(FangxianError.exit_code)
    except KeyboardInterrupt:
        errors.print("Stopped. What was finished is kept; run the same command again to go on.")
        sys.exit(130)
    except Exception as error:
        found = damage(error, _lakes())
        if found is None:
            raise
        errors.print(str(found), style="red")
        sys.exit(found.exit_code)
    sys.exit(0)
