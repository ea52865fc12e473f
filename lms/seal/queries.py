"""Reads of the seal for its pages: where it stands, the chain, what verifications have found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lms.kernel.context import Context
from lms.kernel.paging import PAGE, Listed
from lms.seal.data import Link, Verdict
from lms.seal.models import CheckRow, LinkRow
from lms.seal.reading import LINK, latest_link
from lms.xapi.api import rows_after

MOST_CHECKS = 10


@dataclass(frozen=True, slots=True)
class State:
    """Where the seal stands."""

    latest: Link | None
    sealed: int
    unsealed: int
    mailed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Check:
    """A verification of the past."""

    checked_at: datetime
    verdict: Verdict
    findings: tuple[tuple[str, str, int, str], ...]


def state(ctx: Context) -> State:
    """Where the seal stands. The caller has asked for the right."""
    latest = latest_link(ctx)
    sealed = ctx.session.scalar(select(func.sum(LinkRow.count))) or 0
    mailed = ctx.session.scalar(select(func.max(LinkRow.mailed_at)))
    return State(latest, int(sealed), rows_after(ctx, latest.last_row if latest else 0), mailed)


def listed_links(ctx: Context, *, number: int = 1) -> Listed[Link]:
    """A page of the chain, the newest first."""
    total = ctx.session.scalar(select(func.count()).select_from(LinkRow)) or 0
    query = select(*LINK).order_by(LinkRow.number.desc()).offset((number - 1) * PAGE).limit(PAGE)
    return Listed([Link(*row) for row in ctx.session.execute(query)], total, number)


def checks(ctx: Context) -> list[Check]:
    """The last verifications, the newest first."""
    rows = ctx.session.scalars(select(CheckRow).order_by(CheckRow.id.desc()).limit(MOST_CHECKS))
    return [
        Check(
            row.checked_at,
            Verdict(row.links, row.sealed, row.unsealed, row.root, None, row.counts),
            tuple((one[0], one[1], one[2], one[3]) for one in row.findings),
        )
        for row in rows
    ]
