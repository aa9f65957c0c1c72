"""The conditions of the rules, one small function each."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

from oracle.life import Found, Life, Row, day_of, days_after, earliest, midnight

Condition = Callable[[Life], Iterator[Found]]
Listing = tuple[str, date, date | None]
"""An area's leading digits, the first day of its listing and the first day on which it is listed no more."""

CONFIRMED = ("confirmed", "clinically_confirmed")
FEVER = 37.3


def next_of(rows: Sequence[Row], *, column: str, words: Sequence[str], since: datetime) -> datetime | None:
    """Return when the first row with one of the words came, at or after an instant."""
    return earliest(*(row["from_at"] for row in rows if row[column] in words and row["from_at"] >= since))


def is_abnormal(report: Row) -> bool:
    """Whether a person's own report tells of a symptom or a fever."""
    return report["symptoms"] != "" or (report["temperature_c"] is not None and report["temperature_c"] >= FEVER)


def after_check_ins(life: Life, *, since: datetime | None, needed: int) -> datetime | None:
    """Return the check-in that makes `needed` normal days in a row, counted from the day after `since`."""
    days: dict[date, list[Row]] = {}
    for report in life.standing("check_in"):
        days.setdefault(day_of(report["from_at"]), []).append(report)
    if since is None or not days:
        return None
    in_a_row, day = 0, day_of(since) + timedelta(days=1)
    while day <= max(days):
        reports = days.get(day, [])
        in_a_row = in_a_row + 1 if reports and not any(is_abnormal(report) for report in reports) else 0
        if in_a_row == needed:
            return min(report["from_at"] for report in reports)
        day += timedelta(days=1)
    return None


def case(
    life: Life, *, begins: Sequence[str], ends: Sequence[str], more_days: int | None = None, at_once: Sequence[str] = ()
) -> Iterator[Found]:
    """A course of illness: from a word that begins it to one that ends it, perhaps days later, or at once by another."""
    steps = life.standing("diagnosis")
    for step in steps:
        if step["status"] in begins:
            end = next_of(steps, column="status", words=ends, since=step["from_at"])
            if end is not None and more_days is not None:
                end = days_after(end, more_days)
            sudden = next_of(steps, column="status", words=at_once, since=step["from_at"])
            yield Found(step["from_at"], earliest(end, sudden), (step["fact_id"],))


def excluded_fevers(life: Life) -> Iterator[tuple[Row, datetime | None]]:
    """Each fever seen at a clinic, and when a doctor excluded it."""
    findings = life.standing("doctor_confirmation")
    for visit in life.standing("fever_clinic_visit"):
        if visit["outcome"] == "fever":
            yield visit, next_of(findings, column="finding", words=("healthy", "fever_excluded"), since=visit["from_at"])


def fever_patient(life: Life) -> Iterator[Found]:
    """Hubei: until 14 days after a doctor excluded it, or until it has become a case."""
    steps = life.standing("diagnosis")
    for visit, excluded in excluded_fevers(life):
        became = next_of(steps, column="status", words=("suspected", *CONFIRMED), since=visit["from_at"])
        yield Found(visit["from_at"], earliest(days_after(excluded, 14) if excluded else None, became), (visit["fact_id"],))


def recovered(life: Life) -> Iterator[Found]:
    """Hubei: 14 to 28 days after a discharge, or after an exclusion of a case or a fever."""
    courses = [(f.because[0], f.until_at) for f in case(life, begins=("suspected", *CONFIRMED), ends=("discharged", "excluded"))]
    courses += [(visit["fact_id"], excluded) for visit, excluded in excluded_fevers(life)]
    for fact_id, ended in courses:
        if ended is not None:
            yield Found(days_after(ended, 14), days_after(ended, 28), (fact_id,))


def measure(life: Life, *, kind: str, days: int | None = None) -> Iterator[Found]:
    """Isolation or observation until release, or until days have passed."""
    steps = life.standing("medical_measure")
    for step in steps:
        if step["kind"] == kind:
            released = next_of(steps, column="kind", words=("released",), since=step["from_at"])
            over = days_after(step["from_at"], days) if days is not None else None
            yield Found(step["from_at"], earliest(released, over), (step["fact_id"],))


