"""Values of the door for machines."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from lms.contract.types import Source


class Scope(StrEnum):
    """What a machine may do (xAPI 1.0.3, Communication, 4.2)."""

    WRITE = "statements/write"
    READ_MINE = "statements/read/mine"
    READ = "statements/read"
    STATE = "state"
    PROFILE = "profile"
    ALL = "all"


READING = (Scope.READ, Scope.READ_MINE, Scope.STATE, Scope.PROFILE)
"""The scopes that read something: each of them reads what activities and agents are."""
LAUNCHED = frozenset({Scope.WRITE, Scope.READ_MINE, Scope.STATE, Scope.PROFILE})
"""What a launched activity may do, within its bounds."""


class WrongCredentials(Exception):
    """No machine has these credentials, or none were sent; the message says why, where who asks has the secret."""


class TooManyTries(Exception):
    """Too many wrong secrets."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many wrong secrets; try again in {seconds} seconds")
        self.seconds = seconds


class OtherContent(Exception):
    """The ledger knows this id with another content (xAPI 1.0.3, Communication, 2.1.1)."""


class NotYours(Exception):
    """A machine asks for something that only whoever said it, the server or staff may do."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a launched activity speaks of: one person, one registration, one activity and what lies below it."""

    actor: str
    """The person's pseudonym."""
    registration: str
    activity: str

    def covers(self, iri: str) -> bool:
        """Whether an IRI is the activity's, or goes on from it by "/", "#" or "?"."""
        start = self.activity.rstrip("/")
        return iri == self.activity or iri.startswith((f"{start}/", f"{start}#", f"{start}?"))


@dataclass(frozen=True, slots=True)
class Client:
    """A machine that has shown its credentials."""

    key: str
    name: str
    organisation_id: int
    scopes: frozenset[str] = frozenset({Scope.ALL})
    dropped_verbs: frozenset[str] = frozenset()
    bounds: Bounds | None = None
    """Of a launched activity."""

    @property
    def source(self) -> str:
        """What its statements carry as their source."""
        return f"{Source.PARTNER.value}:{self.name}" if self.bounds is None else Source.LAUNCHED_UNIT.value

    @property
    def reads_only(self) -> str | None:
        """The authority whose statements it may read; None: everybody's.

        By key, not by name: a key with few rights does not read what another one of the same partner has written.
        """
        return None if self.scopes & {Scope.READ, Scope.ALL} else self.key

    def require(self, *scopes: Scope) -> None:
        """`NotYours` unless it has one of these scopes."""
        if not self.scopes & {*scopes, Scope.ALL}:
            raise NotYours(f"these credentials lack the scope {_listed(scopes)}")


def _listed(scopes: Iterable[Scope]) -> str:
    return " or ".join(f"“{one.value}”" for one in scopes)


@dataclass(frozen=True, slots=True)
class Form:
    """In which form statements are asked for (2.1.3). `languages`: the best first."""

    name: str = "exact"
    """"ids", "exact" or "canonical"."""
    languages: tuple[str, ...] = ()
    with_attachments: bool = False


@dataclass(frozen=True, slots=True)
class Secret:
    """New credentials, shown once: only a hash of the secret is kept."""

    key: str
    secret: str = field(repr=False)

    @property
    def basic(self) -> str:
        """What stands after `Authorization: Basic`: the form of the auth-token of cmi5."""
        return base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Attached:
    """Bytes that came in a part of a request, by the SHA-2 that the part names."""

    sha2: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Which:
    """Which document, or which documents where `name` or `registration` is None."""

    kind: str
    """"state", "agent" or "activity"."""
    agent: str = ""
    activity: str = ""
    registration: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is kept."""

    media_type: str
    content: bytes = field(repr=False)
    changed_at: datetime
    etag: str


@dataclass(frozen=True, slots=True)
class Precondition:
    """Under which condition a document is written (3.1): tags without their quotes, "*" for any."""

    if_match: frozenset[str] = frozenset()
    if_none_match: frozenset[str] = frozenset()
    is_needed: bool = False
    """Whether what is there is only overwritten under one."""
    is_needed_for_new: bool = False


class PreconditionFailed(Exception):
    """The document is not what the machine believes it is: 412."""


class Collision(Exception):
    """There is such a document, and the machine did not say that it knows: 409."""
