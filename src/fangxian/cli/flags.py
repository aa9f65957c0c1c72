"""How the flags of the cross-checks are printed: by check, the gravest first, each with its count and the most frequent few."""

from __future__ import annotations

from fangxian.cli.printing import Reader, plain_table, print_line, print_table
from fangxian.sources.crosschecks import CHECK_TITLES, Check, Flag


def print_flags(flags: list[Flag], reader: Reader, *, most: int | None) -> None:
    """Print up to `most` flags of each check, all where it is None, and below them how many more there are."""
    for check in Check:
        of_check = sorted((flag for flag in flags if flag.check is check), key=lambda flag: -flag.times)
        if of_check:
            _print_check(check, of_check[:most], len(of_check), reader)


def _print_check(check: Check, flags: list[Flag], total: int, reader: Reader) -> None:
    table = plain_table(reader.name("来源", "source"), reader.words("内容", "what"))
    for flag in flags:
        words = reader.say(flag.zh, flag.en)
        table.add_row(flag.source, words if str(flag.first_on) in words else words + _days(flag, reader))
    print_table(
        table, reader.say(f"交叉核对 · {CHECK_TITLES[check].zh}：{total:,} 项", f"Cross-check · {CHECK_TITLES[check].en}: {total:,}")
    )
    if more := total - len(flags):
        print_line(reader.say(f"另有 {more:,} 项，见 `fangxian check --all`。", f"{more:,} more: see `fangxian check --all`."))


def _days(flag: Flag, reader: Reader) -> str:
    """Return from when to when, in brackets; nothing where the flag has no day."""
    if flag.first_on is None:
        return ""
    days = f"{flag.first_on}" if flag.last_on in (None, flag.first_on) else f"{flag.first_on} – {flag.last_on}"
    return reader.say(f"（{days}）", f" ({days})")
