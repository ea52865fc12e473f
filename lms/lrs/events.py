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
    title: ClassVar[str] = mark("%(actor)s a donné un accès à %(client_id)s")
    key: str
    client_id: int
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClientRotated(Event):
    """A machine has a new secret; the old one is good until `until`, an ISO 8601 moment."""

    type: ClassVar[str] = "lrs.client_rotated"
    title: ClassVar[str] = mark("%(actor)s a donné un nouveau secret à %(client_id)s")
    key: str
    client_id: int
    until: str


@dataclass(frozen=True, slots=True)
class ClientVerbsChanged(Event):
    """Other statements of a machine are acknowledged and not kept than before."""

    type: ClassVar[str] = "lrs.client_verbs_changed"
    title: ClassVar[str] = mark("%(actor)s a changé ce que la plateforme ne garde pas de %(client_id)s")
    key: str
    client_id: int
    verbs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClientRevoked(Event):
    """A machine may no longer speak."""

    type: ClassVar[str] = "lrs.client_revoked"
    title: ClassVar[str] = mark("%(actor)s a retiré l’accès de %(client_id)s")
    key: str
    client_id: int
