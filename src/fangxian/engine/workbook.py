"""Excel workbooks of one sheet of texts, written as sets.

xlsxwriter asks Python for each cell: a register of a million people would take minutes. The parts of a workbook that hold
nothing but text are few (ECMA-376, part 1, 12 and 18.3), and DataFrames can spell them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import polars as pl

MOST_ROWS: Final = 1_048_576
"""Rows that a sheet can hold, its heading included."""

_ROWS_AT_ONCE: Final = 100_000
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEETS: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_CONTENT: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_PARTS: Final = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_CONTENT}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_CONTENT}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def write_workbook(rows: pl.DataFrame, path: Path) -> None:
    """Write a DataFrame of texts with its headings in the first row; nulls are empty cells. The same rows give the same bytes."""
    if rows.height >= MOST_ROWS:
        raise ValueError(f"a sheet holds {MOST_ROWS - 1:,} rows, not {rows.height:,}")
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as workbook:
        for name, content in _PARTS.items():
            workbook.writestr(_entry(name), _HEAD + content)
        with workbook.open(_entry("xl/worksheets/sheet1.xml"), "w") as sheet:
            sheet.write((_HEAD + f'<worksheet xmlns="{_SHEETS}"><sheetData>').encode())
            heading = pl.DataFrame({name: [name] for name in rows.columns})
            sheet.write(_spelled(heading, first=1).encode())
            for start in range(0, rows.height, _ROWS_AT_ONCE):
                sheet.write(_spelled(rows.slice(start, _ROWS_AT_ONCE), first=start + 2).encode())
            sheet.write(b"</sheetData></worksheet>")


def _entry(name: str) -> ZipInfo:
    """Return an entry without the time of writing."""
    entry = ZipInfo(name, date_time=(2020, 1, 1, 0, 0, 0))
    entry.compress_type = ZIP_DEFLATED
    return entry


def _spelled(rows: pl.DataFrame, *, first: int) -> str:
    """Return the XML of rows, numbered from `first`."""
    numbered = rows.with_row_index("_row", offset=first).with_columns(pl.col("_row").cast(pl.String))
    cells = [
        pl.concat_str(
            pl.lit(f'<c r="{_letter(place)}'),
            pl.col("_row"),
            pl.lit('" t="inlineStr"><is><t xml:space="preserve">'),
            pl.col(name).str.replace_many(["&", "<", ">"], ["&amp;", "&lt;", "&gt;"]),
            pl.lit("</t></is></c>"),
        ).fill_null("")
        for place, name in enumerate(rows.columns)
    ]
    row = pl.concat_str(pl.lit('<row r="'), pl.col("_row"), pl.lit('">'), *cells, pl.lit("</row>"))
    return str(numbered.select(row.str.join("").alias("xml"))["xml"].item())


def _letter(place: int) -> str:
    """Return the letter of a column: 0 is A; a file of an agency has fewer than 26."""
    return chr(ord("A") + place)
