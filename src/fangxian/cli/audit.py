"""The audit of the store: who did and looked at what, sealed in a chain that shows every later change."""

from __future__ import annotations

from fangxian.cli.options import LanguageOption
from fangxian.cli.printing import Reader, print_line
from fangxian.cli.store import StoreOption
from fangxian.facts.known import now
from fangxian.store import sealing
from fangxian.store.opening import open_store
from fangxian.store.verifying import verify as verify_all


def seal(*, store: StoreOption, language: LanguageOption = "zh") -> None:
    """Seal every event that was committed since the last seal."""
    with open_store(store) as running:
        sealed = sealing.seal(running, at=now())
    print_line(Reader(language).say(f"已封存 {sealed:,} 条审计记录。", f"{sealed:,} events were sealed."))


def verify(*, store: StoreOption, language: LanguageOption = "zh") -> None:
    """Compute every seal again; exit 2 at the first that does not follow. Publish the last hash somewhere else every day."""
    reader = Reader(language)
    with open_store(store) as running:
        found = verify_all(running)
    print_line(
        reader.say(
            f"审计完好：{found.seals:,} 个封存，{found.events:,} 条记录；另有 {found.unsealed:,} 条待封存。",
            f"The audit holds: {found.seals:,} seals over {found.events:,} events; {found.unsealed:,} wait for a seal.",
        )
    )
    print_line(reader.say(f"末次封存 {found.last_hash}", f"last seal {found.last_hash}"))


groups = {"audit": (seal, verify)}
