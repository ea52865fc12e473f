"""Pauses, as pure rules on local days: what stands still while someone is away.

A pause from Monday to Wednesday counts two days, whatever the hours; pauses that follow one another count like one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from lms.courses.data import EnrolmentInfo
from lms.kernel.clock import local_day, months_after

MOST_MONTHS = 15
"""A path lasts so many months at the most, from the entry (needs A5)."""
Stop = tuple[date, date]
"""The first day of a pause, and the day of the return."""


def stops_of(enrolment: EnrolmentInfo, *, now: datetime, zone: str) -> list[Stop]:
    """The pauses of an enrolment in order, the present one up to today."""
    stops = [(date.fromisoformat(start), date.fromisoformat(end)) for start, end in enrolment.pauses]
    if enrolment.paused_at is not None:
        stops.append((local_day(enrolment.paused_at, zone), local_day(now, zone)))
    return stops


def moved(day: date, stops: Iterable[Stop]) -> date:
    """A deadline, later by each pause that begins before it has passed. A pause after it changes nothing."""
    for start, end in stops:
        if start > day:
            break
        day += max(end - start, timedelta())
    return day


def days_between(first: date, last: date, stops: Iterable[Stop]) -> int:
    """Days from one day to another, those of pauses left out."""
    paused = sum((max(min(end, last) - max(start, first), timedelta()) for start, end in stops), timedelta())
    return max((last - first - paused).days, 0)


def days_at_work(enrolment: EnrolmentInfo, *, now: datetime, zone: str, since: datetime | None = None) -> int:
    """Days since the entry, or since a later moment, without those of pauses: what "quiet for ten days" counts."""
    first = local_day(since or enrolment.entered_at, zone)
    return days_between(first, local_day(now, zone), stops_of(enrolment, now=now, zone=zone))


def last_day_possible(entered_at: datetime, zone: str) -> date:
    """The day after which a path cannot be extended any more."""
    return months_after(local_day(entered_at, zone), MOST_MONTHS)
