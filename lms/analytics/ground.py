"""What a cohort is measured on, and when."""

from __future__ import annotations

from datetime import datetime, timedelta

from lms.analytics.data import Asked, Ground, Moment
from lms.analytics.people import versions_of
from lms.competences.api import BlockInfo, coverages
from lms.courses.api import CohortInfo
from lms.kernel.clock import end_of_day
from lms.kernel.context import Context

WEEK = timedelta(weeks=1)


def ground_of(ctx: Context, cohort: CohortInfo) -> Ground:
    """The versions that the cohort's people follow, what these cover, and which blocks make columns."""
    rows = ctx.session.execute(versions_of(ctx), {"cohort": cohort.id}).all()
    covered = coverages(ctx, [row.version_id for row in rows])
    blocks: dict[str, BlockInfo] = {}
    titles: dict[str, str] = {}
    for row in rows:
        if row.version_id in covered:
            for block in covered[row.version_id].blocks:
                blocks.setdefault(block.code, block)
            for block in covered[row.version_id].framework.blocks:
                titles.setdefault(block.code, block.title)
    return Ground(
        covered=covered,
        blocks=tuple(blocks.values()),
        first_entry=min((row.first_entry for row in rows), default=None),
        left_out=tuple(title for code, title in titles.items() if code not in blocks),
        own={version: {one.code: one for one in found.framework.blocks} for version, found in covered.items()},
    )


def moment_of(ctx: Context, asked: Asked) -> Moment:
    """The moment that is asked for: a week after each entry, the end of a day, or now. Never in the future."""
    if asked.week is not None:
        return Moment(ctx.now, weeks=asked.week, is_now=False)
    if asked.day is not None:
        at = end_of_day(asked.day, ctx.here.timezone)
        return Moment(min(at, ctx.now), is_now=at >= ctx.now)
    return Moment(ctx.now)


def most_weeks(ctx: Context, ground: Ground) -> int:
    """The last week that anyone has reached."""
    return weeks_between(ground.first_entry, ctx.now) if ground.first_entry else 0


def weeks_between(entered_at: datetime, until: datetime) -> int:
    """Whole weeks since the entry."""
    return max(0, (until - entered_at) // WEEK)


def has_come(moment: Moment, entered_at: datetime) -> bool:
    """Whether the moment says something of someone who entered then."""
    if moment.weeks is not None:
        return entered_at + moment.weeks * WEEK <= moment.at
    return entered_at <= moment.at
