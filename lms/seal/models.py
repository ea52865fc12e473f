"""Tables of the seal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.database import Base, Identifier
from lms.kernel.tenancy import OrganisationOwned


class LinkRow(OrganisationOwned, Base):
    """One link of an organisation's chain (`lms.seal.data.Link`). Never changed but for `mailed_at`, never deleted."""

    __tablename__ = "seal_link"
    __retention__ = "evidence"
    __table_args__ = (UniqueConstraint("organisation_id", "number"), Index(None, "organisation_id", "root"))

    number: Mapped[int]
    first_row: Mapped[int] = mapped_column(Identifier)
    last_row: Mapped[int] = mapped_column(Identifier)
    count: Mapped[int]
    sealed_at: Mapped[datetime]
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    merkle: Mapped[bytes] = mapped_column(LargeBinary(32))
    facts: Mapped[bytes] = mapped_column(LargeBinary(32))
    closing: Mapped[bytes] = mapped_column(LargeBinary(32))
    """The digest of a closing snapshot; 32 zeros for a batch of statements."""
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    mailed_at: Mapped[datetime | None]
    """When it left this server, by mail to those who lead."""


class PieceRow(OrganisationOwned, Base):
    """A thousand statements of a link, in order: without it, a row that is gone could not be named."""

    __tablename__ = "seal_piece"
    __retention__ = "evidence"
    __table_args__ = (UniqueConstraint("link_id", "position"), Index(None, "organisation_id", "last_row"))

    link_id: Mapped[int] = mapped_column(ForeignKey("seal_link.id"))
    position: Mapped[int]
    first_row: Mapped[int] = mapped_column(Identifier)
    last_row: Mapped[int] = mapped_column(Identifier)
    node: Mapped[bytes] = mapped_column(LargeBinary(32))
    """The root of its leaves, so that a proof reads one piece only."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """`lms.seal.chain.packed`: row, id, leaf and digest of the columns of each statement."""


class ClosingRow(OrganisationOwned, Base):
    """A closing snapshot: which statements gave up their bytes, under which rule, and which figures stood on them."""

    __tablename__ = "seal_closing"
    __retention__ = "evidence"
    __table_args__ = (UniqueConstraint("link_id"),)

    link_id: Mapped[int] = mapped_column(ForeignKey("seal_link.id"))
    closed_at: Mapped[datetime]
    count: Mapped[int]
    record: Mapped[str] = mapped_column(Text)
    """JSON: rule, root before, count, figures with their number of keys, the versions of their rules and a digest."""
    rows: Mapped[bytes] = mapped_column(LargeBinary)
    """The rows' numbers, as ranges ("12-18,25"), compressed."""


class CheckRow(OrganisationOwned, Base):
    """What a verification asked for in the browser has found."""

    __tablename__ = "seal_check"
    __retention__ = "technical"
    __table_args__ = (Index(None, "organisation_id", "checked_at"), UniqueConstraint("job_id"))

    job_id: Mapped[int]
    """A job that is run twice says it once."""
    checked_at: Mapped[datetime]
    links: Mapped[int]
    sealed: Mapped[int]
    unsealed: Mapped[int]
    root: Mapped[str] = mapped_column(String(64))
    counts: Mapped[dict[str, Any]]
    findings: Mapped[list[Any]]
    """The first ones: kind, statement, link, detail."""
