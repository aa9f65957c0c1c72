"""How names, dates, phones, numbers and addresses are spelt, and the one spelling that each comes to: tables, one line a case."""

from datetime import date

import duckdb
import pytest

from fangxian.linkage import spelling
from fangxian.linkage.addresses import load_addresses
from fangxian.linkage.files import ADDRESS, BORN, KIND, NAME, NUMBER, PHONE, REGION, SEX
from fangxian.linkage.names import load_names
from fangxian.linkage.normal import COLUMNS, normalise

ON = date(2020, 2, 1)

NAMES = """
    written        | characters | pinyin          | letters
    ---------------+------------+-----------------+----------------
    张伟           | 张伟       | zhangwei        | aeghinwz
    张 伟          | 张伟       | zhangwei        | aeghinwz
    张伟先生       | 张伟       | zhangwei        | aeghinwz
    ZHANG Wei      |            | zhangwei        | aeghinwz
    Zhang, Wei     |            | zhangwei        | aeghinwz
    Wei ZHANG      |            | weizhang        | aeghinwz
    zhāng wěi      |            | zhangwei        | aeghinwz
    Zhang1 Wei3    |            | zhangwei        | aeghinwz
    ZHANGWEI       |            | zhangwei        | aeghinwz
    单雨浩         | 单雨浩     | shanvhao        | aahhnosv
    曾静           | 曾静       | zengjing        | eggijnnz
    王解           | 王解       | wangjie         | aegijnw
    解雨           | 解雨       | xieyu           | eiuxy
    吕布           | 吕布       | lvbu            | bluv
    Lü Bu          |            | lvbu            | bluv
    LYU Bu         |            | lvbu            | bluv
    欧阳静怡       | 欧阳静怡   | ouyangjingyi    | aggiijnnouyy
    买买提·艾力    | 买买提艾力 | maimaitiaili    | aaaiiiiilmmt
    -              |            |                 |
"""

BIRTHS = """
    written       | born_on
    --------------+---------
    1980-01-02    | 19800102
    1980/1/2      | 19800102
    1980.1.2      | 19800102
    1980年1月2日  | 19800102
    19800102      | 19800102
    1980-01-02 00:00:00 | 19800102
    02/01/1980    | 19800102
    1980-25-03    | 19800325
    19802503      | 19800325
    1980-02-30    |
    1980-13-13    |
    1980          |
    无            |
"""

PHONES = """
    written            | phone
    -------------------+------------
    12939878649        | 12939878649
    +86 129-3987-8649  | 12939878649
    008612939878649    | 12939878649
    8612939878649      | 12939878649
    0571-87654321      | 057187654321
    1234               |
    无                 |
"""

NUMBERS = """
    written            | id_number
    -------------------+-------------------
    330106197505050057 | 330106197505050057
    33010619750505005x | 33010619750505005X
    330106 19750505 0057 | 330106197505050057
    330106750505005    | 330106197505050057
    E12345678          | E12345678
    123                |
"""

ADDRESSES = """
    written                              | region_code | street | numbers
    -------------------------------------+-------------+--------+-------------
    浙江省杭州市西湖区文三路203号18幢1101室 | 330106      | 文三路 | 203-18-1101
    杭州市西湖区文三路203号18幢1101室    | 330106      | 文三路 | 203-18-1101
    杭州西湖区文三路203-18-1101          | 330106      | 文三路 | 203-18-1101
    浙江杭州西湖区 文三路203号           | 330106      | 文三路 | 203
    慈溪市解放路9号三幢二单元            | 330282      | 解放路 | 9-3-2
    鼓楼区中山路1号                      |             | 鼓楼区中山路 | 1
    南京市鼓楼区中山路1号                | 320106      | 中山路 | 1
    文三路203号                          |             | 文三路 | 203
"""


def lines(table):
    header, _, *rows = [line.strip() for line in table.strip().splitlines()]
    names = [name.strip() for name in header.split("|")]
    for row in rows:
        cells = [cell.strip() or None for cell in row.split("|")]
        yield dict(zip(names, cells, strict=True))


def each(table):
    return pytest.mark.parametrize("case", list(lines(table)), ids=lambda case: case["written"])


@each(NAMES)
def test_names(case):
    with duckdb.connect() as connection:
        load_names(connection, f"SELECT '{case['written']}' AS written")
        found = connection.execute("SELECT characters, pinyin, letters FROM spelt_name").fetchone()
    assert found == (case["characters"], case["pinyin"], case["letters"])


def computed(expression, written):
    return duckdb.execute(f"SELECT {expression} FROM (SELECT $written AS cell)", {"written": written}).fetchone()[0]


@each(BIRTHS)
def test_birth_dates(case):
    assert computed(spelling.birth("cell"), case["written"]) == case["born_on"]


@each(PHONES)
def test_phones(case):
    assert computed(spelling.phone("cell"), case["written"]) == case["phone"]


@each(NUMBERS)
def test_id_numbers(case):
    assert computed(spelling.id_number("cell"), case["written"]) == case["id_number"]


@pytest.mark.parametrize(("written", "sex"), [("男", "m"), ("女性", "f"), ("M", "m"), ("2", "f"), ("不详", None)])
def test_sexes(written, sex):
    assert computed(spelling.sex("cell"), written) == sex


@each(ADDRESSES)
def test_addresses(case):
    with duckdb.connect() as connection:
        load_addresses(connection, f"SELECT '{case['written']}' AS written", on=ON)
        found = connection.execute("SELECT region_code, street, numbers FROM spelt_address").fetchone()
    assert found == (case["region_code"], case["street"], case["numbers"])


def test_what_an_id_number_says_of_birth_and_sex_counts_where_the_row_does_not_say_it():
    columns = (NAME, KIND, NUMBER, BORN, SEX, PHONE, ADDRESS, REGION)
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE cells (" + "".join(f'"{column}" VARCHAR, ' for column in columns) + "row_number BIGINT)")
        connection.execute("INSERT INTO cells VALUES ('单雨浩', NULL, '330106197505050057', NULL, NULL, NULL, NULL, '330106', 1)")
        connection.execute("INSERT INTO cells VALUES ('单雨浩', NULL, '330106197505050057', '1980/1/2', '女', NULL, NULL, NULL, 2)")
        normalise(connection, "cells", unique_id="row_number", into="found", on=ON)
        rows = connection.execute("SELECT born_on, born_on_swapped, sex, region_code FROM found ORDER BY unique_id").fetchall()
        assert [row[0] for row in connection.execute("DESCRIBE found").fetchall()] == ["unique_id", *COLUMNS]
    assert rows == [("19750505", "19750505", "m", "330106"), ("19800102", "19800201", "f", None)]
