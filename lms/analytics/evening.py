"""What waits for someone this evening, over all features, the most harmful wait first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.analytics.models import PutOff
from lms.analytics.permissions import SEE_EVENING
from lms.contract.waits import Wait, WaitKind
from lms.kernel.clock import local_day, start_of_day
from lms.kernel.context import Context

DAY = timedelta(days=1)
TOMORROW, SOON, NEXT_WEEK = 1, 3, 7
DELAYS = (TOMORROW, SOON, NEXT_WEEK)
MOST_AT_ONCE = 200
_MINE = select(PutOff.wait).where(PutOff.membership_id == bindparam("me"), PutOff.until > bindparam("now"))


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that waits."""

    kind: WaitKind
    wait: Wait
    days: float
    """Since when, in days."""
    harm: float
    """What this wait has cost so far: days × points a day."""


@dataclass(frozen=True, slots=True)
class Evening:
    """What waits, in order; how many lines are put off."""

    lines: Sequence[Line]
    put_off: int

    @property
    def minutes(self) -> int:
        """How long all of it takes, estimated."""
        return sum(line.wait.minutes for line in self.lines)

    def fitting(self, minutes: int | None) -> Sequence[Line]:
        """The first lines that fit into some minutes; at least one."""
        if minutes is None:
            return self.lines
        fit: list[Line] = []
        left = minutes
        for line in self.lines:
            left -= line.wait.minutes
            if left < 0 and fit:
                break
            fit.append(line)
        return fit


def evening(ctx: Context, kinds: Iterable[WaitKind] | None = None) -> Evening:
    """What waits for the actor: each kind is asked once, and says only what the actor may act on."""
    ctx.require(SEE_EVENING)
    hidden = frozenset(ctx.session.scalars(_MINE, {"me": ctx.subject.membership_id, "now": ctx.now}))
    found = [(kind, wait) for kind in (kinds or ctx.registry.wait_kinds.values()) for wait in kind.waits(ctx)]
    shown = in_order(((kind, wait) for kind, wait in found if wait.key not in hidden), now=ctx.now)
    return Evening(shown, put_off=len(found) - len(shown))


def in_order(found: Iterable[tuple[WaitKind, Wait]], *, now: datetime) -> list[Line]:
    """The most harmful first; of equals, the oldest."""
    lines = []
    for kind, wait in found:
        days = max(0.0, (now - wait.since) / DAY)
        lines.append(Line(kind, wait, days, days * wait.harm))
    return sorted(lines, key=lambda line: (-line.harm, line.wait.since, line.wait.key))


def put_off(ctx: Context, waits: Collection[str], *, days: int) -> datetime:
    """Hide lines from one's own list until the morning of a day to come; returns that moment.

    Any line may be named: what is put off is hidden from oneself alone, and a name that waits for nothing hides nothing.
    """
    ctx.require(SEE_EVENING)
    zone = ctx.here.timezone
    until = start_of_day(local_day(ctx.now, zone) + min(max(days, 1), 60) * DAY, zone)
    rows = [
        {"organisation_id": ctx.here.id, "membership_id": ctx.subject.membership_id, "wait": wait[:120], "until": until}
        for wait in sorted(set(waits))[:MOST_AT_ONCE]
    ]
    if rows:
        dialect = sqlite if ctx.session.info.get("is_sqlite") else postgresql
        insert = dialect.insert(PutOff)
        ctx.session.execute(
            insert.on_conflict_do_update(
                index_elements=["membership_id", "wait"], set_={"until": insert.excluded["until"]}
            ),
            rows,
        )
    return until


def put_back(ctx: Context, waits: Collection[str] = ()) -> None:
    """Show again lines that one had put off: all of them, unless some are named."""
    ctx.require(SEE_EVENING)
    mine = delete(PutOff).where(PutOff.membership_id == ctx.subject.membership_id)
    ctx.session.execute(mine.where(PutOff.wait.in_(sorted(set(waits))[:MOST_AT_ONCE])) if waits else mine)
