"""What an authority publishes so that people can find out for themselves whether it concerns them; it names nobody."""

from fangxian.facts.fact import INSTANT, AreaFact, Promise, Retention, column
from fangxian.facts.text import Text


class PublishedTrip(AreaFact):
    """An authority published that a case was on a run. It names neither a case nor how many there were.

    The area is the one whose authority published it.
    """

    title = Text("公布的同程信息", "published trip")
    meaning = Text(
        "主管部门公布：某班次上有病例，供同程人员自查。不指明病例，也不载人数。所属地区为公布部门所在地区。",
        "An authority published that a case was on a run.",
    )
    retention = Retention.PUBLIC
    promises = (Promise(Text("载明来源", "the source is named"), lambda t: t.reference != ""),)

    from_at = column(INSTANT, "The start of the day that the run is listed under.", "班次所属日期的零时。")
    travelled_on = column("date", "The day that the run is listed under.", "班次所属日期。")
    mode = column("string", "Kind of vehicle.", "交通方式。", one_of=("aircraft", "train", "coach", "ship", "metro"))
    number = column("string", "Run number, normalised: BA27, G7349.", "班次号（规范写法）。")
    carriage = column("string", "Carriages, as published.", "车厢，照公布。", optional=True)
    seats = column("string", "Seats, as published.", "座位，照公布。", optional=True)
    route = column("string", "From where to where, as published.", "区间（起讫地），照公布。", optional=True)
    reference = column("string", "Where it was published.", "公布于何处。")
