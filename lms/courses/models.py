"""Courses in versions, cohorts, enrolments, progress."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.database import Base, Keyed, new_uuid
from lms.kernel.tenancy import OrganisationOwned

DRAFT, PUBLISHED = "draft", "published"
MOVED = "moved"
"""The change of an enrolment that follows another version: `detail` says `from` and `to`."""


class Course(OrganisationOwned, Keyed, Base):
    """A course; what it contains stands in its versions."""

    __tablename__ = "courses_course"
    __retention__ = "content"
    __scopes__ = {"course": "id"}
    __table_args__ = (UniqueConstraint("organisation_id", "key"), UniqueConstraint("organisation_id", "slug"))

    slug: Mapped[str] = mapped_column(String(80))
    archived_at: Mapped[datetime | None]


class CourseVersion(OrganisationOwned, Base):
    """A version: one draft at most, and the published ones, which never change."""

    __tablename__ = "courses_version"
    __retention__ = "content"
    __scopes__ = {"course": "course_id"}
    __table_args__ = (UniqueConstraint("course_id", "number"), Index(None, "organisation_id", "state"))

    course_id: Mapped[int] = mapped_column(ForeignKey("courses_course.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default=DRAFT)
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(10))
    framework: Mapped[str] = mapped_column(String(60), default="")
    head: Mapped[dict[str, Any]]
    """The other fields of `course.yaml`, canonical, without `modules` and `coverage`."""
    coverage: Mapped[list[Any]]
    """`[{criterion, activity, minimum?}]`, as in `course.yaml`."""
    glossary: Mapped[list[Any]]
    digest: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of what was imported: the same content makes no second draft."""


