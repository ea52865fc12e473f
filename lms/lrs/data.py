"""Values of the door for machines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from lms.contract.types import Source


class OtherContent(Exception):
    """The ledger knows this id with another content (xAPI 1.0.3, Communication, 2.1.1)."""


class NotYours(Exception):
    """A machine asks for something that only whoever said it, the server or staff may do."""


@dataclass(frozen=True, slots=True)
class Client:
    """A machine that has shown its credentials."""

    key: str
    name: str
    organisation_id: int

    @property
    def source(self) -> str:
        """What its statements carry as their source."""
        return f"{Source.PARTNER.value}:{self.name}"


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
