"""What happened to people, roles and ways in: the trail, and what letters answer to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms.kernel.events import Event
from lms.kernel.i18n import mark


@dataclass(frozen=True, slots=True)
class OrganisationChanged(Event):
    """The organisation's own details were changed; `fields` names which."""

    type: ClassVar[str] = "accounts.organisation_changed"
    title: ClassVar[str] = mark("%(actor)s a changé l’identité de l’association")
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonAdded(Event):
    """Someone has joined without an invitation: they have no e-mail."""

    type: ClassVar[str] = "accounts.person_added"
    title: ClassVar[str] = mark("%(actor)s a ajouté %(membership_id)s")
    membership_id: int


@dataclass(frozen=True, slots=True)
class PersonInvited(Event):
    """Someone was invited by e-mail; the letter leaves when this is delivered."""

    type: ClassVar[str] = "accounts.person_invited"
    title: ClassVar[str] = mark("%(actor)s a invité %(membership_id)s par e-mail")
    membership_id: int
    invitation_id: int


@dataclass(frozen=True, slots=True)
class InvitationAccepted(Event):
    """Someone has opened their invitation and entered."""

    type: ClassVar[str] = "accounts.invitation_accepted"
    title: ClassVar[str] = mark("%(membership_id)s a accepté son invitation")
    membership_id: int
    invitation_id: int


@dataclass(frozen=True, slots=True)
class PersonChanged(Event):
    """What the organisation knows of someone was changed; `fields` names which."""

    type: ClassVar[str] = "accounts.person_changed"
    title: ClassVar[str] = mark("%(actor)s a changé le nom ou le contact de %(membership_id)s")
    membership_id: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MembershipEnded(Event):
    """Someone has left the organisation."""

    type: ClassVar[str] = "accounts.membership_ended"
    title: ClassVar[str] = mark("%(actor)s a fermé le compte de %(membership_id)s")
    membership_id: int


@dataclass(frozen=True, slots=True)
class MembershipReopened(Event):
    """Someone is back."""

    type: ClassVar[str] = "accounts.membership_reopened"
    title: ClassVar[str] = mark("%(actor)s a rouvert le compte de %(membership_id)s")
    membership_id: int


@dataclass(frozen=True, slots=True)
class RoleGranted(Event):
    """A role was given."""

    type: ClassVar[str] = "accounts.role_granted"
    title: ClassVar[str] = mark("%(actor)s a donné le rôle « %(role)s » à %(membership_id)s")
    membership_id: int
    grant_id: int
    role: str
    scope: str


@dataclass(frozen=True, slots=True)
class RoleEnded(Event):
    """A role was taken back."""

    type: ClassVar[str] = "accounts.role_ended"
    title: ClassVar[str] = mark("%(actor)s a retiré le rôle « %(role)s » à %(membership_id)s")
    membership_id: int
    grant_id: int
    role: str


@dataclass(frozen=True, slots=True)
class LinkRequested(Event):
    """Someone asked for a link to enter; the letter leaves when this is delivered."""

    type: ClassVar[str] = "accounts.link_requested"
    title: ClassVar[str] = mark("%(membership_id)s a demandé un lien pour entrer")
    membership_id: int
    link_id: int


@dataclass(frozen=True, slots=True)
class LinkShown(Event):
    """A member of staff has shown someone a link to enter."""

    type: ClassVar[str] = "accounts.link_shown"
    title: ClassVar[str] = mark("%(actor)s a montré un lien pour entrer à %(membership_id)s")
    membership_id: int
    link_id: int


@dataclass(frozen=True, slots=True)
class ViewingBegun(Event):
    """A member of staff looks at the pages of learning as this person sees them."""

    type: ClassVar[str] = "accounts.viewing_begun"
    title: ClassVar[str] = mark("%(actor)s a regardé les pages de %(membership_id)s comme cette personne les voit")
    opens: ClassVar[bool] = True
    membership_id: int


@dataclass(frozen=True, slots=True)
class CardPrinted(Event):
    """A member of staff has made an access card."""

    type: ClassVar[str] = "accounts.card_printed"
    title: ClassVar[str] = mark("%(actor)s a imprimé une carte d’accès pour %(membership_id)s")
    membership_id: int
    card_id: int


@dataclass(frozen=True, slots=True)
class CardRevoked(Event):
    """An access card opens nothing any more."""

    type: ClassVar[str] = "accounts.card_revoked"
    title: ClassVar[str] = mark("%(actor)s a annulé une carte d’accès de %(membership_id)s")
    membership_id: int
    card_id: int


@dataclass(frozen=True, slots=True)
class SessionOpened(Event):
    """Someone has signed in, by "password", "link", "card" or "invitation"."""

    type: ClassVar[str] = "accounts.session_opened"
    title: ClassVar[str] = mark("%(membership_id)s est entré : %(way)s")
    membership_id: int
    way: str


@dataclass(frozen=True, slots=True)
class SessionsClosed(Event):
    """Someone has signed out everywhere."""

    type: ClassVar[str] = "accounts.sessions_closed"
    title: ClassVar[str] = mark("%(membership_id)s s’est déconnecté de tous ses appareils")
    membership_id: int


@dataclass(frozen=True, slots=True)
class PasswordChanged(Event):
    """Someone has changed their password."""

    type: ClassVar[str] = "accounts.password_changed"
    title: ClassVar[str] = mark("%(membership_id)s a changé son mot de passe")
    membership_id: int


