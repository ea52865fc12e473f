"""Help, from the statements of one thread: a pure function of their set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from lms.contract.types import LedgerEntry, Source
from lms.messages.data import ASKED, RECEIVED

RULE = 1
"""A help begins with the first message of the person and ends with the first answer after it; what the person adds while
they wait belongs to it. Help that nobody had asked for has no delay. Only staff can say that help was given."""


@dataclass(frozen=True, slots=True)
class Help:
    """Help asked, given, or both."""

    asked_at: datetime | None
    given_at: datetime | None = None
    by_id: int | None = None

    @property
    def delay(self) -> timedelta | None:
        """How long the person waited."""
        return self.given_at - self.asked_at if self.asked_at and self.given_at else None


@dataclass(frozen=True, slots=True)
class HelpCount:
    """How much help: asked, answered, and the middle delay."""

    asked: int
    answered: int
    middle: timedelta | None


def fold_help(entries: Iterable[LedgerEntry]) -> list[Help]:
    """The helps of one thread, in order of time."""
    found: list[Help] = []
    waiting: datetime | None = None
    for entry in sorted(set(entries), key=lambda one: (one.occurred_at, one.verb != ASKED.iri, one.statement_id)):
        if entry.verb == ASKED.iri:
            waiting = waiting or entry.occurred_at
        elif entry.verb == RECEIVED.iri and entry.source == Source.STAFF:
            found.append(Help(waiting, entry.occurred_at, entry.instructor_id))
            waiting = None
    return [*found, Help(waiting)] if waiting else found


def middle(delays: Sequence[timedelta]) -> timedelta | None:
    """The middle one of some delays; None without any."""
    return timedelta(seconds=median(one.total_seconds() for one in delays)) if delays else None
