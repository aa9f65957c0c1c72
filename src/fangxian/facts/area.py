"""What is said about an area: its cases, its clusters, and the level that rules gave it."""

from fangxian.facts.fact import INSTANT, AreaFact, Promise, Retention, column
from fangxian.facts.text import Text


class AreaCases(AreaFact):
    """An area's case counts to the end of a local day, as published. A later report of the same day replaces an earlier one."""

    title = Text("区域病例", "cases of an area")
    meaning = Text(
        "某地截至当日 24 时的病例数（以公布为准）。同一日的后一份报告取代前一份。",
        "An area's case counts to the end of a local day, as published.",
    )
    retention = Retention.PUBLIC

    from_at = column(INSTANT, "The end of the day that the counts are for.", "统计截止时刻（当日 24 时）。")
    reported_on = column("date", "The local day the counts are for.", "统计日期。")
    confirmed_total = column("int64", "Confirmed cases since the beginning.", "累计确诊。", unit="cases")
    suspected_total = column("int64", "Suspected cases.", "疑似病例。", optional=True, unit="cases")
    cured_total = column("int64", "Cured since the beginning.", "累计治愈。", optional=True, unit="cases")
    dead_total = column("int64", "Dead since the beginning.", "累计死亡。", optional=True, unit="cases")
    local_total = column("int64", "Confirmed cases infected locally.", "其中本地病例。", optional=True, unit="cases")
    population = column("int64", "Residents that the counts refer to.", "常住人口。", optional=True, unit="persons")
    tested_total = column("int64", "People tested since the beginning.", "累计检测人数。", optional=True, unit="persons")


class AreaCluster(AreaFact):
    """A cluster outbreak: two or more confirmed cases within 14 days in one small setting."""

    title = Text("聚集性疫情", "cluster outbreak")
    meaning = Text(
        "14 天内在小范围（家庭、工地、单元楼）出现 2 例及以上确诊病例。",
        "Two or more confirmed cases within 14 days in one small setting.",
    )
    retention = Retention.PUBLIC

    from_at = column(INSTANT, "When its latest case was confirmed.", "末例确诊时刻。")
    setting = column("string", "Kind of place.", "场所类别。", one_of=("household", "workplace", "venue", "care", "other"))
    cases = column("int64", "Confirmed cases in it.", "确诊病例数。", unit="cases", between=(2, 1_000_000))


class AreaLevel(AreaFact):
    """The level that an area rule gave an area for a time: an answer that other rules read as a fact.

    A listed area (an authority's list of key areas) is a level too, of scheme `listed`.
    """

    title = Text("区域等级", "level of an area")
    meaning = Text(
        "区域规则对某地在某段时间给出的等级，供健康码规则引用。主管部门的重点地区名单也是等级，方案为 `listed`。",
        "The level that an area rule gave an area for a time.",
    )
    retention = Retention.PUBLIC
    promises = (Promise(Text("方案非空", "the scheme is named"), lambda t: t.scheme != ""),)

    from_at = column(INSTANT, "Since when.", "自何时起。")
    until_at = column(INSTANT, "Until when; empty while it lasts.", "至何时止；尚未终止时为空。", optional=True)
    scheme = column(
        "string",
        "Which area rule: listed, cn-2020-02, zhejiang-five-colour, ecdc-2021.",
        "所依据的方案：listed、cn-2020-02、zhejiang-five-colour、ecdc-2021。",
    )
    level = column("string", "The level in the scheme's own words.", "等级，用该方案自己的词。")
