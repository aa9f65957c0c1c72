"""Cases and contacts as SORMAS sends them: the columns of its import templates (SORMAS-Foundation/SORMAS-Project)."""

from datetime import timedelta

from fangxian.facts import Diagnosis, Exposure, Text
from fangxian.sources.cells import CitedFact, Word, WordOrElse
from fangxian.sources.people import PersonOrPseudonym
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Day, EndOfDay, StartOfDay

NAMES = ("person.firstName", "person.lastName")
PERSON = PersonOrPseudonym("person.nationalHealthId", "", pseudonym="person.externalId")
QUIRK_OF_DAYS = Text("日期写作 02/11/2020（先月后日）或 2020-02-11。", "Days are written 02/11/2020, the month first, or 2020-02-11.")
QUIRK_OF_PEOPLE = Text(
    "person.externalId 为本系统导出的 person_id 时以其为准；否则须有 person.nationalHealthId（居民身份证号）。姓名从不读取。",
    "A person_id that we exported stands in person.externalId; else person.nationalHealthId holds a resident id. Names are never read.",
)

sormas_cases = Source(
    name="sormas-cases",
    agency=Text("SORMAS 系统", "SORMAS"),
    format=Format.CSV,
    record=("externalID",),
    cadence=Cadence(every=timedelta(days=1)),
    facts=(
        yields(
            Diagnosis,
            person_id=PERSON,
            from_at=StartOfDay("reportDate", month_first=True),
            status=Word(
                "caseClassification",
                words={
                    "SUSPECT": "suspected",
                    "PROBABLE": "clinically_confirmed",
                    "CONFIRMED": "confirmed",
                    "CONFIRMED_UNKNOWN_SYMPTOMS": "confirmed",
                    "CONFIRMED_NO_SYMPTOMS": "asymptomatic",
                    "NO_CASE": "excluded",
                },
            ),
            onset_on=Day("symptoms.onsetDate", month_first=True, optional=True),
        ),
    ),
    unread=NAMES,
    quirks=(
        QUIRK_OF_DAYS,
        QUIRK_OF_PEOPLE,
        Text(
            "SORMAS 的病例模板首行为实体名，表头在第二行：自动找到。",
            "The first row of its template names entities; the header is the second, and is found.",
        ),
        Text("NOT_CLASSIFIED 不是诊断，入隔离区。", "NOT_CLASSIFIED is no diagnosis and goes to quarantine."),
    ),
)

sormas_contacts = Source(
    name="sormas-contacts",
    agency=Text("SORMAS 系统", "SORMAS"),
    format=Format.CSV,
    record=("externalID",),
    cadence=Cadence(every=timedelta(days=1)),
    facts=(
        yields(
            Exposure,
            person_id=PERSON,
            from_at=StartOfDay("firstContactDate", month_first=True),
            until_at=EndOfDay("lastContactDate", month_first=True, may_be_future=True),
            contact_class=Word(
                "contactCategory",
                words={
                    "HIGH_RISK": "close",
                    "HIGH_RISK_MED": "close",
                    "MEDIUM_RISK_MED": "close",
                    "LOW_RISK": "general",
                    "NO_RISK": "general",
                },
            ),
            setting=WordOrElse(
                "relationToCase",
                words={"SAME_HOUSEHOLD": "household", "SAME_ENVIRONMENT": "workplace", "MEDICAL_CARE": "care"},
                otherwise="other",
            ),
            case_fact_id=CitedFact("caseIdExternalSystem", source="sormas-cases"),
        ),
    ),
    unread=NAMES,
    quirks=(
        QUIRK_OF_DAYS,
        QUIRK_OF_PEOPLE,
        Text(
            "contactCategory 必填：没有类别的接触不能赋色，入隔离区待补。",
            "contactCategory must be there: a contact of no category could colour nobody, and waits in quarantine.",
        ),
    ),
)
