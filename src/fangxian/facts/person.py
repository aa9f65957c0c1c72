"""Who a person is to the system: enrolled, living somewhere, working somewhere, looked after by someone."""

from fangxian.facts.fact import INSTANT, PersonFact, Promise, Retention, column
from fangxian.facts.text import Text


class Enrolment(PersonFact):
    """A person has applied for a health code in a jurisdiction."""

    title = Text("申领登记", "enrolment")
    meaning = Text("某人在某辖区申领了健康码。", "A person has applied for a health code in a jurisdiction.")
    retention = Retention.REGISTER

    from_at = column(INSTANT, "When the person enrolled.", "申领时刻。")
    region_code = column("string", "County where the code was applied for.", "申领地（县级代码）。")
    id_type = column(
        "string",
        "Kind of document that was shown.",
        "证件类型。",
        one_of=("resident_id", "passport", "hk_macao_permit", "taiwan_permit", "none"),
        rules_may_read=False,
    )
    nationality = column(
        "string", "Nationality, ISO 3166-1 alpha-3.", "国籍（ISO 3166-1 三位字母代码）。", optional=True, rules_may_read=False
    )
    household_register_region_code = column(
        "string", "County of the household register (hukou).", "户籍所在县级代码。", optional=True, rules_may_read=False
    )


class Residence(PersonFact):
    """A person lives in an area, down to the grid where it is known."""

    title = Text("居住", "residence")
    meaning = Text("某人居住在某地，已知时细到网格。", "A person lives in an area, down to the grid where it is known.")
    retention = Retention.REGISTER

    from_at = column(INSTANT, "Since when.", "自何时起。")
    until_at = column(INSTANT, "Until when; empty while it lasts.", "至何时止；尚未终止时为空。", optional=True)
    region_code = column("string", "County of residence.", "居住地县级代码。")
    street_code = column("string", "Street or town, 9 digits.", "街道（乡镇）9 位代码。", optional=True)
    grid_code = column("string", "The grid worker's grid.", "网格编号。", optional=True)


class Household(PersonFact):
    """A person belongs to a household."""

    title = Text("家庭成员", "household membership")
    meaning = Text("某人属于某一家庭户。", "A person belongs to a household.")
    retention = Retention.REGISTER
    meets_by = "household_id"

    from_at = column(INSTANT, "Since when.", "自何时起。")
    until_at = column(INSTANT, "Until when; empty while it lasts.", "至何时止；尚未终止时为空。", optional=True)
    household_id = column("string", "Names the household; carries no address.", "家庭户编号，不含地址。")


class Workplace(PersonFact):
    """A person works, or studies, at an organisation's premises."""

    title = Text("工作（就读）单位", "workplace")
    meaning = Text("某人在某单位的某处场所工作或就读。", "A person works, or studies, at an organisation's premises.")
    retention = Retention.REGISTER
    meets_by = "organisation_id"

    from_at = column(INSTANT, "Since when.", "自何时起。")
    until_at = column(INSTANT, "Until when; empty while it lasts.", "至何时止；尚未终止时为空。", optional=True)
    organisation_id = column("string", "Unified social credit code (GB 32100).", "统一社会信用代码（GB 32100）。")
    premises_id = column("string", "Which premises of the organisation.", "场所编号。", optional=True)
    region_code = column("string", "County of the premises.", "场所所在县级代码。")


class Consent(PersonFact):
    """A person has allowed one purpose, and may end it."""

    title = Text("同意", "consent")
    meaning = Text("某人同意将其信息用于某一目的，可随时撤回。", "A person has allowed one purpose, and may end it at any time.")
    retention = Retention.REGISTER

    from_at = column(INSTANT, "When it was given.", "作出同意的时刻。")
    until_at = column(INSTANT, "When it ends; empty while it lasts.", "终止时刻；尚未终止时为空。", optional=True)
    purpose = column(
        "string",
        "What for.",
        "目的。",
        one_of=("health_code", "employer_sees_colour", "family_member_shows_code", "exchange_with_region"),
    )
    given_to = column("string", "The organisation or person it was given to.", "被同意方编号。", optional=True)


class Guardianship(PersonFact):
    """A person's code is shown and looked after by another person."""

    title = Text("监护与代办", "guardianship")
    meaning = Text("某人（儿童、老人）的健康码由另一人代为申报和出示。", "A person's code is declared for and shown by another person.")
    retention = Retention.REGISTER

    from_at = column(INSTANT, "Since when.", "自何时起。")
    until_at = column(INSTANT, "Until when; empty while it lasts.", "至何时止；尚未终止时为空。", optional=True)
    guardian_person_id = column("string", "The person who acts.", "代办人。")
    relation = column("string", "Parent, child, spouse or other.", "关系。", one_of=("parent", "child", "spouse", "other"))


class SamePerson(PersonFact):
    """A record that came without a usable id number is this person's; taken back, it is nobody's again.

    Whoever the record seemed to be has a provisional id; what it said is said again of the person (see `fangxian.linkage.restating`).
    """

    title = Text("同一人认定", "same person")
    meaning = Text("一条无可用证件号码的记录属于此人。", "A record that came without a usable id number is this person's.")
    retention = Retention.REGISTER
    promises = (
        Promise(
            Text("由工作人员认定的，须两名不同的人签署", "what officers decided was signed by two different people"),
            lambda t: (t.basis == "linkage") | (t.first_signer_id.upper() != t.second_signer_id.upper()).fill_null(False),
        ),
    )

    from_at = column(INSTANT, "When it was decided.", "认定时刻。")
    provisional_person_id = column("string", "The provisional id under which the record came in.", "该记录入库时的临时编号。")
    basis = column(
        "string", "Who decided: the linkage by itself, or officers.", "由谁认定：自动关联，或工作人员。", one_of=("linkage", "officer")
    )
    weight = column("float64", "Match weight, the logarithm of the odds.", "匹配权重（胜算的对数）。", optional=True, unit="bit")
    first_signer_id = column("string", "The officer who proposed it.", "提出认定的人员。", optional=True, rules_may_read=False)
    second_signer_id = column("string", "The officer who confirmed it.", "确认认定的人员。", optional=True, rules_may_read=False)
