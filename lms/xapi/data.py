"""Values of the ledger that other features hand over or receive."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from lms.contract.types import LedgerEntry, Source, Verb
from lms.kernel.context import Actor

PLATFORM = "platform"
"""The authority of what we say ourselves; of what a machine said, it is the machine's key."""


class Outcome(StrEnum):
    """What became of an intent. Whatever it is, the intent is kept."""

    ACCEPTED = "accepted"
    LATE = "late"
    REFUSED = "refused"


class Refused(Exception):
    """An operation refuses an intent; `reason` is a short code that the interface has a sentence for."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unacceptable(Exception):
    """A request of a machine breaks a rule of the specification; the message says which property, in a sentence."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A statement, as a page shows it: what was said, of what, when, by whom."""

    statement_id: str
    verb: str
    activity: str
    name: str
    occurred_at: datetime
    source: str
    scaled: float | None
    success: bool | None
    seconds: float | None
    voided_by: str | None = None


@dataclass(frozen=True, slots=True)
class VoidedEntry:
    """A statement that no longer counts, and the word that voided it."""

    entry: LedgerEntry
    at: datetime
    source: str
    by_id: int | None
    """The membership in whose name it was voided; None for a machine."""
    reason: str
    """A code such as "mistake"; "" when none was given."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An act as it arrived: its UUID made on the device, its kind, its payload as decoded JSON, the device's two times."""

    uuid: str
    kind: str
    payload: Mapping[str, Any]
    made_at: datetime
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Intent:
    """An act while its operation runs."""

    uuid: str
    row_id: int
    occurred_at: datetime
    """When it was made, by our clock: the device's clock is corrected by what it said at delivery, never in the future."""
    timestamp: datetime
    """When it was made, as the device says."""

    def statement_id(self, number: int) -> str:
        """The id of its n-th statement: sending the intent again makes the same ones."""
        return str(uuid.uuid5(uuid.UUID(self.uuid), str(number)))


@dataclass(frozen=True, slots=True)
class Reply:
    """What the sender hears of one intent."""

    uuid: str
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KeptIntent:
    """An act as it was kept, for who sent it: what it said and what became of it."""

    uuid: str
    kind: str
    payload: Mapping[str, Any]
    outcome: Outcome
    reason: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """In whose name something anonymous is said: a group by its pseudonym, never one of its people."""

    name: str


@dataclass(frozen=True, slots=True)
class Said:
    """One thing to record about a learner. IRIs are whole; texts never hold a name, an address or free text."""

    id: str
    actor: Actor | Group
    verb: Verb
    activity: str
    activity_type: str
    activity_name: str
    source: Source
    occurred_at: datetime
    timestamp: datetime
    registration: str | None = None
    revision: str = ""
    scaled: float | None = None
    raw: float | None = None
    maximum: float | None = None
    success: bool | None = None
    completion: bool | None = None
    seconds: float | None = None
    response: str = ""
    """A key, never what a person wrote."""
    attempt: str | None = None
    instructor: Actor | None = None
    parents: tuple[str, ...] = ()
    intent_id: int | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewStatement:
    """A statement ready for the ledger: its bytes and its columns."""

    statement_id: str
    raw: str
    verb: str
    activity: str
    actor: str
    timestamp: str
    occurred_at: datetime
    source: str
    version: str
    registration: str | None = None
    membership_id: int | None = None
    scaled: float | None = None
    success: bool | None = None
    completion: bool | None = None
    seconds: float | None = None
    attempt: str | None = None
    instructor_id: int | None = None
    intent_id: int | None = None
    voids: str | None = None
    authority: str = PLATFORM
    refers: str | None = None
    """The id of the statement that is its object."""
    mentions: tuple[Mention, ...] = ()
    attachments: tuple[KeptAttachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """Who or what a statement names beside its actor and its activity (see `MentionRow`)."""

    thing: bytes
    is_direct: bool = False


@dataclass(frozen=True, slots=True)
class KeptAttachment:
    """Bytes that came with a statement, already in the folder of files under `file_id`."""

    sha2: str
    media_type: str
    file_id: int


@dataclass(frozen=True, slots=True)
class Found:
    """A statement as a machine reads it: the bytes that were fixed when it was recorded."""

    row_id: int
    statement_id: str
    stored: datetime
    raw: str


LIMIT, MOST = 100, 500
"""Statements of a page that is asked for without a limit, and of the longest one."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a machine asks for (xAPI 1.0.3, Communication, 2.1.3). `after`: the last statement of the page before."""

    agent: str | None = None
    verb: str | None = None
    activity: str | None = None
    related_agents: bool = False
    related_activities: bool = False
    authority: str | None = None
    """Only what this machine said."""
    registration: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = LIMIT
    ascending: bool = False
    after: str | None = None
