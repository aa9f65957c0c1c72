"""What was ordered about a person, by whom, and what must be cited for it."""

from fangxian.facts.fact import INSTANT, PersonFact, Promise, Retention, column
from fangxian.facts.text import Text


class MedicalMeasure(PersonFact):
    """A person was placed under isolation or observation, or released from it.

    `released` ends every measure that began before it.
    """

    title = Text("医学管理措施", "medical measure")
    meaning = Text(
        "对某人采取或解除的隔离医学观察措施。解除（`released`）终止此前开始的全部措施。",
        "Isolation or observation of a person, and its release.",
    )
    retention = Retention.CONTROL

    from_at = column(INSTANT, "Since when it holds.", "自何时起。")
    kind = column("string", "Home, central, or released.", "居家、集中，或解除。", one_of=("home", "central", "released"))
    site_id = column("string", "The isolation site.", "隔离点编号。", optional=True)


class Exposure(PersonFact):
    """A person was near a case: what one person's facts mean for another. Tracing writes it, and withdraws it with the case.

    It names the case by a number that leads nowhere outside the tracing itself.
    """

    title = Text("暴露", "exposure")
    meaning = Text(
        "流调确认某人与病例有过接触。由流调写入，随病例撤回；只以编号指明病例，在流调之外无从查知。",
        "Tracing found that a person was near a case.",
    )
    retention = Retention.CONTROL

    from_at = column(INSTANT, "First contact.", "首次接触时刻。")
    until_at = column(INSTANT, "Last contact.", "末次接触时刻。", optional=True)
    contact_class = column("string", "How close.", "接触类别。", one_of=("close", "secondary", "general"))
    setting = column(
        "string",
        "Kind of place, never which.",
        "接触场景类别（不含具体地点）。",
        one_of=("household", "workplace", "aircraft", "train", "coach", "ship", "venue", "care", "other"),
    )
    case_fact_id = column("int64", "The diagnosis that it follows from.", "所依据的诊断。", rules_may_read=False)


class InfectionLink(PersonFact):
    """Somebody found that one case infected this person, or did not: a link of a chain that was added or struck by hand.

    What was found last about the same two people holds; to end it, it is withdrawn. It colours nobody. It names the infector by a
    diagnosis that leads nowhere outside the tracing itself.
    """

    title = Text("感染关系", "infection link")
    meaning = Text(
        "流调人员认定某病例传染了此人，或排除其传染；注明何人、何时、凭什么认定。不赋色；只以编号指明传染者。",
        "An investigator found that a case infected this person, or did not; who found it, when and on what grounds.",
    )
    retention = Retention.CONTROL
    promises = (
        Promise(
            Text("认定人编号只用字母、数字和连字符", "the investigator's id is letters, digits and hyphens"),
            lambda t: t.found_by.re_search("^[0-9A-Za-z-]+$"),
        ),
    )

    from_at = column(INSTANT, "When it was found.", "认定时刻。")
    infector_fact_id = column("int64", "A diagnosis of the one who infected, or did not.", "传染者（或被排除者）的诊断。")
    finding = column("string", "Added to the chain, or struck from it.", "加入传播链，或从中排除。", one_of=("added", "struck"))
    grounds = column("string", "On what grounds.", "依据类别。", one_of=("interview", "genome", "records", "other"))
    found_by = column("string", "Who found it.", "认定人编号。", rules_may_read=False)


class ControlListEntry(PersonFact):
    """A person was put on, or taken off, the dynamic list of people under control.

    An entry colours nobody by itself: it must cite a diagnosis, an exposure or a stay of the same person, that stands.
    """

    title = Text("管控名单", "control-list entry")
    meaning = Text(
        "某人被列入或移出动态管控名单。单独不赋色：须引用本人的、仍成立的诊断、暴露或停留。",
        "A person was put on or taken off the control list.",
    )
    retention = Retention.CONTROL
    promises = (
        Promise(
            Text("列入须引用事实", "being listed cites a fact"),
            lambda t: (t.action != "listed") | (t.cites_fact_type.notnull() & t.cites_fact_id.notnull()),
        ),
    )

    from_at = column(INSTANT, "When it was decided.", "决定时刻。")
    action = column("string", "Listed or removed.", "列入或移出。", one_of=("listed", "removed"))
    cites_fact_type = column(
        "string", "Kind of fact cited.", "所引用事实的类型。", one_of=("diagnosis", "exposure", "region_stay"), optional=True
    )
    cites_fact_id = column("int64", "The fact cited.", "所引用的事实。", optional=True)
    listed_by = column("string", "The authority.", "决定机关编号。", rules_may_read=False)


class PersonalDecision(PersonFact):
    """Two officers decided that one fact shall no longer count under one rule. It can only improve a colour.

    It lifts what a rule concludes from the named fact, from `from_at` on; to end it, it is withdrawn.
    """

    title = Text("个案决定", "personal decision")
    meaning = Text(
        "两名人员共同签署：自某时起，某事实不再依某规则赋色。只能改善颜色；要终止，须撤回该决定。",
        "Two officers decided that a fact no longer counts.",
    )
    retention = Retention.CONTROL
    promises = (
        Promise(
            Text("签署人编号只用字母、数字和连字符", "a signer's id is letters, digits and hyphens"),
            lambda t: t.first_signer_id.re_search("^[0-9A-Za-z-]+$") & t.second_signer_id.re_search("^[0-9A-Za-z-]+$"),
        ),
        Promise(
            Text("两名签署人不同", "the two signers are different people"),
            lambda t: t.first_signer_id.upper() != t.second_signer_id.upper(),
        ),
    )

    from_at = column(INSTANT, "From when the fact no longer counts.", "自何时起不再计入。")
    rule = column("string", "Which rule.", "所涉规则。")
    lifts_fact_id = column("int64", "Which fact.", "所涉事实。")
    reason = column("string", "Why.", "理由类别。", one_of=("wrong_person", "wrong_fact", "medical_opinion", "hardship", "other"))
    first_signer_id = column("string", "Who signed first.", "第一签署人。")
    second_signer_id = column("string", "Who signed second.", "第二签署人。")