@dataclass(frozen=True, slots=True)
class TermsPublished(Event):
    """A version of the terms is in force."""

    type: ClassVar[str] = "accounts.terms_published"
    title: ClassVar[str] = mark("%(actor)s a publié la version %(version)s des conditions d’utilisation")
    version: int


@dataclass(frozen=True, slots=True)
class TextPublished(Event):
    """A version of another legal text is in force."""

    type: ClassVar[str] = "accounts.text_published"
    title: ClassVar[str] = mark("%(actor)s a publié la version %(version)s du texte « %(text)s »")
    text: str
    version: int


@dataclass(frozen=True, slots=True)
class LogoChanged(Event):
    """The organisation's logo was changed, or taken away."""

    type: ClassVar[str] = "accounts.logo_changed"
    title: ClassVar[str] = mark("%(actor)s a changé le logo de l’association")


@dataclass(frozen=True, slots=True)
class PreferencesChanged(Event):
    """What the organisation prefers was changed; `names` says which."""

    type: ClassVar[str] = "accounts.preferences_changed"
    title: ClassVar[str] = mark("%(actor)s a changé les préférences de l’association")
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TermsAccepted(Event):
    """Someone has accepted a version of the terms."""

    type: ClassVar[str] = "accounts.terms_accepted"
    title: ClassVar[str] = mark("%(membership_id)s a accepté la version %(version)s des conditions d’utilisation")
    membership_id: int
    version: int


@dataclass(frozen=True, slots=True)
class WordsChanged(Event):
    """Words of the interface were changed; `terms` names which, per audience."""

    type: ClassVar[str] = "accounts.words_changed"
    title: ClassVar[str] = mark("%(actor)s a changé des mots de l’interface")
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeviceClosed(Event):
    """Someone has signed out on one device, from another."""

    type: ClassVar[str] = "accounts.device_closed"
    title: ClassVar[str] = mark("%(actor)s a fermé un de ses appareils")
    membership_id: int


@dataclass(frozen=True, slots=True)
class NameChanged(Event):
    """Someone has changed their own name: those who train them are told; documents made before keep the old one."""

    type: ClassVar[str] = "accounts.name_changed"
    title: ClassVar[str] = mark("%(actor)s a changé son nom")
    membership_id: int


@dataclass(frozen=True, slots=True)
class ContactAsked(Event):
    """Someone wants another e-mail or number; the code leaves when this is delivered."""

    type: ClassVar[str] = "accounts.contact_asked"
    title: ClassVar[str] = mark("%(actor)s a demandé à changer d'e-mail ou de téléphone")
    membership_id: int
    change_id: int


@dataclass(frozen=True, slots=True)
class ContactChanged(Event):
    """A new e-mail or number counts; the old one is told when this is delivered."""

    type: ClassVar[str] = "accounts.contact_changed"
    title: ClassVar[str] = mark("%(actor)s a changé d'e-mail ou de téléphone")
    membership_id: int
    change_id: int


@dataclass(frozen=True, slots=True)
class DataRequested(Event):
    """Someone wants all their data as one file."""

    type: ClassVar[str] = "accounts.data_requested"
    title: ClassVar[str] = mark("%(actor)s a demandé toutes ses données")
    membership_id: int


@dataclass(frozen=True, slots=True)
class ErasureAsked(Event):
    """Someone has asked to be erased; they may change their mind for 7 days."""

    type: ClassVar[str] = "accounts.erasure_asked"
    title: ClassVar[str] = mark("%(actor)s a demandé l'effacement de ses données")
    membership_id: int
    erasure_id: int


@dataclass(frozen=True, slots=True)
class ErasureWithdrawn(Event):
    """Someone has changed their mind."""

    type: ClassVar[str] = "accounts.erasure_withdrawn"
    title: ClassVar[str] = mark("%(actor)s a retiré sa demande d'effacement")
    membership_id: int
    erasure_id: int


@dataclass(frozen=True, slots=True)
class ErasureConfirmed(Event):
    """A member of staff has confirmed that someone will be erased."""

    type: ClassVar[str] = "accounts.erasure_confirmed"
    title: ClassVar[str] = mark("%(actor)s a confirmé l'effacement de %(membership_id)s")
    membership_id: int
    erasure_id: int


@dataclass(frozen=True, slots=True)
class PersonErased(Event):
    """What no law keeps of someone is gone."""

    type: ClassVar[str] = "accounts.person_erased"
    title: ClassVar[str] = mark("Les données de %(membership_id)s sont effacées, sauf ce que la loi fait garder")
    membership_id: int
    erasure_id: int


@dataclass(frozen=True, slots=True)
class KeptDataErased(Event):
    """What the law kept of someone has reached its term, and is gone too."""

    type: ClassVar[str] = "accounts.kept_data_erased"
    title: ClassVar[str] = mark("Ce que la loi faisait garder de %(membership_id)s est effacé")
    membership_id: int
    erasure_id: int


@dataclass(frozen=True, slots=True)
class KeptNameOpened(Event):
    """Someone will read the name of an erased person, locked away until the law's term; `purpose` is a code."""

    type: ClassVar[str] = "accounts.kept_name_opened"
    title: ClassVar[str] = mark("%(actor)s a ouvert un nom gardé sous clé, pour %(purpose)s")
    membership_id: int
    erasure_id: int
    purpose: str
