"""The public data set of flights, trains and ships of cases in Hong Kong (Department of Health)."""

from datetime import timedelta

from fangxian.facts import PublishedTrip, Text
from fangxian.sources.cells import Constant, FirstWord, Plain, RunNumber
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Day, StartOfDay

_RUN, _DAY, _ROUTE, _SEATS = "Flight/Train/Ship number", "Date of travel", "Departure & arrival", "Seat Number (if known)"

hong_kong_trips = Source(
    name="hong-kong-trips",
    agency=Text("公开数据集", "public data set"),
    format=Format.CSV,
    record=(_RUN, _DAY, _ROUTE, _SEATS, "Related probable/confirmed cases"),
    cadence=Cadence(every=timedelta(days=1)),
    facts=(
        yields(
            PublishedTrip,
            region_code=Constant("810000"),
            from_at=StartOfDay(_DAY, day_first=True),
            travelled_on=Day(_DAY, day_first=True),
            mode=FirstWord(_RUN, words={"Flight": "aircraft", "Fight": "aircraft", "Train": "train", "Ship": "ship"}),
            number=RunNumber(_RUN),
            seats=Plain(_SEATS, optional=True),
            route=Plain(_ROUTE, optional=True),
            reference=Constant("https://data.gov.hk"),
        ),
    ),
    quirks=(
        Text(
            "一班有多种写法（BA27、BA027、BA0027），并有“Fight”之误，均归为一班。",
            "One flight is spelt in ways (BA27, BA027, BA0027, “Fight”), which are one.",
        ),
        Text(
            "出租车与邮轮没有班次，入隔离区；病例编号只用于区分各行，不保存。",
            "Taxis and a cruise ship have no number and go to quarantine; case numbers tell rows apart and are not kept.",
        ),
    ),
)
