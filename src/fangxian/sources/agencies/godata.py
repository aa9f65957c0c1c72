"""Cases and contacts as Go.Data sends them: the properties of its models as columns (WorldHealthOrganization/GoDataSource-API)."""

from datetime import timedelta

from fangxian.facts import Diagnosis, Exposure, Text
from fangxian.sources.cells import CitedFact, Word, WordOrElse
from fangxian.sources.people import PersonOrPseudonym
from fangxian.sources.source import Cadence, Format, Source, yields
from fangxian.sources.times import Day, EndOfDay, StartOfDay

NAMES = ("firstName", "middleName", "lastName")
PERSON = PersonOrPseudonym("documents[0].number", "documents[0].type", pseudonym="visualId")
CLASSIFICATION = "LNG_REFERENCE_DATA_CATEGORY_CASE_CLASSIFICATION_"
CERTAINTY = "LNG_REFERENCE_DATA_CATEGORY_CERTAINTY_LEVEL_"
QUIRK_OF_PEOPLE = Text(
    "visualId 为本系统导出的 person_id 时以其为准；否则须有 documents[0].number（居民身份证号或护照号）。姓名从不读取。",
    "A person_id that we exported stands in visualId; else documents[0].number holds a resident id or passport. Names are never read.",
)

godata_cases = Source(
    name="godata-cases",
    agency=Text("Go.Data 系统", "Go.Data"),
    format=Format.CSV,
    record=("visualId",),
    cadence=Cadence(every=timedelta(days=1)),
    facts=(
        yields(
            Diagnosis,
            person_id=PERSON,
            from_at=StartOfDay("dateOfReporting"),
            status=Word(
                "classification",
                words={
                    f"{CLASSIFICATION}CONFIRMED": "confirmed",
                    f"{CLASSIFICATION}PROBABLE": "clinically_confirmed",
                    f"{CLASSIFICATION}SUSPECT": "suspected",
                    f"{CLASSIFICATION}NOT_A_CASE_DISCARDED": "excluded",
                    "Confirmed": "confirmed",
                    "Probable": "clinically_confirmed",
                    "Suspect": "suspected",
                },
            ),
            onset_on=Day("dateOfOnset", optional=True),
        ),
    ),
    unread=NAMES,
    quirks=(
        QUIRK_OF_PEOPLE,
        Text(
            "Go.Data 没有“无症状”一类：导出为确诊、无发病日，读回即为确诊。",
            "Go.Data has no word for infection without symptoms: it goes out as confirmed without an onset, and comes back as that.",
        ),
    ),
)

godata_contacts = Source(
    name="godata-contacts",
    agency=Text("Go.Data 系统", "Go.Data"),
    format=Format.CSV,
    record=("visualId", "relationship.persons[0].id", "relationship.contactDate", "relationship.socialRelationshipDetail"),
    cadence=Cadence(every=timedelta(days=1)),
    facts=(
        yields(
            Exposure,
            person_id=PERSON,
            from_at=StartOfDay("relationship.dateOfFirstContact"),
            until_at=EndOfDay("relationship.contactDate", may_be_future=True),
            contact_class=Word(
                "relationship.certaintyLevelId",
                words={f"{CERTAINTY}3_HIGH": "close", f"{CERTAINTY}2_MEDIUM": "secondary", f"{CERTAINTY}1_LOW": "general"},
            ),
            setting=WordOrElse(
                "relationship.socialRelationshipDetail",
                words={word: word for word in Exposure.columns["setting"].one_of},
                otherwise="other",
            ),
            case_fact_id=CitedFact("relationship.persons[0].id", source="godata-cases"),
        ),
    ),
    unread=NAMES,
    quirks=(
        QUIRK_OF_PEOPLE,
        Text(
            "contactDate 是末次接触；relationship.persons[0].id 是病例的 visualId。",
            "contactDate is the last contact; relationship.persons[0].id is the visualId of the case.",
        ),
    ),
)
