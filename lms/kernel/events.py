"""Events: past-tense facts, written in the transaction that made them true.

The table is the outbox of notifications and the audit trail. Learning acts are statements; account and staff acts are events.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from types import ModuleType
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kernel.database import Base, Identifier
from lms.kernel.tenancy import OrganisationOwned


@dataclass(frozen=True, slots=True)
class Event:
    """Base of the facts in each feature's `events.py`. Fields are ids and codes, never names or free text."""

    type: ClassVar[str] = ""
    title: ClassVar[str] = ""
    """What the trail says, in French: `mark("%(actor)s a invité %(membership_id)s")`. Names in it are fields, or the actor;
    ids and codes are told by the namings of plugins (`lms.contract.naming`)."""
    opens: ClassVar[bool] = False
    """Someone has opened what is about the person of `membership_id`: that person reads so in "Qui voit quoi de moi"."""

    def data(self) -> dict[str, Any]:
        """The fields, as stored."""
        return asdict(self)

    def things(self) -> Iterator[tuple[str, int]]:
        """(field, id) of each thing that the fact is about: what the trail is searched by."""
        for name, value in self.data().items():
            if name.endswith("_id") and isinstance(value, int):
                yield name, value


def events_in(module: ModuleType) -> Iterator[type[Event]]:
    """The facts that a module declares."""
    for one in vars(module).values():
        if isinstance(one, type) and issubclass(one, Event) and one.type and one.__module__ == module.__name__:
            yield one


class EventRow(OrganisationOwned, Base):
    """One event. Kept as long as the trail must be."""

    __tablename__ = "kernel_event"
    __retention__ = "trail"
    __table_args__ = (
        Index(None, "organisation_id", "at"),
        Index(None, "actor_id"),
        Index(None, "on_behalf_of_id"),
        Index(None, "delivered_at"),
    )

    actor_id: Mapped[int | None]
    on_behalf_of_id: Mapped[int | None]
    at: Mapped[datetime]
    type: Mapped[str] = mapped_column(String(80))
    data: Mapped[dict[str, Any]]
    delivered_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    """How often its handlers have failed."""
    due_at: Mapped[datetime | None]
    """Not to be tried again before; None: at once, or never any more (`lms.kernel.delivery`)."""
    fault: Mapped[str] = mapped_column(String(60), default="")
    """The kind of the last failure."""
    things: Mapped[list[EventThing]] = relationship(lazy="raise")


class EventThing(OrganisationOwned, Base):
    """What an event is about, by an index: its data is JSON, which no database searches quickly."""

    __tablename__ = "kernel_event_thing"
    __retention__ = "trail"
    __table_args__ = (Index(None, "field", "thing_id", "event_id"), Index(None, "event_id"))

    event_id: Mapped[int] = mapped_column(ForeignKey(EventRow.id, ondelete="CASCADE"))
    field: Mapped[str] = mapped_column(String(40))
    thing_id: Mapped[int] = mapped_column(Identifier)
