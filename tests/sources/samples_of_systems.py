"""One right row of every form in which another system sends cases and contacts, and the fact that it should give."""

from datetime import date, datetime
from typing import Any

from .conftest import ANN

SENT = {"上报时间": "2020/2/11 12:00"}

SAMPLES_OF_SYSTEMS: dict[str, tuple[dict[str, Any], dict[str, dict[str, Any]]]] = {
    "sormas-cases": (
        {
            "disease": "CORONAVIRUS",
            "person.firstName": "x",
            "person.lastName": "y",
            "person.nationalHealthId": ANN,
            "person.externalId": "",
            "externalID": "ABC-1",
            "reportDate": "02/11/2020",
            "caseClassification": "CONFIRMED_NO_SYMPTOMS",
            "symptoms.onsetDate": "02.09.2020",
            **SENT,
        },
        {"diagnosis": {"status": "asymptomatic", "onset_on": date(2020, 2, 9), "from_at": datetime(2020, 2, 10, 16)}},
    ),
    "sormas-contacts": (
        {
            "caseIdExternalSystem": "ABC-1",
            "firstContactDate": "2020-02-09",
            "lastContactDate": "02-10-2020",
            "contactCategory": "HIGH_RISK",
            "relationToCase": "SAME_HOUSEHOLD",
            "externalID": "C-1",
            "person.nationalHealthId": ANN,
            "person.externalId": "",
            **SENT,
        },
        {"exposure": {"contact_class": "close", "setting": "household", "until_at": datetime(2020, 2, 10, 16)}},
    ),
    "godata-cases": (
        {
            "visualId": "CASE-1",
            "firstName": "x",
            "documents[0].type": "LNG_REFERENCE_DATA_CATEGORY_DOCUMENT_TYPE_NATIONAL_ID_CARD",
            "documents[0].number": ANN,
            "classification": "LNG_REFERENCE_DATA_CATEGORY_CASE_CLASSIFICATION_PROBABLE",
            "dateOfReporting": "2020-02-11T00:00:00.000Z",
            "dateOfOnset": "2020-02-09",
            **SENT,
        },
        {"diagnosis": {"status": "clinically_confirmed", "onset_on": date(2020, 2, 9), "from_at": datetime(2020, 2, 10, 16)}},
    ),
    "godata-contacts": (
        {
            "visualId": "CONTACT-1",
            "documents[0].number": ANN,
            "relationship.persons[0].id": "CASE-1",
            "relationship.dateOfFirstContact": "2020-02-09",
            "relationship.contactDate": "2020-02-10",
            "relationship.certaintyLevelId": "LNG_REFERENCE_DATA_CATEGORY_CERTAINTY_LEVEL_3_HIGH",
            "relationship.socialRelationshipDetail": "cousin",
            **SENT,
        },
        {"exposure": {"contact_class": "close", "setting": "other", "until_at": datetime(2020, 2, 10, 16)}},
    ),
    "fhir-conditions": (
        {
            "resourceType": "Condition",
            "id": "FX1",
            "subject": '{"identifier": {"value": "00112233445566778899aabbccddeeff"}}',
            "stage": '[{"summary": {"coding": [{"code": "asymptomatic"}]}}]',
            "recordedDate": "2020-02-11T08:30:00+08:00",
            "onsetDateTime": "",
            **SENT,
        },
        {"diagnosis": {"person_id": "00112233445566778899aabbccddeeff", "status": "asymptomatic", "from_at": datetime(2020, 2, 11, 0, 30)}},
    ),
    "fhir-observations": (
        {
            "resourceType": "Observation",
            "id": "FX1-1",
            "subject": '{"identifier": {"value": "00112233445566778899aabbccddeeff"}}',
            "effectivePeriod": '{"start": "2020-02-10T00:00:00Z", "end": "2020-02-10T02:00:00-01:00"}',
            "valueCodeableConcept": '{"coding": [{"code": "close"}]}',
            "component": '[{"valueCodeableConcept": {"coding": [{"code": "train"}]}}]',
            "focus": '[{"identifier": {"value": "FX1"}}]',
            **SENT,
        },
        {"exposure": {"person_id": "00112233445566778899aabbccddeeff", "setting": "train", "until_at": datetime(2020, 2, 10, 3)}},
    ),
}
