"""What each agency's file looks like: the contract of docs/sources, seen from the side of whoever writes the file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

RECORD_DIGITS: Final = 8
"""Digits of a number behind its prefix; more where the number is greater."""


class Form(StrEnum):
    """How a value is written."""

    NUMBER = "number"
    """A number of the agency's own: prefix and digits. The first column of every file names its record."""
    ID_TYPE = "id_type"
    ID_NUMBER = "id_number"
    NAME = "name"
    PHONE = "phone"
    NATIONALITY = "nationality"
    REGION = "region"
    INSTANT = "instant"
    DAY = "day"
    TEMPERATURE = "temperature"
    WORD = "word"
    """A word of a vocabulary that the reader knows."""
    TEXT = "text"
    LIST = "list"
    """A JSON list, written as it stands."""


@dataclass(frozen=True)
class Written:
    """One column of a file: its heading, how its values are written, and from which column of the world's table.

    `prefix` goes before numbers. `future` says that a time may lie ahead: a ticket, the end of a stay.
    """

    heading: str
    form: Form
    field: str
    prefix: str = ""
    future: bool = False


@dataclass(frozen=True, kw_only=True)
class Agency:
    """One source's file: its columns in order, how it is encoded, and how many days of a world go into one file (0: all)."""

    source: str
    extension: str
    columns: tuple[Written, ...]
    encoding: str = "utf-8"
    delimiter: str = ","
    days: int = 0

    @property
    def record(self) -> Written:
        """The column that names a row's record."""
        return self.columns[0]


PERSON: Final = (Written("证件类型", Form.ID_TYPE, "person"), Written("证件号码", Form.ID_NUMBER, "person"))
NAMED: Final = (*PERSON, Written("姓名", Form.NAME, "person"))
SENT: Final = Written("上报时间", Form.INSTANT, "known")


def _record(heading: str, prefix: str) -> Written:
    return Written(heading, Form.NUMBER, "record", prefix)


def _at(heading: str, field: str = "at", *, future: bool = False) -> Written:
    return Written(heading, Form.INSTANT, field, future=future)


def _day(heading: str, field: str, *, future: bool = False) -> Written:
    return Written(heading, Form.DAY, field, future=future)


def _word(heading: str, field: str) -> Written:
    return Written(heading, Form.WORD, field)


def _text(heading: str, field: str) -> Written:
    return Written(heading, Form.TEXT, field)


def _region(heading: str, field: str = "region") -> Written:
    return Written(heading, Form.REGION, field)


def _number(heading: str, field: str, prefix: str) -> Written:
    return Written(heading, Form.NUMBER, field, prefix)


TEMPERATURE: Final = Written("体温", Form.TEMPERATURE, "temperature")

