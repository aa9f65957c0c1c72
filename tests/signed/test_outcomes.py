"""What a gate says about each kind of code: one outcome each, and none but a green code passes."""

from dataclasses import replace

import pytest

from fangxian.policy.colour import Colour
from fangxian.signed import cose, envelope, phone
from fangxian.signed.credential import DayCredential, PaperCredential, day_salt
from fangxian.signed.issue import issue
from fangxian.signed.keys import PrivateKey
from fangxian.signed.limits import LIMITS
from fangxian.signed.place import PlaceCode
from fangxian.signed.verdict import Outcome

from .kit import ANN, DAY, EIGHT, HOUR, MINUTE, SALT, SECOND, Town, changes, token_id, trusted


@pytest.mark.parametrize("colour", Colour)
def test_a_code_shown_live_gives_its_colour_and_only_green_passes(town: Town, colour: Colour):
    verdict = town.scan(town.shown(colour=colour))
    assert (verdict.outcome, verdict.colour, verdict.passes) == (Outcome.COLOUR, colour, colour is Colour.GREEN)


def test_a_verdict_carries_the_credential_as_it_was_signed(town: Town):
    assert town.scan(town.shown()).credential == town.day()
    assert isinstance(town.day(), DayCredential)


def test_a_paper_passes_without_a_minute_as_often_as_it_is_shown(town: Town):
    text = issue(town.paper(), by=town.server)
    verdicts = [town.scan(text, EIGHT + n * HOUR) for n in range(3)]
    assert [verdict.passes for verdict in verdicts] == [True] * 3
    assert isinstance(verdicts[0].credential, PaperCredential)


def test_a_screenshot_is_good_for_a_minute_and_dead_a_second_later(town: Town):
    text = town.shown(EIGHT)
    assert town.scan(text, EIGHT + 60 * SECOND).outcome is Outcome.COLOUR
    assert town.scan(text, EIGHT + 61 * SECOND).outcome is Outcome.SCREENSHOT


def test_a_copy_of_the_credential_without_the_phones_minute_does_not_pass(town: Town):
    assert town.scan(town.credential()).outcome is Outcome.SCREENSHOT


def test_the_same_minute_twice_at_one_gate_is_a_replay_and_the_next_minute_is_none(town: Town):
    text = town.shown(EIGHT)
    assert [town.scan(text, EIGHT + n * SECOND).outcome for n in (1, 2)] == [Outcome.COLOUR, Outcome.REPLAY]
    assert town.scan(town.shown(EIGHT + 30 * SECOND), EIGHT + 31 * SECOND).outcome is Outcome.COLOUR


def test_the_same_minute_signed_again_is_still_a_replay(town: Town):
    assert town.scan(town.shown(EIGHT)).outcome is Outcome.COLOUR
    assert town.scan(town.shown(EIGHT)).outcome is Outcome.REPLAY


def test_a_credential_ends_at_its_instant(town: Town):
    until = EIGHT + 12 * HOUR
    assert town.scan(town.shown(until - SECOND), until - SECOND).outcome is Outcome.COLOUR
    assert town.scan(town.shown(until), until).outcome is Outcome.EXPIRED
    assert town.scan(issue(town.paper(), by=town.server), until).outcome is Outcome.EXPIRED


def test_a_phone_half_a_minute_fast_is_borne_with_and_one_faster_is_told_of_the_clock(town: Town):
    assert town.scan(town.shown(EIGHT + 30 * SECOND)).outcome is Outcome.COLOUR
    assert town.scan(town.shown(EIGHT + 31 * SECOND)).outcome is Outcome.CLOCK


def test_a_paper_from_the_future_is_told_of_the_clock(town: Town):
    assert town.scan(issue(town.paper(issued_at=EIGHT + HOUR), by=town.server)).outcome is Outcome.CLOCK


def people_in_a_row(town: Town, *, gate_is_off_by):
    """Return the verdicts on six people whose phones are right, at a gate whose clock is off."""
    verdicts = []
    for n in range(6):
        now = EIGHT + n * 10 * SECOND
        text = town.shown(now - n * 3 * SECOND, token_id=token_id(SALT, f"{n:032x}"))
        verdicts.append(town.scan(text, now + gate_is_off_by))
    return verdicts


