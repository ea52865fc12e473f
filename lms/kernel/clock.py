"""The clock: business code asks it, tests set it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Gives the present moment, aware, in UTC."""


def system_clock() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day of a moment in a time zone: days are decided where people live."""
    return moment.astimezone(ZoneInfo(zone)).date()


def end_of_day(day: date, zone: str) -> datetime:
    """23:59 of a local day, in UTC: when a deadline passes."""
    return datetime.combine(day, time(23, 59), ZoneInfo(zone)).astimezone(UTC)


def start_of_day(day: date, zone: str) -> datetime:
    """The first moment of a local day, in UTC."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def deadline(entered: datetime, days: int, zone: str) -> datetime:
    """A deadline of so many days after an entry."""
    return end_of_day(local_day(entered, zone) + timedelta(days=days), zone)
