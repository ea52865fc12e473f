"""Bundles of evidence: what was handed out, and the hash that proves it has not changed since."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.database import Base, Keyed
from lms.kernel.tenancy import OrganisationOwned


class Bundle(OrganisationOwned, Keyed, Base):
    """A bundle that was exported. The hash of its manifest is what the platform vouches for."""

    __tablename__ = "quality_bundle"
    __retention__ = "evidence"
    __scopes__ = {"cohort": "cohort_id", "course": "course_id"}
    __table_args__ = (
        Index(None, "key", unique=True),
        Index(None, "organisation_id", "cohort_id"),
        Index(None, "organisation_id", "manifest_sha256"),
        UniqueConstraint("job_id"),
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("courses_cohort.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses_course.id"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_membership.id"))
    """None: the operator, from the command line."""
    manifest_sha256: Mapped[str] = mapped_column(String(64))
    people: Mapped[int]
    statements: Mapped[int]
    voided: Mapped[int]
    files: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("kernel_file.id"))
    """None: the operator took the file, the platform has kept its hash."""
    job_id: Mapped[int | None]
    """The job that made it: run twice, it records it once."""
