"""See as someone: staff look at the pages of learning as one of those whom they accompany sees them.

Only pages of learning, never messages or one's own account; nothing can be sent; for half an hour; and it is written in the
trail (the feature that offers it tells the event). The signed cookie says who looks, as whom, until when.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import g, request
from flask import session as cookie

from lms.kernel.context import Actor
from lms.kernel.database import TenantSession
from lms.kernel.platform import Identity, Platform

LASTS = timedelta(minutes=30)
PAGES = frozenset({"courses", "competences"})
"""Features whose pages may be seen; activity types, too."""
END = "people.post_seeing_end"
_COOKIE = "seeing"


class SeeingOnly(Exception):
    """Who sees as someone else sends nothing, and sees pages of learning alone."""


def begin(looking: Actor, shown: Actor, *, now: datetime) -> None:
    """From the next page on, the pages of `shown`. The caller has asked for the right."""
    until = (now + LASTS).timestamp()
    cookie[_COOKIE] = [looking.membership_id, shown.membership_id, until]


def end() -> None:
    """Back to one's own pages."""
    cookie.pop(_COOKIE, None)


def shown_instead(platform: Platform, session: TenantSession, identity: Identity) -> Identity | None:
    """As whom this person sees the pages now; None: as themself."""
    kept = cookie.get(_COOKIE)
    if not isinstance(kept, list) or len(kept) != 3 or kept[0] != identity.actor.membership_id:
        return None
    if platform.clock().timestamp() > float(kept[2]) or request.endpoint == END:
        return None
    found = platform.identify(session, identity.organisation.id, int(kept[1]), platform.clock())
    if not isinstance(found, Identity):
        return None
    if request.method not in ("GET", "HEAD") or (
        request.blueprint not in PAGES | set(platform.registry.activity_types)
    ):
        raise SeeingOnly
    g.seen_as = found.actor.name
    return found


def seen_as() -> str:
    """The name of the person whose pages these are; "" on one's own."""
    name: str = g.get("seen_as", "")
    return name
