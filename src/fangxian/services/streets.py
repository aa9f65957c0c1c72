"""The streets and towns that clues go to: read from the list of whoever runs the system. No list of them ships."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Final

from fangxian.errors import FangxianError
from fangxian.policy.regions import region_name

_CODE: Final = re.compile(r"[0-9]{9}")
_HEADER: Final = ["代码", "名称"]


def read_streets(path: Path) -> list[tuple[str, str]]:
    """Return code and name of each street of a CSV file in UTF-8 with the columns 代码 and 名称, each once.

    Raises FangxianError, and names the first line, where a code is not nine digits that begin with a county's.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        if [heading.strip() for heading in next(rows, [])][:2] != _HEADER:
            raise FangxianError(f"{path.name} does not begin with the columns 代码,名称.", done="Nothing was named.")
        found: dict[str, str] = {}
        for line, row in enumerate(rows, start=2):
            code, name = (*(cell.strip() for cell in row), "", "")[:2]
            if not name or not _CODE.fullmatch(code) or not region_name(code[:6]):
                raise FangxianError(
                    f"Line {line} of {path.name} names no street: nine digits that begin with a county's six, and a name.",
                    done="Nothing was named.",
                    next_step="Correct the line, then run the command again.",
                )
            found[code] = name
    return list(found.items())
