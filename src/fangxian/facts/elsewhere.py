"""What another region says of a person who moved here."""

from fangxian.facts.fact import INSTANT, PersonFact, Retention, column
from fangxian.facts.text import Text


class RecognisedCode(PersonFact):
    """Another region says, with the person's consent, for which class of reason it would colour the person's code.

    It names no colour: what a class means here is for this region's own policy to say. A later statement of the same region
    takes the place of an earlier one.
    """

    title = Text("外地健康码", "code of another region")
    meaning = Text(
        "经本人同意，另一地区说明该人在当地因哪一类原因赋色。不含颜色：某类原因在本地意味着什么，由本地政策规定。同一地区后来的说明取代先前的说明。",
        "Another region says, with the person's consent, for which class of reason it colours the code there; our policy says its meaning.",
    )
    retention = Retention.CONTROL

    from_at = column(INSTANT, "When the region said so.", "该地区作出说明的时刻。")
    until_at = column(
        INSTANT, "When it ends there by itself; empty where that is open.", "在当地自行终止的时刻；未定时为空。", optional=True
    )
    region_code = column("string", "Which region says so.", "作出说明的地区代码。")
    reason_class = column(
        "string",
        "The class of the gravest reason.",
        "最重原因的类别。",
        one_of=(
            "nothing",
            "case",
            "suspected",
            "contact",
            "isolation",
            "observation",
            "area",
            "symptoms",
            "control_list",
            "record",
            "third_region",
        ),
    )
    statement_id = column("string", "How that region names its statement.", "该地区对此说明的编号。", rules_may_read=False)
