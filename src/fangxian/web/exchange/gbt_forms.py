"""What the interfaces of GB/T 38963 are given, as far as names were found, and how it becomes answers to our own questions.

Found in use with the national platform of 2020: temperature, symptom, isContactPatient, isEpidemicAreaRisk, isGoHubei, isGoHubeiWH,
date, city, phone, bizExtData, healthyStaus (so spelt), desensitizeName. Every other name is ours.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from fangxian.facts import Text
from fangxian.facts.typed import day_typed
from fangxian.services.refusals import BadAnswerError
from fangxian.sources.agencies.words import SYMPTOMS

YES: Final = "1"
_CONTACT: Final = {"1": "yes", "2": "no", "3": "unsure"}
_HUBEI, _WUHAN = "420000", "420100"


class Report(BaseModel):
    """A health report in the national form. Every answer must be there under its own name, and consent be given.

    What is missing or misspelt is never taken for healthy. What we do not read (date, city, phone) may be there, and is not kept.
    """

    model_config = ConfigDict(extra="forbid")

    temperature: str = Field(max_length=8, description="empty where it was not taken")
    symptom: str = Field(
        min_length=1,
        max_length=40,
        description='"^"-joined: 1 none 2 cold-like 3 breathless 4 digestive 5 palpitation 6 conjunctivitis 7 other',
    )
    isContactPatient: str = Field(pattern="^[123]$", description="1 yes 2 no 3 unsure")  # noqa: N815
    isEpidemicAreaRisk: str = Field(pattern="^[12]$", description="1 yes 2 no")  # noqa: N815
    isGoHubei: str = Field(pattern="^[12]$", description="1 yes 2 no")  # noqa: N815
    isGoHubeiWH: str = Field(pattern="^[12]$", description="1 yes 2 no")  # noqa: N815
    consent: str = Field(pattern="^1$", description="ours: 1 the person agrees that this is used for the health code")
    date: Any = Field(None, description="not read")
    city: Any = Field(None, description="not read")
    phone: Any = Field(None, description="not read")
    stayRegion: str = Field("", max_length=60, description="ours: where, for isEpidemicAreaRisk")  # noqa: N815
    leftOn: str = Field("", max_length=10, description="ours: which day the person left there")  # noqa: N815

    def answers(self) -> dict[str, list[str]]:
        """Return the answers to the questionnaire `declaration`. Raises BadAnswerError for a number of a symptom that there is not."""
        numbers = [number for number in self.symptom.split("^") if number]
        if any(number not in SYMPTOMS for number in numbers):
            raise BadAnswerError({"symptom": Text("症状用 1 至 7 的数字，以 ^ 连接。", "Symptoms are numbers from 1 to 7, joined by ^.")})
        region = _WUHAN if self.isGoHubeiWH == YES else _HUBEI if self.isGoHubei == YES else self.stayRegion
        stayed = YES in (self.isGoHubeiWH, self.isGoHubei, self.isEpidemicAreaRisk)
        return {
            "temperature_c": [self.temperature],
            "symptoms": [word for word in dict.fromkeys(SYMPTOMS[number] for number in numbers) if word],
            "contacted_case": [_CONTACT[self.isContactPatient]],
            "stayed_in_key_area": ["yes" if stayed else "no"],
            "stay": [region],
            "left_on": [self.leftOn],
            "consent": ["yes"],
        }


class Application(Report):
    """Somebody's application with a first report. Names of 38962's basic information were found, their spelling was not: these are ours."""

    name: str = Field(max_length=100)
    idType: str = Field(max_length=30)  # noqa: N815
    idNumber: str = Field("", max_length=40)  # noqa: N815
    home: str = Field(max_length=60)
    phone: str = Field(max_length=40)

    def identity(self) -> dict[str, list[str]]:
        """Return the answers to the questionnaire `identity`."""
        return {"full_name": [self.name], "id_type": [self.idType], "id_number": [self.idNumber], "home": [self.home]}


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("not printable")
    return text


Printable = Annotated[str, AfterValidator(_printable)]
"""A text that the store can keep and a page can show: without a NUL, a lone half of a pair, or the end of a line."""


class TripReport(BaseModel):
    """A trip that somebody made; the standard's own fields were not available, so all names are ours."""

    model_config = ConfigDict(extra="forbid")

    date: Annotated[date, BeforeValidator(lambda said: day_typed(str(said)))]
    mode: str = Field(max_length=20, pattern="^(aircraft|train|coach|ship|metro|taxi|private_car)$")
    number: Printable = Field("", max_length=20)
    carriage: Printable = Field("", max_length=10)
    seat: Printable = Field("", max_length=10)
    fromRegion: str = Field(max_length=60)  # noqa: N815
    toRegion: str = Field(max_length=60)  # noqa: N815

    def said(self, regions: dict[str, str]) -> dict[str, Any]:
        """Return the columns of the fact, with the regions by their codes."""
        number = "".join(self.number.upper().split())
        return {
            "mode": self.mode,
            "number": number or None,
            "travelled_on": self.date,
            "carriage": self.carriage.strip() or None,
            "seat": self.seat.strip() or None,
            "from_region_code": regions["fromRegion"],
            "to_region_code": regions["toRegion"],
        }


class PhoneKey(BaseModel):
    """The phone's public key in base64url; without one nothing can be minted that a screenshot would not copy."""

    model_config = ConfigDict(extra="forbid")

    phoneKey: str = Field(max_length=100)  # noqa: N815


class Shown(BaseModel):
    """What was scanned: opaque to whoever verifies, as bizExtData is."""

    model_config = ConfigDict(extra="forbid")

    bizExtData: str = Field(max_length=1_200)  # noqa: N815


class Correction(BaseModel):
    """What somebody disputes: the `fact` of a reason in the answer to a query, on which ground, in which words."""

    model_config = ConfigDict(extra="forbid")

    fact: str = Field(max_length=64)
    ground: str = Field(pattern="^(wrong_person|wrong_fact|medical_opinion|hardship)$")
    words: str = Field(max_length=4_000)
