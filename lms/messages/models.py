"""Threads, what was said in them, who has read how far, what waits to leave, who was asked to take over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.database import Base, Keyed
from lms.kernel.tenancy import OrganisationOwned

SAID, CLOSED, REOPENED, TAKEN_OVER = "said", "closed", "reopened", "taken_over"
"""Kinds of message: what someone said, and what the thread itself says."""
ASKED, ACCEPTED, DECLINED, WITHDRAWN = "asked", "accepted", "declined", "withdrawn"
"""States of a hand-over."""
MESSAGE, HANDOVER = "message", "handover"
"""Kinds of letter."""


class Thread(OrganisationOwned, Keyed, Base):
    """A conversation of one person with those who accompany them. That it was, and when, is evidence; its words are not."""

    __tablename__ = "messages_thread"
    __retention__ = "evidence"
    __scopes__ = {"person": "membership_id"}
    __table_args__ = (
        Index(None, "key", unique=True),
        UniqueConstraint("organisation_id", "intent"),
        Index(None, "membership_id", "last_at"),
        Index(None, "organisation_id", "waiting_since"),
        Index(None, "organisation_id", "last_at"),
    )

    membership_id: Mapped[int] = mapped_column(ForeignKey("accounts_membership.id"))
    responsible_id: Mapped[int | None]
    """Who answers; a hand-over changes it when it is accepted."""
    intent: Mapped[str] = mapped_column(String(36))
    registration: Mapped[str] = mapped_column(String(36), default="")
    """The enrolment's pseudonym, for statements; "" outside of a course."""
    course_key: Mapped[str] = mapped_column(String(10), default="")
    activity_key: Mapped[str] = mapped_column(String(10), default="")
    place: Mapped[str] = mapped_column(String(420), default="")
    """Where help was asked, in the course's words of that day: "Module › Activity"."""
    question: Mapped[str] = mapped_column(String(400), default="")
    """The question of the quiz, in its words of that day."""
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int]
    closed_at: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None]
    """Since when the person waits for an answer."""
    asks: Mapped[int] = mapped_column(default=0)
    """How many messages the person has sent since then."""
    last_id: Mapped[int | None]
    last_at: Mapped[datetime]
    changes: Mapped[int] = mapped_column(default=0)
    """Grows with everything that the page of the thread shows."""


class Message(OrganisationOwned, Keyed, Base):
    """What someone said, or what happened to the thread, in the order of ids."""

    __tablename__ = "messages_message"
    __retention__ = "evidence"
    __table_args__ = (
        Index(None, "key", unique=True),
        UniqueConstraint("organisation_id", "intent"),
        Index(None, "thread_id", "id"),
    )

    thread_id: Mapped[int] = mapped_column(ForeignKey("messages_thread.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12), default=SAID)
    author_id: Mapped[int]
    intent: Mapped[str | None] = mapped_column(String(36))
    """The double-submit key; the ids of its statements follow from it."""
    text: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[datetime]
    waited_since: Mapped[datetime | None]
    """Of an answer: since when the person had waited."""
    erased_at: Mapped[datetime | None]


class LaterMessage(OrganisationOwned, Keyed, Base):
    """An answer that leaves at a later hour; until then nobody but the staff of the thread sees it."""

    __tablename__ = "messages_later"
    __retention__ = "account"
    __table_args__ = (
        Index(None, "key", unique=True),
        UniqueConstraint("organisation_id", "intent"),
        Index(None, "thread_id"),
        Index(None, "due_at"),
    )

    thread_id: Mapped[int] = mapped_column(ForeignKey("messages_thread.id", ondelete="CASCADE"))
    author_id: Mapped[int]
    intent: Mapped[str] = mapped_column(String(36))
    text: Mapped[str] = mapped_column(Text, default="")
    due_at: Mapped[datetime]


class Attachment(OrganisationOwned, Base):
    """A photo, a voice or a file of a message, sent or still to leave."""

    __tablename__ = "messages_attachment"
    __retention__ = "account"
    __table_args__ = (Index(None, "message_id"), Index(None, "later_id"), Index(None, "media_id"))

    media_id: Mapped[int] = mapped_column(ForeignKey("kernel_media.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages_message.id", ondelete="CASCADE"))
    later_id: Mapped[int | None] = mapped_column(ForeignKey("messages_later.id", ondelete="CASCADE"))


class Reading(OrganisationOwned, Base):
    """How far someone has read a thread."""

    __tablename__ = "messages_reading"
    __retention__ = "technical"
    __table_args__ = (UniqueConstraint("thread_id", "membership_id"), Index(None, "membership_id"))

    thread_id: Mapped[int] = mapped_column(ForeignKey("messages_thread.id", ondelete="CASCADE"))
    membership_id: Mapped[int]
    read_id: Mapped[int]
    """The last message that was on their screen."""


class Handover(OrganisationOwned, Keyed, Base):
    """Someone is asked to take a thread over. It is over when they have accepted or declined, or who asked withdraws."""

    __tablename__ = "messages_handover"
    __retention__ = "trail"
    __table_args__ = (Index(None, "key", unique=True), Index(None, "thread_id"), Index(None, "to_id", "state"))

    thread_id: Mapped[int] = mapped_column(ForeignKey("messages_thread.id", ondelete="CASCADE"))
    from_id: Mapped[int]
    """Who asked."""
    to_id: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default=ASKED)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class Notice(OrganisationOwned, Base):
    """A letter to someone about a thread: when it may leave, and when the last one did."""

    __tablename__ = "messages_notice"
    __retention__ = "technical"
    __table_args__ = (UniqueConstraint("thread_id", "membership_id", "kind"), Index(None, "due_at"))

    thread_id: Mapped[int] = mapped_column(ForeignKey("messages_thread.id", ondelete="CASCADE"))
    membership_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    event_id: Mapped[int]
    """The last event that was noted: told again, it changes nothing."""
    due_at: Mapped[datetime | None]
    """Not before; None when no letter waits."""
    sent_at: Mapped[datetime | None]
