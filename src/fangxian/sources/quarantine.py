"""Quarantine: the rows that were refused, each with its reason and remedy, and without anything that says who it is about.

Kept of a row are its number in the file and the cells that identify nobody, so that the agency finds it again in its own
file or by its own record number. Id numbers, names and phones are never kept, not even masked: half an id number with a
birth date is a person. A cell of another column that looks like an id number or a mobile number is kept as `***`, and of a row
whose id number has not even the form of one, or whose line is broken, no cell is kept at all: its columns may have slipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from fangxian.engine.compaction import subject
from fangxian.engine.lake import Lake, explaining_full_disk
from fangxian.facts import Fact, Text
from fangxian.sources import spelling
from fangxian.sources.id_numbers import Fault
from fangxian.sources.mended import show_quarantine
from fangxian.sources.plan import Plan
from fangxian.sources.refusal import REASON_TITLES, Reason

MASK: Final = "***"
_ID_NUMBER: Final = r"(^|[^0-9])[1-9][0-9]{5}(18|19|20)?[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]?($|[^0-9])"
_MOBILE: Final = r"(^|[^0-9])(\+?86)?1[3-9][0-9]{9}($|[^0-9])"

_COLUMNS: Final = {
    "row_number": "BIGINT",
    "column": "VARCHAR",
    "reason": "VARCHAR",
    "value": "VARCHAR",
    "reason_zh": "VARCHAR",
    "reason_en": "VARCHAR",
    "remedy_zh": "VARCHAR",
    "remedy_en": "VARCHAR",
    "cells": "MAP(VARCHAR, VARCHAR)",
}
"""Columns of quarantine.parquet, after `source` and `delivery_id`: one row for each reason of each row refused."""


def open_quarantine(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the empty table `refused` (row_number, column, reason, remedy_zh, remedy_en, shown) on a connection."""
    connection.execute(
        'CREATE TEMP TABLE refused (row_number BIGINT, "column" VARCHAR, reason VARCHAR, '
        "remedy_zh VARCHAR, remedy_en VARCHAR, shown BOOLEAN)"
    )


