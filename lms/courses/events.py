"""What happens to courses, cohorts and enrolments, as facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms.kernel.events import Event
from lms.kernel.i18n import mark


@dataclass(frozen=True, slots=True)
class CourseImported(Event):
    """A draft was made or replaced from files."""

    type: ClassVar[str] = "courses.course_imported"
    title: ClassVar[str] = mark("%(actor)s a importé un brouillon de « %(course_id)s »")
    course_id: int
    version_id: int


@dataclass(frozen=True, slots=True)
class DraftBegun(Event):
    """An author begins to write: a draft was made, from the version in force or from nothing."""

    type: ClassVar[str] = "courses.draft_begun"
    title: ClassVar[str] = mark("%(actor)s a commencé un brouillon de « %(course_id)s »")
    course_id: int
    version_id: int


@dataclass(frozen=True, slots=True)
class DraftWritten(Event):
    """An author has written in a draft: `part` is a key, or the name of a page. Said once for some minutes of writing."""

    type: ClassVar[str] = "courses.draft_written"
    title: ClassVar[str] = mark("%(actor)s a écrit dans le brouillon de « %(version_id)s »")
    version_id: int
    part: str


@dataclass(frozen=True, slots=True)
class PartRemoved(Event):
    """A module or an activity was taken out of a draft; it can be put back."""

    type: ClassVar[str] = "courses.part_removed"
    title: ClassVar[str] = mark("%(actor)s a enlevé une partie du brouillon de « %(version_id)s »")
    version_id: int
    part: str


@dataclass(frozen=True, slots=True)
class CoursePublished(Event):
    """A version was published."""

    type: ClassVar[str] = "courses.course_published"
    title: ClassVar[str] = mark("%(actor)s a publié la version %(number)s de « %(course_id)s »")
    course_id: int
    version_id: int
    number: int


@dataclass(frozen=True, slots=True)
class ValueConfirmed(Event):
    """A named person says that a value is right."""

    type: ClassVar[str] = "courses.value_confirmed"
    title: ClassVar[str] = mark("%(actor)s a confirmé une valeur de « %(course_id)s »")
    course_id: int
    name: str
    confirmation_id: int


@dataclass(frozen=True, slots=True)
class ValueWithdrawn(Event):
    """A confirmation was taken back: learners no longer read the value."""

    type: ClassVar[str] = "courses.value_withdrawn"
    title: ClassVar[str] = mark("%(actor)s ne confirme plus une valeur de « %(course_id)s »")
    course_id: int
    name: str
    confirmation_id: int


@dataclass(frozen=True, slots=True)
class CohortCreated(Event):
    """A group was created."""

    type: ClassVar[str] = "courses.cohort_created"
    title: ClassVar[str] = mark("%(actor)s a créé %(cohort_id)s")
    cohort_id: int
    course_id: int


@dataclass(frozen=True, slots=True)
class CohortChanged(Event):
    """A group's name or place was changed."""

    type: ClassVar[str] = "courses.cohort_changed"
    title: ClassVar[str] = mark("%(actor)s a changé le nom ou le lieu de %(cohort_id)s")
    cohort_id: int


@dataclass(frozen=True, slots=True)
class CohortClosed(Event):
    """A group takes nobody in any more."""

    type: ClassVar[str] = "courses.cohort_closed"
    title: ClassVar[str] = mark("%(actor)s a fermé %(cohort_id)s")
    cohort_id: int


@dataclass(frozen=True, slots=True)
class CohortReopened(Event):
    """A closed group takes people in again."""

    type: ClassVar[str] = "courses.cohort_reopened"
    title: ClassVar[str] = mark("%(actor)s a rouvert %(cohort_id)s")
    cohort_id: int


@dataclass(frozen=True, slots=True)
class StaffAssigned(Event):
    """Someone trains or accompanies one group."""

    type: ClassVar[str] = "courses.staff_assigned"
    title: ClassVar[str] = mark("%(actor)s a confié %(cohort_id)s à %(membership_id)s (%(role)s)")
    cohort_id: int
    membership_id: int
    role: str


