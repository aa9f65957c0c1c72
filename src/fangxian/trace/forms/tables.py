"""Cases and contacts as the columns of SORMAS' import templates and of Go.Data's models, whose sources read them back."""

from __future__ import annotations

from typing import Final

import polars as pl

from fangxian.sources.agencies.godata import CERTAINTY, CLASSIFICATION

SORMAS_STATUS: Final = {
    "suspected": "SUSPECT",
    "clinically_confirmed": "PROBABLE",
    "confirmed": "CONFIRMED",
    "asymptomatic": "CONFIRMED_NO_SYMPTOMS",
}
SORMAS_CATEGORY: Final = {"close": "HIGH_RISK", "secondary": "LOW_RISK", "general": "LOW_RISK"}
SORMAS_RELATION: Final = {"household": "SAME_HOUSEHOLD", "workplace": "SAME_ENVIRONMENT", "care": "MEDICAL_CARE"}
GODATA_STATUS: Final = {"suspected": "SUSPECT", "clinically_confirmed": "PROBABLE", "confirmed": "CONFIRMED", "asymptomatic": "CONFIRMED"}
GODATA_CERTAINTY: Final = {"close": "3_HIGH", "secondary": "2_MEDIUM", "general": "1_LOW"}
DISEASE: Final = "CORONAVIRUS"
_MONTH_FIRST: Final = "%m/%d/%Y"


def sormas_cases(cases: pl.DataFrame) -> pl.DataFrame:
    """Return cases in SORMAS' columns. It wants names: they are "Case" and the case's number."""
    return cases.select(
        pl.lit(DISEASE).alias("disease"),
        pl.lit("Case").alias("person.firstName"),
        pl.col("number").cast(pl.String).alias("person.lastName"),
        pl.lit("UNKNOWN").alias("person.sex"),
        pl.col("person_id").alias("person.externalId"),
        pl.col("case").alias("externalID"),
        pl.col("found_on").dt.strftime(_MONTH_FIRST).alias("reportDate"),
        pl.col("status").replace_strict(SORMAS_STATUS).alias("caseClassification"),
        pl.col("onset_on").dt.strftime(_MONTH_FIRST).alias("symptoms.onsetDate"),
    )


def sormas_contacts(contacts: pl.DataFrame) -> pl.DataFrame:
    """Return contacts in SORMAS' columns, each with the external number of its case."""
    return contacts.with_row_index("number", offset=1).select(
        pl.col("case").alias("caseIdExternalSystem"),
        pl.lit(DISEASE).alias("disease"),
        pl.col("until_on").dt.strftime(_MONTH_FIRST).alias("reportDateTime"),
        pl.lit("true").alias("multiDayContact"),
        pl.col("from_on").dt.strftime(_MONTH_FIRST).alias("firstContactDate"),
        pl.col("until_on").dt.strftime(_MONTH_FIRST).alias("lastContactDate"),
        pl.col("contact_class").replace_strict(SORMAS_CATEGORY).alias("contactCategory"),
        pl.col("setting").replace_strict(SORMAS_RELATION, default="OTHER").alias("relationToCase"),
        pl.col("contact").alias("externalID"),
        pl.lit("Contact").alias("person.firstName"),
        pl.col("number").cast(pl.String).alias("person.lastName"),
        pl.lit("UNKNOWN").alias("person.sex"),
        pl.col("person_id").alias("person.externalId"),
    )


def godata_cases(cases: pl.DataFrame) -> pl.DataFrame:
    """Return cases in Go.Data's properties. It wants a first name: it is "Case" and the case's number."""
    return cases.select(
        pl.col("person_id").alias("visualId"),
        pl.concat_str(pl.lit("Case "), pl.col("number").cast(pl.String)).alias("firstName"),
        (CLASSIFICATION + pl.col("status").replace_strict(GODATA_STATUS)).alias("classification"),
        pl.col("found_on").dt.strftime("%Y-%m-%d").alias("dateOfReporting"),
        pl.col("onset_on").dt.strftime("%Y-%m-%d").alias("dateOfOnset"),
    )


def godata_contacts(contacts: pl.DataFrame) -> pl.DataFrame:
    """Return contacts in Go.Data's properties, each with the visual id of its case."""
    return contacts.with_row_index("number", offset=1).select(
        pl.col("person_id").alias("visualId"),
        pl.concat_str(pl.lit("Contact "), pl.col("number").cast(pl.String)).alias("firstName"),
        pl.col("until_on").dt.strftime("%Y-%m-%d").alias("dateOfReporting"),
        pl.col("case_person_id").alias("relationship.persons[0].id"),
        pl.col("from_on").dt.strftime("%Y-%m-%d").alias("relationship.dateOfFirstContact"),
        pl.col("until_on").dt.strftime("%Y-%m-%d").alias("relationship.contactDate"),
        (CERTAINTY + pl.col("contact_class").replace_strict(GODATA_CERTAINTY)).alias("relationship.certaintyLevelId"),
        pl.col("setting").alias("relationship.socialRelationshipDetail"),
    )
