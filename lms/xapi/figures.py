"""Figures: which keys a batch of statements touches, and computing them again (DESIGN §6, Folds)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.contract.types import Figure, Key, LedgerEntry
from lms.kernel.context import Context
from lms.kernel.jobs import wake_after_commit
from lms.xapi.models import StaleRow
from lms.xapi.turns import take_turns, turns_that_are_free

log = logging.getLogger(__name__)
MAX_INLINE_KEYS = 500
"""More than this in one transaction is left to the worker, and pages say that a computation is under way."""
CHUNK = 200
MAX_FAILURES = 20
_BATCH = "statements_of_the_batch"


def refold_after(ctx: Context, entries: Sequence[LedgerEntry], *, most: int | None = None) -> None:
    """Compute again what these statements touch: at once, or at the end of the batch that is under way.

    More than `most` keys are left to the worker.
    """
    waiting: list[LedgerEntry] | None = ctx.session.info.get(_BATCH)
    if waiting is None:
        _settle(ctx, entries, most)
    else:
        waiting.extend(entries)


@contextmanager
def batch(ctx: Context) -> Iterator[None]:
    """Several acts in one transaction: their figures are computed once, at the end, or when one of them is read."""
    ctx.session.info[_BATCH] = []
    try:
        yield
        settle(ctx)
    finally:
        del ctx.session.info[_BATCH]


def settle(ctx: Context, about: str | None = None) -> None:
    """Compute what the present batch has touched so far: an act that reads a figure asks for this first.

    `about`: a registration; what was said under others can wait.
    """
    waiting: list[LedgerEntry] | None = ctx.session.info.get(_BATCH)
    if waiting and (about is None or any(entry.registration == about for entry in waiting)):
        entries = list(waiting)
        waiting.clear()
        _settle(ctx, entries)


def _settle(ctx: Context, entries: Sequence[LedgerEntry], most: int | None = None) -> None:
    """Too much, or a failure, is left to the worker."""
    touched = {figure.name: sorted(set(figure.touched(ctx, entries))) for figure in ctx.registry.figures}
    if sum(map(len, touched.values())) > (MAX_INLINE_KEYS if most is None else most):
        for name, keys in touched.items():
            mark_stale(ctx, name, keys)
        return
    take_turns(ctx, [(name, key) for name, keys in touched.items() for key in keys])
    for figure in ctx.registry.figures:
        if touched[figure.name]:
            mark_stale(ctx, figure.name, refold(ctx, figure, touched[figure.name]))


def refold(ctx: Context, figure: Figure, keys: Sequence[Key]) -> list[Key]:
    """Compute keys and store them; returns those that failed. One savepoint for all, then one each if that fails."""
    try:
        _refold_in_savepoint(ctx, figure, keys)
    except Exception:
        log.exception("figure %s failed on %s keys", figure.name, len(keys))
    else:
        return []
    failed = []
    for key in keys:
        try:
            _refold_in_savepoint(ctx, figure, [key])
        except Exception:  # noqa: BLE001 - logged above; the key stays stale
            failed.append(key)
    return failed


def _refold_in_savepoint(ctx: Context, figure: Figure, keys: Sequence[Key]) -> None:
    with ctx.session.begin_nested():
        values = figure.compute(ctx, keys)
        figure.store(ctx, {key: values.get(key) for key in keys})
        ctx.session.flush()


def mark_stale(ctx: Context, figure: str, keys: Iterable[Key]) -> None:
    """Leave keys to the worker: late arrival, voiding, erasure, a new rule and a move of an enrolment all come down to this."""
    rows = [
        {"organisation_id": ctx.here.id, "figure": figure, "key": json.dumps(key), "marked_at": ctx.now, "failures": 0}
        for key in sorted(set(keys))
    ]
    if not rows:
        return
    dialect = sqlite if ctx.session.info.get("is_sqlite") else postgresql
    insert = dialect.insert(StaleRow)
    conflict = insert.on_conflict_do_update(
        index_elements=["organisation_id", "figure", "key"],
        set_={"marked_at": insert.excluded.marked_at, "failures": 0},
    )
    ctx.session.execute(conflict, rows)
    wake_after_commit(ctx.session)


_STALE = (
    select(StaleRow.id, StaleRow.figure, StaleRow.key)
    .where(StaleRow.failures < MAX_FAILURES)
    .order_by(StaleRow.failures, StaleRow.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_STALE_COUNT = select(func.count()).select_from(StaleRow)


def refold_stale(ctx: Context, limit: int = CHUNK) -> int:
    """Compute some stale keys again, oldest first; returns how many were settled. The caller commits.

    Keys that someone is computing at this moment are left for the next time: the worker waits for nobody.
    """
    waiting = ctx.session.execute(_STALE, {"most": limit}).all()
    free = turns_that_are_free(ctx, [(row.figure, tuple(json.loads(row.key))) for row in waiting])
    rows = [row for row in waiting if (row.figure, tuple(json.loads(row.key))) in free]
    figures = {figure.name: figure for figure in ctx.registry.figures}
    settled = 0
    for name in sorted({row.figure for row in rows}):
        keys = {tuple(json.loads(row.key)): row.id for row in rows if row.figure == name}
        failed = set(refold(ctx, figures[name], sorted(keys))) if name in figures else set()
        done = [row_id for key, row_id in keys.items() if key not in failed]
        settled += len(done)
        ctx.session.execute(delete(StaleRow).where(StaleRow.id.in_(done)))
        if failed:
            ctx.session.execute(
                update(StaleRow)
                .where(StaleRow.id.in_([keys[key] for key in failed]))
                .values(failures=StaleRow.failures + 1)
            )
    return settled


def stale_count(ctx: Context) -> int:
    """How many keys wait: a page with figures says "calcul en cours" when there are any."""
    return ctx.session.scalar(_STALE_COUNT) or 0
