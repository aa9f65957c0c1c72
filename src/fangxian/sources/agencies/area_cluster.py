"""Cluster outbreaks."""

from datetime import timedelta

from fangxian.facts import AreaCluster, Text
from fangxian.sources.cells import Count, Word
from fangxian.sources.places import Region
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Instant

last_case_at = Instant("末例确诊时间")

area_cluster = Source(
    name="area-cluster",
    agency=Text("疾控中心", "centres for disease control"),
    format=Format.CSV,
    record=("事件编号",),
    cadence=Cadence(every=timedelta(days=1), late_after=timedelta(days=3)),
    facts=(
        yields(
            AreaCluster,
            region_code=Region("地区代码", on=last_case_at),
            from_at=last_case_at,
            setting=Word(
                "场所类别",
                words={"家庭": "household", "工作": "workplace", "场所": "venue", "医疗": "care", "其他": "other"},
            ),
            cases=Count("病例数"),
        ),
    ),
    quirks=(Text("少于 2 例的事件不是聚集性疫情，该行隔离。", "An event of fewer than 2 cases is no cluster, and is refused."),),
)