def close_exposures(life: Life) -> Iterator[tuple[Row, datetime]]:
    """Each close contact and when it was last."""
    for row in life.standing("exposure"):
        if row["contact_class"] == "close":
            yield row, row["until_at"] if row["until_at"] is not None else row["from_at"]


def contact_until_check_ins(life: Life) -> Iterator[Found]:
    """Hangzhou: 14 check-ins in a row after the last contact."""
    for row, last in close_exposures(life):
        yield Found(row["from_at"], after_check_ins(life, since=last, needed=14), (row["fact_id"],))


def contact_for_14_days(life: Life) -> Iterator[Found]:
    """The nation: 14 days after the last contact."""
    for row, last in close_exposures(life):
        yield Found(row["from_at"], days_after(last, 14), (row["fact_id"],))


def contact_for_14_days_without_symptoms(life: Life) -> Iterator[Found]:
    """Hubei: 14 days after the last contact; each symptom reported before the end starts them anew."""
    reports = [r for kind in ("health_declaration", "check_in") for r in life.standing(kind) if is_abnormal(r)]
    for row, last in close_exposures(life):
        end = days_after(last, 14)
        for at in sorted(r["from_at"] for r in reports if r["from_at"] > last):
            if at < end:
                end = days_after(at, 14)
        yield Found(row["from_at"], end, (row["fact_id"],))


def declared_contact(life: Life) -> Iterator[Found]:
    """Hangzhou: the person says to have been in contact."""
    for row in life.standing("health_declaration"):
        if row["contacted_case"] == "yes":
            yield Found(row["from_at"], after_check_ins(life, since=row["from_at"], needed=14), (row["fact_id"],))


def symptoms(life: Life) -> Iterator[Found]:
    """Hangzhou: an abnormal declaration or check-in, until 7 check-ins in a row."""
    for kind in ("health_declaration", "check_in"):
        for row in life.standing(kind):
            if is_abnormal(row):
                yield Found(row["from_at"], after_check_ins(life, since=row["from_at"], needed=7), (row["fact_id"],))


def places(life: Life) -> Iterator[tuple[str, datetime, datetime | None, int]]:
    """Where a person was: code, from when, until when (None: still there), which fact."""
    for row in life.standing("region_stay"):
        yield row["region_code"], row["from_at"], row["until_at"], row["fact_id"]
    for row in life.standing("trip"):
        yield row["from_region_code"], row["from_at"], row["from_at"], row["fact_id"]
    for row in life.standing("checkpoint_pass"):
        if row["came_from_region_code"] is not None:
            yield row["came_from_region_code"], row["from_at"], row["from_at"], row["fact_id"]


def common(began: datetime, ended: datetime | None, since: datetime, until: datetime | None) -> tuple[datetime, datetime | None] | None:
    """Return the time that a presence and a span share, or None where they share none at all."""
    start, end = max(began, since), earliest(ended, until)
    if ended is not None and began == ended:
        return (began, ended) if since <= began and (until is None or began < until) else None
    return (start, end) if end is None or start < end else None


def listed(life: Life, listing: Listing) -> Iterator[tuple[datetime, datetime | None, int]]:
    """When a person was in a listed area while it was listed, and by which fact."""
    digits, since, until = listing
    for code, began, ended, fact_id in places(life):
        shared = common(began, ended, midnight(since), midnight(until) if until else None)
        if code.startswith(digits) and shared:
            yield *shared, fact_id


def from_area_until_check_ins(life: Life, *, listing: Listing, needed: int) -> Iterator[Found]:
    """Check-ins in a row after leaving a listed area."""
    for start, end, fact_id in listed(life, listing):
        yield Found(start, after_check_ins(life, since=end, needed=needed), (fact_id,))


def from_area_for_14_days(life: Life, *, listing: Listing) -> Iterator[Found]:
    """14 days after leaving a listed area."""
    for start, end, fact_id in listed(life, listing):
        yield Found(start, days_after(end, 14) if end else None, (fact_id,))


