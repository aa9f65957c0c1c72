"""An appeal as a citizen makes it on their own declaration: it reaches the office, is answered, and the code follows."""

from fangxian.policy.colour import Colour
from fangxian.services import appeal_words, looking
from fangxian.work.appeal import AppealState, Ground
from fangxian.work.appeal_rows import appeals_of, words_of
from fangxian.work.appealing import answer_appeal, open_appeal
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role

from .test_declaring import enrolled

OFFICER = Principal(subject="officer-1", roles=frozenset({Role.APPEAL_OFFICER}), region_codes=frozenset({"330000"}), second_factor=True)


def test_an_upheld_appeal_turns_the_code_green_and_its_words_are_read_by_whoever_may(living, clock):
    member = enrolled(living, symptoms="fever", temperature_c=38.6)
    me = Principal(subject="citizen", roles=frozenset({Role.CITIZEN}), person_ids=frozenset({member.person_id}))
    (reason,) = looking.own_code(living, member.person_id).reasons
    opened_at = clock()
    appeal = open_appeal(
        living.store,
        me,
        person_id=member.person_id,
        fact_type="health_declaration",
        fact_id=reason.because[0].values["fact_id"],
        ground=Ground.WRONG_FACT,
        words="体温计坏了",
        seal=appeal_words.sealing(living, member.person_id, appeal_words.SAID, at=opened_at),
        policy=living.policy,
        at=opened_at,
    )
    clock.forward(hours=2)
    about = {"person_id": member.person_id, "appeal_id": appeal.appeal_id}
    said, _ = words_of(living.store, OFFICER, **about, at=clock())
    assert appeal_words.opened(living, said, member.person_id, appeal_words.SAID, at=opened_at) == "体温计坏了"
    sealing = appeal_words.sealing(living, member.person_id, appeal_words.ANSWERED, at=clock())
    answer_appeal(
        living.store, OFFICER, **about, answer=AppealState.UPHELD, words="已核实", seal=sealing, policies=[living.policy], at=clock()
    )
    assert looking.own_code(living, member.person_id).colour is Colour.GREEN
    (closed,) = appeals_of(living.store, me, person_id=member.person_id)
    _, answer = words_of(living.store, me, **about, at=clock())
    assert appeal_words.opened(living, answer, member.person_id, appeal_words.ANSWERED, at=closed.closed_at) == "已核实"
