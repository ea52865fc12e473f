"""Answers in a person's name; and ballots, which name nobody."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.database import Base, Identifier, Keyed
from lms.kernel.tenancy import OrganisationOwned


def any_number() -> int:
    """A random id: the order of ballots would tell who came when."""
    return secrets.randbelow(2**53) + 1


class Reply(OrganisationOwned, Keyed, Base):
    """What someone answered last, in their own name. Every answer stays in the ledger."""

    __tablename__ = "questionnaire_reply"
    __retention__ = "evidence"
    __scopes__ = {"cohort": "cohort_id", "course": "course_id", "person": "membership_id"}
    __table_args__ = (
        Index(None, "key", unique=True),
        UniqueConstraint("enrolment_id", "activity_key"),
        Index(None, "membership_id"),
        Index(None, "cohort_id", "activity_key"),
    )

    membership_id: Mapped[int] = mapped_column(ForeignKey("accounts_membership.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("courses_enrolment.id"))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("courses_cohort.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses_course.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("courses_version.id"))
    """The version of the course whose questions were answered."""
    activity_key: Mapped[str] = mapped_column(String(10))
    answers: Mapped[dict[str, Any]]
    """Question key → step, choice's key, list of choices' keys, or text."""
    replied_at: Mapped[datetime]


class Ballot(OrganisationOwned, Base):
    """What someone of a group answered without their name, to the day. It waits until enough are there to be counted."""

    __tablename__ = "questionnaire_ballot"
    __retention__ = "evidence"
    __scopes__ = {"cohort": "cohort_id", "course": "course_id"}
    __table_args__ = (Index(None, "cohort_id", "activity_key", "is_counted"),)

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, default=any_number)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("courses_cohort.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses_course.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("courses_version.id"))
    activity_key: Mapped[str] = mapped_column(String(10))
    day: Mapped[date]
    answers: Mapped[dict[str, Any]]
    is_counted: Mapped[bool] = mapped_column(default=False)
    """Whether it stands in the ledger and in the results: with at least four others, at the same moment."""
    counted_on: Mapped[date | None]
    """The day of that moment. A figure takes all that were counted together, or none of them."""
