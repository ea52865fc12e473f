"""Rates are pure functions of ends and of the rule: unknown counts as unknown, and nobody is recognised."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.outcomes.data import FEWEST, MONTHS, SITUATIONS, Ending, Rate, RuleInfo
from lms.outcomes.drawing import LEFT, WIDTH, bars
from lms.outcomes.folds import OTHER, POSITIVE, TOO_EARLY, UNKNOWN, by_group, known_groups, rate, rows, verdict

RULE = RuleInfo()
TODAY = date(2027, 12, 1)
REASONS = ("created", "testing", "employed", "other_training", "chosen_stop", "lost_touch")


def ending(**values: Any) -> Ending:
    known = {"membership_id": 1, "cohort_id": 1, "entered_on": date(2026, 1, 5), "ended_on": date(2026, 3, 31)}
    return Ending(**{**known, "reason": "created", "said_reason": "", "situations": {}, **values})


def made(drawn: tuple[int, int, int, str, str]) -> Ending:
    person, group, days, reason, situation = drawn
    said = {month: situation for month in MONTHS if situation and (person + month) % 2}
    return ending(
        membership_id=person,
        cohort_id=group,
        ended_on=TODAY - timedelta(days=days),
        reason=reason,
        situations=said,
    )


calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""On a machine that does other things at the same time."""
endings = st.lists(
    st.tuples(
        st.integers(1, 30),
        st.integers(1, 5),
        st.integers(0, 500),
        st.sampled_from(REASONS),
        st.sampled_from(["", *SITUATIONS]),
    ).map(made),
    max_size=20,
)


def test_at_the_end_the_noted_reason_decides() -> None:
    told = {reason: verdict(ending(reason=reason), RULE, month=0, today=TODAY) for reason in REASONS}
    assert told == {
        "created": POSITIVE,
        "testing": POSITIVE,
        "employed": POSITIVE,
        "other_training": POSITIVE,
        "chosen_stop": OTHER,
        "lost_touch": UNKNOWN,
    }


def test_an_organisation_may_count_a_chosen_stop() -> None:
    rule = replace(RULE, reasons=frozenset({"chosen_stop"}))
    assert verdict(ending(reason="chosen_stop"), rule, month=0, today=TODAY) == POSITIVE
    assert verdict(ending(reason="created"), rule, month=0, today=TODAY) == OTHER


def test_later_only_an_answer_decides_and_no_answer_is_unknown() -> None:
    assert verdict(ending(reason="created"), RULE, month=6, today=TODAY) == UNKNOWN
    assert verdict(ending(situations={6: "unsaid"}), RULE, month=6, today=TODAY) == UNKNOWN
    assert verdict(ending(situations={1: "employed"}), RULE, month=6, today=TODAY) == UNKNOWN
    assert verdict(ending(reason="lost_touch", situations={6: "employed"}), RULE, month=6, today=TODAY) == POSITIVE
    assert verdict(ending(situations={6: "looking"}), RULE, month=6, today=TODAY) == OTHER


def test_an_end_counts_from_the_day_when_its_months_have_passed() -> None:
    ended = ending(ended_on=date(2026, 3, 31), situations={6: "employed"})
    assert verdict(ended, RULE, month=6, today=date(2026, 9, 29)) == TOO_EARLY
    assert verdict(ended, RULE, month=6, today=date(2026, 9, 30)) == POSITIVE


@calmly
@given(endings, st.sampled_from((0, *MONTHS)), st.integers(0, 20))
def test_every_end_counts_once_whatever_the_order(found: Any, month: Any, cut: Any) -> None:
    one = rate(found, RULE, month=month, today=TODAY)
    assert one.total + one.too_early == len(found)
    assert rate([*found[cut:], *reversed(found[:cut])], RULE, month=month, today=TODAY) == one
    assert 0 <= one.percent <= 100


