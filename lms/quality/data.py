"""Frozen values of evidence: what is known of one person, and of one bundle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from lms.courses.api import CohortInfo


@dataclass(frozen=True, slots=True)
class CohortPlace:
    """Where a cohort lies, for rights."""

    __scopes__: ClassVar[dict[str, str]] = {"cohort": "cohort_id", "course": "course_id"}

    cohort_id: int
    course_id: int


@dataclass(frozen=True, slots=True)
class Line:
    """One activity of someone's course, and what the ledger says of it. `None` is unknown, never 0."""

    key: str
    title: str
    module: str
    type: str
    modality: str
    is_optional: bool
    minutes: int
    objectives: tuple[str, ...]
    status: str = ""
    first_at: datetime | None = None
    last_at: datetime | None = None
    done_at: datetime | None = None
    seconds: float | None = None
    attempts: int = 0
    best: float | None = None
    statements: tuple[str, ...] = ()
    validated_by: tuple[str, ...] = ()

    @property
    def is_remote(self) -> bool:
        """Followed at a distance and on one's own: what D6313-3-1 and indicator 19 are about."""
        return self.modality == "asynchronous"

    @property
    def is_done(self) -> bool:
        """Whether the ledger shows it as done."""
        return self.status == "done"


@dataclass(frozen=True, slots=True)
class CriterionMet:
    """A criterion: met since when, shown by which statements."""

    code: str
    title: str
    is_met: bool
    met_at: datetime | None
    statements: tuple[str, ...]
    validated_by: tuple[str, ...]
    activities: tuple[str, ...]
    """Keys of the activities of the course that feed it."""


@dataclass(frozen=True, slots=True)
class Acquired:
    """A competence of the framework: where the person stands and why."""

    code: str
    title: str
    block: str
    state: str
    reached_at: datetime | None
    needed: int
    criteria: tuple[CriterionMet, ...]
    rule: int
    plain: str = ""
    """The same for the person: "Je sais …"."""

    @property
    def is_acquired(self) -> bool:
        """Acquired, and not lapsed."""
        return self.state == "acquired"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One word on someone's remote activities, and why this word."""

    word: str
    why: str
    rule: int


@dataclass(frozen=True, slots=True)
class CourseSheet:
    """What documents say of a version of a course."""

    title: str
    version: int
    objectives: tuple[str, ...]
    modules: tuple[tuple[str, tuple[str, ...]], ...]
    """(title, objectives)."""
    framework: str


@dataclass(frozen=True)
class Dossier:
    """Everything that the documents of one enrolment say. Computed at one moment, from the ledger and its figures."""

    organisation: Mapping[str, str]
    zone: str
    at: datetime
    name: str
    pseudonym: str
    """The account name that the statements carry."""
    registration: str
    cohort_code: str
    cohort_name: str
    course: CourseSheet
    entered_at: datetime
    ended_at: datetime | None
    end_reason: str
    lines: tuple[Line, ...]
    acquired: tuple[Acquired, ...]
    follow_up: FollowUp
    progress_rule: int
    statements: int
    voided: int
    logo: bytes = b""
    """The organisation's picture, or nothing."""

    @property
    def remote(self) -> tuple[Line, ...]:
        """The activities that are followed at a distance."""
        return tuple(line for line in self.lines if line.is_remote)

    @property
    def sessions(self) -> tuple[Line, ...]:
        """The parts that someone validates: meetings, live, in person, at work."""
        return tuple(line for line in self.lines if not line.is_remote)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A person in the order of a bundle."""

    number: int
    enrolment_id: int
    folder: str


@dataclass(frozen=True, slots=True)
class Written:
    """A file that a bundle holds."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Totals:
    """What a bundle counts."""

    people: int = 0
    statements: int = 0
    voided: int = 0
    files: int = 0
    size: int = 0
    """Of the files, unpacked, without those that stand around them."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A bundle that has been written."""

    manifest_sha256: str
    totals: Totals
    length: int
    """Of the archive."""


@dataclass
class SealVerdict:
    """What the seal of a bundle says."""

    root: str = ""
    proved: int = 0
    unsealed: int = 0
    """Statements that were noted while the bundle was being made."""
    after_root: int = 0
    """Proved ones that were sealed after the root that was given: only the chain that the bundle brings vouches for them."""
    broken: list[str] = field(default_factory=list)
    """Statements whose bytes are not those that were sealed, or files whose lines do not fit."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found. `problems` are codes of `verification.SENTENCES`."""

    manifest_sha256: str = ""
    files: int = 0
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    seal: SealVerdict | None = None
    """None: the bundle has no seal."""

    @property
    def is_intact(self) -> bool:
        """Whether everything is as the manifest says."""
        return not (self.changed or self.added or self.missing or self.problems)


@dataclass(frozen=True, slots=True)
class BundleInfo:
    """A bundle, as pages show it."""

    key: str
    cohort: CohortInfo
    created_at: datetime
    created_by: str
    manifest_sha256: str
    people: int
    statements: int
    voided: int
    files: int
    size: int
    is_kept: bool
    """Whether the platform has the file, or its hash alone."""
