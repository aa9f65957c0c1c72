"""What was published of a day: corrected by a further version that says why, and never in silence."""

from __future__ import annotations

from typing import Annotated

import typer

from fangxian.cli.options import LanguageOption, PolicyOption
from fangxian.cli.printing import Reader, print_line
from fangxian.cli.store import StoreOption
from fangxian.errors import FangxianError
from fangxian.facts.known import now
from fangxian.facts.typed import day_typed
from fangxian.policy.policy import policy as policy_called
from fangxian.store.opening import open_store
from fangxian.work.publishing import correct as correct_day


def correct(
    day: Annotated[str, typer.Argument(help="The day: 2020-02-24.")],
    *,
    store: StoreOption,
    policy: PolicyOption,
    because: Annotated[str, typer.Option(help="Why; it is published with the figures.")],
    language: LanguageOption = "zh",
) -> None:
    """Compute a published day anew from what is known now; what differs is published as a new version beside the old one."""
    try:
        on = day_typed(day)
    except ValueError:
        raise FangxianError(f"{day} is no day.", done="Nothing was published.", next_step="Write it as 2020-02-24.") from None
    with open_store(store) as running:
        made = correct_day(running, policy_called(policy), on, because=because, at=now())
    print_line(Reader(language).say(f"{on} 现为第 {made.version} 版。", f"{on} stands in version {made.version}."))


groups = {"published": (correct,)}
