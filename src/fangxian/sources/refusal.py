"""Why a row is refused: a closed vocabulary, and one refusal that an adapter may utter."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fangxian.facts import Text


class Reason(StrEnum):
    """The kinds of reason for which a row stays outside; `REASON_TITLES` has their words."""

    BROKEN_LINE = "broken_line"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    UNKNOWN_WORD = "unknown_word"
    WRONG_ID = "wrong_id"
    FUTURE = "future"
    TOO_EARLY = "too_early"
    UNKNOWN_REGION = "unknown_region"
    REGION_NOT_IN_FORCE = "region_not_in_force"
    NOT_A_REGION = "not_a_region"
    CONTRADICTION = "contradiction"
    BROKEN_PROMISE = "broken_promise"


REASON_TITLES: Final = {
    Reason.BROKEN_LINE: Text("行不完整", "the line is broken"),
    Reason.MISSING: Text("缺少必填内容", "a required cell is empty"),
    Reason.UNREADABLE: Text("格式无法识别", "the form is not understood"),
    Reason.UNKNOWN_WORD: Text("用词未登记", "the word is not known"),
    Reason.WRONG_ID: Text("证件号码有误", "the id number is wrong"),
    Reason.FUTURE: Text("日期在未来", "the date is in the future"),
    Reason.TOO_EARLY: Text("日期过早", "the date is too early"),
    Reason.UNKNOWN_REGION: Text("行政区划代码不存在", "there is no such region"),
    Reason.REGION_NOT_IN_FORCE: Text("行政区划代码当日无效", "the region is not in force on the day"),
    Reason.NOT_A_REGION: Text("不是行政区划", "not a region"),
    Reason.CONTRADICTION: Text("同一编号内容不一致", "one record number with two contents"),
    Reason.BROKEN_PROMISE: Text("不合事实的约束", "a promise of the fact type is broken"),
}


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One way in which one column of a row can be refused.

    `when` is a DuckDB condition over the cells of the file and the values parsed from them; null counts as false.
    """

    column: str
    reason: Reason
    when: str
    remedy: Text
