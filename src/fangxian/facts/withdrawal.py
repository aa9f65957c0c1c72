"""Taking back: a later fact that says an earlier one does not stand."""

from typing import Final

from fangxian.facts.fact import INSTANT, AreaFact, PersonFact, Retention, column
from fangxian.facts.text import Text

CORRECTED: Final = "corrected"
"""The reason that the door gives when a source says a record again with other content: it takes back what was known strictly before it."""

REASONS: Final = ("wrong_person", "wrong_value", "duplicate", "replaced", "case_excluded", "consent_ended", CORRECTED)


class Withdrawal(PersonFact):
    """A source takes back one of its facts about a person. A withdrawal is not itself withdrawn."""

    title = Text("撤回", "withdrawal")
    meaning = Text("来源撤回其关于某人的一项事实。撤回本身不可撤回。", "A source takes back one of its facts about a person.")
    retention = Retention.CORRECTION

    from_at = column(INSTANT, "When the source took it back.", "撤回时刻。")
    fact_type = column("string", "Type of the fact taken back.", "被撤回事实的类型。")
    withdrawn_fact_id = column("int64", "The fact taken back.", "被撤回的事实。")
    reason = column("string", "Why.", "原因。", one_of=REASONS)


class AreaWithdrawal(AreaFact):
    """A source takes back one of its facts about an area."""

    title = Text("区域事实撤回", "withdrawal of an area's fact")
    meaning = Text("来源撤回其关于某区域的一项事实。", "A source takes back one of its facts about an area.")
    retention = Retention.PUBLIC

    from_at = column(INSTANT, "When the source took it back.", "撤回时刻。")
    fact_type = column("string", "Type of the fact taken back.", "被撤回事实的类型。")
    withdrawn_fact_id = column("int64", "The fact taken back.", "被撤回的事实。")
    reason = column("string", "Why.", "原因。", one_of=REASONS)
