"""What was done to the credentials of machines, for the trail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms.kernel.events import Event
from lms.kernel.i18n import mark


@dataclass(frozen=True, slots=True)
class ClientAdded(Event):
    """A machine may speak at `/xapi/`."""

    type: ClassVar[str] = "lrs.client_added"
    title: ClassVar[str] = mark("%(actor)s a donné un accès à une machine")
    key: str


@dataclass(frozen=True, slots=True)
class ClientRevoked(Event):
    """A machine may no longer speak."""

    type: ClassVar[str] = "lrs.client_revoked"
    title: ClassVar[str] = mark("%(actor)s a retiré l’accès d’une machine")
    key: str
