"""Who was how near a case on an aircraft, a train, a coach, a ship."""

from pathlib import Path

import pytest

from fangxian.facts import Trip
from tracing.case import expect, traced

FLIGHT = """
    fact_id | person_id | mode     | number | from_at          | until_at         | seat
    t_ann   | ann       | aircraft | MU1234 | 2020-03-10 08:00 | 2020-03-10 10:00 | 12C
    t_bob   | bob       | aircraft | MU1234 | 2020-03-10 08:00 | 2020-03-10 10:00 | 12D
    t_cat   | cat       | aircraft | MU1234 | 2020-03-10 08:00 | 2020-03-10 10:00 | 12A
    t_dan   | dan       | aircraft | MU1234 | 2020-03-10 08:00 | 2020-03-10 10:00 | 09F
    t_eve   | eve       | aircraft | MU1234 | 2020-03-10 08:00 | 2020-03-10 10:00 | 16A
    t_fay   | fay       | aircraft | MU1234 | 2020-03-10 08:00 | 2020-03-10 10:00 |
    t_gus   | gus       | aircraft | MU1234 | 2020-03-11 08:00 | 2020-03-11 10:00 | 12D
    t_hal   | hal       | aircraft | MU1235 | 2020-03-10 08:00 | 2020-03-10 10:00 | 12D
"""


def test_aircraft_three_rows_before_and_behind(tmp_path: Path):
    expect(
        traced(tmp_path, {Trip: FLIGHT}).contacts,
        """
        person_id | setting  | contact_class | nearness     | certainty    | minutes | attack_percent
        bob       | aircraft | close         | adjacent     | known        | 120     | 6.1
        cat       | aircraft | close         | same_row     | known        | 120     | 1.8
        dan       | aircraft | close         | near_rows    | known        | 120     | 0.62
        eve       | aircraft | general       | aboard       | known        | 120     | 0.03
        fay       | aircraft | general       | seat_unknown | seat_unknown | 120     | 0.1
        """,
    )


def test_aircraft_two_seats_around_by_the_ecdc(tmp_path: Path):
    expect(
        traced(tmp_path, {Trip: FLIGHT}, scheme="ecdc-2020").contacts,
        """
        person_id | contact_class
        bob       | close
        cat       | close
        dan       | general
        eve       | general
        fay       | general
        """,
    )


def test_everybody_is_named_where_a_cases_own_seat_is_unknown(tmp_path: Path):
    trips = """
        person_id | mode     | number | from_at          | until_at         | seat
        ann       | aircraft | MU1234 | 2020-03-10 08:00 | 2020-03-10 10:00 |
        bob       | aircraft | MU1234 | 2020-03-10 08:00 | 2020-03-10 10:00 | 12D
    """
    expect(
        traced(tmp_path, {Trip: trips}).contacts,
        """
        person_id | contact_class | certainty
        bob       | general       | seat_unknown
        """,
    )


TRAIN = """
    fact_id | person_id | number | from_at          | until_at         | carriage | seat
    t_ann   | ann       | {run}  | 2020-03-10 08:00 | 2020-03-10 12:00 | 05       | 12A
    t_bob   | bob       | {run}  | 2020-03-10 09:00 | 2020-03-10 14:00 | 5        | 12B
    t_cat   | cat       | {run}  | 2020-03-10 06:00 | 2020-03-10 08:30 | 05       | 12F
    t_dan   | dan       | {run}  | 2020-03-10 08:00 | 2020-03-10 12:00 | 05       | 01A
    t_eve   | eve       | {run}  | 2020-03-10 08:00 | 2020-03-10 12:00 | 06       | 12B
    t_fay   | fay       | {run}  | 2020-03-10 06:00 | 2020-03-10 08:00 | 05       | 12B
    t_gus   | gus       | {run}  | 2020-03-10 12:00 | 2020-03-10 15:00 | 05       | 12A
    t_hal   | hal       | {run}  | 2020-03-10 08:00 | 2020-03-10 12:00 |          |
    t_ida   | ida       | {run}  | 2020-03-10 08:00 | 2020-03-10 12:00 | 05       |
"""


