"""Frozen values of works, as pages and documents read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lms.kernel.media import MediaInfo


@dataclass(frozen=True, slots=True)
class GradeInfo:
    """What a trainer said of a version: `marks` goes from the criterion's key to yes, partly or no; `score` is 0 to 1."""

    number: int
    marks: Mapping[str, str]
    score: float
    is_accepted: bool
    comment: str
    voices: tuple[MediaInfo, ...]
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """A work as it was handed in once; `grades` from the first to the last, which counts."""

    number: int
    text: str
    media: tuple[MediaInfo, ...]
    handed_at: datetime
    by: str
    grades: tuple[GradeInfo, ...]

    @property
    def grade(self) -> GradeInfo | None:
        """The one that counts."""
        return self.grades[-1] if self.grades else None


@dataclass(frozen=True, slots=True)
class WorkInfo:
    """A person's work for one activity, with all its versions, the newest first."""

    key: str
    membership_id: int
    enrolment_id: int
    activity_key: str
    title: str
    project: str
    state: str
    accepted_number: int | None
    versions: tuple[VersionInfo, ...]

    @property
    def newest(self) -> VersionInfo:
        """The version handed in last."""
        return self.versions[0]

    @property
    def accepted(self) -> VersionInfo | None:
        """The version that stands in the project file."""
        return next((one for one in self.versions if one.number == self.accepted_number), None)


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A work in a list."""

    key: str
    name: str
    title: str
    state: str
    number: int
    handed_at: datetime
    membership_id: int


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is looked at."""

    key: str
    text: str
