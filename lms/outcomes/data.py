"""Frozen values of outcomes: situations in words, a contact, an end as rates see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from lms.kernel.i18n import mark

MONTHS = (1, 6, 12)
"""When news are asked for, after the end (needs D7)."""
UNSAID = "unsaid"
SITUATIONS = {
    "created": mark("J'ai mon activité"),
    "testing": mark("Je teste mon activité"),
    "employed": mark("J'ai un travail"),
    "learning": mark("J'apprends autre chose"),
    "preparing": mark("Je prépare encore mon projet"),
    "looking": mark("Je cherche un travail"),
    "other": mark("Autre chose"),
    UNSAID: mark("Je préfère ne pas le dire"),
}
"""The situations as people say them."""
NOTED = {
    "created": mark("a son activité"),
    "testing": mark("teste son activité"),
    "employed": mark("a un emploi"),
    "learning": mark("suit une formation"),
    "preparing": mark("prépare encore son projet"),
    "looking": mark("cherche un emploi"),
    "other": mark("autre situation"),
    UNSAID: mark("ne veut pas le dire"),
}
"""The same, as staff read them."""
FEWEST = 5
"""No figure and no row tells of fewer people than this."""


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What counts as a positive end. `since`: None for the rule that the platform ships."""

    reasons: frozenset[str] = frozenset({"created", "testing", "employed", "other_training"})
    situations: frozenset[str] = frozenset({"created", "testing", "employed", "learning"})
    month: int = 6
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of someone's path, as rates see it: no name. `membership_id` only counts people."""

    membership_id: int
    cohort_id: int
    entered_on: date
    ended_on: date
    reason: str
    said_reason: str
    situations: Mapping[int, str] = field(default_factory=dict)
    """Month → what the person answered."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many ends are positive, other, unknown, of those that can be known. `month` 0: at the end."""

    month: int
    people: int
    positive: int
    other: int
    unknown: int
    too_early: int

    @property
    def total(self) -> int:
        """The denominator: unknown ends are in it."""
        return self.positive + self.other + self.unknown

    @property
    def is_shown(self) -> bool:
        """Whether enough people stand behind it."""
        return self.people >= FEWEST

    @property
    def percent(self) -> int:
        """The rate, in whole hundredths; half goes up."""
        return (200 * self.positive + self.total) // (2 * self.total) if self.total else 0


@dataclass(frozen=True, slots=True)
class Row:
    """An end, as anyone may read it: a group of five people at least, and dates that five of them share."""

    group: str
    entered: date
    ended: date
    months: int
    """How exact the dates are: the month (1), the quarter (3), the year (12), not told at all (0)."""
    reason: str
    said_reason: str
    situations: tuple[str, ...]
    """At 1, 6 and 12 months; "" unknown, "too_early" when the months have not passed."""
    verdict: str


@dataclass(frozen=True, slots=True)
class LinkInfo:
    """A contact, found by its link, before anyone is known."""

    organisation_id: int
    contact_id: int
    month: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A contact in the list of staff."""

    key: str
    person_key: str
    name: str
    cohort: str
    month: int
    due_on: date
    state: str
    situation: str
    needs_help: bool
