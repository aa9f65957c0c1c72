"""Who works or studies where, as firms and schools report it."""

from datetime import timedelta

from fangxian.facts import Text, Workplace
from fangxian.sources.cells import Plain
from fangxian.sources.places import Region
from fangxian.sources.source import REPORTED, Cadence, Format, Source, yields
from fangxian.sources.times import EndOfDay, StartOfDay

organisation = Source(
    name="organisation",
    agency=Text("企业、学校", "firms and schools"),
    format=Format.EXCEL,
    record=("登记编号",),
    cadence=Cadence(every=timedelta(days=7)),
    facts=(
        yields(
            Workplace,
            from_at=StartOfDay("入职日期"),
            until_at=EndOfDay("离职日期", optional=True, may_be_future=True),
            organisation_id=Plain("统一社会信用代码"),
            premises_id=Plain("场所编号", optional=True),
            region_code=Region("所在地代码", on=REPORTED),
        ),
    ),
    unread=("姓名",),
    quirks=(Text("所在地代码按上报之日核对，而非入职之日。", "所在地代码 is checked for the day of the report, not of joining."),),
)
