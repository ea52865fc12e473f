"""What happened to threads: the trail, and what letters answer to. Never a word of what was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms.kernel.events import Event
from lms.kernel.i18n import mark


@dataclass(frozen=True, slots=True)
class ThreadOpened(Event):
    """Someone has begun a thread with those who accompany them, or was written to first."""

    type: ClassVar[str] = "messages.thread_opened"
    title: ClassVar[str] = mark("%(actor)s a ouvert une conversation avec %(membership_id)s")
    thread_id: int
    membership_id: int


@dataclass(frozen=True, slots=True)
class MessageSent(Event):
    """A message stands in a thread; a letter tells who waits for it."""

    type: ClassVar[str] = "messages.message_sent"
    title: ClassVar[str] = mark("%(actor)s a écrit un message")
    thread_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class ThreadClosed(Event):
    """A thread needs nothing more."""

    type: ClassVar[str] = "messages.thread_closed"
    title: ClassVar[str] = mark("%(actor)s a fermé une conversation")
    thread_id: int


@dataclass(frozen=True, slots=True)
class ThreadReopened(Event):
    """A closed thread goes on."""

    type: ClassVar[str] = "messages.thread_reopened"
    title: ClassVar[str] = mark("%(actor)s a rouvert une conversation")
    thread_id: int


@dataclass(frozen=True, slots=True)
class HelpSettled(Event):
    """A message needed no answer: staff say so, and it no longer counts as help asked."""

    type: ClassVar[str] = "messages.help_settled"
    title: ClassVar[str] = mark("%(actor)s a noté qu’un message ne demandait pas de réponse")
    thread_id: int


@dataclass(frozen=True, slots=True)
class HandoverAsked(Event):
    """Someone was asked to take over; who is responsible stays so until they accept."""

    type: ClassVar[str] = "messages.handover_asked"
    title: ClassVar[str] = mark("%(actor)s a demandé à %(to_id)s de prendre la suite d’une conversation")
    thread_id: int
    handover_id: int
    to_id: int


@dataclass(frozen=True, slots=True)
class HandoverAnswered(Event):
    """It was accepted, declined, or withdrawn by who had asked: `state`."""

    type: ClassVar[str] = "messages.handover_answered"
    title: ClassVar[str] = mark("%(actor)s a répondu à une demande de relais")
    thread_id: int
    handover_id: int
    state: str