@pytest.mark.parametrize("off", [HOUR, -HOUR])
def test_a_gate_whose_clock_is_off_by_an_hour_lets_nobody_pass_and_says_so_after_five_people(town: Town, off):
    verdicts = people_in_a_row(town, gate_is_off_by=off)
    assert not any(verdict.passes for verdict in verdicts)
    assert [verdict.outcome for verdict in verdicts[4:]] == [Outcome.CLOCK] * 2
    assert abs(verdicts[-1].clock_off_by - off) < MINUTE


def test_a_gate_whose_clock_is_right_lets_a_queue_of_different_people_pass(town: Town):
    assert {verdict.outcome for verdict in people_in_a_row(town, gate_is_off_by=0 * SECOND)} == {Outcome.COLOUR}


def test_screenshots_of_one_person_do_not_make_the_gate_doubt_its_clock(town: Town):
    verdicts = [town.scan(town.shown(EIGHT + n * SECOND), EIGHT + HOUR) for n in range(8)]
    assert {verdict.outcome for verdict in verdicts} == {Outcome.SCREENSHOT}


def test_screenshots_of_different_ages_do_not_make_the_gate_doubt_its_clock(town: Town):
    texts = [town.shown(EIGHT + n * MINUTE, token_id=token_id(SALT, f"{n:032x}")) for n in range(8)]
    assert {town.scan(text, EIGHT + HOUR).outcome for text in texts} == {Outcome.SCREENSHOT}


def test_a_minute_signed_by_another_phone_is_forged(town: Town):
    text = phone.show(town.credential(), at=EIGHT, by=PrivateKey.make())
    assert town.scan(text).outcome is Outcome.FORGED


def test_a_credential_under_the_name_of_a_trusted_key_by_another_key_is_forged(town: Town):
    class Impostor:
        """Signs with its own key and names the server's."""

        key_id = town.server.key_id
        sign = staticmethod(PrivateKey.make().sign)

    assert town.scan(town.shown(by=Impostor())).outcome is Outcome.FORGED
    assert town.scan(issue(town.paper(), by=Impostor())).outcome is Outcome.FORGED


def test_a_minute_made_for_another_use_of_the_phones_key_is_forged(town: Town):
    good = phone.read(envelope.read(town.shown())[1])
    body = cose.sign(good.signed.payload, by=town.phone, context=b"another use", names_key=False)
    assert town.scan(envelope.write(envelope.Form.PHONE, body)).outcome is Outcome.FORGED


def test_a_key_cannot_speak_for_another_region(town: Town):
    assert town.scan(town.shown(by=town.neighbour)).outcome is Outcome.FORGED
    assert town.scan(town.shown(region_code="510100")).outcome is Outcome.FORGED


def test_a_key_cannot_sign_outside_its_time(town: Town):
    late = town.trust_of(trusted(town.server, not_after=EIGHT - HOUR))
    early = town.trust_of(trusted(town.server, not_before=EIGHT - HOUR + SECOND))
    assert [town.scan(town.shown(), trust=trust).outcome for trust in (late, early)] == [Outcome.FORGED] * 2


def test_a_key_that_the_gate_does_not_know_is_foreign(town: Town):
    assert town.scan(town.shown(by=PrivateKey.make())).outcome is Outcome.FOREIGN


def test_a_recognised_region_has_its_own_outcome_and_does_not_pass_by_itself(town: Town):
    verdict = town.scan(town.shown(by=town.neighbour, region_code="510100"))
    assert (verdict.outcome, verdict.colour, verdict.passes) == (Outcome.ELSEWHERE, Colour.GREEN, False)


def test_a_leaked_key_ends_everything_that_it_signed_from_the_instant_of_its_revocation(town: Town):
    trust = town.trust_of(trusted(town.server, revoked_at=EIGHT))
    thieves_limits = replace(LIMITS, day_credential_longest=30 * DAY)
    long_ago = issue(town.day(issued_at=EIGHT - 20 * DAY), by=town.server, limits=thieves_limits)
    backdated = phone.show(long_ago, at=EIGHT, by=town.phone)
    assert town.scan(town.shown(EIGHT - SECOND), EIGHT - SECOND, trust=trust).outcome is Outcome.COLOUR
    assert town.scan(town.shown(), trust=trust).outcome is Outcome.REVOKED
    assert town.scan(issue(town.paper(), by=town.server), trust=trust).outcome is Outcome.REVOKED
    assert town.scan(backdated, trust=trust).outcome is Outcome.REVOKED


