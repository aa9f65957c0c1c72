"""Which rule has which colour where, and from when: the tables of the published texts once more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from oracle import conditions as c

HUBEI: Final = ("42", date(2020, 1, 23), None)
WENZHOU: Final = ("3303", date(2020, 2, 2), date(2020, 2, 20))
DISCHARGED: Final = {"begins": c.CONFIRMED, "ends": ("discharged", "excluded")}
confirmed = partial(c.case, **DISCHARGED)
suspected = partial(c.case, begins=("suspected",), ends=("excluded", *c.CONFIRMED))


@dataclass(frozen=True)
class OraclePolicy:
    """A policy's first day, what a green code needs, and its rules with their colours."""

    since: date
    green_needs: str
    rules: Mapping[str, tuple[str, c.Condition]]


POLICIES: Final = {
    "hangzhou": OraclePolicy(
        date(2020, 2, 11),
        "enrolment",
        {
            "confirmed-case": ("red", confirmed),
            "suspected-case": ("red", suspected),
            "close-contact": ("red", c.contact_until_check_ins),
            "declared-contact": ("red", c.declared_contact),
            "came-from-key-area": ("red", partial(c.from_area_until_check_ins, listing=HUBEI, needed=14)),
            "came-from-watched-area": ("yellow", partial(c.from_area_until_check_ins, listing=WENZHOU, needed=7)),
            "symptoms-reported": ("yellow", c.symptoms),
            "central-isolation": ("red", partial(c.measure, kind="central")),
            "home-observation": ("yellow", partial(c.measure, kind="home")),
            "on-control-list": ("red", c.on_control_list),
            "recognised-grave-reason": ("red", partial(c.said_elsewhere, classes=("case", "suspected", "contact", "isolation"))),
            "recognised-lesser-reason": ("yellow", partial(c.said_elsewhere, classes=("observation", "area", "symptoms"))),
        },
    ),
    "shanghai": OraclePolicy(
        date(2020, 2, 17),
        "enrolment",
        {
            "confirmed-case": ("red", confirmed),
            "suspected-case": ("red", suspected),
            "central-isolation": ("red", partial(c.measure, kind="central")),
            "home-observation": ("red", partial(c.measure, kind="home")),
            "came-from-key-area": ("yellow", partial(c.from_area_for_14_days, listing=HUBEI)),
            "recognised-grave-reason": ("red", partial(c.said_elsewhere, classes=("case", "suspected", "isolation", "observation"))),
            "recognised-lesser-reason": ("yellow", partial(c.said_elsewhere, classes=("area",))),
        },
    ),
    "hubei": OraclePolicy(
        date(2020, 3, 10),
        "health_declaration",
        {
            "confirmed-case": ("red", partial(c.case, **DISCHARGED, more_days=14)),
            "suspected-case": ("red", partial(c.case, begins=("suspected",), ends=("excluded",), more_days=14, at_once=c.CONFIRMED)),
            "fever-patient": ("red", c.fever_patient),
            "recovered": ("yellow", c.recovered),
            "close-contact": ("yellow", c.contact_for_14_days_without_symptoms),
            "central-isolation": ("yellow", partial(c.measure, kind="central", days=14)),
            "home-observation": ("yellow", partial(c.measure, kind="home")),
            "fever-at-gate": ("yellow", c.fever_at_gate),
            "record-expired": ("yellow", c.record_expired),
            "recognised-grave-reason": ("red", partial(c.said_elsewhere, classes=("case", "suspected"))),
            "recognised-lesser-reason": ("yellow", partial(c.said_elsewhere, classes=("contact", "isolation", "observation", "symptoms"))),
        },
    ),
    "national": OraclePolicy(
        date(2020, 2, 29),
        "enrolment",
        {
            "confirmed-case": ("red", confirmed),
            "suspected-case": ("red", suspected),
            "close-contact": ("orange", c.contact_for_14_days),
            "fever-at-gate": ("yellow", c.fever_at_gate),
            "stayed-in-high-risk-area": ("red", partial(c.an_hour_in_area_at, level="high")),
            "stayed-in-medium-risk-area": ("yellow", partial(c.an_hour_in_area_at, level="medium")),
            "recognised-grave-reason": ("red", partial(c.said_elsewhere, classes=("case", "suspected"))),
            "recognised-lesser-reason": ("orange", partial(c.said_elsewhere, classes=("contact",))),
        },
    ),
}
"""The policies that ship; no wording has been replaced yet, so each begins on one day."""
