"""Frozen values of the heat map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from lms.competences.api import BlockInfo, CoverageInfo, FrameworkInfo, LevelInfo

PRESENT, ENDED, EVERYONE = "present", "ended", "all"
BY_NAME, BY_WEEK = "name", "week"
NONE, SOME, ALL = "none", "some", "all"

Cells = tuple[LevelInfo | None, ...]
"""A level for each column; None where the moment says nothing of the person."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What someone asks of the heat map: a moment, who, in which order."""

    page: int = 1
    search: str = ""
    status: str = PRESENT
    week: int | None = None
    day: date | None = None
    sort: str = BY_NAME
    """`name`, `week`, or the code of a block."""
    descending: bool = False
    block: str = ""
    level: str = ""
    """With `block`: only those who have acquired none, some or all of it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When: at `at` for everyone, or so many weeks after each one's entry."""

    at: datetime
    weeks: int | None = None
    is_now: bool = True


@dataclass(frozen=True)
class Ground:
    """What a cohort is measured on: its versions' coverage, and the blocks that stand as columns, newest version first."""

    covered: Mapping[int, CoverageInfo]
    """Course version id → coverage."""
    blocks: tuple[BlockInfo, ...]
    first_entry: datetime | None
    left_out: tuple[str, ...] = ()
    """Titles of blocks that no version of the course works on."""
    own: Mapping[int, Mapping[str, BlockInfo]] = field(default_factory=dict)
    """Course version id → block code → the block as that version's framework has it."""

    @property
    def frameworks(self) -> tuple[FrameworkInfo, ...]:
        """The versions of frameworks that are used, each once."""
        return tuple({one.framework.key: one.framework for one in self.covered.values()}.values())


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line: someone, since when, and a level for each column; None where the moment says nothing of them."""

    key: str
    """Of the person, in addresses."""
    name: str
    entered_at: datetime
    ended_at: datetime | None
    week: int
    """Weeks since the entry, until now or the end."""
    cells: Cells


@dataclass(frozen=True, slots=True)
class HeatPage:
    """One page of people."""

    rows: tuple[PersonRow, ...]
    number: int
    pages: int
    people: int
