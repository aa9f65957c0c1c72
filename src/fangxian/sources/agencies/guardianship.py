"""Who shows and looks after another's code."""

from datetime import timedelta

from fangxian.facts import Guardianship, Text
from fangxian.sources.cells import Word
from fangxian.sources.people import Person
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import EndOfDay, StartOfDay

guardianship = Source(
    name="guardianship",
    agency=Text("健康码平台", "health-code platform"),
    format=Format.JSON_LINES,
    record=("登记编号",),
    cadence=Cadence(every=timedelta(days=1)),
    facts=(
        yields(
            Guardianship,
            from_at=StartOfDay("开始日期", may_be_future=True),
            until_at=EndOfDay("结束日期", optional=True, may_be_future=True),
            guardian_person_id=Person("代办人证件号码", "代办人证件类型"),
            relation=Word("关系", words={"父母": "parent", "子女": "child", "配偶": "spouse", "其他": "other"}),
        ),
    ),
    quirks=(Text("“关系”是代办人对被代办人的身份。", "关系 says what the guardian is to the person."),),
)
