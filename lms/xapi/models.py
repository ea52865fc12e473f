"""The ledger's tables: intents, statements and what they name, figure keys to compute again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, String, Text, UniqueConstraint, column
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.database import Base
from lms.kernel.tenancy import OrganisationOwned
from lms.xapi.data import PLATFORM


class IntentRow(OrganisationOwned, Base):
    """An act that someone sent, by form or outbox. Kept whatever became of it: refused ones too.

    Of an anonymous act only the SHA-256 of its UUID and the day are kept (DESIGN §6).
    """

    __tablename__ = "xapi_intent"
    __retention__ = "raw"
    __scopes__ = {"person": "membership_id"}
    __table_args__ = (UniqueConstraint("organisation_id", "uuid"), Index(None, "membership_id", "kind"))

    uuid: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(60))
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_membership.id"))
    sent_by_id: Mapped[int | None]
    """Who was signed in; differs from the membership on a shared tablet or when a trainer types."""
    payload: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(10), default="accepted")
    reason: Mapped[str] = mapped_column(String(80), default="")


class StatementRow(OrganisationOwned, Base):
    """One statement: the bytes that are returned, fixed when recorded, and the columns that folds and filters read.

    Written once; voiding, erasing and closing (`lms.xapi.closing`) are the only changes.
    """

    __tablename__ = "xapi_statement"
    __retention__ = "raw"
    __scopes__ = {"person": "membership_id"}
    __table_args__ = (
        UniqueConstraint("organisation_id", "statement_id"),
        # The organisation comes first in each: the guard names it, and SQLite would else choose an index that begins so.
        Index(None, "organisation_id", "registration", "activity"),
        Index(None, "organisation_id", "membership_id", "activity"),
        Index(None, "organisation_id", "stored"),
        Index(None, "organisation_id", "verb", "stored"),
        # With the row that ends every index, in the order of a page: nothing is sorted.
        Index(None, "organisation_id", "actor", "stored"),
        Index(None, "organisation_id", "activity", "stored"),
        # Machines that read only what they wrote. Most statements are the platform's own, and cost this index nothing.
        Index(
            "ix_xapi_statement_authority",
            "organisation_id",
            "authority",
            "stored",
            sqlite_where=column("authority") != PLATFORM,
            postgresql_where=column("authority") != PLATFORM,
        ),
        Index(
            "ix_xapi_statement_voids",
            "organisation_id",
            "voids",
            sqlite_where=column("voids").is_not(None),
            postgresql_where=column("voids").is_not(None),
        ),
    )

    statement_id: Mapped[str] = mapped_column(String(36))
    verb: Mapped[str] = mapped_column(String(300))
    activity: Mapped[str] = mapped_column(String(500))
    """The activity's IRI; for another kind of object, what it is ("agent", "statement:<id>")."""
    registration: Mapped[str | None] = mapped_column(String(36))
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_membership.id"))
    actor: Mapped[str] = mapped_column(String(600))
    """The actor's inverse functional identifier, `account:<homePage>|<name>`, `mbox:…` and so on."""
    timestamp: Mapped[str] = mapped_column(String(40))
    """As sent."""
    occurred_at: Mapped[datetime]
    """Corrected by the device's clock at delivery: what folds use."""
    stored: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(60))
    authority: Mapped[str] = mapped_column(String(40), default=PLATFORM, server_default=PLATFORM)
    """Who asserts it: the key of the machine that sent it, or the platform."""
    scaled: Mapped[float | None]
    success: Mapped[bool | None]
    completion: Mapped[bool | None]
    seconds: Mapped[float | None]
    attempt: Mapped[str | None] = mapped_column(String(60))
    instructor_id: Mapped[int | None]
    intent_id: Mapped[int | None] = mapped_column(ForeignKey("xapi_intent.id"))
    voids: Mapped[str | None] = mapped_column(String(36))
    """The id of the statement that this one voids."""
    voided_by: Mapped[str | None] = mapped_column(String(36))
    erased_at: Mapped[datetime | None]
    """When text, columns and salt were deleted: id, moment of storage and leaf stay, so that the seal can be verified."""
    closed_at: Mapped[datetime | None]
    """When the bytes gave way to a closing snapshot (`lms.seal`): the columns stay, and folds run on them as before."""
    version: Mapped[str] = mapped_column(String(10))
    raw: Mapped[str] = mapped_column(Text)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    leaf: Mapped[bytes] = mapped_column(LargeBinary(32))
    """SHA-256(0x00 ‖ salt ‖ raw), made when recorded; the seal is built on these."""


class MentionRow(OrganisationOwned, Base):
    """Who and what a statement names beside its actor and its activity: what `related_agents` and `related_activities` find."""

    __tablename__ = "xapi_mention"
    __retention__ = "raw"
    # In the order in which a page is read, and nothing but this index: there is a row for nearly each statement.
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "thing", "stored", "statement"),
        Index(None, "statement"),
        {"sqlite_with_rowid": False},
    )
    id = None  # type: ignore[assignment]  # the four columns are the key
    thing: Mapped[bytes] = mapped_column(LargeBinary(16))
    """`statements.thing_of` an agent's identifier or an activity's IRI."""
    stored: Mapped[datetime]
    statement: Mapped[int] = mapped_column(ForeignKey("xapi_statement.id"))
    is_direct: Mapped[bool]
    """A member of the acting group, or an agent who is the object: found without `related_agents` too."""


class ReferenceRow(OrganisationOwned, Base):
    """A statement that speaks of another one, and of those that this one speaks of in turn (Communication, 2.1.3)."""

    __tablename__ = "xapi_reference"
    __retention__ = "raw"
    __table_args__ = (
        UniqueConstraint("statement", "target"),
        Index(None, "organisation_id", "target"),
        Index(None, "organisation_id", "stored"),
    )

    statement: Mapped[int] = mapped_column(ForeignKey("xapi_statement.id"))
    stored: Mapped[datetime]
    target: Mapped[str] = mapped_column(String(36))
    """The id of a statement, which may not have arrived yet."""


class AttachmentRow(OrganisationOwned, Base):
    """Bytes that came with a statement, kept in the folder of files (Data, 2.4.11)."""

    __tablename__ = "xapi_attachment"
    __retention__ = "raw"
    __table_args__ = (UniqueConstraint("statement", "sha2"), Index(None, "file_id"))

    statement: Mapped[int] = mapped_column(ForeignKey("xapi_statement.id"))
    sha2: Mapped[str] = mapped_column(String(128))
    media_type: Mapped[str] = mapped_column(String(200))
    file_id: Mapped[int] = mapped_column(ForeignKey("kernel_file.id"))


class StaleRow(OrganisationOwned, Base):
    """A figure's key that has to be computed again by the worker."""

    __tablename__ = "xapi_stale"
    __retention__ = "technical"
    __table_args__ = (UniqueConstraint("organisation_id", "figure", "key"),)

    figure: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(400))
    """The key's parts as a JSON list."""
    marked_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
