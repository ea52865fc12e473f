"""Public pages of courses: their draft, and every state that was online."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.database import Base, Keyed
from lms.kernel.tenancy import OrganisationOwned


class OfferPage(OrganisationOwned, Keyed, Base):
    """The page of a course, as its authors write it. Its key is that of the public address."""

    __tablename__ = "offer_page"
    __retention__ = "content"
    __scopes__ = {"course": "course_id"}
    __table_args__ = (UniqueConstraint("course_id"), Index(None, "key", unique=True))

    course_id: Mapped[int] = mapped_column(ForeignKey("courses_course.id"))
    fields: Mapped[dict[str, Any]]
    """Field → Markdown; a field that nobody has written is absent."""
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None]


class OfferState(OrganisationOwned, Base):
    """What the page said, from a moment until another: never changed, never deleted while the law wants it."""

    __tablename__ = "offer_state"
    __retention__ = "evidence"
    __table_args__ = (UniqueConstraint("page_id", "number"), Index(None, "ended_at"))

    page_id: Mapped[int] = mapped_column(ForeignKey("offer_page.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    """All of it: title, version of the course, organisation, fields, results with how they are calculated."""
    published_at: Mapped[datetime]
    published_by_id: Mapped[int | None]
    ended_at: Mapped[datetime | None]
    """When another took its place, or when it was withdrawn; None: online."""