def refuse_broken_lines(connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse the lines that have too few or too many columns, an open quote, or are no JSON object."""
    connection.execute(
        f"""
        INSERT INTO refused SELECT row_number, '', '{Reason.BROKEN_LINE}',
            CASE WHEN wanted = 0 THEN '该行不是完整的 JSON 对象。' WHEN found = 0 THEN '该行引号不成对。'
                ELSE printf('该行有 %d 列，表头有 %d 列。', found, wanted) END
                || '请核对分隔符、引号和单元格内的换行，更正后重新报送。',
            CASE WHEN wanted = 0 THEN 'The line is no whole JSON object.' WHEN found = 0 THEN 'A quote in the line is not closed.'
                ELSE printf('The line has %d columns, the header %d.', found, wanted) END
                || ' Look for a stray delimiter, quote or line break in a cell, and send the row again.',
            false
        FROM broken_line
        """
    )


def refuse_problems(connection: duckdb.DuckDBPyConnection, plan: Plan, table: str) -> None:
    """Refuse the rows of a parsed table that have problems, once for each problem."""
    bits = range(len(plan.refusals))
    refusals = pa.table(
        {
            "bit": pa.array(bits, pa.int32()),
            "column": [r.column for r in plan.refusals],
            "reason": [str(r.reason) for r in plan.refusals],
            "remedy_zh": [r.remedy.zh for r in plan.refusals],
            "remedy_en": [r.remedy.en for r in plan.refusals],
            # Where an id number has not the form of one, the row's columns may have slipped, and a name stand anywhere.
            "shown": [not (r.reason is Reason.WRONG_ID and r.remedy == Fault.FORM.remedy) for r in plan.refusals],
        }
    )
    connection.register("refusal", refusals)
    connection.execute(
        f"""
        INSERT INTO refused SELECT DISTINCT row_number, "column", reason, remedy_zh, remedy_en, shown
        FROM (SELECT row_number, problems FROM {table} WHERE problems <> 0) JOIN refusal ON (problems >> bit) & 1 = 1
        """
    )
    connection.unregister("refusal")


def refuse_contradictions(connection: duckdb.DuckDBPyConnection, plan: Plan) -> int:
    """Refuse rows that repeat a record number with another content; drop exact repetitions and return how many there were.

    Of rows that say the same the first stands. Rows that were reported at different times about one subject correct one another
    (see `corrections`). Of others that differ under one number none stands: which is right, only the agency knows, and one
    number for several people is what a spreadsheet makes of long numbers when it rounds them.
    """
    about = plan.alias(plan.source.facts[0].cells[subject(plan.source.facts[0].fact_type)])
    record = ", ".join(spelling.name(c) for c in plan.source.record)
    of_cell = ", ".join(f"cell.{spelling.name(c)}" for c in plan.source.record)
    content = ", ".join(f"cell.{spelling.name(c)}" for c in plan.source.columns())
    connection.execute(
        f"""
        CREATE TEMP TABLE repeated AS
        WITH again AS (SELECT {record} FROM parsed WHERE problems = 0 GROUP BY ALL HAVING count(*) > 1)
        SELECT cell.row_number, hash({content}) AS content, hash({of_cell}) AS record,
            {about} AS about, {plan.alias(plan.source.reported)} AS reported_at
        FROM parsed JOIN cell USING (row_number)
        WHERE problems = 0 AND ({of_cell}) IN (SELECT ({record}) FROM again);
        INSERT INTO refused
        SELECT row_number, {spelling.text(plan.source.record[0])}, '{Reason.CONTRADICTION}',
            '同一编号在本文件中有不同内容，上报时间相同或所涉对象不同：请查明哪一行正确，仅重报该行；更正须有较晚的上报时间。',
            'The file has this record number with different contents, of one time of report or about different subjects: find out which '
            'is right and send that row alone. A correction has a later time of report.', true
        FROM repeated WHERE record IN (SELECT record FROM repeated GROUP BY record HAVING count(DISTINCT about) > 1)
            OR (record, reported_at) IN (SELECT (record, reported_at) FROM repeated GROUP BY ALL HAVING count(DISTINCT content) > 1);
        DELETE FROM parsed WHERE row_number IN (
            SELECT row_number FROM repeated WHERE row_number NOT IN (SELECT row_number FROM refused)
            QUALIFY row_number() OVER (PARTITION BY record, content ORDER BY row_number) > 1
        )
        """
    )
    dropped = connection.execute("SELECT count(*) FROM cell WHERE row_number NOT IN (SELECT row_number FROM parsed)").fetchone()
    return dropped[0] if dropped else 0


def refuse_broken_promises(connection: duckdb.DuckDBPyConnection, fact_type: type[Fact], broken: str) -> None:
    """Refuse the rows of which a fact breaks a promise of its type; `broken` is the query of offenders."""
    connection.execute(
        f"""
        INSERT INTO refused SELECT DISTINCT row_number, '', '{Reason.BROKEN_PROMISE}',
            {spelling.text(fact_type.title.zh + "：")} || promise_zh || '。请核对该行后重新报送。',
            {spelling.text(fact_type.title.en + ": ")} || promise_en || '. Check the row and send it again.', true
        FROM ({broken})
        """
    )


def write_quarantine(connection: duckdb.DuckDBPyConnection, plan: Plan, path: Path) -> dict[str, int]:
    """Write what was refused to Parquet, in order of row, and return the number of rows by their first reason."""
    shown = [c for c in plan.source.columns() if c not in plan.source.identifying_columns()]
    cells = ", ".join(_masked(f"cell.{spelling.name(c)}") for c in shown)
    titles = {language: _titles(language) for language in ("zh", "en")}
    connection.execute(
        f"""
        CREATE TEMP VIEW quarantine AS
        SELECT {spelling.text(plan.source.name)} AS source, getvariable('delivery_id') AS delivery_id, row_number, "column", reason,
            cells["column"] AS value, {titles["zh"]} AS reason_zh, {titles["en"]} AS reason_en,
            remedy_zh || {_hint("zh")} AS remedy_zh, remedy_en || {_hint("en")} AS remedy_en, cells
        FROM (
            SELECT refused.*, cell.row_number IS NOT NULL AND NOT bool_or(NOT shown) OVER (PARTITION BY refused.row_number) AS visible,
                CASE WHEN visible THEN map([{spelling.texts(tuple(shown))}], [{cells}]) END AS cells
            FROM refused LEFT JOIN cell USING (row_number)
        ) LEFT JOIN region_hint ON region_code = cells["column"] AND reason = '{Reason.REGION_NOT_IN_FORCE}'
        """
    )
    connection.execute(
        f"COPY (FROM quarantine ORDER BY row_number, reason) TO {spelling.text(str(path))} (FORMAT parquet, COMPRESSION zstd)"
    )
    order = spelling.texts(tuple(Reason))
    first = f"SELECT [{order}][min(list_position([{order}], reason))] AS reason FROM refused GROUP BY row_number"
    counted = connection.execute(f"SELECT reason, count(*) FROM ({first}) GROUP BY reason ORDER BY count(*) DESC, reason").fetchall()
    return dict(counted)


def counts(lake: Lake) -> list[tuple[str, str, int, int]]:
    """Return source, reason, and how many rows refused for it are open and how many mended, the most frequent first.

    A row that was refused for two reasons counts under both.
    """
    with duckdb.connect() as connection:
        if not show_quarantine(connection, lake):
            return []
        rows = "count(DISTINCT (delivery_id, row_number))"
        return connection.execute(
            f"SELECT source, reason, {rows} FILTER (NOT mended) AS open, {rows} FILTER (mended) AS closed FROM quarantine "
            "GROUP BY ALL ORDER BY source, open DESC, closed DESC, reason"
        ).fetchall()


def export(lake: Lake, path: Path, *, source: str | None = None) -> int:
    """Write the refused rows that are open to an Excel workbook, a sheet a source, and return how many lines there are.

    Each line has the delivery's file, row number, column, reason and remedy in Chinese and English, then the row's own
    columns but for those that say who it is about: the agency fills them in from its own file, and sends the columns back.
    """
    import polars
    import xlsxwriter

    names = {receipt["delivery_id"]: receipt["file_name"] for receipt in lake.receipts() if "file_name" in receipt}
    lines = 0
    with (
        explaining_full_disk(path.parent),
        xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book,
    ):
        for sheet, table in _by_source(lake, source):
            named = table.with_columns(polars.col("delivery_id").replace(names).alias("文件 file")).drop("delivery_id")
            named.select("文件 file", polars.exclude("文件 file")).write_excel(book, worksheet=sheet, autofit=True, freeze_panes=(1, 0))
            lines += named.height
        if not lines:
            book.add_worksheet("quarantine").write(0, 0, "无 none")
    return lines


def _by_source(lake: Lake, only: str | None) -> Iterator[tuple[str, Any]]:
    """Yield each source and its open rows as a Polars frame, the row's own columns spread out."""
    with duckdb.connect() as connection:
        if not show_quarantine(connection, lake):
            return
        for (name,) in connection.execute("SELECT DISTINCT source FROM quarantine WHERE NOT mended ORDER BY source").fetchall():
            if only not in (None, name):
                continue
            mine = f"FROM quarantine WHERE NOT mended AND source = {spelling.text(name)}"
            found = connection.execute(f"SELECT DISTINCT unnest(map_keys(cells)) {mine}").fetchall()
            columns = "".join(f", cells[{spelling.text(c)}] AS {spelling.name(c)}" for (c,) in sorted(found))
            yield (
                name,
                connection.execute(
                    f'SELECT delivery_id, row_number AS "行号 row", "column" AS "列 column", reason_zh AS 原因, reason_en AS reason, '
                    f"remedy_zh AS 处理办法, remedy_en AS remedy{columns} {mine} ORDER BY delivery_id, row_number"
                ).pl(),
            )


def _masked(cell: str) -> str:
    suspicious = f"regexp_matches({cell}, '{_ID_NUMBER}') OR regexp_matches({cell}, '{_MOBILE}')"
    return f"CASE WHEN {suspicious} THEN '{MASK}' ELSE {cell} END"


def _titles(language: str) -> str:
    cases = " ".join(f"WHEN '{reason}' THEN {spelling.text(title.in_language(language))}" for reason, title in REASON_TITLES.items())
    return f"CASE reason {cases} END"


def _hint(language: str) -> str:
    """Return the expression of which codes came before and after a code that is not in force."""
    words = {
        f"years_{language}": Text("有效年份", "In force"),
        "later": Text("其后代码", "Later code"),
        "earlier": Text("此前代码", "Earlier code"),
    }
    hints = (f"coalesce(' {text.in_language(language)}: ' || {column} || '.', '')" for column, text in words.items())
    return " || ".join(hints)
