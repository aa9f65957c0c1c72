"""`fangxian serve`: the living code on one machine, from its store, its keys and its vault."""

from __future__ import annotations

import importlib
import os
import socket
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import ip_network
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
from fangxian.exchange.upkeep import exchange_chores
from fangxian.facts.known import now
from fangxian.policy.policy import policy as policy_called
from fangxian.services.alarms import Alarm, alarms
from fangxian.services.opening import open_living, open_vault
from fangxian.services.oversight import oversight
from fangxian.services.real_name import AsTyped, RealName
from fangxian.services.senders import OnThePage, Sender
from fangxian.services.this_machine import HERE
from fangxian.services.tracing_chores import tracing_chores
from fangxian.services.upkeep import FOR_CHORES, Upkeep
from fangxian.signed.key_folder import KeyFolder
from fangxian.store.opening import migrated_database, open_store
from fangxian.store.renewals import ever_renewed
from fangxian.store.service_login import expect_let_in
from fangxian.store.serving import Serving
from fangxian.store.store import CONNECTIONS
from fangxian.web.gate.reading import ReadingProcesses
from fangxian.web.live import live_application
from fangxian.web.running.logs import set_up_logs
from fangxian.web.running.metrics import SHARED
from fangxian.web.running.processes import answer_at, keep_running, wait_for_end
from fangxian.web.server import LOOPBACK, listen
from fangxian.work.renewal import renew_at_set_up

ON_PAGE = "page"
NO_REGISTER = "none"


@dataclass(frozen=True, kw_only=True, repr=False)
class _Setup:
    """What every process that answers is given: by a pipe, for there are a password and a passphrase in it."""

    database: str
    keys: Path
    passphrase: bytes
    vault: Path
    policy: str
    sender: str
    register: str
    alarm: str
    staff: str | None
    host: str
    names: tuple[str, ...]
    proxies: tuple[str, ...]
    metrics_token: str | None
    log: str
    lake: Path | None
    only_chores: bool


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
        typer.Option(
            help="Who brings one-time codes: module:name of your own, or `page`, which shows them on the page of this machine.",
            envvar="FANGXIAN_SENDER",
        ),
    ],
    register: Annotated[
        str,
        typer.Option(
            help="Who confirms that a name is that of a document's holder: module:name of your own, or `none`: as it is typed.",
            envvar="FANGXIAN_REGISTER",
        ),
    ] = NO_REGISTER,
    alarm: Annotated[
        str,
        typer.Option(
            help="Who hears of alerts of gates: module:name of your own, or `page`, where they wait until an officer has heard.",
            envvar="FANGXIAN_ALARM",
        ),
    ] = ON_PAGE,
    staff: StaffOption = None,
    lake: Annotated[Path | None, typer.Option(help="The lake that facts flow to and deliveries come from.", show_default=False)] = None,
    upkeep: Annotated[
        bool, typer.Option(help="Do the installation's chores too. One process of all machines does: say --no-upkeep on the others.")
    ] = True,
    processes: Annotated[int, typer.Option(help="How many processes answer, one a core; 0: only do the chores.", min=0)] = 1,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = LOOPBACK,
    port: Annotated[int, typer.Option(help="The port; 0 takes any free one.", min=0, max=65535)] = 8000,
    name: Annotated[list[str] | None, typer.Option("--name", help="A name that the pages are reached by; several may be given.")] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option(
            "--proxy",
            help="An address or network of a proxy whose X-Forwarded-For and -Proto are believed; nobody's without. Several may be.",
        ),
    ] = None,
    metrics_token_file: Annotated[
        Path | None,
        typer.Option(
            help="A file with the token for /metrics; without it, only this machine may scrape.",
            envvar="FANGXIAN_METRICS_TOKEN_FILE",
            show_default=False,
        ),
    ] = None,
    log: Annotated[str, typer.Option(help="How to log: json or text.", envvar="FANGXIAN_LOG")] = "text",
    passphrase_file: PassphraseOption = None,
    language: LanguageOption = "zh",
) -> None:
    """Serve the living code: citizens' pages and the interface for machines. Ctrl-C or SIGTERM ends it when what it answers is done.

    Everybody but this machine must come through TLS: put a proxy before it that adds it and sends X-Forwarded-Proto.
    """
    _check(sender, register, alarm, staff, host, name or (), processes, log)
    _expect_addresses(proxy or ())
    if lake and upkeep:
        Lake.create(lake)  # now, with words where it cannot be, and not in the process for chores
    if not processes and not upkeep:
        raise FangxianError("Without processes and without chores there is nothing to do.", next_step="Leave out --no-upkeep.")
    set_up_logs(log)
    reader = Reader(language)
    policy_called(policy)
    KeyFolder(keys, passphrase(passphrase_file)).signer(now())  # or every page would open, and no code be signed
    with migrated_database(store, make=True) as database, ExitStack() as opened:
        expect_let_in(database)
        _expect_renewed(database, policy, sender)
        listening = opened.enter_context(listen(host, port))  # first: a port that is taken says so, and not the vault that runs beside it
        socket_path = opened.enter_context(open_vault(vault))
        opened.enter_context(_numbers_together())
        setup = _Setup(
            database=database,
            keys=keys,
            passphrase=passphrase(passphrase_file),
            vault=socket_path,
            policy=policy,
            sender=sender,
            register=register,
            alarm=alarm,
            staff=staff,
            host=host,
            names=tuple(name or [LOOPBACK, "localhost"]),
            proxies=tuple(proxy or ()),
            metrics_token=metrics_token_file.read_text().strip() if metrics_token_file else None,
            log=log,
            lake=lake,
            only_chores=not processes,
        )
        address = f"http://{host}:{listening.getsockname()[1]}/"
        keep_running(
            [*[_answer] * processes, *[_keep] * upkeep],
            setup,
            listening=listening,
            on_ready=lambda: print_line(reader.say(f"已就绪：{address}", f"Ready: {address}")),
        )


