"""Codes of places, to be hung up at a door: people check in by scanning them."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from fangxian.cli.keys import KeysOption, PassphraseOption, passphrase
from fangxian.errors import FangxianError
from fangxian.facts.known import now
from fangxian.policy.regions import expect_region, lies_in, region_name
from fangxian.signed.files import write_file
from fangxian.signed.key_folder import KeyFolder
from fangxian.signed.place import PlaceCode
from fangxian.signed.place_paper import place_pdf, place_svg


def issue(
    keys: KeysOption,
    place: Annotated[str, typer.Option(help="The place's id, as `fangxian gate register --place` has it.")],
    name: Annotated[str, typer.Option(help="What people call the place.")],
    address: Annotated[str, typer.Option(help="Where it is.")],
    region: Annotated[str, typer.Option(help="Six digits of GB/T 2260: the county of the place.")],
    out: Annotated[Path, typer.Option(help="The file to write: .pdf or .svg.")],
    days: Annotated[int, typer.Option(help="How long it is good.", min=1)] = 90,
    issued_by: Annotated[str, typer.Option(help="Who answers for it; the keys' region by default.")] = "",
    passphrase_file: PassphraseOption = None,
) -> None:
    """Issue a place's code to print: the page goes into a file, the code's text to standard output."""
    if out.suffix not in (".pdf", ".svg"):
        raise FangxianError("A code is printed as PDF or SVG.", done="No code was made.", next_step="Let the file end in .pdf or .svg.")
    folder, at = KeyFolder(keys, passphrase(passphrase_file)), now().replace(microsecond=0)
    expect_region(region, at.date())
    if not lies_in(region, folder.region_code):
        raise FangxianError(
            f"{region} does not lie in {folder.region_code}, whose keys these are.",
            done="No code was made.",
            next_step="Name a region of these keys, or the keys of that region.",
        )
    code = PlaceCode(
        place_id=place,
        organisation=name,
        address=address,
        region_code=region,
        issued_by=issued_by or region_name(folder.region_code),
        issued_at=at,
        valid_until=at + timedelta(days=days),
    )
    text = code.write(by=folder.signer(at))
    write_file(out, place_pdf(text, code) if out.suffix == ".pdf" else place_svg(text, code).encode())
    sys.stdout.write(text + "\n")


groups = {"place": (issue,)}
