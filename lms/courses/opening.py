"""When an activity opens and when it is due, as pure rules (docs/content.md, `opens`, `due_days`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lms.courses.data import ActivityInfo, EnrolmentInfo, ProgressInfo
from lms.courses.folds import DONE
from lms.courses.pauses import Stop, moved, stops_of
from lms.kernel.clock import end_of_day, local_day

OPEN, DATE, AFTER, TRAINER = "", "date", "after", "trainer"


@dataclass(frozen=True, slots=True)
class Opened:
    """Whether it is open; if not, why (`date`, `after`, `trainer`), with the moment or the activity that opens it."""

    is_open: bool
    because: str = OPEN
    at: datetime | None = None
    after: str = ""


def opened(
    info: ActivityInfo,
    *,
    entered_at: datetime,
    now: datetime,
    zone: str,
    progress: Mapping[str, ProgressInfo],
    granted: Collection[str],
) -> Opened:
    """Apply the activity's rule for one person. What was begun stays open; a trainer's word opens anything."""
    rule: Mapping[str, Any] = info.opens or {}
    if not rule or info.key in granted or info.key in progress:
        return Opened(is_open=True)
    if "days" in rule:
        at = _start_of_day_after(entered_at, int(rule["days"]), zone)
        return Opened(is_open=now >= at, because=DATE, at=at)
    if "after" in rule:
        before = progress.get(str(rule["after"]))
        minimum = float(rule.get("minimum", 0))
        is_open = before is not None and before.status == DONE and (before.best or 0) >= minimum
        return Opened(is_open=is_open, because=AFTER, after=str(rule["after"]))
    return Opened(is_open=False, because=TRAINER)


def due_at(info: ActivityInfo, enrolment: EnrolmentInfo, *, now: datetime, zone: str) -> datetime | None:
    """The deadline for someone; None for an activity that has none."""
    return due_after(info, enrolment.entered_at, zone=zone, stops=stops_of(enrolment, now=now, zone=zone))


def due_after(info: ActivityInfo, entered_at: datetime, *, zone: str, stops: Sequence[Stop]) -> datetime | None:
    """The deadline: a local date counted from the entry, later by the days of the pauses that began before it, 23:59."""
    if info.due_days is None:
        return None
    return end_of_day(moved(local_day(entered_at, zone) + timedelta(days=info.due_days), stops), zone)


def _start_of_day_after(entered_at: datetime, days: int, zone: str) -> datetime:
    day = local_day(entered_at, zone) + timedelta(days=days)
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