AGENCIES: Final = (
    Agency(
        source="community-register",
        extension="xlsx",
        columns=(
            _record("登记编号", "JZ"), *NAMED, _region("居住地代码"), _text("街道代码", "street"), _text("网格编号", "grid"),
            _number("户编号", "household", "HH"), _day("入住日期", "since"), _day("迁出日期", "until"), SENT,
        ),
    ),
    Agency(
        source="organisation",
        extension="xlsx",
        columns=(
            _record("登记编号", "DW"), *NAMED, _text("统一社会信用代码", "credit_code"), _number("场所编号", "premises", "CS"),
            _region("所在地代码"), _day("入职日期", "since"), _day("离职日期", "until"), SENT,
        ),
    ),
    Agency(
        source="railway",
        extension="csv",
        encoding="gb18030",
        columns=(
            _record("订单编号", "TL"), *NAMED, _text("车次", "number"), _day("乘车日期", "travelled_on", future=True),
            _text("车厢", "carriage"), _text("席位", "seat"), _region("上车地代码", "origin"), _region("下车地代码", "destination"),
            _at("开车时间", future=True), _at("到达时间", "arrives_at", future=True), SENT,
        ),
    ),
    Agency(
        source="aviation",
        extension="csv",
        encoding="utf-8-sig",
        columns=(
            _record("订单编号", "MH"), *PERSON, Written("旅客姓名", Form.NAME, "person"), _text("航班号", "number"),
            _day("航班日期", "travelled_on", future=True), _text("座位", "seat"), _region("出发地代码", "origin"),
            _region("到达地代码", "destination"),
            _at("起飞时间", future=True), _at("到达时间", "arrives_at", future=True), SENT,
        ),
    ),
    Agency(
        source="operator-roaming",
        extension="csv",
        delimiter="|",
        columns=(
            _record("记录编号", "MY"), *PERSON, _region("到访地代码"), _at("到达时间", future=True),
            _at("离开时间", "left_at", future=True), SENT,
        ),
    ),
    Agency(
        source="disease-control",
        extension="csv",
        encoding="gb18030",
        days=30,
        columns=(
            _record("报告编号", "BG"), *NAMED, _word("诊断状态", "status"), _at("诊断时间"), _day("发病日期", "onset"),
            _number("医院编号", "hospital", "YY"), _number("订正报告编号", "corrects", "BG"), SENT,
        ),
    ),
    Agency(
        source="laboratory",
        extension="csv",
        days=30,
        columns=(
            _record("标本编号", "BB"), *PERSON, _at("采样时间"), _word("检测方法", "method"), _word("结果", "outcome"),
            _number("机构编号", "laboratory", "JG"), _at("报告时间", "known"), _number("更正标本编号", "corrects", "BB"),
        ),
    ),
    Agency(
        source="fever-clinic",
        extension="xlsx",
        columns=(_record("就诊编号", "FR"), *NAMED, _number("医院编号", "hospital", "YY"), _at("就诊时间"), _word("结论", "outcome"),
        SENT),
    ),
    Agency(
        source="pharmacy",
        extension="csv",
        columns=(_record("购药编号", "GY"), *PERSON, _number("药店编号", "pharmacy", "YD"), _word("药品类别", "medicine"),
        _at("购药时间"), SENT),
    ),
    Agency(
        source="tracing",
        extension="csv",
        columns=(
            _record("流调编号", "LD"), *PERSON, _word("接触类别", "contact_class"), _word("场景", "setting"),
            _at("首次接触时间", "first_at"),
            _at("末次接触时间", "last_at"), _number("病例报告编号", "case_record", "BG"), SENT,
        ),
    ),
    Agency(
        source="isolation",
        extension="xlsx",
        columns=(_record("措施编号", "CL"), *NAMED, _word("措施", "kind"), _at("开始时间"), _number("隔离点编号", "site", "GL"), SENT),
    ),
    Agency(
        source="control-list",
        extension="csv",
        encoding="gb18030",
        columns=(
            _record("名单编号", "MD"), *PERSON, _word("动作", "action"), _at("决定时间"), _word("依据类型", "cites_type"),
            _text("依据编号", "cites"), _number("决定机关", "authority", "GA"), SENT,
        ),
    ),
    Agency(
        source="checkpoint",
        extension="csv",
        encoding="gb18030",
        columns=(
            _record("登记编号", "KK"), *NAMED, _number("卡口编号", "checkpoint", "K"), _region("卡口所在地代码"),
            _region("来源地代码", "origin"),
            _at("通过时间"), Written("额温", Form.TEMPERATURE, "temperature"), SENT,
        ),
    ),
    Agency(
        source="health-declaration",
        extension="jsonl",
        columns=(
            _record("申报编号", "SB"), *NAMED, Written("手机号", Form.PHONE, "person"), Written("国籍", Form.NATIONALITY, "person"),
            _at("申报时间"), _region("申领地代码"), TEMPERATURE, _word("症状", "symptoms"), _word("接触病例", "contacted"),
            Written("旅居史", Form.LIST, "stays"), SENT,
        ),
    ),
    Agency(
        source="daily-check-in",
        extension="csv",
        columns=(_record("打卡流水号", "DK"), *PERSON, _at("打卡时间"), TEMPERATURE, _word("症状", "symptoms"), SENT),
    ),
    Agency(
        source="gate-scan",
        extension="jsonl",
        columns=(
            _record("扫码流水号", "SM"), *PERSON, _number("场所编号", "place", "CS"), _region("所在地代码"), _at("扫码时间"),
            _at("离开时间", "left_at", future=True), _word("结果", "outcome"), TEMPERATURE, _word("测温部位", "site"), SENT,
        ),
    ),
    Agency(
        source="guardianship",
        extension="jsonl",
        columns=(
            _record("登记编号", "JH"), *PERSON, Written("代办人证件类型", Form.ID_TYPE, "guardian"),
            Written("代办人证件号码", Form.ID_NUMBER, "guardian"), _word("关系", "relation"), _day("开始日期", "since"),
            _day("结束日期", "until", future=True), SENT,
        ),
    ),
    Agency(
        source="doctor-confirmation",
        extension="jsonl",
        columns=(
            _record("确认编号", "QR"), *PERSON, _at("确认时间"), _word("结论", "finding"), _number("申报编号", "declaration", "SB"),
            _number("医生编号", "doctor", "YS"), SENT,
        ),
    ),
    Agency(
        source="personal-decision",
        extension="jsonl",
        columns=(
            _record("决定编号", "JD"), *PERSON, _at("生效时间"), _text("规则", "rule"), _text("事实编号", "fact"),
            _word("理由", "reason"),
            _number("第一签署人", "first_signer", "QS"), _number("第二签署人", "second_signer", "QS"), SENT,
        ),
    ),
    Agency(
        source="withdrawal",
        extension="csv",
        columns=(
            _record("撤回编号", "CH"), *PERSON, _text("事实类型", "fact_type"), _text("事实编号", "fact"), _at("撤回时间"),
            _word("原因", "reason"), SENT,
        ),
    ),
    Agency(
        source="area-bulletin",
        extension="csv",
        days=30,
        columns=(
            _record("通报编号", "TB"), _region("地区代码"), _day("统计日期", "on"), _text("累计确诊", "confirmed"),
            _text("本地病例", "local"),
            _text("疑似", "suspected"), _text("治愈", "cured"), _text("死亡", "dead"), _text("常住人口", "population"),
            _text("累计检测", "tested"), SENT,
        ),
    ),
    Agency(
        source="area-cluster",
        extension="csv",
        columns=(
            _record("事件编号", "SJ"), _region("地区代码"), _at("末例确诊时间"), _word("场所类别", "setting"), _text("病例数", "cases"),
            SENT,
        ),
    ),
)  # fmt: skip
"""Every agency that a world hears from, in the order in which their files should be read where they came at one time."""
