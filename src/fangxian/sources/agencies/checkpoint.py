"""People registered at road checkpoints and station exits."""

from datetime import timedelta

from fangxian.facts import CheckpointPass, Text
from fangxian.sources.cells import Number, Plain
from fangxian.sources.places import Region
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Instant

passed_at = Instant("通过时间")

checkpoint = Source(
    name="checkpoint",
    agency=Text("公安交警卡口", "police checkpoints"),
    format=Format.CSV_GB18030,
    record=("登记编号",),
    cadence=Cadence(every=timedelta(hours=6), late_after=timedelta(days=1)),
    facts=(
        yields(
            CheckpointPass,
            from_at=passed_at,
            region_code=Region("卡口所在地代码", on=passed_at),
            checkpoint_id=Plain("卡口编号"),
            came_from_region_code=Region("来源地代码", on=passed_at, optional=True),
            temperature_c=Number("额温", optional=True),
        ),
    ),
    unread=("姓名",),
    quirks=(Text("由纸质登记补录，常有错号和迟报。", "Typed in from paper: wrong ids and late rows are common."),),
)
