"""Whom an agency's file names: read apart from its facts, each once, and nobody whose id number is wrong."""

import polars as pl
import pyarrow as pa
import pytest

from fangxian.engine.workbook import write_workbook
from fangxian.errors import FangxianError
from fangxian.sources.catalogue import source_named
from fangxian.sources.reached import named_people


class Keys:
    """Stands in for the vault: a person is called by the number."""

    def person_ids(self, id_types: pa.Array, numbers: pa.Array) -> pa.Array:
        return numbers

    def mark(self) -> str:
        return "test"


GOOD, OTHER = "11010519491231002X", "110105201501010017"


def register(path, *rows: dict[str, str]):
    columns = [
        "登记编号",
        "证件类型",
        "证件号码",
        "姓名",
        "联系电话",
        "住址",
        "居住地代码",
        "街道代码",
        "网格编号",
        "户编号",
        "入住日期",
        "迁出日期",
    ]
    shared = {"证件类型": "居民身份证", "居住地代码": "330106", "入住日期": "2018-01-01"}
    filled = [{name: (shared | row).get(name) for name in columns} for row in rows]
    write_workbook(pl.DataFrame(filled, schema=dict.fromkeys(columns, pl.String)), path)
    return path


def test_a_file_names_each_person_once_with_what_it_says_of_how_they_are_reached(tmp_path):
    path = register(
        tmp_path / "register.xlsx",
        {"登记编号": "1", "证件号码": GOOD, "姓名": "王小明"},
        {"登记编号": "2", "证件号码": GOOD, "姓名": "王小明", "联系电话": "13800000001", "住址": "文三路 1 号"},
        {"登记编号": "3", "证件号码": OTHER},
        {"登记编号": "4", "证件号码": "110105201501010018", "姓名": "李华"},
    )
    found = [row for table in named_people(source_named("community-register"), path, Keys()) for row in table.to_pylist()]
    assert found == [{"person_id": GOOD, "full_name": "王小明", "phone": "13800000001", "address": "文三路 1 号"}]


def test_a_source_that_is_not_about_people_names_nobody(tmp_path):
    with pytest.raises(FangxianError, match="not about people"):
        list(named_people(source_named("area-bulletin"), tmp_path / "none", Keys()))
