"""What the ledger hears of help: asked by the person, received from someone of the staff. Never a word of it.

The object is the thread. `asked` (ADL) is said by the person; `received` (Activity Streams) is said by staff, its instructor
being who answered. How long it took is the time between the two (`folds.py`).
"""

from __future__ import annotations

import uuid
from datetime import datetime

from lms.contract.types import Source, Verb
from lms.courses.api import activity_iri
from lms.kernel.context import Actor, Context
from lms.messages.data import ASKED, RECEIVED
from lms.messages.models import Thread
from lms.xapi.api import Said

DISCUSSION = "http://id.tincanapi.com/activitytype/discussion"
NAME = "Aide"


def asked_id(intent: str) -> str:
    """The id of the statement that a message of the person makes: sent again, it is the same."""
    return str(uuid.uuid5(uuid.UUID(intent), "asked"))


def help_asked(ctx: Context, thread: Thread, *, person: Actor, intent: str, at: datetime) -> Said:
    """The person asks."""
    return _said(ctx, thread, person, ASKED, asked_id(intent), at, Source.LEARNER_DEVICE)


def help_given(ctx: Context, thread: Thread, *, person: Actor, by: Actor, intent: str, at: datetime) -> Said:
    """Someone of the staff has answered."""
    name = str(uuid.uuid5(uuid.UUID(intent), "received"))
    return _said(ctx, thread, person, RECEIVED, name, at, Source.STAFF, by)


def _said(
    ctx: Context,
    thread: Thread,
    person: Actor,
    verb: Verb,
    name: str,
    at: datetime,
    source: Source,
    instructor: Actor | None = None,
) -> Said:
    place = (activity_iri(ctx, thread.activity_key),) if thread.activity_key else ()
    return Said(
        id=name,
        actor=person,
        verb=verb,
        activity=activity_iri(ctx, thread.key),
        activity_type=DISCUSSION,
        activity_name=NAME,
        source=source,
        occurred_at=at,
        timestamp=at,
        registration=thread.registration or None,
        instructor=instructor,
        parents=place,
    )
