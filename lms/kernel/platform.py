"""The platform that runs: settings, database, registry, clock, and how to make a context outside a request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from lms.kernel.clock import Clock, system_clock
from lms.kernel.context import Actor, Context, OrganisationInfo
from lms.kernel.database import Database, TenantSession
from lms.kernel.registry import Registry
from lms.kernel.rights import Grant
from lms.kernel.site import iri_prefix
from lms.settings import Settings


@dataclass(frozen=True, slots=True)
class Identity:
    """Who someone is in one organisation, with what they may do there."""

    organisation: OrganisationInfo
    actor: Actor
    grants: tuple[Grant, ...]
    language: str
    must_accept_terms: bool = False
    device: str = ""
    """The key of the device that was asked about, when it is signed in."""
    device_used_at: datetime | None = None
    easy_reading: bool = False


SECONDS_KNOWN = 3.0
Identify = Callable[..., "Identity | OrganisationInfo | None"]
"""(session, organisation id, membership id or None, now, device's key) → the identity, or the organisation alone, or None."""


@dataclass
class Platform:
    """One per process."""

    settings: Settings
    database: Database
    registry: Registry
    identify: Identify
    clock: Clock = system_clock
    _prefix: str = field(default="", repr=False)
    _organisations: dict[int, tuple[float, OrganisationInfo]] = field(default_factory=dict, repr=False)

    def forget(self) -> None:
        """Forget what was read once (tests empty the database under a platform)."""
        self._prefix = ""
        self._organisations.clear()

    def prefix(self, session: TenantSession) -> str:
        """The IRI prefix, read once."""
        if not self._prefix:
            self._prefix = iri_prefix(session) or ""
        return self._prefix

    def context_in(
        self, session: TenantSession, organisation_id: int | None, membership_id: int | None = None
    ) -> Context:
        """A context in an open session: for the system (no membership), or for someone."""
        session.info["organisation_id"] = organisation_id
        found = (
            self.identify(session, organisation_id, membership_id, self.clock())
            if organisation_id is not None
            else None
        )
        shared = {
            "session": session,
            "registry": self.registry,
            "clock": self.clock,
            "iri_prefix": self.prefix(session),
        }
        if isinstance(found, Identity):
            return Context(
                **shared,  # type: ignore[arg-type]
                organisation=found.organisation,
                actor=found.actor,
                grants=found.grants,
                language=found.language,
            )
        return Context(**shared, organisation=found)  # type: ignore[arg-type]

    def system_context(self, session: TenantSession, organisation_id: int) -> Context:
        """As `context_in` for the system; for doors that serve hundreds a second: name and logo may be some seconds old."""
        read_at, known = self._organisations.get(organisation_id, (0.0, None))
        if known is None or time.monotonic() - read_at > SECONDS_KNOWN:
            found = self.context_in(session, organisation_id)
            self._organisations[organisation_id] = (time.monotonic(), found.here)
            return found
        session.info["organisation_id"] = organisation_id
        return Context(session, self.registry, known, clock=self.clock, iri_prefix=self.prefix(session))

    @contextmanager
    def reading(self, organisation_id: int | None, membership_id: int | None = None) -> Iterator[Context]:
        """A context to read with."""
        with self.database.read_session(organisation_id) as session:
            yield self.context_in(session, organisation_id, membership_id)

    @contextmanager
    def writing(self, organisation_id: int | None, membership_id: int | None = None) -> Iterator[Context]:
        """A context whose transaction commits at the end, or not at all."""
        with self.database.writing(organisation_id) as session:
            yield self.context_in(session, organisation_id, membership_id)
