"""Works, their versions, what was sent with them, and what trainers said of them. Nothing is ever written over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.database import Base, Keyed
from lms.kernel.tenancy import OrganisationOwned

WAITING, ANSWERED, ACCEPTED = "waiting", "answered", "accepted"
"""States: handed in and nobody has looked yet; to be handed in again; good."""


class Work(OrganisationOwned, Keyed, Base):
    """What one person hands in for one activity of one enrolment."""

    __tablename__ = "assignment_work"
    __retention__ = "evidence"
    __scopes__ = {"cohort": "cohort_id", "course": "course_id", "person": "membership_id"}
    __table_args__ = (
        Index(None, "key", unique=True),
        UniqueConstraint("enrolment_id", "activity_key"),
        Index(None, "membership_id"),
        Index(None, "organisation_id", "state", "handed_at"),
        Index(None, "cohort_id", "activity_key"),
    )

    membership_id: Mapped[int] = mapped_column(ForeignKey("accounts_membership.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("courses_enrolment.id"))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("courses_cohort.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses_course.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("courses_version.id"))
    """The version of the course under which it was handed in last: its criteria are looked at, whatever came later."""
    activity_key: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(200))
    project: Mapped[str] = mapped_column(String(200), default="")
    """Where it stands in the person's project file; "" for nowhere."""
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    number: Mapped[int] = mapped_column(default=0)
    """Of the version handed in last."""
    handed_at: Mapped[datetime]
    accepted_number: Mapped[int | None]


class WorkVersion(OrganisationOwned, Base):
    """A work as it was handed in once: by whom and when."""

    __tablename__ = "assignment_version"
    __retention__ = "evidence"
    __table_args__ = (UniqueConstraint("work_id", "number"),)

    work_id: Mapped[int] = mapped_column(ForeignKey("assignment_work.id", ondelete="CASCADE"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text, default="")
    handed_at: Mapped[datetime]
    handed_by_id: Mapped[int]


class Grade(OrganisationOwned, Base):
    """What a trainer said of a version. A later one of the same version corrects it; both stay."""

    __tablename__ = "assignment_grade"
    __retention__ = "evidence"
    __table_args__ = (UniqueConstraint("version_id", "number"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("assignment_version.id", ondelete="CASCADE"))
    number: Mapped[int]
    marks: Mapped[dict[str, Any]]
    """Criterion key → yes, partly, no."""
    score: Mapped[float]
    is_accepted: Mapped[bool]
    comment: Mapped[str] = mapped_column(Text, default="")
    graded_at: Mapped[datetime]
    graded_by_id: Mapped[int]
    statements: Mapped[list[Any]]
    """The ids of what it said in the ledger."""


class Piece(OrganisationOwned, Base):
    """A photo, voice or file sent with a version or a grade; until the act that it came with has run, with neither."""

    __tablename__ = "assignment_piece"
    __retention__ = "evidence"
    __table_args__ = (
        Index(None, "membership_id", "intent"),
        Index(None, "version_id"),
        Index(None, "grade_id"),
        Index(None, "media_id"),
    )

    membership_id: Mapped[int] = mapped_column(ForeignKey("accounts_membership.id"))
    """Whose work it is about."""
    sent_by_id: Mapped[int]
    intent: Mapped[str] = mapped_column(String(36))
    media_id: Mapped[int] = mapped_column(ForeignKey("kernel_media.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("assignment_version.id", ondelete="CASCADE"))
    grade_id: Mapped[int | None] = mapped_column(ForeignKey("assignment_grade.id", ondelete="CASCADE"))
