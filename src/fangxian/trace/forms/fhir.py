"""Cases and contacts as FHIR R4: a Condition a case and an Observation a contact, one resource a line, without a Patient."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import orjson
import polars as pl

PERSON: Final = "urn:fangxian:person"
STATUS: Final = "urn:fangxian:diagnosis-status"
CONTACT_CLASS: Final = "urn:fangxian:contact-class"
SETTING: Final = "urn:fangxian:exposure-setting"
CASE: Final = "urn:fangxian:case"
DISEASE: Final = {"system": "http://snomed.info/sct", "code": "840539006", "display": "COVID-19"}
EXPOSURE: Final = {"system": "http://snomed.info/sct", "code": "840546002", "display": "Exposure to SARS-CoV-2"}
VERIFIED: Final = {
    "suspected": "provisional",
    "clinically_confirmed": "provisional",
    "confirmed": "confirmed",
    "asymptomatic": "confirmed",
}


def conditions(cases: pl.DataFrame, *, utc_offset: timedelta) -> bytes:
    """Return a Condition a case, one a line; `cases` are as `rows.case_rows` returns them."""
    return _lines(_condition(case, timezone(utc_offset)) for case in cases.iter_rows(named=True))


def observations(contacts: pl.DataFrame, *, utc_offset: timedelta) -> bytes:
    """Return an Observation a contact, one a line, with the case as its focus; `contacts` are as `rows.contact_rows` returns them."""
    return _lines(_observation(contact, timezone(utc_offset)) for contact in contacts.iter_rows(named=True))


def _condition(case: dict[str, Any], zone: timezone) -> dict[str, Any]:
    told = {
        "resourceType": "Condition",
        "id": case["case"],
        "verificationStatus": _coded("http://terminology.hl7.org/CodeSystem/condition-ver-status", VERIFIED[case["status"]]),
        "code": {"coding": [DISEASE]},
        "subject": _person(case["person_id"]),
        "stage": [{"summary": _coded(STATUS, case["status"])}],
        "recordedDate": _instant(case["found_at"], zone),
    }
    return told if case["onset_on"] is None else {**told, "onsetDateTime": str(case["onset_on"])}


def _observation(contact: dict[str, Any], zone: timezone) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": contact["contact"],
        "status": "final",
        "code": {"coding": [EXPOSURE]},
        "subject": _person(contact["person_id"]),
        "focus": [{"type": "Condition", "identifier": {"system": CASE, "value": contact["case"]}}],
        "effectivePeriod": {name: _instant(contact[at], zone) for name, at in (("start", "from_at"), ("end", "until_at"))},
        "valueCodeableConcept": _coded(CONTACT_CLASS, contact["contact_class"]),
        "component": [{"code": {"text": "setting"}, "valueCodeableConcept": _coded(SETTING, contact["setting"])}],
    }


def _person(person_id: str) -> dict[str, Any]:
    return {"type": "Patient", "identifier": {"system": PERSON, "value": person_id}}


def _coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _instant(local: datetime, zone: timezone) -> str:
    return local.replace(tzinfo=zone, microsecond=0).isoformat()


def _lines(resources: Iterator[dict[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(resource) + b"\n" for resource in resources)
