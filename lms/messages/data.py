"""Frozen values that pages and other features read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lms.contract.types import Role, Verb
from lms.kernel.media import MediaInfo

ASKED = Verb("http://adlnet.gov/expapi/verbs/asked", "a demandé", "asked")
"""ADL's vocabulary: the person asks for help."""
RECEIVED = Verb("http://activitystrea.ms/schema/1.0/receive", "a reçu", "received")
"""Activity Streams: the person has received help."""
VERBS = (ASKED, RECEIVED)


@dataclass(frozen=True, slots=True)
class Companion:
    """Someone who may answer a person. `is_near`: by a role on the person, their group or their course alone."""

    membership_id: int
    name: str
    role: Role
    is_near: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where help is asked: an activity of an enrolment, and the question of a quiz."""

    registration: str = ""
    course_key: str = ""
    activity_key: str = ""
    title: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """A thread in a list. `name`: of the person, for staff; of who answers, for the person."""

    key: str
    name: str
    responsible: str
    place: str
    last_text: str
    last_at: datetime
    waiting_since: datetime | None
    is_closed: bool
    unread: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message as a page shows it."""

    id: int
    key: str
    kind: str
    author_id: int
    author: str
    text: str
    sent_at: datetime
    waited_since: datetime | None
    is_mine: bool
    is_new: bool
    is_erased: bool
    media: tuple[MediaInfo, ...] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """An answer that still has to leave."""

    key: str
    author: str
    text: str
    due_at: datetime
    is_mine: bool
    media: tuple[MediaInfo, ...] = ()


@dataclass(frozen=True, slots=True)
class HandoverInfo:
    """A hand-over that waits for an answer."""

    key: str
    from_id: int
    from_name: str
    to_id: int
    to_name: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Conversation:
    """A page of a thread, for who looks at it."""

    id: int
    key: str
    membership_id: int
    person_key: str
    person_name: str
    responsible_id: int | None
    responsible_name: str
    course_key: str
    activity_key: str
    place: str
    question: str
    closed_at: datetime | None
    waiting_since: datetime | None
    is_own: bool
    may_answer: bool
    is_gone: bool
    bubbles: tuple[Bubble, ...]
    total: int
    number: int
    last_key: str
    unread: int
    later: tuple[Later, ...] = ()
    handover: HandoverInfo | None = None


@dataclass(frozen=True, slots=True)
class ThreadInfo:
    """A thread, as other features may see it."""

    id: int
    key: str
    membership_id: int
    responsible_id: int | None
