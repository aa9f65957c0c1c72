"""A policy in force: two people renew it every ninety days, or nothing is recorded any more."""

from __future__ import annotations

from typing import Annotated

import typer

from fangxian.cli.options import LanguageOption, PolicyOption
from fangxian.cli.printing import Reader, print_line
from fangxian.cli.store import StoreOption
from fangxian.facts.known import now
from fangxian.policy.policy import policy as policy_called
from fangxian.store.opening import open_store
from fangxian.store.renewals import in_force_until
from fangxian.work.renewal import renew_at_set_up, warned


def renew(
    *,
    store: StoreOption,
    policy: PolicyOption,
    first: Annotated[str, typer.Option(help="The account of the person who proposes it; recorded.")],
    second: Annotated[str, typer.Option(help="The account of the other person, who is there and signs it; recorded.")],
    language: LanguageOption = "zh",
) -> None:
    """Renew a policy for ninety days, for two people who stand at this machine: where none of them can log in yet."""
    chosen = policy_called(policy)
    with open_store(store) as running:
        until = renew_at_set_up(running, chosen, first=first, second=second, at=now())
    day = f"{chosen.local(until):%Y-%m-%d %H:%M}"
    print_line(Reader(language).say(f"{chosen.name} 有效至 {day}", f"{chosen.name} is in force until {day}"))


def lapses(*, store: StoreOption, policy: PolicyOption, language: LanguageOption = "zh") -> None:
    """Say until when a policy is in force, and warn when that is near."""
    reader, chosen, at = Reader(language), policy_called(policy), now()
    with open_store(store) as running:
        until, warn = in_force_until(running, chosen, at), warned(running, chosen, at)
    if until is None:
        print_line(reader.say(f"{chosen.name} 未生效或已到期：不记录。", f"{chosen.name} is not in force: nothing is recorded."))
        return
    day = f"{chosen.local(until):%Y-%m-%d %H:%M}"
    print_line(reader.say(f"{chosen.name} 有效至 {day}", f"{chosen.name} is in force until {day}"))
    if warn:
        print_line(reader.say("即将到期：请两人续期。", "It lapses soon: two people must renew it."))


groups = {"policy": (renew, lapses)}
