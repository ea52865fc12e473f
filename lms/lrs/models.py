"""Tables of the door for machines: who may speak, the documents they keep, what they say activities are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.database import Base
from lms.kernel.tenancy import OrganisationOwned


class ClientRow(OrganisationOwned, Base):
    """A machine that may speak at `/xapi/`: its key, and a hash of its secret."""

    __tablename__ = "lrs_client"
    __retention__ = "settings"
    __table_args__ = (Index(None, "key", unique=True),)

    name: Mapped[str] = mapped_column(String(100))
    key: Mapped[str] = mapped_column(String(40))
    secret_hash: Mapped[str] = mapped_column(String(200))
    old_secret_hash: Mapped[str | None] = mapped_column(String(200))
    """The secret before the last rotation."""
    old_secret_until: Mapped[datetime | None]
    """Until when it is good, too."""
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    """To some minutes: written now and then, never by a request."""
    scopes: Mapped[list[Any]] = mapped_column(default=lambda: ["all"], server_default='["all"]')
    """What it may do, by the words of xAPI 1.0.3, Communication, 4.2 (`data.Scope`)."""
    dropped_verbs: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """IRIs of verbs that are acknowledged and not kept: noise that a tool cannot be told to leave out."""


class SessionRow(OrganisationOwned, Base):
    """A launched activity that may speak for one person, for a while: see `sessions`."""

    __tablename__ = "lrs_session"
    __retention__ = "raw"
    __scopes__ = {"person": "membership_id"}
    __table_args__ = (Index(None, "key", unique=True), Index(None, "membership_id"))

    key: Mapped[str] = mapped_column(String(40))
    """Begins with an "s", which keys of machines never do."""
    secret_hash: Mapped[str] = mapped_column(String(200))
    membership_id: Mapped[int] = mapped_column(ForeignKey("accounts_membership.id"))
    actor: Mapped[str] = mapped_column(String(36))
    """The person's pseudonym."""
    registration: Mapped[str] = mapped_column(String(36))
    activity: Mapped[str] = mapped_column(String(500))
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DocumentRow(OrganisationOwned, Base):
    """A document of the resources State, Agent Profile and Activity Profile (xAPI 1.0.3, Communication, 2.2)."""

    __tablename__ = "lrs_document"
    __retention__ = "raw"
    __scopes__ = {"person": "membership_id"}
    __table_args__ = (
        UniqueConstraint("organisation_id", "owner", "registration", "name"),
        Index(None, "membership_id"),
    )

    owner: Mapped[bytes] = mapped_column(LargeBinary(16))
    """A digest of `kind`, `agent` and `activity`: together they are too long for an index."""
    kind: Mapped[str] = mapped_column(String(10))
    """"state", "agent" or "activity"."""
    agent: Mapped[str] = mapped_column(String(600), default="")
    """The identifier of whose it is; "" for the profile of an activity."""
    activity: Mapped[str] = mapped_column(String(500), default="")
    registration: Mapped[str] = mapped_column(String(36), default="")
    """"" when none was given: that is another document than one with a registration."""
    name: Mapped[str] = mapped_column(String(500))
    """The stateId or profileId."""
    media_type: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime]
    client: Mapped[str] = mapped_column(String(40))
    """The key of the machine that wrote it last."""
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_membership.id"))
    """The person, when the agent is one of ours: so that it can be shown to them and erased."""


class ActivityRow(OrganisationOwned, Base):
    """What machines said that an activity is: their definitions merged, the latest word first (2.1.3, "canonical")."""

    __tablename__ = "lrs_activity"
    __retention__ = "content"
    __table_args__ = (UniqueConstraint("organisation_id", "iri"),)

    iri: Mapped[str] = mapped_column(String(500))
    definition: Mapped[str] = mapped_column(Text)
    """JSON of an Activity Definition (Data, 2.4.4.1)."""
