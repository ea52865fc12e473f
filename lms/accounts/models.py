"""People, organisations, memberships, grants, ways in, terms."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, column, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.database import Base, Keyed, new_uuid
from lms.kernel.tenancy import OrganisationOwned


class Organisation(Keyed, Base):
    """The tenant: an association that trains. Several may share a network."""

    __tablename__ = "accounts_organisation"
    __tenancy__ = "site"
    __retention__ = "site"
    __table_args__ = (Index(None, "key", unique=True),)

    name: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(60), default="Europe/Paris")
    language: Mapped[str] = mapped_column(String(10), default="fr")
    network_id: Mapped[int | None]
    siret: Mapped[str] = mapped_column(String(14), default="")
    nda: Mapped[str] = mapped_column(String(11), default="")
    """Numéro de déclaration d'activité (Code du travail, L6351-1)."""
    address: Mapped[str] = mapped_column(String(400), default="")
    representative: Mapped[str] = mapped_column(String(200), default="")
    contact: Mapped[str] = mapped_column(String(200), default="")
    qualiopi_certificate: Mapped[str] = mapped_column(String(60), default="")
    logo: Mapped[str] = mapped_column(String(10), default="")
    """The key of its `Logo`, or "": its name stands alone."""


class Logo(OrganisationOwned, Keyed, Base):
    """The organisation's picture, small enough to be kept here: documents and pages read it without the folder of files."""

    __tablename__ = "accounts_logo"
    __retention__ = "settings"
    __table_args__ = (UniqueConstraint("organisation_id"), Index(None, "key", unique=True))

    picture: Mapped[bytes] = mapped_column(LargeBinary)
    """WebP, 480 pixels at the most, without what the camera wrote."""
    set_at: Mapped[datetime]


class Person(Base):
    """A human being, site-wide: credentials and language, nothing else."""

    __tablename__ = "accounts_person"
    __tenancy__ = "site"
    __retention__ = "account"

    password_hash: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(10), default="fr")
    epoch: Mapped[int] = mapped_column(default=1)
    """Raised by "sign out everywhere": every device that entered before is out, in all organisations."""
    easy_reading: Mapped[bool] = mapped_column(default=False)
    """Larger text, more space, no motion."""


