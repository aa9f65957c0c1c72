"""The list of columns that rules may read: a reviewer sees every addition to it."""

from fangxian.facts import all_fact_types
from tools.docs.language import Language, page, table, written_from


def readable_columns() -> str:
    """Return the page, in both languages: for each fact type, what rules may read and what is kept from them."""
    rows = []
    for fact_type in all_fact_types():
        readable = [f"`{name}`" for name in fact_type.table().columns]
        kept = [f"`{c.name}`" for c in fact_type.columns.values() if not c.rules_may_read]
        rows.append((f"`{fact_type.name}`", ", ".join(readable), ", ".join(kept)))
    return page(
        "# 规则可读的列 · Columns that rules may read",
        written_from(Language.ZH, "src/fangxian/facts/") + "\n>\n" + written_from(Language.EN, "src/fangxian/facts/"),
        "规则只能读到下表第二栏的列；第三栏的列可以保存，但任何颜色都不可能取决于它们。"
        "户籍所在地、国籍、证件类型与证件号码前缀不在其中，也不会加入。",
        "A rule is given the columns of the second column and no others; those of the third can be stored, and no colour can depend "
        "on them. Household register, nationality, id type and id prefix are not among the first, and are not to be added.",
        table(("事实 Fact", "规则可读 Rules may read", "规则不可读 Kept from rules"), rows),
    )