def test_a_sealed_train_by_carriage_and_only_the_part_of_the_way_that_is_shared(tmp_path: Path):
    expect(
        traced(tmp_path, {Trip: TRAIN.format(run="G7349")}).contacts,
        """
        person_id | contact_class | nearness      | certainty    | from_at          | until_at         | minutes
        bob       | close         | adjacent      | known        | 2020-03-10 09:00 | 2020-03-10 12:00 | 180
        cat       | close         | same_row      | known        | 2020-03-10 08:00 | 2020-03-10 08:30 | 30
        dan       | close         | same_carriage | known        | 2020-03-10 08:00 | 2020-03-10 12:00 | 240
        eve       | general       | aboard        | known        | 2020-03-10 08:00 | 2020-03-10 12:00 | 240
        gus       | general       | reused_seat   | known        | 2020-03-10 12:00 | 2020-03-10 15:00 | 180
        hal       | general       | seat_unknown  | seat_unknown | 2020-03-10 08:00 | 2020-03-10 12:00 | 240
        ida       | close         | same_carriage | known        | 2020-03-10 08:00 | 2020-03-10 12:00 | 240
        """,
    )


def test_a_train_that_is_not_sealed_by_bays(tmp_path: Path):
    trips = """
        person_id | number | from_at          | until_at         | carriage | seat
        ann       | 6063   | 2020-03-10 08:00 | 2020-03-10 12:00 | 5        | 45
        bob       | 6063   | 2020-03-10 08:00 | 2020-03-10 12:00 | 5        | 41
        cat       | 6063   | 2020-03-10 08:00 | 2020-03-10 12:00 | 5        | 31
        dan       | 6063   | 2020-03-10 08:00 | 2020-03-10 12:00 | 5        | 60
        eve       | 6063   | 2020-03-10 08:00 | 2020-03-10 12:00 | 5        | 61
        fay       | 6063   | 2020-03-10 08:00 | 2020-03-10 12:00 | 6        | 45
        gus       | 6063   | 2020-03-10 08:00 | 2020-03-10 12:00 | 5        |
    """
    expect(
        traced(tmp_path, {Trip: trips}).contacts,
        """
        person_id | contact_class | certainty
        bob       | close         | known
        cat       | close         | known
        dan       | close         | known
        eve       | general       | known
        fay       | general       | known
        gus       | general       | seat_unknown
        """,
    )


def test_a_soft_sleeper_by_compartment_on_a_sealed_train_too(tmp_path: Path):
    trips = """
        person_id | number | from_at          | until_at         | carriage | seat
        ann       | Z282   | 2020-03-10 20:00 | 2020-03-11 08:00 | 8        | 软卧13下
        bob       | Z282   | 2020-03-10 20:00 | 2020-03-11 08:00 | 8        | 软卧16上
        cat       | Z282   | 2020-03-10 20:00 | 2020-03-11 08:00 | 8        | 软卧17下
        dan       | Z282   | 2020-03-10 20:00 | 2020-03-11 08:00 | 9        | 软卧13下
    """
    expect(
        traced(tmp_path, {Trip: trips}).contacts,
        """
        person_id | contact_class | nearness
        bob       | close         | same_compartment
        cat       | general       | near_bays
        dan       | general       | aboard
        """,
    )


def test_a_night_train_is_one_run_whatever_day_its_ticket_is_of(tmp_path: Path):
    trips = """
        person_id | number | travelled_on | from_at          | until_at         | carriage | seat
        ann       | K528   | 2020-03-09   | 2020-03-09 22:00 | 2020-03-10 10:00 | 3        | 10
        bob       | K528   | 2020-03-10   | 2020-03-10 01:00 | 2020-03-10 06:00 | 3        | 99
        cat       | K528   | 2020-03-10   | 2020-03-10 22:00 | 2020-03-11 10:00 | 3        | 11
        dan       | K528   | 2020-03-11   | 2020-03-10 01:00 | 2020-03-10 06:00 | 3        | 12
    """
    expect(
        traced(tmp_path, {Trip: trips}).contacts,
        """
        person_id | contact_class | from_at          | until_at
        bob       | close         | 2020-03-10 01:00 | 2020-03-10 06:00
        """,
    )


def test_a_time_that_no_source_says_is_assumed_and_said_so(tmp_path: Path):
    trips = """
        person_id | number | travelled_on | from_at          | until_at         | carriage | seat
        ann       | G7349  | 2020-03-10   | 2020-03-10 08:00 | 2020-03-10 12:00 | 3        | 01A
        bob       | G7349  | 2020-03-10   | 2020-03-10 00:00 |                  | 3        | 02A
        cat       | G7349  | 2020-03-10   | 2020-03-10 11:00 |                  | 3        | 03A
        dan       | G7349  | 2020-03-10   | 2020-03-10 13:00 |                  | 3        | 04A
    """
    expect(
        traced(tmp_path, {Trip: trips}).contacts,
        """
        person_id | certainty    | from_at          | until_at
        bob       | time_assumed | 2020-03-10 08:00 | 2020-03-10 12:00
        cat       | time_assumed | 2020-03-10 11:00 | 2020-03-10 12:00
        """,
    )


