"""What people are told of a contact: how near, how sure, in what kind of place; never who the case is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fangxian.facts import Text
from fangxian.trace.rule import Certainty, Nearness

CLASS: Final[Mapping[str, Text]] = {
    "close": Text("密切接触者", "close"),
    "secondary": Text("密接的密接", "secondary"),
    "general": Text("一般接触者", "general"),
}

SETTING: Final[Mapping[str, Text]] = {
    "household": Text("家庭", "household"),
    "workplace": Text("工作、学习", "work or school"),
    "aircraft": Text("飞机", "aircraft"),
    "train": Text("火车", "train"),
    "coach": Text("客车", "coach"),
    "ship": Text("轮船", "ship"),
    "venue": Text("场所", "venue"),
    "care": Text("医疗照护", "care"),
    "other": Text("其他", "other"),
}

NEARNESS: Final[Mapping[str, Text]] = {
    Nearness.HOUSEHOLD: Text("同住", "same home"),
    Nearness.ADJACENT: Text("邻座", "next seat"),
    Nearness.SAME_ROW: Text("同排", "same row"),
    Nearness.NEAR_ROWS: Text("前后数排", "rows nearby"),
    Nearness.SAME_COMPARTMENT: Text("同包厢", "same compartment"),
    Nearness.NEAR_BAYS: Text("同格或邻格", "same bay or the next"),
    Nearness.SAME_CABIN: Text("同舱室", "same cabin"),
    Nearness.CREW: Text("乘务服务", "crew and whom they served"),
    Nearness.SAME_PREMISES: Text("同一场所工作", "same premises"),
    Nearness.SAME_PLACE: Text("同时在场", "same place and time"),
    Nearness.SAME_CARRIAGE: Text("同车厢", "same carriage"),
    Nearness.ABOARD: Text("同乘", "aboard"),
    Nearness.SEAT_UNKNOWN: Text("座位不详", "seat unknown"),
    Nearness.REUSED_SEAT: Text("其后同座", "the seat afterwards"),
    Nearness.SAME_CELL: Text("同一 800 米网格", "same square of 800 m"),
}

CERTAINTY: Final[Mapping[str, Text]] = {
    Certainty.KNOWN: Text("有据", "known"),
    Certainty.TIME_ASSUMED: Text("时刻系推定", "a time is assumed"),
    Certainty.SEAT_UNKNOWN: Text("座位待核", "seat to be asked for"),
    Certainty.POSITION_ROUGH: Text("位置粗略", "a position is rough"),
}
