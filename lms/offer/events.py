"""What happened to public pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms.kernel.events import Event
from lms.kernel.i18n import mark


@dataclass(frozen=True, slots=True)
class OfferWritten(Event):
    """The draft of a public page was changed; `fields` names which."""

    type: ClassVar[str] = "offer.written"
    title: ClassVar[str] = mark("%(actor)s a écrit dans la page publique de « %(course_id)s »")
    course_id: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfferPublished(Event):
    """A state of a public page went online."""

    type: ClassVar[str] = "offer.published"
    title: ClassVar[str] = mark("%(actor)s a mis en ligne l’état %(number)s de la page publique de « %(course_id)s »")
    course_id: int
    number: int


@dataclass(frozen=True, slots=True)
class OfferWithdrawn(Event):
    """A public page went offline; its states stay readable."""

    type: ClassVar[str] = "offer.withdrawn"
    title: ClassVar[str] = mark("%(actor)s a retiré la page publique de « %(course_id)s »")
    course_id: int
