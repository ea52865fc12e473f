"""The only door to messages for other features."""

from __future__ import annotations

from lms.accounts.api import PersonInfo
from lms.courses.api import Play
from lms.kernel.context import Context
from lms.messages import operations
from lms.messages.companions import companions_of
from lms.messages.data import Companion, Place, ThreadInfo
from lms.messages.models import Thread
from lms.messages.permissions import ANSWER, ASK, COUNT
from lms.messages.placing import place_at
from lms.messages.queries import conversation, help_count
from lms.messages.quiet import letter_leaves_at
from lms.messages.reading import thread_by_key
from lms.messages.saying import Refused, Words

__all__ = [
    "ANSWER",
    "ASK",
    "COUNT",
    "Companion",
    "Place",
    "Play",
    "Refused",
    "ThreadInfo",
    "Words",
    "ask_handover",
    "close_thread",
    "companions_of",
    "help_count",
    "letter_leaves_at",
    "mark_read",
    "open_thread",
    "place_at",
    "settle_help",
    "write_message",
]


def open_thread(
    ctx: Context, *, person: PersonInfo, words: Words, place: Place | None = None, wanted: int | None = None
) -> ThreadInfo:
    """A person asks for help, or who accompanies them writes first. Raises `Refused`."""
    return _info(operations.open_thread(ctx, person=person, words=words, place=place, wanted=wanted))


def write_message(ctx: Context, key: str, *, words: Words) -> None:
    """Say something in a thread that the actor may read, or `NotFound`. Raises `Refused`."""
    operations.write_message(ctx, thread_by_key(ctx, key), words=words)


def close_thread(ctx: Context, key: str) -> None:
    """Nothing more is needed in a thread that the actor may read, or `NotFound`."""
    operations.close_thread(ctx, thread_by_key(ctx, key))


def settle_help(ctx: Context, key: str) -> None:
    """The last message of a thread needs no answer."""
    operations.settle_help(ctx, thread_by_key(ctx, key))


def mark_read(ctx: Context, key: str) -> None:
    """The actor has had a thread on their screen, down to its end."""
    thread = thread_by_key(ctx, key)
    operations.mark_read(ctx, thread, key=conversation(ctx, thread).last_key)


def ask_handover(ctx: Context, key: str, *, to_id: int) -> None:
    """Ask another trainer or coach to take a thread over."""
    operations.ask_handover(ctx, thread_by_key(ctx, key), to_id=to_id)


def _info(thread: Thread) -> ThreadInfo:
    return ThreadInfo(thread.id, thread.key, thread.membership_id, thread.responsible_id)
