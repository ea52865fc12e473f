"""Results of an organisation, computed and explained: the page of results and the public pages of courses show them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ResultScope:
    """Whose results: people who entered from `start` until before `end`, in the whole organisation or in one course."""

    start: datetime
    end: datetime
    course_id: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A figure: `numerator` out of `denominator`. Without anyone, a rate is unknown, never 0."""

    numerator: float
    denominator: int
    people: int
    """How many people it speaks of."""

    @property
    def value(self) -> float | None:
        """The rate from 0 to 1, or the mean; None when it is unknown."""
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One person of a figure, without a name: the group, the entry (shown to the month), what counts and why.

    People who answered without their name are one row together, without the month of anyone.
    """

    cohort_id: int
    entered_at: datetime | None
    counted: float
    out_of: int
    why: str
    """A French sentence or word, ready."""


@dataclass(frozen=True, slots=True)
class ResultKind:
    """A kind of result. `how` says in one French sentence how it is calculated; it is printed wherever the figure is.

    `figure(ctx, scope)` takes a number of queries that does not grow with people. `rows(ctx, scope)` are its people,
    without names, in an order that tells nothing of them. The caller has asked for the right.
    """

    name: str
    title: str
    how: str
    position: int
    figure: Callable[[Any, ResultScope], Result]
    rows: Callable[[Any, ResultScope], Iterator[ResultRow]] | Callable[[Any, ResultScope], Sequence[ResultRow]]
    unit: str = "%"
    """"%": the rate; "": the number itself, out of nothing (a head count); "/5" and so on: a mean on that scale."""
