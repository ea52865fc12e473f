"""The context of an act: who, for whom, where, when, in which transaction. A plain value; business code gets nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, select

from lms.contract.types import STAFF, Right, Role, Scope
from lms.kernel.clock import Clock, system_clock
from lms.kernel.database import TenantSession
from lms.kernel.events import Event, EventRow, EventThing
from lms.kernel.rights import Forbidden, Grant, NotFound, are_people, holds, reach, visible
from lms.kernel.tenancy import across_tenants

if TYPE_CHECKING:
    from lms.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class OrganisationInfo:
    """The tenant, as every feature may see it."""

    id: int
    key: str
    name: str
    timezone: str = "Europe/Paris"
    language: str = "fr"
    logo: str = ""
    """The key of its picture, or ""."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone, in one organisation. `uuid` is the pseudonym that statements carry."""

    membership_id: int
    person_id: int
    uuid: str
    name: str = field(repr=False)


@dataclass(frozen=True)
class Context:
    """What an operation or a query needs to know. Made at the edge: by a view, a task, a command or a test."""

    session: TenantSession
    registry: Registry
    organisation: OrganisationInfo | None = None
    actor: Actor | None = None
    on_behalf_of: Actor | None = None
    grants: tuple[Grant, ...] = ()
    language: str = "fr"
    clock: Clock = system_clock
    iri_prefix: str = ""
    """Start of every IRI that we emit: fixed in the database at first start."""

    @property
    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self.clock()

    @property
    def here(self) -> OrganisationInfo:
        """The organisation, where there must be one."""
        if self.organisation is None:
            raise NotFound
        return self.organisation

    @property
    def subject(self) -> Actor:
        """Whose learning this is: the person acted for, or the one signed in."""
        found = self.on_behalf_of or self.actor
        if found is None:
            raise NotFound
        return found

    @property
    def roles(self) -> frozenset[Role]:
        """Every role held somewhere in the organisation."""
        return frozenset(grant.role for grant in self.grants)

    @property
    def is_staff(self) -> bool:
        """Whether the person works for the organisation."""
        return bool(self.roles & STAFF)

    @property
    def audience(self) -> str:
        """Whose words the interface uses: "staff" or "learner"."""
        return "staff" if self.roles & (STAFF | {Role.AUDITOR}) else "learner"

    def holds(self, right: Right, on: Any = None) -> bool:
        """Whether the actor has a right on a thing (or somewhere, without a thing)."""
        return holds(self.grants, right, on) or (on is not None and are_people(on) and self._is_reached(right, on))

    def _is_reached(self, right: Right, someone: Any) -> bool:
        """Whether a role on a group or a course reaches a person who is in it now."""
        _, scoped = reach(self.grants, right)
        if scoped.keys() <= {Scope.PERSON}:
            return False
        model = type(someone)
        query = select(model.id).where(model.id == someone.id, self.visible(right, model))
        return self.session.scalar(query) is not None

    def require(self, right: Right, on: Any = None) -> None:
        """Raise `Forbidden` unless the actor has the right."""
        if not self.holds(right, on):
            raise Forbidden(right.name)

    def visible(self, right: Right, model: Any) -> ColumnElement[bool]:
        """The filter of a query that shows only what the right reaches."""
        return visible(self.grants, right, model, self.registry.people_in)

    def holds_everywhere(self, right: Right) -> bool:
        """Whether the right is held on the whole organisation."""
        return any(
            grant.role in right.roles and grant.scope in (Scope.SITE, Scope.ORGANISATION) for grant in self.grants
        )

    def tell(self, event: Event) -> None:
        """Write an event in this transaction; its handlers run after the commit."""
        self.session.add(
            EventRow(
                organisation_id=self.here.id,
                actor_id=self.actor.membership_id if self.actor else None,
                on_behalf_of_id=self.on_behalf_of.membership_id if self.on_behalf_of else None,
                at=self.now,
                type=event.type,
                data=event.data(),
                things=[
                    EventThing(organisation_id=self.here.id, field=field, thing_id=thing)
                    for field, thing in event.things()
                ],
            )
        )

    @contextmanager
    def across(self, reason: str) -> Iterator[TenantSession]:
        """Lift the tenant guard, for a reason that is logged."""
        with across_tenants(self.session, reason):
            yield self.session

    def acting_for(self, someone: Actor) -> Context:
        """The same context on behalf of someone: a trainer who types for a person, a shared tablet."""
        return replace(self, on_behalf_of=someone)
