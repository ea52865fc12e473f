"""Progress, as a pure fold: the same set of statements gives the same figure, whatever their order or repeats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.contract.types import Believed, LedgerEntry
from lms.xapi.api import ATTENDED, COMPLETED, PASSED, SUBMITTED

RULE = 1
"""Version of this rule: a figure says under which one it was computed."""
STARTED, WAITING, DONE = "started", "waiting", "done"
"""Waiting: the last word is the person's, who has handed something in; someone else's word comes next."""
DONE_VERBS = frozenset({COMPLETED.iri, PASSED.iri, ATTENDED.iri})


@dataclass(frozen=True, slots=True)
class Figure:
    """What the ledger says of one enrolment and one activity."""

    status: str
    best: float | None
    last: float | None
    attempts: int
    seconds: float | None
    first_at: datetime
    last_at: datetime
    done_at: datetime | None
    rule: int = RULE


def believed(entries: Iterable[LedgerEntry], believes: Iterable[Believed]) -> list[LedgerEntry]:
    """The statements whose verb this activity type believes from their source, each once."""
    trusted = {(one.verb, source.value) for one in believes for source in one.sources}
    return list({entry.statement_id: entry for entry in entries if (entry.verb, entry.source) in trusted}.values())


def fold_progress(
    entries: Iterable[LedgerEntry], believes: Iterable[Believed], *, entered_at: datetime
) -> Figure | None:
    """The figure, or None when nothing is believed. No moment is before the entry: a device's clock may be wrong."""
    kept = believed(entries, believes)
    if not kept:
        return None
    moments = [max(entry.occurred_at, entered_at) for entry in kept]
    done = [max(entry.occurred_at, entered_at) for entry in kept if entry.verb in DONE_VERBS]
    scores = [
        (max(entry.occurred_at, entered_at), entry.statement_id, entry.scaled)
        for entry in kept
        if entry.scaled is not None
    ]
    return Figure(
        status=DONE if done else WAITING if _is_handed_in(kept) else STARTED,
        best=max((score for _at, _id, score in scores), default=None),
        last=max(scores)[2] if scores else None,
        attempts=len({entry.attempt for entry in kept if entry.attempt is not None}),
        seconds=union_seconds(kept, entered_at),
        first_at=min(moments),
        last_at=max(moments),
        done_at=min(done) if done else None,
    )


def _is_handed_in(entries: Iterable[LedgerEntry]) -> bool:
    """Whether nobody has said anything since the person handed something in; at the same moment, someone has."""
    last = max(entries, key=lambda one: (one.occurred_at, one.verb != SUBMITTED.iri))
    return last.verb == SUBMITTED.iri


def union_seconds(entries: Iterable[LedgerEntry], entered_at: datetime) -> float | None:
    """Length of the union of the intervals that statements carry, each ending when its statement was made.

    None when no statement carries one: without scripts the time is unknown, not 0.
    """
    intervals = sorted(
        (max(entry.occurred_at - timedelta(seconds=entry.seconds), entered_at), max(entry.occurred_at, entered_at))
        for entry in entries
        if entry.seconds is not None
    )
    if not intervals:
        return None
    total = timedelta()
    start, end = intervals[0]
    for begins, ends in intervals[1:]:
        if begins > end:
            total += end - start
            start, end = begins, ends
        else:
            end = max(end, ends)
    return round((total + end - start).total_seconds(), 3)
