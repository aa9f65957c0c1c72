"""Health codes on paper, for those without a phone: issue, revoke."""

from __future__ import annotations

import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer
from rich.console import Console

from fangxian.cli.keys import KeysOption, PassphraseOption, passphrase
from fangxian.errors import FangxianError
from fangxian.facts.known import now
from fangxian.policy.colour import Colour
from fangxian.signed.changes import REVOKED, SCHEMA, Changes
from fangxian.signed.credential import PaperCredential, masked
from fangxian.signed.files import write_file
from fangxian.signed.issue import issue as sign
from fangxian.signed.key_folder import KeyFolder
from fangxian.signed.paper import paper_pdf, paper_svg
from fangxian.signed.reading import Reading, read

messages = Console(stderr=True, highlight=False)


def issue(
    keys: KeysOption,
    name: Annotated[str, typer.Option(help="The name; only its first character goes on the paper and into the code.")],
    out: Annotated[Path, typer.Option(help="The file to write, A6: .pdf or .svg.")],
    colour: Annotated[Colour, typer.Option(help="The colour.")] = Colour.GREEN,
    hours: Annotated[float, typer.Option(help="How long it is good.")] = 24,
    passphrase_file: PassphraseOption = None,
) -> None:
    """Issue a code on paper: the page goes into a file, the code's text to standard output (keep it, to revoke the paper).

    Its token is a random one, which no register knows: for a trial, and where nothing but paper is at hand.
    """
    folder, at = KeyFolder(keys, passphrase(passphrase_file)), now().replace(microsecond=0)
    credential = PaperCredential(
        token_id=secrets.token_bytes(16),
        region_code=folder.region_code,
        colour=colour,
        masked_name=masked(name),
        issued_at=at,
        valid_until=at + timedelta(hours=hours),
    )
    text = sign(credential, by=folder.signer(at))
    page = paper_pdf(text, credential) if out.suffix == ".pdf" else paper_svg(text, credential).encode()
    write_file(out, page, private=True)
    sys.stdout.write(text + "\n")


def revoke(
    keys: KeysOption,
    changes: Annotated[Path, typer.Option(help="The gates' file of changes; it is made, or added to.")],
    passphrase_file: PassphraseOption = None,
) -> None:
    """Revoke papers: one code's text a line on standard input; gates that have the new file refuse them."""
    folder, at = KeyFolder(keys, passphrase(passphrase_file)), now()
    trust = folder.trust_list(at=at)
    before = Changes.read(changes.read_bytes(), trust=trust, at=at) if changes.exists() else None
    read_lines = [read(line.rstrip("\r\n"), trust=trust) for line in sys.stdin]
    tokens = [r.credential.token_id for r in read_lines if isinstance(r, Reading) and isinstance(r.credential, PaperCredential)]
    if len(tokens) < len(read_lines):
        raise FangxianError(
            f"{len(read_lines) - len(tokens)} of {len(read_lines)} lines are no paper of this region.",
            done="Nothing was revoked.",
            next_step="Give the texts as they were issued.",
        )
    rows = pa.table([tokens, [at] * len(tokens), [REVOKED] * len(tokens)], schema=SCHEMA)
    sequence = before.sequence + 1 if before else 1
    now_out = Changes.of(rows, region_code=folder.region_code, sequence=sequence, issued_at=at, before=before)
    write_file(changes, now_out.write(by=folder.signer(at)))
    messages.print(f"{changes}  #{sequence}  {len(now_out)} changes", soft_wrap=True)


groups = {"paper": (issue, revoke)}
