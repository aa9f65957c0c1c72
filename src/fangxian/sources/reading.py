"""Reading a file of any form into the table `cell`: the row's number in the file, and one cleaned text for each column.

What is told apart by the first bytes of the file, never by its name: Excel, Parquet, JSON lines, delimited text. A record of
delimited text is one line: a broken line costs one row, where a reader of multi-line cells could lose all the rest.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import duckdb
import fastexcel
import pyarrow as pa

from fangxian.errors import FangxianError
from fangxian.sources import spelling
from fangxian.sources.source import Source
from fangxian.sources.text_encoding import as_utf8, expect_no_nul, undecodable, undecodable_line

_HEADER_ROWS: Final = 20
_DELIMITERS: Final = (",", "|", "\t", ";", "，")


@dataclass(frozen=True)
class Reading:
    """What was read: the form and encoding that were found, and the rows, broken ones included.

    `open_cell` is the row number and column of the last cell of a text file that does not end with a whole line: what stands
    in it may be a part of what was sent.
    """

    form: str
    encoding: str = ""
    rows: int = 0
    open_cell: tuple[int, str] | None = None


def read(connection: duckdb.DuckDBPyConnection, source: Source, path: Path, *, scratch: Path) -> Reading:
    """Read a file into the tables `cell` and `broken_line` (`row_number`, `found`, `wanted`) of a connection.

    Raises FangxianError for a file that cannot be read as a whole: cut, of another encoding, or without a column.
    """
    connection.execute("CREATE TEMP TABLE broken_line (row_number BIGINT, found BIGINT, wanted BIGINT)")
    with path.open("rb") as file:
        start = file.read(4)
    if start[:2] == b"PK":
        reading = _read_excel(connection, source, path)
    elif start == b"PAR1":
        reading = _read_parquet(connection, source, path)
    else:
        reading = _read_text(connection, source, path, scratch)
    counted = connection.execute("SELECT (SELECT count(*) FROM cell) + (SELECT count(*) FROM broken_line)").fetchone()
    return replace(reading, rows=counted[0] if counted else 0)


def _read_text(connection: duckdb.DuckDBPyConnection, source: Source, path: Path, scratch: Path) -> Reading:
    text = as_utf8(path, expected=source.columns(), copy=scratch / "utf8.txt")
    try:
        expect_no_nul(text.path, path)
        # No delimiter and no quote: a line comes as one text, empty lines too, so its number is the one that people see.
        connection.execute(
            "CREATE TEMP TABLE line AS SELECT row_number() OVER () AS row_number, line FROM read_csv($path, columns = {'line': 'VARCHAR'}, "
            "header = false, auto_detect = false, delim = '', quote = '', escape = '', max_line_size = 1000000)",
            {"path": str(text.path)},
        )
    except duckdb.InvalidInputException as error:
        line = undecodable_line(text.path, "utf-8")
        if line:
            raise undecodable(path, "utf-8", line=line) from None
        raise FangxianError(f"{path.name} is not text: {type(error).__name__}.", next_step="Ask the source for the file again.") from None
    finally:
        if text.path != path:
            text.path.unlink()
    first = connection.execute(f"SELECT row_number, line FROM line WHERE trim(line) <> '' ORDER BY 1 LIMIT {_HEADER_ROWS}").fetchall()
    if first and first[0][1].lstrip().startswith("{"):
        form, last_column = "JSON lines", ""
        _split_json(connection, source, path)
    else:
        form, last_column = _split_delimited(connection, source, path, first)
    last_row = None if text.ends_with_newline else _expect_whole_line(connection, path)
    connection.execute("DROP TABLE line")
    return Reading(form, text.encoding, open_cell=(last_row, last_column) if last_row and last_column else None)


def _split_delimited(
    connection: duckdb.DuckDBPyConnection, source: Source, path: Path, first: Sequence[tuple[int, str]]
) -> tuple[str, str]:
    headers = [(number, delimiter, line.split(delimiter)) for number, line in first for delimiter in _DELIMITERS]
    number, delimiter, header = max(headers, key=lambda row: len(_places(row[2], source)), default=(0, ",", []))
    places = _expect_columns(header, source, path)
    separated, before = spelling.text(delimiter), "\\|" if delimiter == "|" else delimiter
    field = spelling.text(f'{before}("(?:[^"]|"")*"|[^{delimiter}]*)')
    rows = f"""
        SELECT row_number, string_split(line, {separated}) AS field FROM line
        WHERE NOT contains(line, '"') AND regexp_matches(line, '[^ \t{delimiter}]') AND row_number > {number}
        UNION ALL
        SELECT row_number, CASE WHEN strlen(array_to_string(field, {separated})) = strlen(line)
            THEN list_transform(field, lambda f: {_unquoted("f")}) ELSE [] END
        FROM (
            SELECT row_number, line, regexp_extract_all({separated} || line, {field}, 1) AS field FROM line
            WHERE contains(line, '"') AND row_number > {number}
        )
    """
    _make_cells(
        connection, source, {c: f"field[{place + 1}]" for c, place in places.items()}, f"SELECT *, len(field) AS found FROM ({rows})"
    )
    connection.execute(
        f"""
        INSERT INTO broken_line SELECT row_number, found, {len(header)} FROM cell WHERE found <> {len(header)};
        DELETE FROM cell WHERE found <> {len(header)}
        """
    )
    last_column = next((column for column, place in places.items() if place == len(header) - 1), "")
    return f"text, {delimiter!r}", last_column


def _split_json(connection: duckdb.DuckDBPyConnection, source: Source, path: Path) -> None:
    connection.execute(
        "ALTER TABLE line ADD COLUMN whole BOOLEAN; UPDATE line SET whole = coalesce(TRY(json_type(line)) = 'OBJECT', false)"
    )
    connection.execute("INSERT INTO broken_line SELECT row_number, 0, 0 FROM line WHERE NOT whole AND trim(line) <> ''")
    keys = connection.execute("SELECT DISTINCT unnest(json_keys(line)) FROM (SELECT line FROM line WHERE whole LIMIT 1000)").fetchall()
    header = [key for (key,) in keys]
    if not header:
        raise cut(path, "JSON lines, one object a line")
    places = _expect_columns(header, source, path)
    paths = ", ".join(spelling.text('$."' + header[place] + '"') for place in places.values())
    rows = f"SELECT row_number, 0 AS found, json_extract_string(line, [{paths}]) AS field FROM line WHERE whole"
    _make_cells(connection, source, {column: f"field[{place}]" for place, column in enumerate(places, start=1)}, rows)


def _read_excel(connection: duckdb.DuckDBPyConnection, source: Source, path: Path) -> Reading:
    try:
        book = fastexcel.read_excel(path)
        named = source.name if source.name in book.sheet_names else 0
        # Rows are counted from the top of the sheet, as a person sees them, so that none is skipped before the header.
        sheet = book.load_sheet(named, header_row=None, skip_rows=0, dtypes="string").to_arrow()
    except fastexcel.FastExcelError:
        raise cut(path, "an Excel workbook (.xlsx)") from None
    table = pa.Table.from_batches([sheet]).rename_columns([f"c{place}" for place in range(sheet.num_columns)])
    table = table.append_column("row_number", pa.array(range(1, table.num_rows + 1), pa.int64()))
    top = [list(row.values())[:-1] for row in table.slice(0, _HEADER_ROWS).to_pylist()]
    header = max(top, key=lambda row: len(_places(row, source)), default=[])
    places = _expect_columns(header, source, path)
    connection.register("sheet", table)
    written = " OR ".join(f"trim(c{place}) <> ''" for place in places.values())
    rows = f"SELECT *, 0 AS found FROM sheet WHERE row_number > {top.index(header) + 1} AND ({written})"
    _make_cells(connection, source, {c: f"c{place}" for c, place in places.items()}, rows)
    connection.unregister("sheet")
    return Reading("Excel")


def _read_parquet(connection: duckdb.DuckDBPyConnection, source: Source, path: Path) -> Reading:
    try:
        read = connection.execute("DESCRIBE SELECT * FROM read_parquet($path)", {"path": str(path)}).fetchall()
        places = _expect_columns([row[0] for row in read], source, path)
        cells = {column: f"CAST({spelling.name(read[place][0])} AS VARCHAR)" for column, place in places.items()}
        rows = (
            f"SELECT *, 0 AS found, file_row_number + 1 AS row_number FROM read_parquet({spelling.text(str(path))}, file_row_number = true)"
        )
        _make_cells(connection, source, cells, rows)
    except (duckdb.InvalidInputException, duckdb.IOException):
        raise cut(path, "a Parquet file") from None
    return Reading("Parquet")


def _make_cells(connection: duckdb.DuckDBPyConnection, source: Source, found: Mapping[str, str], rows: str) -> None:
    """Make the table `cell` from a query of rows with `row_number` and `found`; a column that the file lacks is null."""
    # One step a query: DuckDB computes an expression as often as it is written, and each step writes the last one's several times.
    taken = "".join(f", {cell} AS {spelling.name(column)}" for column, cell in found.items())
    tidied = "".join(f", {spelling.tidied(spelling.name(column))} AS {spelling.name(column)}" for column in found)
    said = "".join(
        f", {spelling.said(spelling.name(column)) if column in found else 'CAST(NULL AS VARCHAR)'} AS {spelling.name(column)}"
        for column in source.columns()
    )
    rows = f"SELECT row_number, found{tidied} FROM (SELECT row_number, found{taken} FROM ({rows}))"
    connection.execute(f"CREATE TEMP TABLE cell AS SELECT row_number, found{said} FROM ({rows})")


def _bare(heading: Any) -> str:
    return "".join(
        str(heading or "").translate(str.maketrans(spelling.WIDE, spelling.NARROW)).replace("\ufeff", "").replace('"', "").split()
    )


def _places(header: Sequence[Any], source: Source) -> dict[str, int]:
    """Return where in a header the source's columns stand; blanks, quotes and the width of letters do not matter."""
    wanted = {_bare(column): column for column in source.columns()}
    found: dict[str, int] = {}
    for place, heading in enumerate(header):
        if (column := wanted.get(_bare(heading))) is not None:
            found.setdefault(column, place)
    return found


