"""Where a person was: stays, trips, checkpoints and gates."""

from datetime import timedelta

from fangxian.facts.fact import INSTANT, PersonFact, Promise, Retention, column
from fangxian.facts.text import Text


class RegionStay(PersonFact):
    """A person stayed in an area, as an operator's roaming record, a register or the person says.

    The national travel card counts places where a phone stayed more than four hours; the length is kept as the interval.
    """

    title = Text("停留", "stay in an area")
    meaning = Text(
        "某人在某行政区域停留过（漫游记录、登记或本人申报）。通信行程卡只计停留超过 4 小时的地方；此处以起止时刻表示停留多久。",
        "A person stayed in an area, by an operator's roaming record, a register or the person's own word.",
    )
    retention = Retention.MOVEMENT

    from_at = column(INSTANT, "When the stay began.", "停留开始时刻。")
    until_at = column(INSTANT, "When the person left; empty while there.", "离开时刻；仍在当地时为空。", optional=True)
    region_code = column("string", "Where: county, or prefecture where the record is no finer.", "停留地代码（县级，或仅到地级）。")
    basis = column("string", "How it is known.", "依据。", one_of=("roaming", "declared", "registered"))


class Trip(PersonFact):
    """A person travelled on one vehicle from one place to another."""

    title = Text("行程", "trip")
    meaning = Text("某人乘某一交通工具由一地到另一地。", "A person travelled on one vehicle from one place to another.")
    retention = Retention.MOVEMENT
    meets_by = "number"
    stays_at_most = timedelta(days=3)

    from_at = column(INSTANT, "Departure, or the start of the day where no time is known.", "出发时刻；不知时刻则为当日零时。")
    until_at = column(INSTANT, "Arrival; empty where it is not known.", "到达时刻；不详时为空。", optional=True)
    mode = column(
        "string",
        "Kind of vehicle.",
        "交通方式。",
        one_of=("aircraft", "train", "coach", "ship", "metro", "taxi", "private_car"),
    )
    number = column(
        "string", "Run number (flight, train or line), normalised: BA27, G7349.", "班次号（航班号、车次或线路，规范写法）。", optional=True
    )
    travelled_on = column("date", "The day the run is listed under.", "班次所属日期。")
    carriage = column("string", "Carriage or cabin.", "车厢（舱）号。", optional=True)
    seat = column("string", "Seat or berth.", "座位（铺位）号。", optional=True)
    from_region_code = column("string", "Where the person boarded.", "上车（登机）地代码。")
    to_region_code = column("string", "Where the person got off.", "下车（到达）地代码。")


class CrewDuty(PersonFact):
    """A person was on duty aboard one run of a vehicle, and served all of it or one zone."""

    title = Text("乘务值班", "duty aboard")
    meaning = Text("某人在某一班次上值乘，服务全部或其中一个区域。", "A person was on duty aboard one run of a vehicle.")
    retention = Retention.MOVEMENT
    meets_by = "number"
    stays_at_most = timedelta(days=3)
    promises = (
        Promise(
            Text("首排不大于末排", "the first row is not behind the last"),
            lambda t: t.first_row.isnull() | t.last_row.isnull() | (t.first_row <= t.last_row),
        ),
    )

    from_at = column(INSTANT, "When the duty began, or the start of the day where no time is known.", "值乘开始；不知时刻则为当日零时。")
    until_at = column(INSTANT, "When it ended; empty where it is not known.", "值乘结束；不详时为空。", optional=True)
    mode = column("string", "Kind of vehicle.", "交通方式。", one_of=("aircraft", "train", "coach", "ship"))
    number = column("string", "Run number (flight, train or line), normalised: BA27, G7349.", "班次号（航班号、车次或线路，规范写法）。")
    travelled_on = column("date", "The day the run is listed under.", "班次所属日期。")
    carriage = column(
        "string", "The carriage or cabin that was served; empty where no zone is known.", "所服务的车厢（舱）；不详时为空。", optional=True
    )
    first_row = column("int64", "The first row that was served.", "所服务的首排。", optional=True)
    last_row = column("int64", "The last row that was served.", "所服务的末排。", optional=True)


class CellPresence(PersonFact):
    """A person's phone was in one square of 800 m, as an operator computed it. Only a rule that nobody uses by default reads it.

    A stay is no longer than a day: a longer one is several. Fourteen days is how far back the one rule looks that reads it.
    """

    title = Text("网格停留", "phone in a square of 800 m")
    meaning = Text(
        "某人的手机在某 800 米×800 米网格内停留（运营商推算）。默认没有规则读取。",
        "A person's phone was in one square of 800 m, as an operator computed it; no rule in use reads it.",
    )
    retention = Retention.MOVEMENT
    meets_by = "cell_id"
    stays_at_most = timedelta(days=14)

    from_at = column(INSTANT, "When the phone came.", "进入时刻。")
    until_at = column(INSTANT, "When it left.", "离开时刻。")
    cell_id = column("string", "Which square: the operator's own number, the same for everybody.", "网格编号（运营商自编，对所有人一致）。")


class CheckpointPass(PersonFact):
    """A person was registered at a road checkpoint or a station exit."""

    title = Text("卡口登记", "checkpoint pass")
    meaning = Text("某人在公路卡口或车站出口被登记。", "A person was registered at a road checkpoint or a station exit.")
    retention = Retention.MOVEMENT

    from_at = column(INSTANT, "When the person passed.", "通过时刻。")
    region_code = column("string", "County of the checkpoint.", "卡口所在县级代码。")
    checkpoint_id = column("string", "Which checkpoint.", "卡口编号。")
    came_from_region_code = column("string", "Where the person said to come from.", "自述来源地代码。", optional=True)
    temperature_c = column("float64", "Forehead temperature taken there.", "额温。", optional=True, unit="°C", between=(30.0, 45.0))


class GateVisit(PersonFact):
    """A person's code was scanned at the gate of a place."""

    title = Text("门岗扫码", "gate visit")
    meaning = Text("某人的健康码在某场所门岗被扫描。", "A person's code was scanned at the gate of a place.")
    retention = Retention.MOVEMENT
    meets_by = "place_id"
    stays_at_most = timedelta(hours=2)
    promises = (
        Promise(
            Text("被拒绝的到访没有离开时刻", "a refused visit has no end"),
            lambda t: (t.outcome != "refused") | t.until_at.isnull(),
        ),
    )

    from_at = column(INSTANT, "When the code was scanned.", "扫码时刻。")
    until_at = column(INSTANT, "When the person left; empty where no exit is kept.", "离开时刻；不记录离场时为空。", optional=True)
    region_code = column("string", "County of the place.", "场所所在县级代码。")
    place_id = column("string", "Which place.", "场所编号。")
    outcome = column("string", "What the gate did.", "门岗结果。", one_of=("passed", "refused", "emergency"))
