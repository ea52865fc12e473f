"""What happens to contacts after a path, as facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms.kernel.events import Event
from lms.kernel.i18n import mark


@dataclass(frozen=True, slots=True)
class RuleSet(Event):
    """The organisation said what it counts as a positive end."""

    type: ClassVar[str] = "outcomes.rule_set"
    title: ClassVar[str] = mark("%(actor)s a changé ce qui compte comme une fin positive")
    rule_id: int


@dataclass(frozen=True, slots=True)
class ContactMade(Event):
    """News of someone are due: a link was made, and sent when there is an e-mail."""

    type: ClassVar[str] = "outcomes.contact_made"
    title: ClassVar[str] = mark("Des nouvelles de %(membership_id)s sont à prendre (mois %(month)s)")
    contact_id: int
    membership_id: int
    month: int


@dataclass(frozen=True, slots=True)
class LinkShown(Event):
    """Staff looked at the link of a contact, to pass it on."""

    type: ClassVar[str] = "outcomes.link_shown"
    title: ClassVar[str] = mark("%(actor)s a montré à %(membership_id)s le lien pour donner des nouvelles")
    contact_id: int
    membership_id: int


@dataclass(frozen=True, slots=True)
class ContactAnswered(Event):
    """News came: by the person's link, or written down by staff (the actor)."""

    type: ClassVar[str] = "outcomes.contact_answered"
    title: ClassVar[str] = mark("%(membership_id)s a donné des nouvelles")
    contact_id: int
    membership_id: int


@dataclass(frozen=True, slots=True)
class ContactRefused(Event):
    """The person asks not to be contacted again."""

    type: ClassVar[str] = "outcomes.contact_refused"
    title: ClassVar[str] = mark("%(membership_id)s ne veut plus donner de nouvelles")
    contact_id: int
    membership_id: int


@dataclass(frozen=True, slots=True)
class ContactMissed(Event):
    """Staff tried and did not reach the person."""

    type: ClassVar[str] = "outcomes.contact_missed"
    title: ClassVar[str] = mark("%(actor)s n’a pas pu joindre %(membership_id)s")
    contact_id: int
    membership_id: int


@dataclass(frozen=True, slots=True)
class HelpGiven(Event):
    """Who asked for help was called back."""

    type: ClassVar[str] = "outcomes.help_given"
    title: ClassVar[str] = mark("%(actor)s a rappelé %(membership_id)s, qui demandait de l’aide")
    contact_id: int
    membership_id: int


@dataclass(frozen=True, slots=True)
class AnswerErased(Event):
    """What someone wrote, or their whole answer (`is_whole`), was erased: by them, or by staff at their request."""

    type: ClassVar[str] = "outcomes.answer_erased"
    title: ClassVar[str] = mark("Les mots de %(membership_id)s ont été effacés")
    contact_id: int
    membership_id: int
    is_whole: bool
