"""What another region says of somebody who moved here, by what the class of its reason means under this policy."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from fangxian.code.rule import Rule, spans
from fangxian.facts import RecognisedCode, Text
from fangxian.facts.known import Known

recognised_grave_reason = Rule(
    "recognised-grave-reason",
    Text("外地健康码：较重原因", "Code of another region: a grave reason"),
    Text(
        "经本人同意，另一地区说明其在当地因较重一类原因赋色的人。",
        "A person of whom another region says, with consent, that a reason of a grave class colours the code there.",
    ),
)

recognised_lesser_reason = Rule(
    "recognised-lesser-reason",
    Text("外地健康码：较轻原因", "Code of another region: a lesser reason"),
    Text(
        "经本人同意，另一地区说明其在当地因较轻一类原因赋色的人。",
        "A person of whom another region says, with consent, that a reason of a lesser class colours the code there.",
    ),
)


@recognised_grave_reason.condition
@recognised_lesser_reason.condition
def said_by_another_region(known: Known, *, classes: Sequence[str], days: int) -> ir.Table:
    """From the statement until it ends there by itself or that region says something else, at the latest the start of the
    `days`-th local day after it: what nobody has asked about for so long is believed no more.
    """
    said = known.facts(RecognisedCode)
    instants = said.select("person_id", "region_code", "from_at").distinct()
    in_turn = ibis.window(group_by=[instants.person_id, instants.region_code], order_by=instants.from_at)
    replaced = instants.mutate(replaced_at=instants.from_at.lead().over(in_turn))
    of_class = said.filter(said.reason_class.isin(classes))
    course = of_class.inner_join(replaced, ["person_id", "region_code", "from_at"])
    until = ibis.least(course.until_at, course.replaced_at, known.start_of_day_after(course.from_at, days=days))
    return spans(course, from_at=course.from_at, until_at=until, because=["fact_id"])
