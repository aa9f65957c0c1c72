"""Fact types: what a source can say, one declaration each."""

from fangxian.facts.area import AreaCases, AreaCluster, AreaLevel
from fangxian.facts.control import ControlListEntry, Exposure, InfectionLink, MedicalMeasure, PersonalDecision
from fangxian.facts.elsewhere import RecognisedCode
from fangxian.facts.fact import AreaFact, Column, Fact, PersonFact, Promise, Retention, all_fact_types, fact_type
from fangxian.facts.health import (
    CheckIn,
    Diagnosis,
    DoctorConfirmation,
    FeverClinicVisit,
    FeverMedicinePurchase,
    HealthDeclaration,
    LabTest,
    TemperatureReading,
)
from fangxian.facts.movement import CellPresence, CheckpointPass, CrewDuty, GateVisit, RegionStay, Trip
from fangxian.facts.person import Consent, Enrolment, Guardianship, Household, Residence, SamePerson, Workplace
from fangxian.facts.published import PublishedTrip
from fangxian.facts.text import Text
from fangxian.facts.withdrawal import AreaWithdrawal, Withdrawal

__all__ = [
    "AreaCases",
    "AreaCluster",
    "AreaFact",
    "AreaLevel",
    "AreaWithdrawal",
    "CellPresence",
    "CheckIn",
    "CheckpointPass",
    "Column",
    "Consent",
    "ControlListEntry",
    "CrewDuty",
    "Diagnosis",
    "DoctorConfirmation",
    "Enrolment",
    "Exposure",
    "Fact",
    "FeverClinicVisit",
    "FeverMedicinePurchase",
    "GateVisit",
    "Guardianship",
    "HealthDeclaration",
    "Household",
    "InfectionLink",
    "LabTest",
    "MedicalMeasure",
    "PersonFact",
    "PersonalDecision",
    "Promise",
    "PublishedTrip",
    "RecognisedCode",
    "RegionStay",
    "Residence",
    "Retention",
    "SamePerson",
    "TemperatureReading",
    "Text",
    "Trip",
    "Withdrawal",
    "Workplace",
    "all_fact_types",
    "fact_type",
]
