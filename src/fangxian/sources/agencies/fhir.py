"""Cases and contacts as FHIR R4 resources, one a line (the form of FHIR's bulk data): people are pseudonyms, without a Patient."""

from datetime import timedelta

from fangxian.facts import Diagnosis, Exposure, Text
from fangxian.sources.cells import CitedFact, Word
from fangxian.sources.people import Pseudonym
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Day, ZonedInstant

PERSON = Pseudonym("subject", path="$.identifier.value")
QUIRK = Text(
    "subject 只有 identifier（person_id），没有 Patient，也没有姓名；其他系统的患者编号入隔离区。",
    "The subject is an identifier alone, a person_id: no Patient and no name. Patient numbers of other systems go to quarantine.",
)

fhir_conditions = Source(
    name="fhir-conditions",
    agency=Text("FHIR 系统", "a FHIR system"),
    format=Format.JSON_LINES,
    record=("id",),
    cadence=Cadence(every=timedelta(days=1)),
    facts=(
        yields(
            Diagnosis,
            person_id=PERSON,
            from_at=ZonedInstant("recordedDate"),
            status=Word(
                "stage",
                path="$[0].summary.coding[0].code",
                words={word: word for word in Diagnosis.columns["status"].one_of},
            ),
            onset_on=Day("onsetDateTime", optional=True),
        ),
    ),
    quirks=(
        QUIRK,
        Text(
            "状态在 stage[0].summary：verificationStatus 分不出临床诊断与无症状。",
            "The status stands in stage[0].summary: verificationStatus does not tell clinical diagnoses and the asymptomatic apart.",
        ),
    ),
)

fhir_observations = Source(
    name="fhir-observations",
    agency=Text("FHIR 系统", "a FHIR system"),
    format=Format.JSON_LINES,
    record=("id",),
    cadence=Cadence(every=timedelta(days=1)),
    facts=(
        yields(
            Exposure,
            person_id=PERSON,
            from_at=ZonedInstant("effectivePeriod", path="$.start"),
            until_at=ZonedInstant("effectivePeriod", path="$.end", optional=True, may_be_future=True),
            contact_class=Word(
                "valueCodeableConcept",
                path="$.coding[0].code",
                words={word: word for word in Exposure.columns["contact_class"].one_of},
            ),
            setting=Word(
                "component",
                path="$[0].valueCodeableConcept.coding[0].code",
                words={word: word for word in Exposure.columns["setting"].one_of},
            ),
            case_fact_id=CitedFact("focus", path="$[0].identifier.value", source="fhir-conditions"),
        ),
    ),
    quirks=(
        QUIRK,
        Text("focus 以 identifier 指明病例的 Condition.id。", "The focus names the Condition of the case by its id, as an identifier."),
    ),
)
