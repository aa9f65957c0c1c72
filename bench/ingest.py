"""How long a file takes from an agency to facts: one million messy daily check-ins, beside pandas doing the same cleaning.

The file is made here, of invented people: three date forms, full-width digits, stray blanks, wrong ids, broken lines,
repeated rows. What pandas does is what an analyst would write: read as text, clean column by column, hash the ids, write
Parquet. It verifies no id, quarantines nothing with a reason, and commits nothing durably. Every measurement is a process of
its own, start-up included; memory is its peak.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from fangxian.engine.lake import Lake
from fangxian.sources import spelling
from fangxian.sources.id_numbers import check_character

PANDAS = """
import hmac, sys
import pandas as pd
source, target, encoding = sys.argv[1:]
wide = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
rows = pd.read_csv(source, dtype=str, encoding=encoding, on_bad_lines="skip", keep_default_na=False, quoting=3)
for column in rows.columns:
    rows[column] = rows[column].str.translate(wide).str.strip()
rows = rows.drop_duplicates().drop_duplicates("打卡流水号", keep=False)
for column in ("打卡时间", "上报时间"):
    parsed = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us]")
    for form in ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y%m%d%H%M%S"):
        parsed = parsed.fillna(pd.to_datetime(rows[column], format=form, errors="coerce"))
    rows[column] = parsed - pd.Timedelta(hours=8)
rows["体温"] = pd.to_numeric(rows["体温"].str.rstrip("℃"), errors="coerce")
words = {"1": "", "2": "cold_like", "无": "", "发热": "fever", "咳嗽": "cough"}
rows["症状"] = rows["症状"].map(lambda cell: ",".join(sorted({words[w] for w in cell.split("^") if words.get(w)})))
key = b"k" * 32
ids = rows.pop("证件号码")
rows["person_id"] = [hmac.digest(key, b"resident_id|" + number.encode(), "sha256").hex()[:32] for number in ids]
rows = rows.dropna(subset=["打卡时间"]).sort_values(["person_id", "打卡时间"])
rows.to_parquet(target, compression="zstd")
"""

FANGXIAN = "from fangxian.cli.app import main; main()"


def make_file(path: Path, *, rows: int) -> None:
    """Write a messy UTF-8 file of daily check-ins, half as many people as rows, made by one query."""
    digit = "CAST(floor(random() * {0}) AS BIGINT)".format
    digits = (
        f"'3301' || lpad({digit(12)}::VARCHAR, 2, '0') || (1930 + {digit(80)})::VARCHAR || lpad((1 + {digit(12)})::VARCHAR, 2, '0') "
        f"|| lpad((1 + {digit(28)})::VARCHAR, 2, '0') || lpad({digit(1000)}::VARCHAR, 3, '0')"
    )
    forms = ", ".join(f"strftime({{0}}, '{form}')" for form in ("%Y-%m-%d %H:%M:%S", "%Y/%-m/%-d %-H:%M", "%Y%m%d%H%M%S"))
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            SELECT setseed(0.7);
            CREATE TABLE person AS
            SELECT n, d || {check_character("d")} AS number FROM (SELECT range AS n, {digits} AS d FROM range({rows // 2}));
            CREATE TABLE said AS
            SELECT range AS n, TIMESTAMP '2020-02-10' + to_seconds({digit(86_400)}) AS said_at, random() AS luck,
                {digit(rows // 2)} AS who, {digit(3)} + 1 AS form, {digit(3)} + 1 AS other_form
            FROM range({rows * 998 // 1000});
            CREATE TABLE line AS
            SELECT said.n, printf('DK%012d', said.n) || ',' || CASE WHEN luck < 0.1 THEN ' 居民身份证' ELSE '居民身份证' END || ','
                || CASE WHEN luck < 0.05 THEN translate(number, '0123456789', '０１２３４５６７８９')
                        WHEN luck < 0.06 THEN left(number, 17) || CASE WHEN right(number, 1) = '1' THEN '2' ELSE '1' END
                        WHEN luck < 0.08 THEN number || '  ' ELSE number END || ','
                || [{forms.format("said_at")}][form] || ','
                || ['36.5', '36.8', '３６．７', '', '36.6℃', '-'][1 + said.n % 6] || ','
                || ['无', '1', '2', '发热^咳嗽', '', '咳嗽'][1 + (said.n // 7) % 6] || ','
                || [{forms.format("said_at + INTERVAL 3 HOURS")}][other_form] || CASE WHEN luck > 0.9995 THEN ',多余' ELSE '' END AS line
            FROM said JOIN person ON person.n = who;
            INSERT INTO line SELECT n, line FROM line WHERE n < {rows * 2 // 1000};
            COPY (SELECT line FROM (SELECT -1 AS n, '打卡流水号,证件类型,证件号码,打卡时间,体温,症状,上报时间' AS line UNION ALL FROM line)
                  ORDER BY n >= 0, hash(line)) TO {spelling.text(str(path))}
                 (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x1f')
            """
        )


def measured(*command: str) -> tuple[float, float]:
    """Run a command and return its seconds and its peak memory in GB; its own output is kept quiet unless it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(output.decode())
    return time.perf_counter() - started, usage.ru_maxrss / 1e6


@dataclass(frozen=True, kw_only=True)
class IngestFigures:
    """One file by the product and by pandas: seconds with start-up, peak memory, and the rows that the product refused."""

    file: str
    rows: int
    seconds: float
    pandas_seconds: float
    peak_gb: float
    quarantined: int


def measure_ingest(scratch: Path, *, rows: int = 1_000_000) -> list[IngestFigures]:
    """Ingest the same messy rows from a UTF-8 and from a GB18030 file, into a new lake each."""
    figures = []
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        utf8, gb18030 = Path(folder) / "utf8.csv", Path(folder) / "gb18030.csv"
        make_file(utf8, rows=rows)
        gb18030.write_bytes(utf8.read_text("utf-8").encode("gb18030"))
        for encoding, path in (("UTF-8", utf8), ("GB18030", gb18030)):
            lake = Path(folder) / f"lake-{encoding}"
            seconds, peak = measured(sys.executable, "-c", FANGXIAN, "ingest", "daily-check-in", str(path), "--lake", str(lake))
            by_pandas, _ = measured(sys.executable, "-c", PANDAS, str(path), f"{folder}/{encoding}.parquet", encoding)
            refused = sum(pq.read_metadata(file).num_rows for file in Lake.open(lake).quarantine_files())
            figures.append(
                IngestFigures(
                    file=f"daily-check-in, {encoding}, {path.stat().st_size / 1e6:.0f} MB",
                    rows=rows,
                    seconds=seconds,
                    pandas_seconds=by_pandas,
                    peak_gb=peak,
                    quarantined=refused,
                )
            )
    return figures