@dataclass(frozen=True, slots=True)
class StaffReleased(Event):
    """Someone no longer trains or accompanies a group."""

    type: ClassVar[str] = "courses.staff_released"
    title: ClassVar[str] = mark("%(actor)s a retiré %(cohort_id)s à %(membership_id)s")
    cohort_id: int
    membership_id: int


@dataclass(frozen=True, slots=True)
class PersonEnrolled(Event):
    """Someone entered a group."""

    type: ClassVar[str] = "courses.person_enrolled"
    title: ClassVar[str] = mark("%(actor)s a inscrit %(membership_id)s dans %(cohort_id)s")
    enrolment_id: int
    membership_id: int
    cohort_id: int


@dataclass(frozen=True, slots=True)
class EnrolmentEnded(Event):
    """An enrolment ended, for a reason."""

    type: ClassVar[str] = "courses.enrolment_ended"
    title: ClassVar[str] = mark("%(actor)s a terminé l’inscription de %(enrolment_id)s (%(reason)s)")
    enrolment_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class EnrolmentResumed(Event):
    """An ended enrolment was taken up again."""

    type: ClassVar[str] = "courses.enrolment_resumed"
    title: ClassVar[str] = mark("%(actor)s a repris l’inscription de %(enrolment_id)s")
    enrolment_id: int


@dataclass(frozen=True, slots=True)
class EnrolmentPaused(Event):
    """Deadlines and the quiet rule wait for someone."""

    type: ClassVar[str] = "courses.enrolment_paused"
    title: ClassVar[str] = mark("%(actor)s a mis en pause l’inscription de %(enrolment_id)s")
    enrolment_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class EnrolmentReturned(Event):
    """Someone came back after so many days."""

    type: ClassVar[str] = "courses.enrolment_returned"
    title: ClassVar[str] = mark("%(actor)s a noté le retour de %(enrolment_id)s, après %(days)s jours de pause")
    enrolment_id: int
    days: int


@dataclass(frozen=True, slots=True)
class EnrolmentExtended(Event):
    """The last day of an enrolment was set or moved."""

    type: ClassVar[str] = "courses.enrolment_extended"
    title: ClassVar[str] = mark("%(actor)s a prolongé l’inscription de %(enrolment_id)s jusqu’au %(until)s")
    enrolment_id: int
    until: str


@dataclass(frozen=True, slots=True)
class EndSaid(Event):
    """A person says how their path ends."""

    type: ClassVar[str] = "courses.end_said"
    title: ClassVar[str] = mark("%(actor)s a dit comment son parcours se termine")
    enrolment_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class WordsWithdrawn(Event):
    """A person took back what they had written about a pause or an end."""

    type: ClassVar[str] = "courses.words_withdrawn"
    title: ClassVar[str] = mark("%(actor)s a retiré ce qui était écrit sur une pause ou une fin")
    enrolment_id: int


@dataclass(frozen=True, slots=True)
class EnrolmentMoved(Event):
    """An enrolment follows another version of its course."""

    type: ClassVar[str] = "courses.enrolment_moved"
    title: ClassVar[str] = mark("%(actor)s a fait passer %(enrolment_id)s à « %(version_id)s »")
    enrolment_id: int
    version_id: int


@dataclass(frozen=True, slots=True)
class EnrolmentAdjusted(Event):
    """Activities were skipped or added for someone, or put back (`how`)."""

    type: ClassVar[str] = "courses.enrolment_adjusted"
    title: ClassVar[str] = mark("%(actor)s a changé ce qui est attendu : %(enrolment_id)s")
    enrolment_id: int
    how: str


@dataclass(frozen=True, slots=True)
class ActivityOpened(Event):
    """A trainer's word opened an activity for someone."""

    type: ClassVar[str] = "courses.activity_opened"
    title: ClassVar[str] = mark("%(actor)s a ouvert une activité à %(enrolment_id)s")
    enrolment_id: int
    activity_key: str