def _answer(listening: socket.socket, setup: _Setup, on_ready: Callable[[], None]) -> None:
    """Answer in a process of its own, with the codes in its own memory."""
    set_up_logs(setup.log)
    with _living(setup) as living, Serving(living.store, living.policy) as serving, ReadingProcesses() as readers:
        app = live_application(
            living,
            serving,
            hosts=setup.names,
            sign_in=staff_sign_in(setup.staff, setup.host),
            metrics_token=setup.metrics_token,
            readers=readers,
        )
        answer_at(listening, app, proxies=setup.proxies, on_ready=on_ready)


def _keep(listening: socket.socket, setup: _Setup, on_ready: Callable[[], None]) -> None:
    """Do the installation's chores in a process of its own."""
    set_up_logs(setup.log)
    listening.close()
    with _living(setup, connections=FOR_CHORES) as living:
        chores = [*oversight(living), *exchange_chores(living), *alarms(living, _alarm(setup.alarm)), *tracing_chores(living)]
        with Upkeep(living, Lake.create(setup.lake) if setup.lake else None, more=chores):
            if setup.only_chores:
                on_ready()
            wait_for_end()


def _living(setup: _Setup, *, connections: int = CONNECTIONS) -> Any:
    return open_living(
        store=setup.database,
        keys=KeyFolder(setup.keys, setup.passphrase),
        vault=setup.vault,
        policy=policy_called(setup.policy),
        sender=_sender(setup.sender, setup.host, setup.names),
        register=_register(setup.register),
        connections=connections,
    )


def _check(sender: str, register: str, alarm: str, staff: str | None, host: str, names: Sequence[str], processes: int, log: str) -> None:
    """Refuse what cannot be served before anything is started for it."""
    _sender(sender, host, names)
    _register(register)
    _alarm(alarm)
    staff_sign_in(staff, host)
    if sender == ON_PAGE and processes > 1:
        raise FangxianError(
            "One-time codes that are shown on the page are in the memory of one process.",
            done="Nothing was served.",
            next_step="Leave out --processes, or name a sender of your own.",
        )
    if log not in ("json", "text"):
        raise FangxianError(f"There is no form of log called {log!r}.", known="Forms: json, text.", next_step="Name one of them.")


def _expect_addresses(proxies: Sequence[str]) -> None:
    """Raise FangxianError for a proxy that is no address: it would be believed by nobody, and say so to nobody."""
    for each in proxies:
        try:
            ip_network(each, strict=False)
        except ValueError:
            raise FangxianError(
                f"{each!r} is no address of a proxy.",
                done="Nothing was served.",
                next_step="Name an IP address or a network, such as 127.0.0.1 or 10.0.0.0/8.",
            ) from None


def _numbers_together() -> tempfile.TemporaryDirectory[str]:
    """Return the folder in which all processes put their metrics together, and name it to them."""
    folder = tempfile.TemporaryDirectory(prefix="fangxian-metrics-")
    os.environ[SHARED] = folder.name
    return folder


def _expect_renewed(database: str, named: str, sender: str) -> None:
    """Renew the policy of a demonstration that never was, before anything warns of it; elsewhere two people do."""
    chosen = policy_called(named)
    with open_store(database, make=True) as store:
        if sender == ON_PAGE and not ever_renewed(store, chosen):
            renew_at_set_up(store, chosen, first="demonstration-1", second="demonstration-2", at=now())


def _sender(named: str, host: str, names: Sequence[str]) -> Sender:
    """Return the sender of a name; the one that shows codes on the page serves this machine, by its own names, and nobody else."""
    if named == ON_PAGE:
        if not {host, *names} <= set(HERE):
            raise FangxianError(
                "One-time codes that are shown on the page would let anybody in as anybody.",
                done="Nothing was served.",
                next_step=f"Serve on {LOOPBACK} without --name, or name a sender of your own: --sender package.module:name.",
            )
        return OnThePage()
    found: Sender = _plug(named, "sender")
    return found


def _register(named: str) -> RealName:
    """Return the register of a name; none where names are taken as they are typed."""
    return AsTyped() if named == NO_REGISTER else _plug(named, "register")


def _alarm(named: str) -> Alarm | None:
    """Return the alarm of a name; none where alerts wait on the page."""
    return None if named == ON_PAGE else _plug(named, "alarm")


def _plug(named: str, kind: str) -> Any:
    """Return what somebody brings of their own: what `module:name` is, or an instance of it where it is a class."""
    module, _, attribute = named.partition(":")
    try:
        made: Any = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError):
        raise FangxianError(f"There is no {kind} {named!r}.", next_step="Name it as package.module:name.") from None
    return made() if isinstance(made, type) else made


commands = (serve,)
