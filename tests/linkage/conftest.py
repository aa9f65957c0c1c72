"""What tests of linkage share: a register of invented people, a street's file without usable ids, a lake."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from fangxian.engine.lake import Lake
from fangxian.facts import Fact, Residence, SamePerson, Withdrawal
from fangxian.linkage.finding import RegisterFinder
from fangxian.linkage.linked import Way
from fangxian.linkage.restating import Restated, restate
from fangxian.sources.catalogue import source_named
from fangxian.sources.delivery import Delivered, ingest
from fangxian.sources.identity import KeyFile

ANN, BO = "330102198809272336", "330106197505050057"
RECEIVED_AT = datetime(2020, 3, 1, 2, 0)
DAY = timedelta(days=1)

REGISTER = f"""证件号码,姓名,出生日期,性别,联系电话,住址
{ANN},欧阳静怡,1988-09-27,男,12939878649,浙江省杭州市上城区解放路346号26幢801室
{BO},单雨浩,1975-05-05,男,12374566632,浙江省杭州市西湖区文三路203号18幢1101室
"""
STREET = """登记编号,证件类型,证件号码,姓名,出生日期,性别,联系电话,住址,居住地代码,街道代码,网格编号,户编号,入住日期,迁出日期,上报时间
JZ1,居民身份证,,OUYANG Jingyi,1988/9/27,,12939878649,上城区解放路346-26-801,330102,330102001,330102001001,HH1,2019-1-5,,2020-02-11 09:00:00
JZ2,居民身份证,330106197505050057,单雨浩,,,,,330106,330106001,330106001001,HH2,2019-1-5,,2020-02-11 09:00:00
JZ3,居民身份证,330106197505050050,赵无人,1960/1/1,,12999999999,,330106,330106001,330106001001,HH3,2019-1-5,,2020-02-11 09:00:00
JZ4,居民身份证,,单雨浩,,男,,杭州市西湖区文三路9号,330106,330106001,330106001001,HH4,2019-1-5,,2020-02-11 09:00:00
JZ5,居民身份证,,,,,,,330106,330106001,330106001001,HH5,2019-1-5,,2020-02-11 09:00:00
"""


@dataclass
class Street:
    """A lake, a register's file beside it, and the doubtful pairs that were kept."""

    folder: Path
    doubtful: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lake = Lake.create(self.folder / "lake")
        self.key = KeyFile.of(self.lake)
        self.register = self.folder / "register.csv"
        self.register.write_text(REGISTER, "utf-8")

    def bring(self, content: str = STREET, *, finder: bool = True, at: datetime = RECEIVED_AT) -> Delivered:
        path = self.folder / "street.csv"
        path.write_text(content, "utf-8")
        found = RegisterFinder(self.register, self.key, Way(on=date(2020, 3, 1)), at=at, keep=self._keep) if finder else None
        return ingest(self.lake, source_named("community-register"), path, received_at=at, key_holder=self.key, finder=found, threads=1)

    def restate(self, at: datetime = RECEIVED_AT + DAY) -> Restated | None:
        return restate(self.lake, at=at)

    def person(self, number: str) -> str:
        named: str = self.key.person_ids(pa.array(["resident_id"]), pa.array([number]))[0].as_py()
        return named

    def provisional(self, record: str) -> str:
        named: str = self.key.person_ids(pa.array(["record"]), pa.array([f"community-register/{record}"]))[0].as_py()
        return named

    def rows(self, fact_type: type[Fact], columns: str) -> list[tuple[Any, ...]]:
        files = self.lake.files(fact_type)
        return duckdb.sql(f"SELECT {columns} FROM read_parquet({files}) ORDER BY ALL").fetchall() if files else []

    def withdraw(self, person_id: str, at: datetime) -> None:
        """Take back that a record is this person's, as an officer's decision comes to the lake."""
        (fact,) = self.rows(SamePerson, "person_id, fact_id")
        assert fact[0] == person_id
        table = duckdb.sql(
            f"SELECT 77::BIGINT AS fact_id, TIMESTAMP '{at}' AS known_at, 'linkage' AS source, 'test' AS delivery_id, "
            f"'{person_id}' AS person_id, TIMESTAMP '{at}' AS from_at, 'same_person' AS fact_type, {fact[1]}::BIGINT AS withdrawn_fact_id, "
            "'wrong_person' AS reason"
        )
        with self.lake.delivery(f"officer-{at:%Y%m%d%H%M%S}") as folder:
            table.write_parquet(str(folder / f"{Withdrawal.name}.parquet"))
            (folder / "receipt.json").write_text('{"source": "store"}')

    def lives(self, known_at: datetime) -> dict[str, set[str]]:
        """Return the people of whom a residence stands as known at an instant, with their grids."""
        said = self.rows(Residence, "person_id, fact_id, known_at, grid_code")
        struck = self.rows(Withdrawal, "person_id, withdrawn_fact_id, known_at, reason")
        standing: dict[str, set[str]] = {}
        for person, fact, known, grid in said:
            gone = any(p == person and f == fact and k <= known_at and (r != "corrected" or known < k) for p, f, k, r in struck)
            if known <= known_at and not gone:
                standing.setdefault(person, set()).add(grid)
        return standing

    def _keep(self, pairs: pa.Table) -> None:
        self.doubtful += pairs.to_pylist()


@pytest.fixture
def street(tmp_path: Path) -> Street:
    """Give a lake, a register, and a street's file of which some rows have no usable id number."""
    return Street(tmp_path)
