"""Frozen values of courses that pages and other features read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

import msgspec

from lms.contract.types import ActivityView, PlayState


@dataclass(frozen=True, slots=True)
class ActivityInfo:
    """An activity of a version, without its body."""

    key: str
    module_key: str
    position: int
    type: str
    title: str
    modality: str
    minutes: int
    optional: bool
    due_days: int | None
    opens: Mapping[str, Any] | None
    objectives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModuleInfo:
    """A module with its activities, in order."""

    key: str
    title: str
    summary: str
    block: str
    objectives: tuple[str, ...]
    activities: tuple[ActivityInfo, ...]


@dataclass(frozen=True)
class Structure:
    """A version of a course: it never changes once published, so a process keeps it."""

    version_id: int
    number: int
    course_id: int
    course_key: str
    title: str
    language: str
    framework: str
    head: Mapping[str, Any]
    coverage: tuple[Mapping[str, Any], ...]
    modules: tuple[ModuleInfo, ...]
    glossary: tuple[Mapping[str, Any], ...]
    activities: Mapping[str, ActivityInfo] = field(default_factory=dict)
    parts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Part key (a quiz's pool) → (its activity's key, its title)."""


@dataclass(frozen=True, slots=True)
class ProgressInfo:
    """The figure of an activity for someone."""

    activity_key: str
    status: str
    best: float | None
    last: float | None
    attempts: int
    seconds: float | None
    first_at: datetime
    last_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class EnrolmentInfo:
    """An enrolment, as other features may see it."""

    id: int
    key: str
    uuid: str
    membership_id: int
    cohort_id: int
    course_id: int
    version_id: int
    entered_at: datetime
    ended_at: datetime | None
    end_reason: str
    paused_at: datetime | None = None
    pauses: Sequence[Sequence[str]] = ()
    until: date | None = None
    said_at: datetime | None = None
    said_reason: str = ""
    adjusted: Mapping[str, str] = field(default_factory=dict)

    __scopes__: ClassVar[dict[str, str]] = {"cohort": "cohort_id", "course": "course_id", "person": "membership_id"}


@dataclass(frozen=True, slots=True)
class SaidWords:
    """What someone wrote about a pause or an end of theirs; `kind` is that of the change."""

    kind: str
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class CohortInfo:
    """A cohort, as other features may see it."""

    id: int
    key: str
    code: str
    name: str
    course_id: int

    __scopes__: ClassVar[dict[str, str]] = {"cohort": "id", "course": "course_id"}


@dataclass(frozen=True, slots=True)
class CourseInfo:
    """A course in its version in force, as other features may see it."""

    id: int
    key: str
    slug: str
    version_id: int
    number: int

    __scopes__: ClassVar[dict[str, str]] = {"course": "id"}


@dataclass(frozen=True, slots=True)
class PublishedCourse:
    """What plugins hear when a version is published, or checked before: the version, its framework's code, its coverage.

    `parts` holds the keys that coverage may name: activities and their parts (pools).
    """

    version_id: int
    course_id: int
    course_key: str
    framework: str
    coverage: tuple[Mapping[str, Any], ...]
    parts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Play:
    """Someone in front of an activity."""

    enrolment: EnrolmentInfo
    activity: ActivityView
    info: ActivityInfo
    state: PlayState
    is_open: bool
    closed_because: str
    opens_at: datetime | None
    due_at: datetime | None
    is_late: bool


class Declared(msgspec.Struct, frozen=True):
    """What someone sends who says that an activity is done. `seconds`: active time on screen, when the page measured it."""

    activity: str
    seconds: Annotated[float, msgspec.Meta(ge=0)] | None = None