def an_hour_in_area_at(life: Life, *, level: str) -> Iterator[Found]:
    """An hour or more in an area at a level of the rule of February 2020, until 14 days after leaving."""
    hour = timedelta(hours=1)
    for area in life.standing("area_level"):
        for code, began, ended, fact_id in places(life):
            shared = common(began, ended, area["from_at"], area["until_at"])
            if (area["scheme"], area["level"], area["region_code"]) != ("cn-2020-02", level, code) or not shared:
                continue
            start, end = shared
            if end is None or end - start >= hour:
                yield Found(start + hour, days_after(end, 14) if end else None, (fact_id, area["fact_id"]))


def fever_at_gate(life: Life) -> Iterator[Found]:
    """A reading of 37.3 °C or more, until a lower one on a later day, at most 14 days."""
    readings = life.standing("temperature_reading")
    for row in readings:
        if row["temperature_c"] >= FEVER:
            tomorrow = days_after(row["from_at"], 1)
            normal = earliest(*(r["from_at"] for r in readings if r["temperature_c"] < FEVER and r["from_at"] >= tomorrow))
            yield Found(row["from_at"], earliest(normal, days_after(row["from_at"], 14)), (row["fact_id"],))


def record_expired(life: Life) -> Iterator[Found]:
    """Hubei: 7 days after the day of a record have passed without a temperature, until there is one."""
    records = [
        (row["from_at"], row["fact_id"], kind, row["temperature_c"])
        for kind in ("health_declaration", "check_in", "temperature_reading")
        for row in life.standing(kind)
        if kind == "health_declaration" or row["temperature_c"] is not None
    ]
    records.sort(key=lambda record: record[:2])
    for number, (at, fact_id, _, _) in enumerate(records):
        expires = days_after(at, 8)
        renewed = next((later[0] for later in records[number + 1 :] if later[3] is not None), None)
        if renewed is None or renewed > expires:
            yield Found(expires, renewed, (fact_id,))


def citable(life: Life, entry: Row) -> Iterator[tuple[datetime, datetime, datetime | None]]:
    """What an entry cites, if it stands: when it began, what the 28 days count from, and when it ended by itself."""
    cited, kind = entry["cites_fact_id"], entry["cites_fact_type"]
    if kind == "diagnosis":
        begins = ("suspected", "asymptomatic", *CONFIRMED)
        for found in case(life, begins=begins, ends=("discharged", "excluded")):
            if found.because == (cited,):
                yield found.from_at, found.from_at, found.until_at
    if kind == "exposure":
        for row, last in close_exposures(life):
            if row["fact_id"] == cited:
                yield row["from_at"], last, None
    if kind == "region_stay" and cited in [row["fact_id"] for row in life.standing("region_stay")]:
        for start, end, fact_id in listed(life, ("42", date(2020, 1, 23), None)):
            if fact_id == cited:
                yield start, end or start, None


def on_control_list(life: Life) -> Iterator[Found]:
    """Listed, with a standing case, close contact or stay in Hubei cited; until removed, at most 28 days."""
    entries = life.standing("control_list_entry")
    for entry in entries:
        if entry["action"] == "listed" and entry["cites_fact_id"] is not None:
            removed = next_of(entries, column="action", words=("removed",), since=entry["from_at"])
            for began, counts_from, ended in citable(life, entry):
                until = earliest(removed, ended, days_after(counts_from, 28))
                yield Found(max(entry["from_at"], began), until, (entry["fact_id"], entry["cites_fact_id"]))


def said_elsewhere(life: Life, *, classes: Sequence[str]) -> Iterator[Found]:
    """Another region's statement of one of the classes, until it ends, the region says something else, or 14 days have passed."""
    said = life.standing("recognised_code")
    for row in said:
        if row["reason_class"] in classes:
            later = [r["from_at"] for r in said if r["region_code"] == row["region_code"] and r["from_at"] > row["from_at"]]
            yield Found(row["from_at"], earliest(row["until_at"], *later, days_after(row["from_at"], 14)), (row["fact_id"],))
