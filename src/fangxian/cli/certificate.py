"""`fangxian verify-certificate`: what a certificate of release says, once its signature was found right, without a network."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer

from fangxian.facts.known import now
from fangxian.signed.certificate import Certificate
from fangxian.signed.envelope import LONGEST_TEXT
from fangxian.signed.key_files import read_public
from fangxian.signed.key_folder import ROOT_PUBLIC
from fangxian.signed.trust import TrustList


def verify_certificate(
    trust: Annotated[Path, typer.Option(help="The trust list: whose signatures are believed.", show_default=False)],
    root: Annotated[
        Path | None, typer.Option(help="The root's public key, put on this device once, by hand; root.pub beside the list by default.")
    ] = None,
) -> None:
    """Verify a certificate of release: its QR's text on standard input, what it says as JSON on standard output.

    Compare the name and the number with the document of whoever shows it. Ends with 2 where the text is no certificate, or its
    signature is not one that is believed.
    """
    believed = TrustList.read(trust.read_bytes(), root=read_public(root or trust.with_name(ROOT_PUBLIC)))
    text = sys.stdin.buffer.readline(LONGEST_TEXT + 2).rstrip(b"\r\n").decode("ascii", "replace")
    found = Certificate.read(text, trust=believed, at=now())
    said = vars(found) | {"measures": [{"measure": measure, "from_at": from_at} for measure, from_at in found.measures]}
    sys.stdout.write(orjson.dumps(said, option=orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z).decode() + "\n")


commands = (verify_certificate,)
