"""Who reads a thread: its person; those who accompany; those who lead, only if the organisation says so.

A role on a group reaches its people while they are in it; who is responsible for a thread, or is asked to take it over,
reads it whatever has become of the group. Auditors see counts only.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, bindparam, false, or_, select

from lms.accounts.api import people_reached
from lms.contract.types import Preference
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.kernel.preferences import preference
from lms.kernel.rights import Forbidden, NotFound
from lms.messages.models import ASKED, Handover, Thread
from lms.messages.permissions import ANSWER, ASK, OVERSEE

LEADERS_READ = "messages.leaders_read"
NO, YES = mark("non"), mark("oui")
READ_PREFERENCE = Preference(
    LEADERS_READ, mark("Messages : les responsables peuvent lire les conversations"), NO, (NO, YES)
)


def me(ctx: Context) -> int:
    """Who looks: always who is signed in, so that nobody reads messages by acting on behalf of someone."""
    if ctx.actor is None:
        raise NotFound
    return ctx.actor.membership_id


def leaders_read(ctx: Context) -> bool:
    """Whether the organisation lets those who lead it read what is said."""
    return preference(ctx, LEADERS_READ) == YES


def readable(ctx: Context) -> ColumnElement[bool]:
    """The filter of threads that the actor may read."""
    tests = [Thread.membership_id == me(ctx)] if ctx.holds(ASK) else []
    if ctx.is_staff:
        tests += [Thread.responsible_id == me(ctx), Thread.id.in_(_asked_of(ctx))]
    if ctx.holds(ANSWER):
        tests.append(Thread.membership_id.in_(people_reached(ctx, ANSWER)))
    if ctx.holds(OVERSEE) and leaders_read(ctx):
        tests.append(Thread.membership_id.in_(people_reached(ctx, OVERSEE)))
    return or_(*tests) if tests else false()


def _asked_of(ctx: Context) -> Select[int]:
    return select(Handover.thread_id).where(Handover.to_id == me(ctx), Handover.state == ASKED)


_BY_KEY = select(Thread).where(Thread.key == bindparam("key"))


def thread_by_key(ctx: Context, key: str) -> Thread:
    """A thread that the actor may read, or `NotFound`."""
    found = ctx.session.scalar(_BY_KEY, {"key": key})
    if found is None or not (_is_plainly_readable(ctx, found) or _is_readable(ctx, found.id)):
        raise NotFound
    return found


def _is_plainly_readable(ctx: Context, thread: Thread) -> bool:
    """The two usual cases of `readable`, which need no second query: one's own, and a role on the whole organisation."""
    return (ctx.holds(ASK) and thread.membership_id == me(ctx)) or ctx.holds_everywhere(ANSWER)


def _is_readable(ctx: Context, thread_id: int) -> bool:
    return ctx.session.scalar(select(Thread.id).where(Thread.id == thread_id, readable(ctx))) is not None


def locked_thread(ctx: Context, key: str) -> Thread:
    """The same, to write in it: two writers take turns."""
    query = select(Thread).where(Thread.key == key, readable(ctx)).with_for_update(of=Thread)
    found = ctx.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def may_answer(ctx: Context, thread: Thread) -> bool:
    """Whether the actor answers in this thread as staff: who is responsible, and those who accompany the person."""
    if thread.membership_id == me(ctx) or not ctx.is_staff:
        return False
    return thread.responsible_id == me(ctx) or accompanies(ctx, thread.membership_id)


def accompanies(ctx: Context, membership_id: int) -> bool:
    """Whether the actor's right to answer reaches this person."""
    if ctx.holds_everywhere(ANSWER):
        return True
    reached = people_reached(ctx, ANSWER).subquery()
    query = select(reached.c.id).where(reached.c.id == membership_id)
    return ctx.holds(ANSWER) and ctx.session.scalar(query) is not None


def require_answer(ctx: Context, thread: Thread) -> None:
    """Raise `Forbidden` unless the actor answers in this thread as staff."""
    if not may_answer(ctx, thread):
        raise Forbidden(ANSWER.name)