def test_a_rotated_key_is_believed_beside_the_new_one(town: Town):
    new = PrivateKey.make()
    trust = town.trust_of(trusted(town.server), trusted(new))
    old_and_new = [town.scan(town.shown(EIGHT + n * SECOND, by=key), trust=trust) for n, key in enumerate((town.server, new))]
    assert [verdict.outcome for verdict in old_and_new] == [Outcome.COLOUR] * 2


def test_a_change_of_colour_reaches_a_credential_that_was_signed_before_it(town: Town):
    token = town.day().token_id
    red = changes((token, EIGHT - 30 * MINUTE, "red"))
    verdict = town.scan(town.shown(), changes=red)
    assert (verdict.outcome, verdict.colour, verdict.changed) == (Outcome.COLOUR, Colour.RED, True)


def test_a_change_to_the_colour_that_a_credential_has_already_changes_nothing(town: Town):
    token = town.day().token_id
    verdict = town.scan(town.shown(colour=Colour.RED), changes=changes((token, EIGHT - 30 * MINUTE, "red")))
    assert (verdict.colour, verdict.changed) == (Colour.RED, False)


def test_a_credential_that_was_signed_after_the_change_has_the_last_word(town: Town):
    red = changes((town.day().token_id, EIGHT - HOUR - SECOND, "red"))
    verdict = town.scan(town.shown(), changes=red)
    assert (verdict.colour, verdict.changed) == (Colour.GREEN, False)


def test_a_change_does_not_count_before_its_instant(town: Town):
    red = changes((town.day().token_id, EIGHT + SECOND, "red"))
    assert town.scan(town.shown(), changes=red).colour is Colour.GREEN
    assert town.scan(town.shown(EIGHT + SECOND), EIGHT + SECOND, changes=red).colour is Colour.RED


def test_a_revoked_paper_does_not_pass_and_the_persons_phone_still_does(town: Town):
    revoked = changes((town.paper().token_id, EIGHT - SECOND, "revoked"))
    assert town.scan(issue(town.paper(), by=town.server), changes=revoked).outcome is Outcome.REVOKED
    assert town.scan(town.shown(), changes=revoked).outcome is Outcome.COLOUR


def test_a_gate_that_was_offline_for_three_days_knows_todays_code_by_its_signature_and_says_that_its_files_are_old(town: Town):
    at = EIGHT + 3 * DAY
    text = town.shown(at, issued_at=at - HOUR, valid_until=at + HOUR)
    verdict = town.scan(text, at, changes=changes((town.day().token_id, EIGHT - SECOND, "red")))
    assert (verdict.passes, verdict.files_are_old, verdict.changes_age) == (True, True, 3 * DAY)
    assert "联网" in verdict.words.zh
    assert "online" in verdict.words.en


@pytest.mark.parametrize("text", ["", "HC1:", "FX1:", "FX1", "https://example.org/pay", "健康码", "\ud800", "HC1:" + "0" * 100_000])
def test_what_is_no_health_code_is_damaged(town: Town, text: str):
    assert town.scan(text).outcome is Outcome.DAMAGED


def test_a_places_code_is_no_persons(town: Town):
    place = PlaceCode(
        place_id="p-1",
        organisation="虚构商场",
        address="虚构路1号",
        region_code="330100",
        issued_by="杭州市",
        issued_at=EIGHT - DAY,
        valid_until=EIGHT + DAY,
    )
    assert town.scan(place.write(by=town.server)).outcome is Outcome.DAMAGED


def test_a_minute_around_a_paper_is_damaged(town: Town):
    assert town.scan(phone.show(issue(town.paper(), by=town.server), at=EIGHT, by=town.phone)).outcome is Outcome.DAMAGED


def test_every_outcome_has_words_in_both_languages_for_the_guard():
    assert all(outcome.words.zh.endswith("。") and outcome.words.en.endswith(".") for outcome in Outcome)


def test_a_token_id_is_another_every_day_for_every_paper_and_for_every_region():
    tomorrow = day_salt(bytes(32), (EIGHT + DAY).date())
    ids = {token_id(SALT, ANN), token_id(tomorrow, ANN), token_id(SALT, ANN, paper=1), token_id(SALT, ANN, paper=2)}
    assert len(ids) == 4
    assert {len(one) for one in ids} == {16}