class Identifier(Base):
    """An e-mail address or a phone number that finds people at sign-in. A phone number may serve several people."""

    __tablename__ = "accounts_identifier"
    __tenancy__ = "site"
    __retention__ = "account"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "value"),
        Index(None, "value"),
        Index(
            "ix_accounts_identifier_email",  # an e-mail names one person
            "value",
            unique=True,
            sqlite_where=column("kind") == literal_column("'email'"),
            postgresql_where=column("kind") == literal_column("'email'"),
        ),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("accounts_person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    """"email" (lower case) or "phone" (E.164)."""
    value: Mapped[str] = mapped_column(String(254))
    verified_at: Mapped[datetime | None]


class Membership(OrganisationOwned, Keyed, Base):
    """What one organisation knows of someone."""

    __tablename__ = "accounts_membership"
    __retention__ = "account"
    __scopes__ = {"person": "id"}
    __table_args__ = (
        UniqueConstraint("organisation_id", "person_id"),
        Index(None, "key", unique=True),
        Index(None, "uuid", unique=True),
        Index(None, "organisation_id", "sort_name"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"), index=True)
    uuid: Mapped[str] = mapped_column(String(36), default=new_uuid)
    given_name: Mapped[str] = mapped_column(String(100))
    family_name: Mapped[str] = mapped_column(String(100), default="")
    sort_name: Mapped[str] = mapped_column(String(220))
    """Family name then given name, folded: what lists are sorted by."""
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    status: Mapped[str] = mapped_column(String(12), default="active")
    """"invited", "active" or "ended"."""
    created_at: Mapped[datetime]
    former_name: Mapped[str] = mapped_column(String(220), default="")
    """The name before the person's last change: documents made before carry it."""
    renamed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    """When what no law keeps was erased: nobody enters by this membership any more."""

    @property
    def name(self) -> str:
        """The name as people say it."""
        return f"{self.given_name} {self.family_name}".strip()


class GrantRow(OrganisationOwned, Keyed, Base):
    """A role given to a membership on a scope, between two moments."""

    __tablename__ = "accounts_grant"
    __retention__ = "trail"
    __table_args__ = (Index(None, "membership_id"), Index(None, "key", unique=True))

    membership_id: Mapped[int] = mapped_column(ForeignKey("accounts_membership.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(20))
    scope: Mapped[str] = mapped_column(String(20))
    scope_id: Mapped[int | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class Invitation(OrganisationOwned, Keyed, Base):
    """An invitation to join: opened by a link whose secret is signed, never stored."""

    __tablename__ = "accounts_invitation"
    __retention__ = "account"
    __table_args__ = (Index(None, "key", unique=True),)

    membership_id: Mapped[int] = mapped_column(ForeignKey("accounts_membership.id", ondelete="CASCADE"), index=True)
    sent_to: Mapped[str] = mapped_column(String(254), default="")
    sent_at: Mapped[datetime | None]
    """When its letter was handed to the post: a second delivery of the same event sends nothing."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    created_by_id: Mapped[int | None]


class SignInLink(OrganisationOwned, Keyed, Base):
    """A one-time link: by mail, by text message, or shown by a trainer as a QR code. The secret is its signature."""

    __tablename__ = "accounts_sign_in_link"
    __retention__ = "technical"
    __table_args__ = (Index(None, "key", unique=True),)

    membership_id: Mapped[int] = mapped_column(ForeignKey("accounts_membership.id", ondelete="CASCADE"), index=True)
    sent_to: Mapped[str] = mapped_column(String(254), default="")
    """The address or number that asked for it; empty when a trainer shows it."""
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    created_by_id: Mapped[int | None]


class AccessCard(OrganisationOwned, Keyed, Base):
    """A printed card with a short code, for someone without e-mail. Only a keyed hash of the code is kept."""

    __tablename__ = "accounts_access_card"
    __retention__ = "account"
    __table_args__ = (Index(None, "key", unique=True), Index(None, "code_hash", unique=True))

    membership_id: Mapped[int] = mapped_column(ForeignKey("accounts_membership.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class Terms(OrganisationOwned, Base):
    """A version of a legal text: at most five easy sentences, with the full text beside. A published version never changes."""

    __tablename__ = "accounts_terms"
    __retention__ = "trail"
    __table_args__ = (UniqueConstraint("organisation_id", "kind", "version"),)

    kind: Mapped[str] = mapped_column(String(10), default="terms")
    """"terms", which people accept, "privacy" or "rules", which they may read."""
    version: Mapped[int]
    sentences: Mapped[str] = mapped_column(Text)
    """One sentence a line."""
    full_text: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime]
    published_by_id: Mapped[int | None]
    """None: the platform itself, when the organisation was created."""


class TermsAcceptance(OrganisationOwned, Base):
    """Who accepted which version, when."""

    __tablename__ = "accounts_terms_acceptance"
    __retention__ = "trail"
    __table_args__ = (UniqueConstraint("membership_id", "version"),)

    membership_id: Mapped[int] = mapped_column(ForeignKey("accounts_membership.id", ondelete="CASCADE"))
    version: Mapped[int]
    accepted_at: Mapped[datetime]


class SentForm(OrganisationOwned, Base):
    """A form that was sent and counted: sent twice, it acts once."""

    __tablename__ = "accounts_sent_form"
    __retention__ = "technical"
    __table_args__ = (UniqueConstraint("organisation_id", "intent"),)

    intent: Mapped[str] = mapped_column(String(36))
    sent_at: Mapped[datetime]


class Device(OrganisationOwned, Base):
    """A browser in which someone is signed in: its kind, never its address. Closing it deletes the row."""

    __tablename__ = "accounts_device"
    __retention__ = "technical"
    __table_args__ = (UniqueConstraint("membership_id", "key"),)

    membership_id: Mapped[int] = mapped_column(ForeignKey("accounts_membership.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(10))
    """What the signed cookie carries."""
    epoch: Mapped[int]
    """The person's when it entered: a later one puts it out."""
    kind: Mapped[str] = mapped_column(String(40), default="")
    """"phone android chrome": all that is kept of what the browser says of itself."""
    way: Mapped[str] = mapped_column(String(12), default="")
    opened_at: Mapped[datetime]
    used_at: Mapped[datetime]
    """To the day: when something was last sent from it."""


class ContactChange(OrganisationOwned, Base):
    """An e-mail or a number that someone wants as theirs; it counts once the code that was sent there has come back."""

    __tablename__ = "accounts_contact_change"
    __retention__ = "account"
    __table_args__ = (Index(None, "membership_id"),)

    membership_id: Mapped[int] = mapped_column(ForeignKey("accounts_membership.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(String(254))
    old_value: Mapped[str] = mapped_column(String(254), default="")
    """Where the person is told that it has changed."""
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]


class Erasure(OrganisationOwned, Keyed, Base):
    """Someone has asked to be erased: what became of it, and until when the law keeps the rest."""

    __tablename__ = "accounts_erasure"
    __retention__ = "trail"
    __table_args__ = (
        Index(None, "key", unique=True),
        Index(
            "ix_accounts_erasure_open",
            "membership_id",
            unique=True,
            sqlite_where=column("withdrawn_at").is_(None),
            postgresql_where=column("withdrawn_at").is_(None),
        ),
        Index(None, "organisation_id", "done_at"),
    )

    membership_id: Mapped[int] = mapped_column(ForeignKey("accounts_membership.id"))
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """Until then the person may change their mind."""
    withdrawn_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None]
    started_at: Mapped[datetime | None]
    """When the job took it up: from then on it cannot be withdrawn."""
    locked: Mapped[str] = mapped_column(Text, default="")
    """The name, locked away until the term of what the law keeps."""
    done_at: Mapped[datetime | None]
    kept_until: Mapped[datetime | None]
    """The term of what the law keeps; None once that is gone too."""
