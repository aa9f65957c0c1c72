"""A small province by hand: ten people, three counties with counts, one file with rows that are refused; and its page's figures."""

from datetime import datetime
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from spec_symbols import person_id
from spec_tables import facts_from_text, instant

from fangxian.code.decide import decide
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.facts import AreaCases, AreaCluster, CheckIn, Diagnosis, Enrolment, Exposure, Fact, Residence, Withdrawal
from fangxian.policy.policy import policy
from fangxian.sources.catalogue import source_named
from fangxian.sources.delivery import ingest
from fangxian.sources.identity import KeyFile
from fangxian.web.figures.examples import Example, write_examples
from fangxian.web.figures.page import write_figures

SCHEME = "zhejiang-five-colour"
END = instant("2020-02-20 23:59:59.999999")
"""The instant that the page's figures are of, and as known at."""

CONTACT, WITHDRAWN, GREEN = (person_id(name) for name in ("ann", "cy", "di"))
NOBODY = "0" * 32
FEVERISH = [f"eve{number}" for number in range(6)]
"""Six people of one county who reported fever: enough to be shown."""

EVERYBODY = ["ann", "bo", "cy", "di", *FEVERISH]

REFUSED = """打卡流水号,证件类型,证件号码,打卡时间,体温,症状,上报时间
c1,居民身份证,330106199001011234,2020-02-12 08:00:00,36.5,1,2020-02-12 08:00:00
c2,居民身份证,330106199001011234,2020-02-13 08:00:00,365,1,2020-02-13 08:00:00
"""
"""Two rows under an id number whose check character is wrong; the second has lost its decimal point too."""


def small_province(folder: Path) -> Lake:
    """Return a lake with everything that the page shows, decided under `hangzhou`."""
    lake = Lake.create(folder / "lake")
    with lake.delivery("hand") as delivery:
        for fact_type, table in _facts().items():
            pq.write_table(table, delivery / f"{fact_type.name}.parquet")
        receipt = {"source": "hand", "delivery_id": "hand", "facts": {}, "flags": []}
        (delivery / "receipt.json").write_bytes(orjson.dumps(receipt))
    file = folder / "check-ins.csv"
    file.write_text(REFUSED, "utf-8")
    ingest(lake, source_named("daily-check-in"), file, received_at=datetime(2020, 2, 14), key_holder=KeyFile.of(lake))
    with DuckDBEngine(lake) as engine:
        decided = decide(engine, policy("hangzhou"), known_at=END)
        write_figures(engine, decided, scheme_name=SCHEME, at=END)
    write_examples(
        lake, [Example(kind="red-contact", person_id=CONTACT, policy="hangzhou", at="2020-02-20T12:00", known_at="2020-02-20T12:00")]
    )
    return lake


def _facts() -> dict[type[Fact], pa.Table]:
    homes = {name: "330106" if name in FEVERISH else "330110" for name in EVERYBODY}
    check_ins = "fact_id | person_id | from_at | temperature_c | symptoms\n"
    check_ins += "".join(f"a{day} | ann | 2020-02-{day} 08:00 | 36.5 |\n" for day in (15, 16, 17, 18, 20))
    check_ins += "".join(f"f{number} | {name} | 2020-02-14 08:00 | 38.2 | fever\n" for number, name in enumerate(["bo", *FEVERISH]))
    check_ins += "".join(f"b{day} | bo | 2020-02-{day} 08:00 | 36.4 |\n" for day in range(15, 21))
    counts = "region_code | reported_on | from_at | confirmed_total | local_total\n"
    for day in range(8, 21):
        counts += f"330382 | 2020-02-{day:02} | 2020-02-{day + 1:02} | {min(130 + day, 140)} | 70\n"
        counts += f"330110 | 2020-02-{day:02} | 2020-02-{day + 1:02} | 25 | 5\n"
    counts += "330106 | 2020-02-10 | 2020-02-11 | 3 | 1\n"
    texts: dict[type[Fact], str] = {
        Enrolment: "fact_id | person_id | from_at\n" + "".join(f"n{n} | {name} | 2020-02-11 09:00\n" for n, name in enumerate(EVERYBODY)),
        Residence: "fact_id | person_id | from_at | region_code\n"
        + "".join(f"h{n} | {name} | 2020-01-01 | {homes[name]}\n" for n, name in enumerate(EVERYBODY)),
        CheckIn: check_ins,
        Exposure: "fact_id | person_id | from_at | contact_class | setting | case_fact_id\n"
        "x1 | ann | 2020-02-14 10:00 | close | train | d9",
        Diagnosis: "fact_id | person_id | from_at | status | onset_on\nd1 | cy | 2020-02-16 10:00 | confirmed | 2020-02-14",
        Withdrawal: "person_id | from_at | fact_type | withdrawn_fact_id | reason\ncy | 2020-02-19 10:00 | diagnosis | d1 | wrong_person",
        AreaCases: counts,
        AreaCluster: "region_code | from_at | setting | cases\n330382 | 2020-02-12 10:00 | household | 3",
    }
    return {fact_type: facts_from_text(fact_type, text) for fact_type, text in texts.items()}
