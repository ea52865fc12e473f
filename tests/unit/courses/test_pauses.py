"""A deadline moves by the days of pause: the pure rule, whatever the pauses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.courses.data import EnrolmentInfo
from lms.courses.pauses import days_at_work, days_between, last_day_possible, moved, stops_of

ZONE = "Europe/Paris"
ENTRY = datetime(2026, 1, 5, 9, tzinfo=UTC)
calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""On a machine that does other things at the same time."""
gaps = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 60)), max_size=8)
"""Days before each pause, days of the pause."""


def stops_from(lengths: Any) -> Any:
    day, stops = date(2026, 1, 5), []
    for before, paused in lengths:
        start = day + timedelta(days=before)
        day = start + timedelta(days=paused)
        stops.append((start, day))
    return stops


def info(**values: Any) -> EnrolmentInfo:
    known = {"id": 1, "key": "k", "uuid": "u", "membership_id": 1, "cohort_id": 1, "course_id": 1, "version_id": 1}
    return EnrolmentInfo(**{**known, "entered_at": ENTRY, "ended_at": None, "end_reason": "", **values})


@calmly
@given(gaps, st.integers(0, 120))
def test_between_the_entry_and_a_deadline_lie_as_many_days_at_work_as_it_says(lengths: Any, due_days: Any) -> None:
    first, stops = date(2026, 1, 5), stops_from(lengths)
    assert days_between(first, moved(first + timedelta(days=due_days), stops), stops) == due_days


@calmly
@given(gaps, st.integers(0, 120))
def test_a_deadline_comes_later_by_the_days_of_the_pauses_before_it_and_by_no_others(
    lengths: Any, due_days: Any
) -> None:
    stops, before = stops_from(lengths), date(2026, 1, 5) + timedelta(days=due_days)
    after = moved(before, stops)
    assert after - before == sum((end - start for start, end in stops if start <= after), timedelta())
    assert moved(before, [stop for stop in stops if stop[0] > after]) == before


@calmly
@given(gaps, st.integers(0, 120), st.integers(0, 60))
def test_coming_back_later_never_makes_a_deadline_earlier(lengths: Any, due_days: Any, more: Any) -> None:
    stops, day = stops_from(lengths), date(2026, 1, 5) + timedelta(days=due_days)
    longer = [*stops[:-1], (stops[-1][0], stops[-1][1] + timedelta(days=more))] if stops else []
    assert moved(day, longer) >= moved(day, stops)


@calmly
@given(gaps, st.integers(1, 30))
def test_pauses_that_follow_one_another_count_like_one(lengths: Any, cut: Any) -> None:
    for start, end in stops_from(lengths):
        middle = min(start + timedelta(days=cut), end)
        day = start + timedelta(days=3)
        assert moved(day, [(start, middle), (middle, end)]) == moved(day, [(start, end)])


def test_the_present_pause_counts_up_to_today() -> None:
    paused = info(pauses=[["2026-01-10", "2026-01-12"]], paused_at=datetime(2026, 1, 20, 23, 30, tzinfo=UTC))
    now = datetime(2026, 1, 25, 8, tzinfo=UTC)
    assert stops_of(paused, now=now, zone=ZONE) == [
        (date(2026, 1, 10), date(2026, 1, 12)),
        (date(2026, 1, 21), date(2026, 1, 25)),  # half past midnight in Paris
    ]
    assert days_at_work(paused, now=now, zone=ZONE) == 20 - 2 - 4
    assert days_at_work(paused, now=now, zone=ZONE, since=datetime(2026, 1, 11, 9, tzinfo=UTC)) == 14 - 1 - 4


def test_a_clock_that_went_back_takes_no_day_away() -> None:
    paused = info(paused_at=datetime(2026, 3, 1, 9, tzinfo=UTC))
    now = datetime(2026, 1, 6, 9, tzinfo=UTC)
    day = date(2026, 3, 5)
    assert moved(day, stops_of(paused, now=now, zone=ZONE)) == day
    assert days_at_work(paused, now=now, zone=ZONE) == 1


def test_fifteen_months_end_on_a_day_that_exists() -> None:
    assert last_day_possible(datetime(2026, 11, 30, 9, tzinfo=UTC), ZONE) == date(2028, 2, 29)
    assert last_day_possible(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), ZONE) == date(2028, 4, 1)
