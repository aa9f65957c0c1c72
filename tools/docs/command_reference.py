"""The reference of the command line: every command with its arguments and options, as its function says."""

import inspect
from collections.abc import Callable
from typing import Any, cast, get_args, get_type_hints

import typer
from typer.models import ArgumentInfo, OptionInfo

from fangxian.cli.app import build
from tools.docs.language import Language, page, table, written_from


def command_reference() -> str:
    """Return the page, in the words of the commands' own help."""
    app = build()
    functions = _functions(app, "")
    for group in app.registered_groups:
        functions |= _functions(cast(typer.Typer, group.typer_instance), f"{group.name} ")
    return page(
        "# 命令 · Commands",
        written_from(Language.ZH, "src/fangxian/cli/") + "\n>\n" + written_from(Language.EN, "src/fangxian/cli/"),
        "每个命令都有 `--help`。输入有误时，命令说明发生了什么、已知什么、做了什么、下一步做什么，"
        "并以退出码 2 结束；不会留下写了一半的文件。",
        "Every command has `--help`. On bad input a command says what happened, what is known, what was done and what to do next, "
        "and ends with exit code 2; nothing is left half-written.",
        *(_command(name, functions[name]) for name in sorted(functions)),
    )


def _functions(app: typer.Typer, prefix: str) -> dict[str, Callable[..., Any]]:
    """Return the functions behind an application's own commands, by the words that call them."""
    return {prefix + (command.name or f.__name__.replace("_", "-")): f for command in app.registered_commands if (f := command.callback)}


def _command(name: str, function: Callable[..., Any]) -> str:
    hints = get_type_hints(function, include_extras=True)
    parameters = inspect.signature(function).parameters.values()
    rows = [_parameter(p, hints[p.name]) for p in parameters]
    heads = ("参数 Option", "默认 Default", "含义 Meaning")
    return page(f"## `fangxian {name}`", inspect.getdoc(function) or "", table(heads, rows) if rows else "")


def _parameter(parameter: inspect.Parameter, hint: Any) -> tuple[str, str, str]:
    """Return an option's or argument's names, default and help."""
    annotated = [info for info in getattr(hint, "__metadata__", ()) if isinstance(info, OptionInfo | ArgumentInfo)]
    info: OptionInfo | ArgumentInfo | None = annotated[0] if annotated else None
    name = parameter.name.replace("_", "-")
    if isinstance(info, ArgumentInfo) or (info is None and parameter.default is parameter.empty):
        shown = f"`{name.upper()}`"
    else:
        # In `Annotated`, typer keeps the first of an option's names as its default.
        words = [info.default, *(info.param_decls or ())] if info else []
        declared = [word for word in words if isinstance(word, str) and word.startswith("-")]
        shown = ", ".join(f"`{word}`" for word in declared or [f"--{name}"])
    is_flag = bool in (hint, *get_args(hint)[:1])
    default = parameter.default
    said = "必填 required" if default is parameter.empty else "" if default is None or is_flag or default == () else f"`{default}`"
    variable = info.envvar if info else None
    return shown, f"{said} (or `{variable}`)" if variable else said, (info.help if info else None) or ""
