"""What the parameters of the rules are called in the rule books, with their units; every parameter is named here."""

from typing import Final

from fangxian.facts import Text

PARAMETERS: Final = {
    "areas": Text("地区及其列入期间", "areas, and while they are listed"),
    "bands": Text("发病率与阳性率分档", "bands of rate and positivity"),
    "bays": Text("前后各几格内为密切接触（格）", "bays before and after that are close"),
    "cases": Text("至少几例（例）", "at least so many cases"),
    "check_ins": Text("连续正常打卡（天）", "normal check-ins in a row (days)"),
    "classes": Text("计入的原因类别", "classes of reasons that count"),
    "close_minutes": Text("同处多久为密切接触（分钟，及以上）", "together for so long is close (minutes, or more)"),
    "cluster_days": Text("聚集性疫情计入时间（天）", "time for which a cluster counts (days)"),
    "days": Text("期限（天）", "period (days)"),
    "days_after": Text("发病日后最长计入（天）", "counted at most so long after onset (days)"),
    "days_before": Text("发病（采样、诊断）日前计入（天）", "counted before the day of onset, sample or diagnosis (days)"),
    "dwell_days": Text("累计停留统计期（天）", "time over which stays are summed (days)"),
    "dwell_hours": Text("累计停留超过（小时）", "stays summed, more than (hours)"),
    "distribution": Text("分布", "distribution"),
    "fever_line_c": Text("判为发热的腋温（°C，及以上）", "axillary temperature taken as fever (°C, or more)"),
    "forehead_line_c": Text("判为发热的额温（°C，及以上）", "forehead temperature taken as fever (°C, or more)"),
    "hours_before": Text("向前看（小时）", "looked back (hours)"),
    "isolation_days": Text("隔离时间（天）", "isolation (days)"),
    "least_days": Text("最短潜伏期（天）", "shortest incubation (days)"),
    "least_tests_per_100k": Text("每 10 万人检测人数下限（人）", "fewest tests per 100,000 people"),
    "level": Text("区域等级", "level of the area"),
    "level_from_points": Text("分值（及以上）→ 等级", "points (so many or more) → level"),
    "local_share_when_unknown": Text("本地病例占比不详时的取值", "share of local cases where it is not known"),
    "many_cases": Text("累计确诊病例数界限（例）", "limit of cumulative confirmed cases"),
    "mean_days": Text("均值（天）", "mean (days)"),
    "minimum_hours": Text("最短停留（小时）", "shortest stay (hours)"),
    "minutes": Text("前后相隔（分钟）", "apart at most (minutes)"),
    "most_days": Text("最长潜伏期（天）", "longest incubation (days)"),
    "most_people": Text("在场人数不超过此数为密切接触（人）", "close where at most so many people were there"),
    "observation_days": Text("观察时间（天）", "observation (days)"),
    "points_for_all_local": Text("全部为本地病例的分值", "points where every case is local"),
    "points_for_clusters": Text("聚集性疫情分值", "points for clusters"),
    "points_from_cases": Text("累计确诊病例数（例，及以上）→ 分值", "cumulative confirmed cases (so many or more) → points"),
    "quiet_days": Text("连续无新增确诊病例（天）", "days in a row without a new confirmed case"),
    "rate_days": Text("发病率统计期（天）", "time over which cases are counted (days)"),
    "reported_fever_c": Text(
        "申报或打卡中判为发热的腋温（°C，及以上）", "axillary temperature taken as fever in a declaration or check-in (°C, or more)"
    ),
    "rows": Text("前后各几排（排）", "rows before and behind"),
    "scheme": Text("所依据的区域规则", "area rule relied on"),
    "sd_days": Text("标准差（天）", "standard deviation (days)"),
    "sealed_letters": Text("视为全封闭空调列车的车次字母", "letters of trains that are taken to be sealed"),
    "seats": Text("各方向几个座位", "seats in any direction"),
    "stands_days": Text("等级最长保持（天）", "longest time that a level stands (days)"),
    "statuses": Text("成为病例的诊断", "diagnoses that make a case"),
    "stay_minutes": Text("未记录离场时假定停留（分钟）", "stay that is assumed where no leaving was kept (minutes)"),
    "step_downs": Text("下调规则", "steps down"),
    "testing_days": Text("检测统计期（天）", "time over which tests are counted (days)"),
    "together_minutes": Text("共同停留（分钟，及以上）", "together for so long (minutes, or more)"),
    "unseen_percent": Text("未知来源相当的发病率（%）", "attack rate that an unknown source is weighed by (%)"),
    "untold_percent": Text("口径未给发病率时（%）", "attack rate where the scheme has none (%)"),
    "valid_days": Text("健康记录有效期（天）", "time for which a record is valid (days)"),
}
KEYS: Final = {
    "after_days": Text("连续无新增（天）", "days without a new confirmed case"),
    "by": Text("下调（级）", "steps down"),
    "from": Text("适用等级", "from the levels"),
    "level": Text("等级", "level"),
    "positivity": Text("检测阳性率", "positive share of tests"),
    "rate": Text("每 10 万人新增（例）", "new cases per 100,000"),
}
"""The words inside parameters that are lists of entries."""
ENGLISH_NAMES: Final = {
    "310000": "Shanghai",
    "330000": "Zhejiang",
    "330300": "Wenzhou",
    "420000": "Hubei",
    "420100": "Wuhan",
}
"""What regions that policies name are called in English; the table of regions is in Chinese."""
GREEN_NEEDS: Final = {
    "declaration": Text("健康申报", "a health declaration"),
    "enrolment": Text("申领登记", "enrolment"),
}
