"""Weighing pairs: the trained model over two normalised tables, on DuckDB or on Spark."""

from __future__ import annotations

import gc
import logging
import warnings
from collections.abc import Mapping
from typing import Any, Final

import duckdb
import pyarrow as pa

from fangxian.linkage.model import COMPARISONS

# The left side of a pair is the register's: Splink puts the two files in order of these names.
REGISTER_SIDE: Final = "a_register"
RECORDS_SIDE: Final = "b_records"

PAIRS: Final = f"""
    SELECT unique_id_l AS known_id, unique_id_r AS record, match_weight AS weight,
        {", ".join(f"gamma_{compared.name} AS {compared.name}" for compared in COMPARISONS)}
    FROM {{predicted}}
"""
"""The columns of weighed pairs: `known_id` (register), `record`, `weight` in bits, and the step of each comparison."""


_USUALLY: Final = 20_000
"""Names of the model's usual rarity that are added to the register's when rarity is counted: two namesakes in a register of ten
are chance, and no sign of a common name."""


def rarities(connection: duckdb.DuckDBPyConnection, register: str, model: Mapping[str, Any]) -> dict[str, pa.Table]:
    """Return how frequent each value of the columns is whose rare values weigh more: the value, and `tf_<column>`, its share."""
    usual = {
        level["tf_adjustment_column"]: level["u_probability"]
        for comparison in model["comparisons"]
        for level in comparison["comparison_levels"]
        if "tf_adjustment_column" in level
    }
    return {
        column: connection.execute(
            f"SELECT {column}, (count(*) + {_USUALLY * rare}) / (sum(count(*)) OVER () + {_USUALLY})::DOUBLE AS tf_{column} "
            f"FROM {register} WHERE {column} IS NOT NULL GROUP BY {column}"
        ).to_arrow_table()
        for column, rare in usual.items()
    }


def weigh(
    connection: duckdb.DuckDBPyConnection, register: str, records: str, model: Mapping[str, Any], *, from_weight: float, into: str
) -> None:
    """Make the table `into` of weighed pairs from two normalised tables of a DuckDB connection."""
    from splink import DuckDBAPI  # when it is needed: it loads as long as all the rest

    rare = rarities(connection, register, model)
    predicted = _predicted(DuckDBAPI(connection), register, records, rare, model, from_weight=from_weight)
    connection.execute(f"CREATE OR REPLACE TABLE {into} AS {PAIRS.format(predicted=predicted.physical_name)}")
    predicted.drop_table_from_database_and_remove_from_cache()


def weigh_on_spark(
    session: Any,
    register: pa.Table,
    records: pa.Table,
    rare: Mapping[str, pa.Table],
    model: Mapping[str, Any],
    *,
    from_weight: float,
) -> pa.Table:
    """Return the weighed pairs of two normalised tables, computed by Spark; `rare` is what `rarities` says of the register."""
    import splink

    spark_api: Any = splink.SparkAPI
    with warnings.catch_warnings():
        # pyspark leaves the sockets that it reads answers from, ours and Splink's, to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        # Splink's own functions in a jar are not needed: the model asks for none.
        api = spark_api(spark_session=session, register_udfs_automatically=False, break_lineage_method="persist")
        frames = {column: session.createDataFrame(table) for column, table in rare.items()}
        left, right = session.createDataFrame(register), session.createDataFrame(records)
        predicted = _predicted(api, left, right, frames, model, from_weight=from_weight)
        table: pa.Table = session.sql(PAIRS.format(predicted=predicted.physical_name)).toArrow()
        gc.collect()
    return table


def _predicted(api: Any, register: Any, records: Any, rare: Mapping[str, Any], model: Mapping[str, Any], *, from_weight: float) -> Any:
    from splink import Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    tables = [api.register(register, dataset_display_name=REGISTER_SIDE), api.register(records, dataset_display_name=RECORDS_SIDE)]
    linker = Linker(tables, dict(model), log_level=None)
    for column, table in rare.items():
        linker.table_management.register_term_frequency_lookup(api.register(table, dataset_display_name=f"rarity_{column}"), column)
    return linker.inference.predict(threshold_match_weight=from_weight, warning_mode="never")
