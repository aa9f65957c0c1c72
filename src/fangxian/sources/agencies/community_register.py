"""Who lives where, as streets and communities register it."""

from datetime import timedelta

from fangxian.facts import Household, Residence, Text
from fangxian.sources.cells import Plain
from fangxian.sources.places import Region
from fangxian.sources.source import REPORTED, Cadence, Format, Source, yields
from fangxian.sources.times import EndOfDay, StartOfDay

moved_in = StartOfDay("入住日期")
moved_out = EndOfDay("迁出日期", optional=True, may_be_future=True)

community_register = Source(
    name="community-register",
    agency=Text("街道社区", "streets and communities"),
    format=Format.EXCEL,
    record=("登记编号",),
    cadence=Cadence(every=timedelta(days=7)),
    facts=(
        yields(
            Residence,
            from_at=moved_in,
            until_at=moved_out,
            region_code=Region("居住地代码", on=REPORTED),
            street_code=Plain("街道代码", optional=True),
            grid_code=Plain("网格编号", optional=True),
        ),
        yields(Household, when="户编号", from_at=moved_in, until_at=moved_out, household_id=Plain("户编号", optional=True)),
    ),
    unread=("姓名",),
    quirks=(
        Text("居住地代码按上报之日核对，而非入住之日。", "居住地代码 is checked for the day of the report, not of moving in."),
        Text(
            "Excel 把证件号码当作数值时末位会变成 0，校验位不符，该行隔离。",
            "Where Excel took an id for a number its end is spoilt: the row is refused.",
        ),
    ),
)
