"""Contacts after a path, their answers, and what an organisation counts as a positive end."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.database import Base, Keyed
from lms.kernel.tenancy import OrganisationOwned


class Rule(OrganisationOwned, Base):
    """What the organisation counts as a positive end, since a moment: the latest row is in force, the others stay."""

    __tablename__ = "outcomes_rule"
    __retention__ = "settings"

    reasons: Mapped[list[Any]]
    """The reasons of an end that count, at the end."""
    situations: Mapped[list[Any]]
    """The situations that count, in the answers at 1, 6 and 12 months."""
    month: Mapped[int]
    """When the main rate looks: 0 (at the end), 1, 6 or 12 months after."""
    set_at: Mapped[datetime]
    set_by_id: Mapped[int | None]


class Contact(OrganisationOwned, Keyed, Base):
    """News of someone, due so many months after an end of theirs. The link's secret is its signature, never stored."""

    __tablename__ = "outcomes_contact"
    __retention__ = "evidence"
    __scopes__ = {"cohort": "cohort_id", "course": "course_id", "person": "membership_id"}
    __table_args__ = (
        Index(None, "key", unique=True),
        UniqueConstraint("enrolment_id", "ended_at", "month"),
        Index(None, "organisation_id", "due_on"),
        Index(None, "membership_id"),
    )

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("courses_enrolment.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("accounts_membership.id"))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("courses_cohort.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses_course.id"))
    ended_at: Mapped[datetime]
    """The end that it follows: who takes a path up again and ends again is asked again."""
    month: Mapped[int]
    due_on: Mapped[date]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    sent_to: Mapped[str] = mapped_column(String(254), default="")
    """The e-mail that the letter goes to; empty when staff pass the link on."""
    sent_at: Mapped[datetime | None]
    shown_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]


class Answer(OrganisationOwned, Base):
    """What someone said of themselves, with their consent. `words` can be erased at any time, and the whole answer too."""

    __tablename__ = "outcomes_answer"
    __retention__ = "evidence"
    __table_args__ = (UniqueConstraint("contact_id"), Index(None, "membership_id"))

    contact_id: Mapped[int] = mapped_column(ForeignKey("outcomes_contact.id", ondelete="CASCADE"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("accounts_membership.id"))
    situation: Mapped[str] = mapped_column(String(20))
    needs_help: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str] = mapped_column(Text, default="")
    consented_at: Mapped[datetime]
    given_at: Mapped[datetime]
    noted_by_id: Mapped[int | None]
    """Who wrote it down for the person; None: the person, by their link."""
    intent: Mapped[str] = mapped_column(String(36), default="")
    """The form that brought it: sent twice, it answers once."""
    helped_at: Mapped[datetime | None]
    helped_by_id: Mapped[int | None]
