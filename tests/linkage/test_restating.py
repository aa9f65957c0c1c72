"""Records without a usable id go in under provisional ids; merging and splitting are facts, and the way back is always open."""

import orjson

from fangxian.engine.compaction import compact
from fangxian.facts import Residence, SamePerson
from fangxian.linkage.restating import restate
from linkage.conftest import ANN, BO, DAY, RECEIVED_AT, STREET


def test_without_a_finder_rows_without_a_usable_id_are_refused_as_ever(street):
    receipt = street.bring(finder=False).receipt
    assert receipt["rows"]["accepted"] == 1
    assert receipt["refused"] == {"missing": 3, "wrong_id": 1}


def test_with_a_finder_whoever_has_a_name_goes_in_and_the_nameless_are_refused(street):
    receipt = street.bring().receipt
    assert receipt["rows"] == {"read": 5, "accepted": 4, "quarantined": 1, "repeated": 0}
    assert {street.provisional(record) for record in ("JZ1", "JZ3", "JZ4")} | {street.person(BO)} == {
        person for (person,) in street.rows(Residence, "person_id")
    }


def test_what_is_certain_is_a_fact_about_the_known_person(street):
    street.bring()
    assert street.rows(SamePerson, "person_id, provisional_person_id, source, basis, first_signer_id") == [
        (street.person(ANN), street.provisional("JZ1"), "linkage", "linkage", None)
    ]


def test_a_doubtful_pair_is_kept_with_both_rows_and_blocks_nothing(street):
    street.bring()
    (pair,) = street.doubtful
    assert (pair["person_id"], pair["provisional_person_id"]) == (street.person(BO), street.provisional("JZ4"))
    said = orjson.loads(pair["contents"])
    assert (said["record"]["name"], said["known"]["name"], said["known"]["born_on"]) == ("单雨浩", "单雨浩", "1975-05-05")
    assert said["steps"] == {"name": 5, "birth": -1, "phone": -1, "id_number": -1, "sex": 1, "address": 3}
    assert pair["region_code"] == "330106"


def test_merging_says_the_records_facts_of_the_person_and_takes_them_back_of_the_provisional_one(street):
    street.bring()
    done = street.restate()
    assert done is not None
    assert done.facts == {"household": 1, "residence": 1, "withdrawal": 2}
    later = street.lives(RECEIVED_AT + 2 * DAY)
    assert street.person(ANN) in later
    assert street.provisional("JZ1") not in later
    assert street.provisional("JZ3") in later, "whoever is nobody's stays"
    before = street.lives(RECEIVED_AT)
    assert street.provisional("JZ1") in before, "what was known then is decided as it was"
    assert street.person(ANN) not in before
    assert street.restate(RECEIVED_AT + 3 * DAY) is None, "there is nothing more to do"


def test_splitting_takes_back_exactly_what_merging_said_and_merging_again_says_it_again(street):
    street.bring()
    original = street.lives(RECEIVED_AT)
    street.restate(RECEIVED_AT + DAY)
    street.withdraw(street.person(ANN), RECEIVED_AT + 2 * DAY)
    split = street.restate(RECEIVED_AT + 3 * DAY)
    assert split is not None
    assert split.facts == {"household": 1, "residence": 1, "withdrawal": 2}
    assert street.lives(RECEIVED_AT + 4 * DAY) == original
    assert street.person(ANN) in street.lives(RECEIVED_AT + 1.5 * DAY), "in between it was as it was said"


def test_merging_and_splitting_survive_a_compaction(street):
    street.bring()
    street.restate(RECEIVED_AT + DAY)
    merged = street.lives(RECEIVED_AT + 2 * DAY)
    compact(street.lake, threads=1)
    assert street.lives(RECEIVED_AT + 2 * DAY) == merged
    street.withdraw(street.person(ANN), RECEIVED_AT + 2 * DAY)
    street.restate(RECEIVED_AT + 3 * DAY)
    compact(street.lake, threads=1)
    assert street.lives(RECEIVED_AT + 4 * DAY) == street.lives(RECEIVED_AT)
    assert street.restate(RECEIVED_AT + 5 * DAY) is None


def test_the_record_said_again_with_its_id_number_is_the_persons_without_any_linkage(street):
    street.bring()
    street.bring(
        STREET.replace("JZ3,居民身份证,330106197505050050", f"JZ3,居民身份证,{BO}").replace("2020-02-11", "2020-02-12"),
        at=RECEIVED_AT + DAY,
    )
    assert street.provisional("JZ3") not in street.lives(RECEIVED_AT + 2 * DAY)


def test_a_service_looks_again_only_where_somebody_decided_something(street):
    street.bring()
    assert restate(street.lake, at=RECEIVED_AT + DAY, anew=False) is not None
    assert restate(street.lake, at=RECEIVED_AT + 2 * DAY, anew=False) is None
    street.withdraw(street.person(ANN), RECEIVED_AT + 3 * DAY)
    assert restate(street.lake, at=RECEIVED_AT + 4 * DAY, anew=False) is not None
    assert restate(street.lake, at=RECEIVED_AT + 5 * DAY, anew=False) is None


def test_receipts_quarantine_and_facts_hold_no_name_phone_or_address(street):
    street.bring()
    street.restate()
    everything = b"".join(path.read_bytes() for path in street.lake.path.rglob("*") if path.is_file())
    shown = orjson.dumps(street.lake.receipts()) + everything
    for word in ("单雨浩", "赵无人", "Jingyi", "12939878649", "解放路", "330106197505050050"):
        assert word.encode() not in shown
    for path in street.lake.quarantine_files():
        import duckdb

        assert "赵无人" not in str(duckdb.sql(f"FROM read_parquet('{path}')").fetchall())