@pytest.mark.parametrize(
    ("mode", "cabin", "other", "contact_class", "nearness"),
    [
        ("coach", "", "", "close", "near_rows"),
        ("ship", "101", "101", "close", "same_cabin"),
        ("ship", "101", "102", "general", "aboard"),
        ("ship", "101", "", "general", "seat_unknown"),
        ("metro", "", "", "general", "aboard"),
    ],
)
def test_coaches_ships_and_the_metro(tmp_path: Path, mode: str, cabin: str, other: str, contact_class: str, nearness: str):
    trips = f"""
        person_id | mode   | number | from_at          | until_at         | carriage | seat
        ann       | {mode} | 101    | 2020-03-10 08:00 | 2020-03-10 12:00 | {cabin}  | 1A
        bob       | {mode} | 101    | 2020-03-10 08:00 | 2020-03-10 12:00 | {other}  | 3A
    """
    contacts = traced(tmp_path, {Trip: trips}).contacts
    expect(contacts, f"person_id | contact_class | nearness\nbob | {contact_class} | {nearness}")


def test_only_the_time_in_which_a_case_infects_counts(tmp_path: Path):
    trips = """
        person_id | number | from_at          | until_at         | carriage | seat
        ann       | G1     | 2020-03-07 20:00 | 2020-03-08 02:00 | 1        | 01A
        bob       | G1     | 2020-03-07 20:00 | 2020-03-08 02:00 | 1        | 01B
        ann       | G2     | 2020-03-07 08:00 | 2020-03-07 12:00 | 1        | 01A
        cat       | G2     | 2020-03-07 08:00 | 2020-03-07 12:00 | 1        | 01B
        ann       | G3     | 2020-03-12 09:00 | 2020-03-12 12:00 | 1        | 01A
        dan       | G3     | 2020-03-12 09:00 | 2020-03-12 12:00 | 1        | 01B
    """
    expect(
        traced(tmp_path, {Trip: trips}).contacts,
        """
        person_id | from_at          | until_at
        bob       | 2020-03-08 00:00 | 2020-03-08 02:00
        dan       | 2020-03-12 09:00 | 2020-03-12 10:00
        """,
    )


def test_the_same_seat_in_a_carriage_that_is_not_known_is_not_the_next_seat(tmp_path: Path):
    trips = """
        person_id | number | from_at          | until_at         | carriage | seat
        ann       | G7349  | 2020-03-10 08:00 | 2020-03-10 12:00 | 5        | 12A
        bob       | G7349  | 2020-03-10 08:00 | 2020-03-10 12:00 |          | 12B
    """
    expect(
        traced(tmp_path, {Trip: trips}).contacts,
        """
        person_id | contact_class | nearness     | certainty
        bob       | general       | seat_unknown | seat_unknown
        """,
    )


def test_in_a_soft_sleeper_whoever_has_no_known_berth_must_be_asked(tmp_path: Path):
    trips = """
        person_id | number | from_at          | until_at         | carriage | seat
        ann       | Z282   | 2020-03-10 20:00 | 2020-03-11 08:00 | 8        | 软卧13下
        bob       | Z282   | 2020-03-10 20:00 | 2020-03-11 08:00 | 8        |
        cat       | Z282   | 2020-03-10 20:00 | 2020-03-11 08:00 | 8        | 16上
    """
    expect(
        traced(tmp_path, {Trip: trips}).contacts,
        """
        person_id | contact_class | certainty
        bob       | general       | seat_unknown
        cat       | close         | known
        """,
    )


def test_seats_without_letters_are_numbered_through_the_carriage_five_to_a_row(tmp_path: Path):
    trips = """
        person_id | number | from_at          | until_at         | carriage | seat
        ann       | K528   | 2020-03-10 08:00 | 2020-03-10 12:00 | 5        | 45
        bob       | K528   | 2020-03-10 08:00 | 2020-03-10 12:00 | 5        | 44
        cat       | K528   | 2020-03-10 08:00 | 2020-03-10 12:00 | 5        | 41
        dan       | K528   | 2020-03-10 08:00 | 2020-03-10 12:00 | 5        | 46
        eve       | K528   | 2020-03-10 08:00 | 2020-03-10 12:00 | 5        | 61
    """
    expect(
        traced(tmp_path, {Trip: trips}).contacts,
        """
        person_id | nearness
        bob       | adjacent
        cat       | same_row
        dan       | near_rows
        eve       | same_carriage
        """,
    )
