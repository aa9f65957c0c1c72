"""The epidemic: every infection comes from somewhere, and what is known of it follows from what happened."""

from datetime import date, datetime, timedelta

import polars as pl
import pytest

LOCAL = timedelta(hours=8)


@pytest.fixture(scope="module")
def infections(world):
    return {row["person"]: row for row in world.truth("infections").to_dicts()}


@pytest.fixture(scope="module")
def contacts(world):
    return world.truth("contacts").to_dicts()


def test_every_infection_has_an_infector_who_was_infectious_and_met_the_person_or_comes_from_hubei(world, infections, contacts):
    hubei = {}
    for journey in world.truth("journeys").filter(pl.col("region_code").str.starts_with("42")).to_dicts():
        hubei.setdefault(journey["person"], []).append(journey)
    local = 0
    for person, infection in infections.items():
        day = (infection["infected_at"] + LOCAL).date()
        if infection["infector"] is None:
            assert infection["setting"] == "import"
            assert infection["contact"] is None
            assert any(stay["leaves_on"] <= day < stay["returns_on"] for stay in hubei[person])
            continue
        local += 1
        contact, infector = contacts[infection["contact"]], infections[infection["infector"]]
        assert (contact["contact"], contact["person"], contact["other"]) == (infection["contact"], infection["infector"], person)
        assert contact["setting"] == infection["setting"]
        assert contact["begins_at"] <= infection["infected_at"] <= contact["begins_at"] + timedelta(minutes=contact["minutes"])
        assert infector["infected_at"] < infection["infected_at"]
        assert -2 <= (day - infector["onset_on"]).days <= 7
        assert infector["found_on"] is None or day < infector["found_on"]
    assert local > 10


def test_contacts_are_of_people_who_share_what_the_setting_says(world, contacts):
    people = world.truth("people").to_dicts()
    trips = world.truth("trips").to_dicts()
    aboard = {(trip["person"], trip["run"]) for trip in trips}
    seen = set()
    for contact in contacts:
        one, other = people[contact["person"]], people[contact["other"]]
        seen.add(contact["setting"])
        assert one["person"] != other["person"]
        match contact["setting"]:
            case "household":
                assert one["household"] == other["household"] == contact["place"]
            case "workplace" | "school":
                assert one["team"] == other["team"] == contact["place"]
            case "train" | "aircraft" | "coach":
                assert contact["run" if "run" in contact else "place"] > 0
                assert (one["person"], contact["place"]) in aboard
            case "venue" | "other":
                assert one["region_code"] == other["region_code"]
    assert {"household", "workplace", "venue", "other"} <= seen


def test_contacts_are_kept_only_while_a_person_is_infectious(infections, contacts):
    for contact in contacts:
        case = infections[contact["person"]]
        day = (contact["begins_at"] + LOCAL).date()
        assert -2 <= (day - case["onset_on"]).days <= 7
        assert case["found_on"] is None or day < case["found_on"]


def test_nobody_is_infected_twice_and_onset_follows_infection(world):
    infections = world.truth("infections")
    assert infections["person"].n_unique() == infections.height
    assert ((infections["onset_on"] - (infections["infected_at"] + LOCAL).dt.date()).dt.total_days() >= 2).all()


def test_the_wave_comes_with_the_returns_from_hubei_and_ebbs_after_the_closing(world):
    found = world.truth("infections")["found_on"].drop_nulls()
    assert found.min() >= date(2020, 1, 20)
    late = (found > date(2020, 2, 20)).sum()
    assert late < 0.1 * len(found)
    imports = world.truth("infections").filter(pl.col("setting") == "import")
    assert 0.2 < imports.height / world.truth("infections").height < 0.7


def test_every_confirmed_case_in_the_files_is_infected_and_every_found_one_is_reported(world):
    people = {row["id_number"]: row["person"] for row in world.truth("people").to_dicts()}
    reported = {people.get(row["证件号码"]) for row in world.rows("disease-control") if row["诊断状态"] in ("确诊", "无症状")} - {None}
    infected = set(world.truth("infections")["person"])
    assert reported <= infected
    early = world.truth("infections").filter(pl.col("found_on") < date(2020, 3, 1))["person"]
    assert len(set(early) - reported) <= 0.1 * len(early)


def test_people_under_suspicion_who_were_not_infected_are_excluded(world):
    people = {row["id_number"]: row["person"] for row in world.truth("people").to_dicts()}
    infected = set(world.truth("infections")["person"])
    excluded = {people.get(row["证件号码"]) for row in world.rows("disease-control") if row["诊断状态"] == "排除"} - {None}
    assert excluded
    assert not excluded & infected


def test_the_bulletin_counts_what_happened_and_a_silent_county_sends_nothing(world):
    rows = [row for row in world.rows("area-bulletin") if row["统计日期"].replace("/", "-") in ("2020-03-08", "2020-3-8", "20200308")]
    confirmed = {row["地区代码"]: int(row["累计确诊"]) for row in rows}
    silent = set(world.manifest["silent_regions"])
    assert len(silent) == 3
    assert not silent & confirmed.keys()
    cases = world.truth("infections").join(world.truth("people"), on="person")
    found = cases.filter(~pl.col("asymptomatic") & (pl.col("found_on") < date(2020, 3, 6)))
    expected = dict(found.group_by("region_code").len().rows())
    wrong = [code for code in confirmed if confirmed[code] != expected.get(code, 0)]
    assert len(wrong) <= 3, "only the last cases, not yet confirmed on the day, may be missing"
    assert sum(confirmed.values()) > 20
    assert list(confirmed.values()).count(0) > 20


def test_exposures_cite_the_report_of_a_case_and_measures_follow(world):
    reports = {row["报告编号"].strip() for row in world.rows("disease-control")}
    cited = [row["病例报告编号"] for row in world.rows("tracing")]
    assert sum(number in reports for number in cited) > 0.95 * len(cited)
    assert {row["措施"].strip() for row in world.rows("isolation")} >= {"居家", "集中", "解除"}


def test_a_listing_cites_a_record_and_a_removal_none(world):
    for row in world.rows("control-list"):
        if row["动作"].strip() == "列入" and row["依据类型"].strip() in ("诊断", "暴露", "旅居"):
            assert row["依据编号"].split(":")[0] in ("disease-control", "tracing", "operator-roaming")
        elif row["动作"].strip() == "移出":
            assert row["依据编号"] == ""


def test_instants_of_the_truth_are_utc(world):
    first = world.truth("contacts").filter(pl.col("setting") == "household")["begins_at"].to_list()[0]
    assert isinstance(first, datetime)
    assert first.hour == 10, "people are home at six in the evening, China's time"
