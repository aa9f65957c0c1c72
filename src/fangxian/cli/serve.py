"""`fangxian serve`: the living code on one machine, from its store, its keys and its vault."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated, Any

import typer

from fangxian.cli.keys import KeysOption, PassphraseOption, passphrase
from fangxian.cli.options import LanguageOption, PolicyOption
from fangxian.cli.printing import Reader, print_line
from fangxian.cli.staff import StaffOption, staff_sign_in
from fangxian.cli.store import StoreOption
from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.policy.policy import policy as policy_called
from fangxian.services.opening import open_living
from fangxian.services.senders import OnThePage, Sender
from fangxian.services.upkeep import Upkeep
from fangxian.signed.key_folder import KeyFolder
from fangxian.store.serving import Serving
from fangxian.web.gate.reading import readers
from fangxian.web.live import live_application
from fangxian.web.server import LOOPBACK, serve_application

ON_PAGE = "page"


def serve(
    *,
    store: StoreOption,
    keys: KeysOption,
    vault: Annotated[
        Path, typer.Option(help="The vault: a folder, or the socket of one that runs.", envvar="FANGXIAN_VAULT", show_default=False)
    ],
    policy: PolicyOption,
    sender: Annotated[
        str,
        typer.Option(help="Who brings one-time codes: module:name of your own, or `page`, which shows them on the page of this machine."),
    ],
    staff: StaffOption = None,
    lake: Annotated[Path | None, typer.Option(help="The lake that facts flow to and deliveries come from.", show_default=False)] = None,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = LOOPBACK,
    port: Annotated[int, typer.Option(help="The port; 0 takes any free one.")] = 8000,
    name: Annotated[list[str] | None, typer.Option("--name", help="A name that the pages are reached by; several may be given.")] = None,
    passphrase_file: PassphraseOption = None,
    language: LanguageOption = "zh",
) -> None:
    """Serve the living code: citizens' pages and the interface for machines. Stop it with Ctrl-C.

    Everybody but this machine must come through TLS: put a proxy before it that adds it and sends X-Forwarded-Proto.
    """
    brings, sign_in = _sender(sender, host), staff_sign_in(staff, host)
    folder = KeyFolder(keys, passphrase(passphrase_file))
    reader = Reader(language)
    opened = open_living(store=store, keys=folder, vault=vault, policy=policy_called(policy), sender=brings)
    with (
        opened as living,
        Serving(living.store, living.policy) as serving,
        Upkeep(living, Lake.open(lake) if lake else None),
        readers() as pool,
    ):
        app = live_application(living, serving, hosts=name or [LOOPBACK, "localhost"], sign_in=sign_in, pool=pool)
        serve_application(
            app, host=host, port=port, on_ready=lambda address: print_line(reader.say(f"已就绪：{address}", f"Ready: {address}"))
        )


def _sender(named: str, host: str) -> Sender:
    """Return the sender of a name; the one that shows codes on the page serves this machine and nobody else."""
    if named == ON_PAGE:
        if host not in (LOOPBACK, "localhost", "::1"):
            raise FangxianError(
                "One-time codes that are shown on the page would let anybody in as anybody.",
                done="Nothing was served.",
                next_step=f"Serve on {LOOPBACK}, or name a sender of your own: --sender package.module:name.",
            )
        return OnThePage()
    module, _, attribute = named.partition(":")
    try:
        made: Any = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError):
        raise FangxianError(f"There is no sender {named!r}.", next_step="Name it as package.module:name.") from None
    found: Sender = made() if isinstance(made, type) else made
    return found


commands = (serve,)
