"""Keys that sign health codes, in a folder of encrypted files: make, rotate, revoke, recognise, publish, show."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from fangxian.errors import FangxianError
from fangxian.facts.known import now
from fangxian.policy.regions import expect_region
from fangxian.signed.files import write_file
from fangxian.signed.key_files import read_public
from fangxian.signed.key_folder import KEY_LASTS, ROOT_PUBLIC, KeyFolder
from fangxian.signed.limits import LIMITS

console = Console(highlight=False)
_VARIABLE: Final = "FANGXIAN_KEY_PASSPHRASE"

KeysOption = Annotated[Path, typer.Option("--keys", help="The folder of keys.", envvar="FANGXIAN_KEYS", show_default=False)]
PassphraseOption = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help=f"A file whose first line is the keys' passphrase; without it, the variable {_VARIABLE}."),
]


def passphrase(file: Path | None) -> bytes:
    """Return the keys' passphrase from a file or the environment; raises FangxianError if there is none."""
    said = file.read_bytes().split(b"\n")[0].strip() if file else os.environ.get(_VARIABLE, "").encode()
    if not said:
        raise FangxianError("No passphrase was given for the keys.", next_step=f"Give --passphrase-file, or set {_VARIABLE}.")
    return said


def make(
    keys: KeysOption,
    region: Annotated[str, typer.Option(help="Six digits of GB/T 2260: whose codes these keys sign.")],
    passphrase_file: PassphraseOption = None,
) -> None:
    """Make a root key and a first signing key in a new folder, and publish the first trust list.

    Lock root.key away on another medium: only `fangxian keys trust` needs it. Gates learn root.pub when they are opened.
    """
    expect_region(region, now().date())
    made = KeyFolder.make(keys, passphrase(passphrase_file), region_code=region, at=now())
    console.print(f"{keys / ROOT_PUBLIC}  {made.listed()[0].key_id.hex()}", soft_wrap=True)


def rotate(
    keys: KeysOption,
    starts_in: Annotated[float, typer.Option(help="Days until it signs; gates must have the new list before.")] = (
        LIMITS.key_published_ahead / timedelta(days=1)
    ),
    passphrase_file: PassphraseOption = None,
) -> None:
    """Make the next signing key; from its start it signs, and what the one before signed stands until that one's end."""
    at = now()
    made = KeyFolder(keys, passphrase(passphrase_file)).add_key(not_before=at + timedelta(days=starts_in))
    console.print(made.key_id.hex())


def revoke(
    key_id: Annotated[str, typer.Argument(help="The key's id, as `fangxian keys show` has it.")],
    keys: KeysOption,
) -> None:
    """Let nothing that a leaked key signed be believed from now on, whatever date it bears; then publish a list."""
    try:
        named = bytes.fromhex(key_id)
    except ValueError:
        raise FangxianError("A key id is 16 hexadecimal digits.", next_step="`fangxian keys show` lists them.") from None
    KeyFolder(keys).revoke(named, at=now())


def recognise(
    keys: KeysOption,
    region: Annotated[str, typer.Option(help="The other region's six digits of GB/T 2260.")],
    public: Annotated[Path, typer.Option(help="The other region's signing key, as PEM.")],
    days: Annotated[int, typer.Option(help="For how long it is recognised.")] = KEY_LASTS.days,
) -> None:
    """Recognise another region's key; its codes get an outcome of their own."""
    expect_region(region, now().date())
    at = now()
    added = KeyFolder(keys).recognise(read_public(public), region_code=region, not_before=at, not_after=at + timedelta(days=days))
    console.print(added.key_id.hex())


def trust(
    keys: KeysOption,
    out: Annotated[Path, typer.Option(help="The file to write; gates fetch it.")],
    passphrase_file: PassphraseOption = None,
) -> None:
    """Publish the trust list: the keys as they stand, under a new number, signed by the root key, which must be in the folder now.

    A server gives it to its gates from then on; the file is for gates that no server serves, and for other regions.
    """
    folder = KeyFolder(keys, passphrase(passphrase_file))
    published = folder.publish(at=now())
    write_file(out, folder.published)
    console.print(f"{out}  #{published.sequence}  {len(published.keys)} keys", soft_wrap=True)


def show(keys: KeysOption) -> None:
    """Show the keys of a folder, a line each: its id, its region, from when until when it signs (UTC), when it was revoked."""
    for key in KeyFolder(keys).listed():
        revoked = f"吊销 revoked {key.revoked_at:%Y-%m-%dT%H:%MZ}" if key.revoked_at else ""
        console.print(
            key.key_id.hex(), key.region_code, f"{key.not_before:%Y-%m-%dT%H:%MZ}/{key.not_after:%Y-%m-%dT%H:%MZ}", revoked, soft_wrap=True
        )


groups = {"keys": (make, rotate, revoke, recognise, trust, show)}
