"""Linkage: whom the records of an agency are about that carry no usable id number."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fangxian.cli.linking import merge_linked, print_linked
from fangxian.cli.options import LakeOption, LanguageOption, SparkMasterOption
from fangxian.cli.printing import Reader, print_line
from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.facts.known import now
from fangxian.linkage.files import RECORD, RECORDS, REGISTER, load, work_space
from fangxian.linkage.linked import Way
from fangxian.linkage.linked import link as link_files
from fangxian.linkage.normal import normalise
from fangxian.linkage.training import save, train
from fangxian.linkage.writing import write_links
from fangxian.sources import spelling
from fangxian.sources.identity import KeyFile

RegisterArgument = Annotated[
    Path, typer.Argument(help="The register: 证件号码 and what else it has of 姓名, 出生日期, 性别, 联系电话, 住址.", show_default=False)
]
RecordsArgument = Annotated[Path, typer.Argument(help="The records: 编号 and what else they have of the same columns.", show_default=False)]


def link(
    register: RegisterArgument,
    records: RecordsArgument,
    *,
    lake: LakeOption,
    out: Annotated[Path, typer.Option(help="The file of links to write, .csv or .parquet.", show_default=False)],
    key: Annotated[Path | None, typer.Option(help="The identity key's file, as for ingest.", show_default=False)] = None,
    one_to_one: Annotated[bool, typer.Option("--one-to-one", help="Nobody has more than one record.")] = False,
    model: Annotated[
        Path | None, typer.Option(help="A model of `train-linkage`; the one that ships by default.", show_default=False)
    ] = None,
    engine: Annotated[str, typer.Option("--engine", help="duckdb (embedded) or spark.")] = "duckdb",
    spark_master: SparkMasterOption = None,
    language: LanguageOption = "zh",
) -> None:
    """Link records with a register: each gets a person for certain, a doubtful one to be looked at, or nobody.

    The file of links has no names: record number, person id, answer, match weight in bits, and why in words.
    """
    reader = Reader(language)
    holder = KeyFile.of(Lake.open(lake), key)
    way = Way(on=now().date(), one_to_one=one_to_one, model_file=model, session=_session(engine, spark_master))
    with work_space() as connection:
        broken = load(connection, REGISTER, register, table="register_cell") + load(connection, RECORDS, records, table="record_cell")
        linked = link_files(connection, "register_cell", "record_cell", holder, record=spelling.name(RECORD), way=way)
        write_links(connection, out)
    print_linked(linked, reader)
    if broken:
        print_line(
            reader.say(f"两份文件共 {broken:,} 行不完整，未参与关联。", f"{broken:,} lines of the two files are broken and were left out.")
        )


def train_linkage(
    register: RegisterArgument,
    records: RecordsArgument,
    *,
    out: Annotated[Path, typer.Option(help="The model to write, a JSON file for `link --model`.", show_default=False)],
    shared: Annotated[
        int, typer.Option(help="About how many of the records are about people of the register, in percent.", min=1, max=100)
    ] = 50,
) -> None:
    """Train a model of linkage anew on two files, without labels: how often those who are the same agree, and others."""
    with work_space() as connection:
        for source, path, table, unique_id in (
            (REGISTER, register, "register", "CAST(row_number AS VARCHAR)"),
            (RECORDS, records, "record", "CAST(row_number AS VARCHAR)"),
        ):
            load(connection, source, path, table=f"{table}_cell")
            normalise(connection, f"{table}_cell", unique_id=unique_id, into=table, on=now().date())
        people = connection.execute("SELECT count(*) FROM register").fetchone()
        save(train(connection, "register", "record", likely=shared / 100 / max(1, people[0] if people else 0)), out)


def merge(*, lake: LakeOption, language: LanguageOption = "zh") -> None:
    """Say the facts of linked records again of the persons whose they are, and take them back where a link was taken back.

    Everything follows from facts in the lake, so it may be run at any time: after `store flow` brought officers' decisions, before
    `store feed` brings what follows to the store.
    """
    merge_linked(Lake.open(lake), Reader(language))


commands = (link, train_linkage, merge)


def _session(engine: str, master: str | None) -> Any:
    if engine == "duckdb" and master is None:
        return None
    if engine != "spark":
        raise FangxianError(f"There is no engine called '{engine}'.", known="Engines: duckdb, spark.", next_step="Name one of them.")
    from fangxian.engine.spark_session import new_session

    return new_session(master=master)
