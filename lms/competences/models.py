"""Frameworks in versions, their coverage by course versions, and acquisitions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.database import Base, Keyed
from lms.kernel.tenancy import OrganisationOwned


class Framework(OrganisationOwned, Base):
    """A framework of an organisation; what it says stands in its versions."""

    __tablename__ = "competences_framework"
    __retention__ = "content"
    __table_args__ = (UniqueConstraint("organisation_id", "code"),)

    code: Mapped[str] = mapped_column(String(60))


class FrameworkVersion(OrganisationOwned, Keyed, Base):
    """A version: published when it is imported, never changed after."""

    __tablename__ = "competences_version"
    __retention__ = "content"
    __table_args__ = (Index(None, "key", unique=True), UniqueConstraint("framework_id", "version"))

    framework_id: Mapped[int] = mapped_column(ForeignKey("competences_framework.id"))
    version: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(10))
    licence: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(Text, default="")
    unchecked_labels: Mapped[bool] = mapped_column(default=False)
    """The labels have not been compared with their source: "à vérifier" to staff."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the canonical file: the same content is not imported twice."""
    published_at: Mapped[datetime]


class Block(OrganisationOwned, Base):
    """A block of competences."""

    __tablename__ = "competences_block"
    __retention__ = "content"
    __table_args__ = (UniqueConstraint("version_id", "code"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("competences_version.id", ondelete="CASCADE"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    short: Mapped[str] = mapped_column(String(100))
    """What a learner reads."""


class Competence(OrganisationOwned, Base):
    """A competence, reached when its rule over criteria holds."""

    __tablename__ = "competences_competence"
    __retention__ = "content"
    __table_args__ = (UniqueConstraint("version_id", "code"), Index(None, "block_id"))

    version_id: Mapped[int] = mapped_column(ForeignKey("competences_version.id", ondelete="CASCADE"))
    block_id: Mapped[int] = mapped_column(ForeignKey("competences_block.id", ondelete="CASCADE"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(300))
    plain: Mapped[str] = mapped_column(String(300))
    """What a learner reads."""
    at_least: Mapped[int | None]
    """How many criteria are needed; None: all of them."""
    valid_months: Mapped[int | None]
    """How long a met criterion counts; None: for ever."""


class Criterion(OrganisationOwned, Base):
    """What is observed."""

    __tablename__ = "competences_criterion"
    __retention__ = "content"
    __table_args__ = (UniqueConstraint("version_id", "code"), Index(None, "competence_id"))

    version_id: Mapped[int] = mapped_column(ForeignKey("competences_version.id", ondelete="CASCADE"))
    competence_id: Mapped[int] = mapped_column(ForeignKey("competences_competence.id", ondelete="CASCADE"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(400))
    plain: Mapped[str] = mapped_column(String(300))


class Pin(OrganisationOwned, Keyed, Base):
    """Which version of a framework a version of a course uses. Made when the course is published, never changed."""

    __tablename__ = "competences_pin"
    __retention__ = "content"
    __table_args__ = (UniqueConstraint("course_version_id"), Index(None, "framework_version_id"))

    course_version_id: Mapped[int] = mapped_column(ForeignKey("courses_version.id"))
    framework_version_id: Mapped[int] = mapped_column(ForeignKey("competences_version.id"))
    pinned_at: Mapped[datetime]


class Coverage(OrganisationOwned, Base):
    """An activity, or a part of one, that feeds a criterion in a version of a course; nothing else ever does."""

    __tablename__ = "competences_coverage"
    __retention__ = "content"
    __table_args__ = (
        UniqueConstraint("course_version_id", "criterion_id", "activity_key"),
        Index(None, "activity_key"),
        Index(None, "criterion_id"),
    )

    course_version_id: Mapped[int] = mapped_column(ForeignKey("courses_version.id"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("competences_criterion.id"))
    activity_key: Mapped[str] = mapped_column(String(10))
    minimum: Mapped[float | None]
    """The least score, 0 to 1; None: someone of the staff says so."""


class Acquisition(OrganisationOwned, Base):
    """The figure of one person and one competence, folded from the ledger. Never written by hand."""

    __tablename__ = "competences_acquisition"
    __retention__ = "evidence"
    __scopes__ = {"person": "membership_id"}
    __table_args__ = (
        UniqueConstraint("membership_id", "competence_id"),
        # Holds all that the heat map reads: levels are counted in the index alone.
        Index(
            "ix_competences_acquisition_levels",
            "membership_id",
            "block_id",
            "reached_at",
            "expires_at",
            "organisation_id",
        ),
        Index(None, "competence_id"),
    )

    membership_id: Mapped[int] = mapped_column(ForeignKey("accounts_membership.id"))
    competence_id: Mapped[int] = mapped_column(ForeignKey("competences_competence.id"))
    block_id: Mapped[int] = mapped_column(ForeignKey("competences_block.id"))
    met: Mapped[int]
    """How many criteria have been met."""
    total: Mapped[int]
    reached_at: Mapped[datetime | None]
    """Since when the rule has held without a break."""
    expires_at: Mapped[datetime | None]
    """When it stops holding for want of newer evidence; whether that is past is decided when it is read."""
    explanation: Mapped[dict[str, Any]]
    rule: Mapped[int]
