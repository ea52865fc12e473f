"""What happens to courses, cohorts and enrolments, as facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms.kernel.events import Event


@dataclass(frozen=True, slots=True)
class CourseImported(Event):
    """A draft was made or replaced from files."""

    type: ClassVar[str] = "courses.course_imported"
    course_id: int
    version_id: int


@dataclass(frozen=True, slots=True)
class DraftBegun(Event):
    """An author begins to write: a draft was made, from the version in force or from nothing."""

    type: ClassVar[str] = "courses.draft_begun"
    course_id: int
    version_id: int


@dataclass(frozen=True, slots=True)
class DraftWritten(Event):
    """An author has written in a draft: `part` is a key, or the name of a page. Said once for some minutes of writing."""

    type: ClassVar[str] = "courses.draft_written"
    version_id: int
    part: str


@dataclass(frozen=True, slots=True)
class PartRemoved(Event):
    """A module or an activity was taken out of a draft; it can be put back."""

    type: ClassVar[str] = "courses.part_removed"
    version_id: int
    part: str


@dataclass(frozen=True, slots=True)
class CoursePublished(Event):
    """A version was published."""

    type: ClassVar[str] = "courses.course_published"
    course_id: int
    version_id: int
    number: int


@dataclass(frozen=True, slots=True)
class ValueConfirmed(Event):
    """A named person says that a value is right."""

    type: ClassVar[str] = "courses.value_confirmed"
    course_id: int
    name: str
    confirmation_id: int


@dataclass(frozen=True, slots=True)
class ValueWithdrawn(Event):
    """A confirmation was taken back: learners no longer read the value."""

    type: ClassVar[str] = "courses.value_withdrawn"
    course_id: int
    name: str
    confirmation_id: int


@dataclass(frozen=True, slots=True)
class CohortCreated(Event):
    """A group was created."""

    type: ClassVar[str] = "courses.cohort_created"
    cohort_id: int
    course_id: int


@dataclass(frozen=True, slots=True)
class CohortChanged(Event):
    """A group's name or place was changed."""

    type: ClassVar[str] = "courses.cohort_changed"
    cohort_id: int


@dataclass(frozen=True, slots=True)
class CohortClosed(Event):
    """A group takes nobody in any more."""

    type: ClassVar[str] = "courses.cohort_closed"
    cohort_id: int


@dataclass(frozen=True, slots=True)
class CohortReopened(Event):
    """A closed group takes people in again."""

    type: ClassVar[str] = "courses.cohort_reopened"
    cohort_id: int


@dataclass(frozen=True, slots=True)
class StaffAssigned(Event):
    """Someone trains or accompanies one group."""

    type: ClassVar[str] = "courses.staff_assigned"
    cohort_id: int
    membership_id: int
    role: str


@dataclass(frozen=True, slots=True)
class StaffReleased(Event):
    """Someone no longer trains or accompanies a group."""

    type: ClassVar[str] = "courses.staff_released"
    cohort_id: int
    membership_id: int


@dataclass(frozen=True, slots=True)
class PersonEnrolled(Event):
    """Someone entered a group."""

    type: ClassVar[str] = "courses.person_enrolled"
    enrolment_id: int
    membership_id: int
    cohort_id: int


@dataclass(frozen=True, slots=True)
class EnrolmentEnded(Event):
    """An enrolment ended, for a reason."""

    type: ClassVar[str] = "courses.enrolment_ended"
    enrolment_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class EnrolmentResumed(Event):
    """An ended enrolment was taken up again."""

    type: ClassVar[str] = "courses.enrolment_resumed"
    enrolment_id: int


@dataclass(frozen=True, slots=True)
class EnrolmentMoved(Event):
    """An enrolment follows another version of its course."""

    type: ClassVar[str] = "courses.enrolment_moved"
    enrolment_id: int
    version_id: int


@dataclass(frozen=True, slots=True)
class ActivityOpened(Event):
    """A trainer's word opened an activity for someone."""

    type: ClassVar[str] = "courses.activity_opened"
    enrolment_id: int
    activity_key: str