@calmly
@given(endings)
def test_no_split_tells_of_fewer_than_five_people_even_by_subtraction(found: Any) -> None:
    lines = by_group(found, RULE, month=0, today=TODAY)
    for group, line in lines:
        own = {one.membership_id for one in found if (one.cohort_id == group if group is not None else True)}
        assert group is None or len(own) == line.people
        assert line.people >= FEWEST
    whole = rate(found, RULE, month=0, today=TODAY)
    if lines:
        assert sum(line.total for _group, line in lines) == whole.total


@calmly
@given(endings)
def test_rows_name_no_small_group_and_stay_silent_below_five_people(found: Any) -> None:
    names = {number: f"Groupe {number}" for number in range(1, 6)}
    listed = rows(found, RULE, names=names, others="Autres groupes", today=TODAY)
    if len({one.membership_id for one in found}) < FEWEST:
        assert listed == []
        return
    assert len(listed) == len(found)
    assert all(row.entered.day == row.ended.day == 1 for row in listed)
    for name in {row.group for row in listed} - {"Autres groupes"}:
        number = next(key for key, text in names.items() if text == name)
        assert len({one.membership_id for one in found if one.cohort_id == number}) >= FEWEST


def test_one_small_group_beside_a_large_one_hides_in_it() -> None:
    large = [ending(membership_id=number, cohort_id=1) for number in range(10)]
    small = [ending(membership_id=100 + number, cohort_id=2) for number in range(2)]
    assert known_groups([*large, *small]) == frozenset()
    assert by_group([*large, *small], RULE, month=0, today=TODAY) == []


def test_half_goes_up_and_nobody_is_no_rate() -> None:
    assert Rate(0, 8, 1, 7, 0, 0).percent == 13
    assert Rate(0, 0, 0, 0, 0, 3).percent == 0
    assert not Rate(0, 4, 4, 0, 0, 0).is_shown


def test_bars_fill_their_length() -> None:
    drawn = bars([Rate(0, 7, 3, 2, 2, 0), Rate(1, 0, 0, 0, 0, 7)])
    assert len(drawn) == 1
    assert drawn[0].pieces[0].x == LEFT
    assert abs(sum(piece.width for piece in drawn[0].pieces) - WIDTH) < 0.1
    assert sum(piece.count for piece in drawn[0].pieces) == 7


def test_a_month_later_on_a_short_month_is_its_last_day() -> None:
    ended = ending(ended_on=date(2027, 1, 31), situations={1: "created"})
    assert verdict(ended, RULE, month=1, today=date(2027, 2, 27)) == TOO_EARLY
    assert verdict(ended, RULE, month=1, today=date(2027, 2, 27) + timedelta(days=1)) == POSITIVE


@calmly
@given(endings)
def test_whatever_the_ends_five_people_stand_behind_every_group_and_dates(drawn: list[Ending]) -> None:
    people: dict[tuple[Any, ...], int] = {}
    for row in rows(drawn, RULE, names={}, others="Autres", today=TODAY):
        place = (row.group, row.months, row.entered, row.ended)
        people[place] = people.get(place, 0) + 1
    assert all(number >= FEWEST for number in people.values())


def test_one_who_ended_alone_in_a_month_is_told_of_by_the_year() -> None:
    spring = [ending(membership_id=number, ended_on=date(2026, 3, 31)) for number in range(1, 6)]
    alone = ending(membership_id=6, ended_on=date(2026, 9, 30), reason="chosen_stop")
    made = rows([*spring, alone], RULE, names={1: "A"}, others="Autres", today=TODAY)
    assert len({(row.months, row.ended) for row in made}) == 1, "five by the month and one beside would tell who it is"
    many = [ending(membership_id=number, ended_on=date(2026, 3, 31)) for number in range(1, 11)]
    made = rows([*many, alone], RULE, names={1: "A"}, others="Autres", today=TODAY)
    assert len([row for row in made if row.ended == alone.ended_on.replace(month=1, day=1)]) in (0, 11)
