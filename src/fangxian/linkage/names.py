"""Names in one spelling: characters without signs, pinyin without tones, and the letters of the pinyin in order of the alphabet.

The last tells no order: `ZHANG Wei`, `Wei Zhang` and 张伟 have the same letters. Where a name is in characters its pinyin is made
by pypinyin, one character at a time, a surname by the way it is read as a surname.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

import duckdb
import pyarrow as pa
import yaml

HAN: Final = "\u3400-\u9fff"
_FIRST: Final = 0x4E00
_LAST: Final = 0x9FFF
_TITLES: Final = "(先生|女士|小姐|同志|阿姨)$"


@cache
def readings() -> pa.Table:
    """Return how characters are read: character, first (whether it opens a name), pinyin."""
    from pypinyin import lazy_pinyin  # when it is needed: it loads its dictionary

    stated: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("surnames.yaml").read_text("utf-8"))
    characters = [chr(code) for code in range(_FIRST, _LAST + 1)]
    read = [one if one.isascii() else "" for one in lazy_pinyin(characters)]
    surnames = [stated.get(character, pinyin) for character, pinyin in zip(characters, read, strict=True)]
    return pa.table(
        {
            "character": characters * 2,
            "first": [True] * len(characters) + [False] * len(characters),
            "pinyin": surnames + read,
        }
    )


def load_names(connection: duckdb.DuckDBPyConnection, texts: str) -> None:
    """Make the table `spelt_name` (written, characters, pinyin, letters) of a query of distinct `written` names.

    `characters` is null where the name is not in characters; all are null where nothing of a name is left.
    """
    connection.register("reading", readings())
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE spelt_name AS
        WITH cleaned AS MATERIALIZED (
            SELECT written, nullif(regexp_replace(regexp_replace(written, '{_TITLES}', ''), '[^{HAN}]', '', 'g'), '') AS characters,
                {_letters_only("written")} AS latin
            FROM ({texts}) WHERE written IS NOT NULL
        ), each AS (
            SELECT written, unnest(string_split(characters, '')) AS character, generate_subscripts(string_split(characters, ''), 1) AS place
            FROM cleaned WHERE characters IS NOT NULL
        ), read AS (
            SELECT written, string_agg(pinyin, '' ORDER BY place) AS pinyin
            FROM each JOIN reading ON reading.character = each.character AND reading.first = (place = 1) GROUP BY written
        ), spelt AS (
            SELECT written, characters, {_one_u("coalesce(nullif(pinyin, ''), nullif(latin, ''))")} AS pinyin
            FROM cleaned LEFT JOIN read USING (written)
        )
        SELECT written, characters, pinyin, array_to_string(list_sort(string_split(pinyin, '')), '') AS letters FROM spelt
        """
    )
    connection.unregister("reading")


def _letters_only(text: str) -> str:
    """Return the expression of the Latin letters of a text, lower case, without tones; ü is v, as keyboards write it."""
    return f"regexp_replace(strip_accents(translate(lower({text}), 'üǖǘǚǜ', 'vvvvv')), '[^a-z]', '', 'g')"


def _one_u(pinyin: str) -> str:
    """Return the expression of pinyin in which lü and nü have one spelling, whether a passport wrote LYU or a keyboard lv."""
    return f"regexp_replace(regexp_replace({pinyin}, '([ln])yu', '\\1v', 'g'), '([ln])ve', '\\1ue', 'g')"
