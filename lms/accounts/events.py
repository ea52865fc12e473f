"""What happened to people, roles and ways in: the trail, and what letters answer to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms.kernel.events import Event


@dataclass(frozen=True, slots=True)
class OrganisationChanged(Event):
    """The organisation's own details were changed; `fields` names which."""

    type: ClassVar[str] = "accounts.organisation_changed"
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonAdded(Event):
    """Someone has joined without an invitation: they have no e-mail."""

    type: ClassVar[str] = "accounts.person_added"
    membership_id: int


@dataclass(frozen=True, slots=True)
class PersonInvited(Event):
    """Someone was invited by e-mail; the letter leaves when this is delivered."""

    type: ClassVar[str] = "accounts.person_invited"
    membership_id: int
    invitation_id: int


@dataclass(frozen=True, slots=True)
class InvitationAccepted(Event):
    """Someone has opened their invitation and entered."""

    type: ClassVar[str] = "accounts.invitation_accepted"
    membership_id: int
    invitation_id: int


@dataclass(frozen=True, slots=True)
class PersonChanged(Event):
    """What the organisation knows of someone was changed; `fields` names which."""

    type: ClassVar[str] = "accounts.person_changed"
    membership_id: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MembershipEnded(Event):
    """Someone has left the organisation."""

    type: ClassVar[str] = "accounts.membership_ended"
    membership_id: int


@dataclass(frozen=True, slots=True)
class MembershipReopened(Event):
    """Someone is back."""

    type: ClassVar[str] = "accounts.membership_reopened"
    membership_id: int


@dataclass(frozen=True, slots=True)
class RoleGranted(Event):
    """A role was given."""

    type: ClassVar[str] = "accounts.role_granted"
    membership_id: int
    grant_id: int
    role: str
    scope: str


@dataclass(frozen=True, slots=True)
class RoleEnded(Event):
    """A role was taken back."""

    type: ClassVar[str] = "accounts.role_ended"
    membership_id: int
    grant_id: int
    role: str


@dataclass(frozen=True, slots=True)
class LinkRequested(Event):
    """Someone asked for a link to enter; the letter leaves when this is delivered."""

    type: ClassVar[str] = "accounts.link_requested"
    membership_id: int
    link_id: int


@dataclass(frozen=True, slots=True)
class LinkShown(Event):
    """A member of staff has shown someone a link to enter."""

    type: ClassVar[str] = "accounts.link_shown"
    membership_id: int
    link_id: int


@dataclass(frozen=True, slots=True)
class CardPrinted(Event):
    """A member of staff has made an access card."""

    type: ClassVar[str] = "accounts.card_printed"
    membership_id: int
    card_id: int


@dataclass(frozen=True, slots=True)
class CardRevoked(Event):
    """An access card opens nothing any more."""

    type: ClassVar[str] = "accounts.card_revoked"
    membership_id: int
    card_id: int


@dataclass(frozen=True, slots=True)
class SessionOpened(Event):
    """Someone has signed in, by "password", "link", "card" or "invitation"."""

    type: ClassVar[str] = "accounts.session_opened"
    membership_id: int
    way: str


@dataclass(frozen=True, slots=True)
class SessionsClosed(Event):
    """Someone has signed out everywhere."""

    type: ClassVar[str] = "accounts.sessions_closed"
    membership_id: int


@dataclass(frozen=True, slots=True)
class PasswordChanged(Event):
    """Someone has changed their password."""

    type: ClassVar[str] = "accounts.password_changed"
    membership_id: int


@dataclass(frozen=True, slots=True)
class TermsPublished(Event):
    """A version of the terms is in force."""

    type: ClassVar[str] = "accounts.terms_published"
    version: int


@dataclass(frozen=True, slots=True)
class TermsAccepted(Event):
    """Someone has accepted a version of the terms."""

    type: ClassVar[str] = "accounts.terms_accepted"
    membership_id: int
    version: int


@dataclass(frozen=True, slots=True)
class WordsChanged(Event):
    """Words of the interface were changed; `terms` names which, per audience."""

    type: ClassVar[str] = "accounts.words_changed"
    terms: tuple[str, ...]
