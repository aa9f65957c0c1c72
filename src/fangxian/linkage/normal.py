"""From the cells of a file to the columns that are compared: one spelling for names, dates, phones, numbers and addresses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import duckdb

from fangxian.linkage import spelling as spelt
from fangxian.linkage.addresses import load_addresses
from fangxian.linkage.files import ADDRESS, BORN, NAME, NUMBER, PERSONAL, PHONE, REGION, SEX
from fangxian.linkage.names import load_names
from fangxian.sources import spelling

COLUMNS: Final = (
    "name_characters",
    "name_pinyin",
    "name_letters",
    "born_on",
    "born_on_swapped",
    "sex",
    "phone",
    "id_number",
    "region_code",
    "street",
    "numbers",
)
"""What is compared, all text, null where the file does not say; `unique_id` comes before them."""


def normalise(
    connection: duckdb.DuckDBPyConnection, cells: str, *, unique_id: str, into: str, on: date, headings: Mapping[str, str] | None = None
) -> None:
    """Make the table `into` (unique_id, then `COLUMNS`) from the table `cells`; `unique_id` is an expression over its row.

    `headings` says under which heading a file has one of the personal columns, where that is another than ours; "" where it has none.
    The county is that of the column of the code where there is one, otherwise the one that the address opens with.
    """
    own = {column: column for column in PERSONAL} | dict(headings or {})
    cell = {column: spelling.name(heading) if heading else "CAST(NULL AS VARCHAR)" for column, heading in own.items()}
    load_names(connection, f"SELECT DISTINCT {cell[NAME]} AS written FROM {cells}")
    load_addresses(connection, f"SELECT DISTINCT {cell[ADDRESS]} AS written FROM {cells}", on=on)
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE {into} AS
        WITH cleaned AS (
            SELECT {unique_id} AS unique_id, {cell[NAME]} AS written_name, {cell[ADDRESS]} AS written_address,
                {spelt.birth(cell[BORN])} AS said_birth, {spelt.sex(cell[SEX])} AS said_sex, {spelt.phone(cell[PHONE])} AS phone,
                {spelt.id_number(cell[NUMBER])} AS id_number, {cell[REGION]} AS said_region
            FROM {cells}
        ), dated AS (
            SELECT *, coalesce(said_birth, {spelt.birth_in("id_number")}) AS born_on, coalesce(said_sex, {spelt.sex_in("id_number")}) AS sex
            FROM cleaned
        )
        SELECT unique_id, characters AS name_characters, pinyin AS name_pinyin, letters AS name_letters, born_on,
            {spelt.swapped("born_on")} AS born_on_swapped, sex, phone, id_number,
            coalesce(CASE WHEN regexp_full_match(said_region, '[0-9]{{6}}') THEN said_region END, spelt_address.region_code) AS region_code,
            street, numbers
        FROM dated LEFT JOIN spelt_name ON spelt_name.written = written_name
            LEFT JOIN spelt_address ON spelt_address.written = written_address
        """
    )
    connection.execute("DROP TABLE spelt_name; DROP TABLE spelt_address")
