"""Declarations made on applying for a health code."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from fangxian.facts import Consent, Enrolment, HealthDeclaration, RegionStay, Text
from fangxian.sources import spelling
from fangxian.sources.agencies.words import NATIONALITIES, SYMPTOMS
from fangxian.sources.cells import Cell, Constant, Number, Word, Words
from fangxian.sources.people import DocumentKind
from fangxian.sources.places import Region
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import EndOfDay, Instant, StartOfDay

KEY_AREA = "42"
DAYS_ASKED_ABOUT = 14


@dataclass(frozen=True)
class SaysKeyArea(Cell):
    """Whether the listed stays touch the key area that the form of February 2020 asked about, Hubei, in the last 14 days."""

    kind: ClassVar[Text] = Text("JSON 数组；另判 14 天内是否到过湖北", "JSON list; also tells whether in Hubei in the last 14 days")
    declared: Instant = field(kw_only=True)

    def value(self) -> str:
        """Return true, or false where nothing is listed."""
        left = spelling.day("json_extract_string(stay, '$.\"离开日期\"')")
        since = f"{spelling.local_day(self.declared.value())} - {DAYS_ASKED_ABOUT}"
        in_area = f"starts_with(json_extract_string(stay, '$.\"地区代码\"'), '{KEY_AREA}') AND coalesce({left} >= {since}, true)"
        stays = f"CAST(json_extract({self.text}, '$[*]') AS JSON[])"
        return f"(CASE WHEN {spelling.is_list(self.text)} THEN len(list_filter({stays}, lambda stay: {in_area})) > 0 ELSE false END)"


declared_at = Instant("申报时间")
arrived_on = StartOfDay("旅居史.到达日期")

health_declaration = Source(
    name="health-declaration",
    agency=Text("健康码平台", "health-code platform"),
    format=Format.JSON_LINES,
    record=("申报编号",),
    cadence=Cadence(every=timedelta(hours=1), late_after=timedelta(days=1)),
    facts=(
        yields(
            Enrolment,
            from_at=declared_at,
            region_code=Region("申领地代码", on=declared_at),
            id_type=DocumentKind(),
            nationality=Word("国籍", words=NATIONALITIES, optional=True),
        ),
        yields(
            HealthDeclaration,
            from_at=declared_at,
            temperature_c=Number("体温", optional=True),
            symptoms=Words("症状", words=SYMPTOMS, optional=True),
            contacted_case=Word("接触病例", words={"1": "yes", "是": "yes", "2": "no", "否": "no", "3": "unsure", "不确定": "unsure"}),
            stayed_in_key_area=SaysKeyArea("旅居史", optional=True, declared=declared_at),
        ),
        yields(Consent, from_at=declared_at, purpose=Constant("health_code")),
        yields(
            RegionStay,
            each="旅居史",
            from_at=arrived_on,
            until_at=EndOfDay("旅居史.离开日期", optional=True, may_be_future=True),
            region_code=Region("旅居史.地区代码", on=arrived_on),
            basis=Constant("declared"),
        ),
    ),
    unread=("姓名", "手机号"),
    quirks=(
        Text(
            "一行给出登记（无后缀）、申报（#2）、同意（#3）和各段旅居（#4 起）；引用申报须写 `health-declaration:<申报编号>#2`。",
            "A row gives an enrolment (no suffix), a declaration (#2), a consent (#3) and its stays (from #4 on): to cite the declaration, "
            "write `health-declaration:<申报编号>#2`.",
        ),
        Text(
            "是否到过重点地区由旅居史推得：2020 年 2 月的表格所问为湖北（代码 42 开头），14 天内。",
            "Whether somebody says to have been in a key area follows from 旅居史: the form of February 2020 asked about Hubei (codes "
            "that begin with 42) in the last 14 days.",
        ),
        Text("旅居史中一段有误，则全行隔离。", "One wrong stay in 旅居史 refuses the whole row."),
        Text("离开当日算作仍在当地。", "On the day of leaving a person counts as there."),
    ),
)
