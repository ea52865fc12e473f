"""Frozen values of competences that pages and other features read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

NOT_YET, BEGUN, ACQUIRED, EXPIRED = "not_yet", "begun", "acquired", "expired"


@dataclass(frozen=True, slots=True)
class CriterionInfo:
    """What is observed."""

    id: int
    code: str
    title: str
    plain: str


@dataclass(frozen=True, slots=True)
class CompetenceInfo:
    """A competence with its rule and its criteria."""

    id: int
    code: str
    title: str
    plain: str
    at_least: int | None
    valid_months: int | None
    criteria: tuple[CriterionInfo, ...]

    @property
    def needed(self) -> int:
        """How many criteria the rule asks for."""
        return len(self.criteria) if self.at_least is None else self.at_least


@dataclass(frozen=True, slots=True)
class BlockInfo:
    """A block with its competences, in order."""

    id: int
    code: str
    title: str
    short: str
    competences: tuple[CompetenceInfo, ...]


@dataclass(frozen=True)
class FrameworkInfo:
    """A version of a framework: it never changes, so a process keeps it."""

    version_id: int
    key: str
    code: str
    title: str
    version: str
    language: str
    licence: str
    source: str
    unchecked_labels: bool
    published_at: datetime
    blocks: tuple[BlockInfo, ...]
    competences: Mapping[int, tuple[BlockInfo, CompetenceInfo]] = field(default_factory=dict)
    """Competence id → its block and itself."""


@dataclass(frozen=True, slots=True)
class Feed:
    """An activity, or a part of one, that feeds a criterion."""

    activity: str
    minimum: float | None
    until: datetime | None = None
    """What was done later does not count: the person has left the version of the course that says so."""


@dataclass(frozen=True)
class CoverageInfo:
    """What a version of a course covers of a version of a framework: it never changes either."""

    course_version_id: int
    framework: FrameworkInfo
    feeds: Mapping[int, tuple[Feed, ...]]
    """Criterion id → what feeds it."""

    @property
    def blocks(self) -> tuple[BlockInfo, ...]:
        """The blocks that the course works on: at least one of their criteria is fed."""
        return tuple(block for block in self.framework.blocks if any(map(self.covers, block.competences)))

    def covers(self, competence: CompetenceInfo) -> bool:
        """Whether the course feeds at least one criterion of a competence."""
        return any(criterion.id in self.feeds for criterion in competence.criteria)


@dataclass(frozen=True, slots=True)
class Proof:
    """A statement that shows something of a criterion."""

    statement_id: str
    at: datetime
    activity: str
    verb: str
    source: str
    scaled: float | None
    by: int | None
    """The membership of who validated."""


@dataclass(frozen=True, slots=True)
class CriterionStanding:
    """Where someone stands with a criterion: met (since when, shown by what) or not (the nearest so far)."""

    info: CriterionInfo
    feeds: tuple[Feed, ...]
    met_at: datetime | None = None
    until: datetime | None = None
    proofs: tuple[Proof, ...] = ()
    nearest: Proof | None = None
    own_view: Proof | None = None
    """What the person says of it: shown beside, never counted."""

    def is_met(self, now: datetime) -> bool:
        """Whether it counts at this moment."""
        return self.met_at is not None and (self.until is None or self.until > now)


@dataclass(frozen=True, slots=True)
class AcquisitionInfo:
    """Where someone stands with a competence, and why."""

    membership_id: int
    framework_code: str
    framework_version: str
    block: BlockInfo
    competence: CompetenceInfo
    state: str
    """`acquired`, `expired`, `begun` or `not_yet`, at the moment of reading."""
    reached_at: datetime | None
    expires_at: datetime | None
    criteria: tuple[CriterionStanding, ...]
    earlier: tuple[tuple[datetime, datetime], ...] = ()
    """When it held before, and lapsed."""
    course_version_ids: tuple[int, ...] = ()
    rule: int = 0
    """Under which version of the rule the figure was computed; 0: nothing to compute yet."""

    @property
    def met(self) -> int:
        """How many criteria have been met."""
        return sum(one.met_at is not None for one in self.criteria)


@dataclass(frozen=True, slots=True)
class LevelInfo:
    """How many of a block's competences someone had acquired at a moment."""

    acquired: int
    total: int

    @property
    def shade(self) -> int:
        """0 (none) to 4 (all)."""
        if not self.acquired:
            return 0
        return 4 if self.acquired >= self.total else 1 + min(2, 3 * self.acquired // self.total)


@dataclass(frozen=True, slots=True)
class Way:
    """Something to do that shows a criterion."""

    course_key: str
    activity_key: str
    title: str
    part: str
    minimum: int | None
    """So many out of ten; None: someone of the staff says so."""


@dataclass(frozen=True, slots=True)
class ShownProof:
    """A statement, in words for a page."""

    way: Way | None
    at: datetime
    points: str
    maximum: str
    by: str
    source: str
    statement_id: str


@dataclass(frozen=True, slots=True)
class ExplainedCriterion:
    """A criterion: met or not, shown by what, and what to do."""

    info: CriterionInfo
    is_met: bool
    has_lapsed: bool
    met_at: datetime | None
    until: datetime | None
    proofs: tuple[ShownProof, ...]
    nearest: ShownProof | None
    own_view: ShownProof | None
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """An acquisition with every reason."""

    info: AcquisitionInfo
    criteria: tuple[ExplainedCriterion, ...]
    courses: tuple[str, ...]
    """"Title, version n" of the course versions under which it was computed."""

    @property
    def next_way(self) -> Way | None:
        """What to do next, if anything is left."""
        if self.info.state == ACQUIRED:
            return None
        return next((way for one in self.criteria if not one.is_met for way in one.ways), None)


@dataclass(frozen=True, slots=True)
class MyBlock:
    """A block, with where the person stands with each of its competences."""

    info: BlockInfo
    skills: tuple[Explained, ...]

    @property
    def done(self) -> int:
        """How many are acquired."""
        return sum(one.info.state == ACQUIRED for one in self.skills)

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.skills)

    @property
    def next(self) -> Explained | None:
        """The first one that is neither acquired nor out of reach."""
        return next((one for one in self.skills if one.next_way is not None), None)

    @property
    def is_begun(self) -> bool:
        """Whether anything was shown or tried."""
        return any(one.info.state != NOT_YET for one in self.skills)