class ModuleRow(OrganisationOwned, Base):
    """A module of a version."""

    __tablename__ = "courses_module"
    __retention__ = "content"
    __table_args__ = (UniqueConstraint("version_id", "key"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("courses_version.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(10))
    slug: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    head: Mapped[dict[str, Any]]
    """The other fields of `module.yaml`, canonical, without `activities`."""


class ActivityRow(OrganisationOwned, Base):
    """An activity of a version. Its key is the same in every version."""

    __tablename__ = "courses_activity"
    __retention__ = "content"
    __table_args__ = (UniqueConstraint("version_id", "key"), Index(None, "key"))

    version_id: Mapped[int] = mapped_column(ForeignKey("courses_version.id", ondelete="CASCADE"))
    module_id: Mapped[int] = mapped_column(ForeignKey("courses_module.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(10))
    slug: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    type: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    modality: Mapped[str] = mapped_column(String(20))
    minutes: Mapped[int]
    optional: Mapped[bool] = mapped_column(default=False)
    due_days: Mapped[int | None]
    opens: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    objectives: Mapped[list[Any]]
    body: Mapped[dict[str, Any]]
    """The type's own fields, canonical."""
    compiled: Mapped[dict[str, Any]]
    """What the type made of them for its pages, once; empty in a draft that was changed since."""
    edited_at: Mapped[datetime | None]
    edited_by_id: Mapped[int | None]
    """Who wrote in it last, in a browser."""


class RemovedPart(OrganisationOwned, Keyed, Base):
    """What an author has taken out of a draft: it can be put back until the draft is published."""

    __tablename__ = "courses_removed_part"
    __retention__ = "content"
    __table_args__ = (Index(None, "key", unique=True),)

    version_id: Mapped[int] = mapped_column(ForeignKey("courses_version.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    parts: Mapped[dict[str, Any]]
    """The rows, as they were: `module` (absent for a single activity), `activities`, `coverage`. Of a row of an activity, such
    as a question: `activity`, `steps` (the way to it through the body), `row`."""
    removed_at: Mapped[datetime]
    removed_by_id: Mapped[int | None]


class NamedValue(OrganisationOwned, Base):
    """An amount, threshold, place or partner of a version: sourced, dated, and hidden until someone has confirmed it."""

    __tablename__ = "courses_value"
    __retention__ = "content"
    __table_args__ = (UniqueConstraint("version_id", "name"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("courses_version.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    label: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(String(300))
    territory: Mapped[str] = mapped_column(String(120), default="")
    source: Mapped[str] = mapped_column(String(400), default="")
    checked: Mapped[date | None]


class ValueConfirmation(OrganisationOwned, Base):
    """A named person of the organisation confirms a value, as they read it, on a day."""

    __tablename__ = "courses_value_confirmation"
    __retention__ = "trail"
    __table_args__ = (Index(None, "course_id", "name"),)

    course_id: Mapped[int] = mapped_column(ForeignKey("courses_course.id"))
    name: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(String(300))
    source: Mapped[str] = mapped_column(String(400), default="")
    confirmed_by_id: Mapped[int]
    confirmed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class CourseFile(OrganisationOwned, Base):
    """A file that a version shows, under the path that its authors gave it."""

    __tablename__ = "courses_file"
    __retention__ = "content"
    __table_args__ = (UniqueConstraint("version_id", "path"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("courses_version.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(String(200))
    """`<module-slug>/files/<name>`."""
    file_id: Mapped[int] = mapped_column(ForeignKey("kernel_file.id"))


class Cohort(OrganisationOwned, Keyed, Base):
    """A group; with permanent entries and exits when `open_ended`."""

    __tablename__ = "courses_cohort"
    __retention__ = "evidence"
    __scopes__ = {"cohort": "id", "course": "course_id"}
    __table_args__ = (Index(None, "key", unique=True), UniqueConstraint("organisation_id", "code"))

    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses_course.id"))
    open_ended: Mapped[bool] = mapped_column(default=True)
    place: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class Enrolment(OrganisationOwned, Keyed, Base):
    """A person in a cohort, on one version of its course, with dates of their own. `uuid` is the xAPI registration."""

    __tablename__ = "courses_enrolment"
    __retention__ = "evidence"
    __scopes__ = {"cohort": "cohort_id", "course": "course_id", "person": "membership_id"}
    __table_args__ = (
        Index(None, "key", unique=True),
        Index(None, "uuid", unique=True),
        Index(None, "cohort_id", "membership_id"),
        Index(None, "cohort_id", "ended_at"),
        Index(None, "membership_id"),
    )

    uuid: Mapped[str] = mapped_column(String(36), default=new_uuid)
    membership_id: Mapped[int] = mapped_column(ForeignKey("accounts_membership.id"))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("courses_cohort.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses_course.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("courses_version.id"))
    entered_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(String(20), default="")
    """What staff have noted or confirmed; what the person says stands in `said_reason`, and both stay."""
    paused_at: Mapped[datetime | None]
    """Since when deadlines stand still; None when they run."""
    pauses: Mapped[list[Any]] = mapped_column(default=list)
    """The pauses that are over, in order: [first local day, local day of the return]. By whom and why: EnrolmentChange."""
    returned_at: Mapped[datetime | None]
    """When they last came back, from a pause or an end: nobody is quiet before they have had their days again."""
    until: Mapped[date | None]
    """The last local day, when one was set: 15 months after the entry at the latest."""
    said_at: Mapped[datetime | None]
    said_reason: Mapped[str] = mapped_column(String(20), default="")
    """What the person says of the end of their path, and when they said it first or changed it."""
    adjusted: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Activity key → "skip" or "add": what is expected of this person and not of others. By whom and why: EnrolmentChange."""


class EnrolmentChange(OrganisationOwned, Base):
    """What happened to an enrolment, as rows: entered, moved, paused, back, extended, end said, ended, taken up again."""

    __tablename__ = "courses_enrolment_change"
    __retention__ = "evidence"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("courses_enrolment.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    by_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]]
    words: Mapped[str] = mapped_column(Text, default="")
    """What the person said of it in their own words: they can take them back, and erasing an account erases them."""


class Opening(OrganisationOwned, Base):
    """A trainer's word that opens an activity for someone."""

    __tablename__ = "courses_opening"
    __retention__ = "evidence"
    __table_args__ = (UniqueConstraint("enrolment_id", "activity_key"),)

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("courses_enrolment.id"))
    activity_key: Mapped[str] = mapped_column(String(10))
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int]


class Progress(OrganisationOwned, Base):
    """The figure of one enrolment and one activity, folded from the ledger. Never written by hand."""

    __tablename__ = "courses_progress"
    __retention__ = "evidence"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "activity_key"),
        Index(None, "activity_key", "status", "enrolment_id"),
    )

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("courses_enrolment.id"))
    activity_key: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(10))
    best: Mapped[float | None]
    last: Mapped[float | None]
    attempts: Mapped[int]
    seconds: Mapped[float | None]
    """Active time: the length of the union of the intervals that statements carry; None when none carries any."""
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    rule: Mapped[int]