def _expect_columns(header: Sequence[Any], source: Source, path: Path) -> dict[str, int]:
    places = _places(header, source)
    found = [_bare(heading) for heading in header if _bare(heading)]
    twice = [column for column in places if found.count(_bare(column)) > 1]
    if twice:
        raise FangxianError(
            f"{path.name} names a column twice in its header: {', '.join(twice)}.",
            known="Which of them holds what is meant is not known.",
            done="Nothing of the file went in.",
            next_step="Ask the source to name each column once, and send the file again.",
        )
    missing = [c for c in source.columns() if c not in places and c not in source.optional_columns()]
    if not missing:
        return places
    unused = [f for f in found if f not in places]
    # What stands where a header should be may be a row of data: headings are repeated only if the file has one of ours.
    shown = ", ".join(found) if places else "none of its columns"
    close = {wanted: difflib.get_close_matches(wanted, unused, n=1, cutoff=0.4) for wanted in missing} if places else {}
    near = [f"{wanted} — {match[0]}?" for wanted, match in close.items() if match]
    raise FangxianError(
        f"{path.name} lacks {len(missing)} of the columns of {source.name}: {', '.join(missing)}.",
        known=f"Found: {shown}." + (f" Nearest: {'; '.join(near)}" if near else ""),
        done="Nothing of the file went in.",
        next_step=f"Ask the source to send the columns of docs/sources/{source.name}.md, or check that this is a file of {source.name}.",
    )


def _expect_whole_line(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Return the number of the last line, which has no end; raise FangxianError if it is broken: the rest did not arrive."""
    last = "SELECT max(row_number) FROM line WHERE trim(line) <> ''"
    if connection.execute(f"SELECT 1 FROM broken_line WHERE row_number = ({last})").fetchone():
        raise cut(path, "a text file that ends with a whole line")
    found = connection.execute(last).fetchone()
    return found[0] if found else 0


def cut(path: Path, form: str) -> FangxianError:
    """Return the error for a file of which a part did not arrive."""
    return FangxianError(
        f"{path.name} is cut in the middle: it is not {form}.",
        done="Nothing of the file went in.",
        next_step="Copy or send the file again, and compare its size with the original.",
    )


def _unquoted(field: str) -> str:
    inner = f"replace(substr({field}, 2, length({field}) - 2), '\"\"', '\"')"
    return f"CASE WHEN length({field}) >= 2 AND starts_with({field}, '\"') AND ends_with({field}, '\"') THEN {inner} ELSE {field} END"
