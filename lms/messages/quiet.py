"""When letters may leave: not in the evening, not at night, by the clock of the organisation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from lms.accounts.api import actor_of
from lms.contract.types import Preference, Scope
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.kernel.preferences import preference

HOURS: Mapping[str, tuple[int, int] | None] = MappingProxyType(
    {
        mark("de 20 h à 8 h"): (20, 8),
        mark("de 19 h à 9 h"): (19, 9),
        mark("de 22 h à 7 h"): (22, 7),
        mark("jamais"): None,
    }
)
"""What is chosen → from which hour to which hour no letter leaves."""
DEFAULT = "de 20 h à 8 h"
AS_THE_ORGANISATION = mark("comme mon association")
NO_MAIL = mark("pas d'e-mail")
OF_ALL, OWN = "messages.quiet_hours", "messages.own_quiet_hours"
MORNING = 9

PREFERENCES = (
    Preference(OF_ALL, mark("Messages : heures sans e-mail"), DEFAULT, tuple(HOURS)),
    Preference(
        OWN,
        mark("Messages : heures sans e-mail"),
        AS_THE_ORGANISATION,
        (AS_THE_ORGANISATION, *HOURS, NO_MAIL),
        Scope.PERSON,
    ),
)


def letter_leaves_at(ctx: Context, membership_id: int, *, at: datetime | None = None) -> datetime | None:
    """When a letter to someone may leave: now (or `at`), or when their quiet hours end; None: they want none."""
    theirs = Context(ctx.session, ctx.registry, ctx.organisation, actor_of(ctx, membership_id), clock=ctx.clock)
    chosen = preference(theirs, OWN)
    if chosen == NO_MAIL:
        return None
    hours = HOURS.get(preference(ctx, OF_ALL) if chosen == AS_THE_ORGANISATION else chosen, HOURS[DEFAULT])
    return after_quiet(at or ctx.now, hours, ctx.here.timezone)


def after_quiet(now: datetime, hours: tuple[int, int] | None, zone: str) -> datetime:
    """The first moment from `now` on that lies outside of quiet hours (from, to), in a time zone."""
    if hours is None:
        return now
    local = now.astimezone(ZoneInfo(zone))
    begins, ends = hours
    if begins > local.hour >= ends:
        return now
    day = local.date() + timedelta(days=1) if local.hour >= begins else local.date()
    return datetime.combine(day, time(ends), ZoneInfo(zone)).astimezone(now.tzinfo)


def tomorrow_morning(now: datetime, zone: str) -> datetime:
    """Tomorrow at 9, by the clock of the organisation."""
    day = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return datetime.combine(day, time(MORNING), ZoneInfo(zone)).astimezone(now.tzinfo)
