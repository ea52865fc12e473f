"""The first door: people send intents, by form or outbox; each runs once."""

from __future__ import annotations

import hashlib
import logging
import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InterfaceError, OperationalError

from lms.kernel.context import Context
from lms.kernel.database import DatabaseBusy
from lms.kernel.rights import Forbidden, NotFound
from lms.xapi.data import Intent, Outcome, Refused, Reply, Sent
from lms.xapi.events import StatementVoided
from lms.xapi.figures import batch
from lms.xapi.models import IntentRow, StatementRow
from lms.xapi.outbox import Delivery, Row, corrected
from lms.xapi.permissions import VOID
from lms.xapi.verbs import VOIDED
from lms.xapi.voiding import void

log = logging.getLogger(__name__)
UNREADABLE = "unreadable"
_CODE = re.compile(r"[a-z][a-z_]{0,39}")
# Core, and at module level: each act of each learner begins with it.
_INSERTS = {
    is_sqlite: dialect.insert(IntentRow.__table__)
    .on_conflict_do_nothing(index_elements=["organisation_id", "uuid"])
    .returning(IntentRow.__table__.c.id)
    for is_sqlite, dialect in ((True, sqlite), (False, postgresql))
}
_SETTLED = (
    update(IntentRow)
    .where(IntentRow.id == bindparam("row_id"))
    .values(outcome=bindparam("outcome"), reason=bindparam("reason"))
    .execution_options(synchronize_session=False)
)
_EARLIER = select(IntentRow.outcome, IntentRow.reason, IntentRow.membership_id).where(
    IntentRow.uuid == bindparam("uuid")
)


def submit(ctx: Context, *, kind: str, payload: Mapping[str, Any], intent_id: str | None = None) -> Reply:
    """An act by form: made and sent now, under the UUID that the form carried (the double-submit key)."""
    return accept(ctx, Sent(intent_id or str(uuid.uuid4()), kind, payload, ctx.now, ctx.now))


def accept(ctx: Context, sent: Sent) -> Reply:
    """Run an intent once. Sent again, it answers what it answered; whatever the outcome, it is kept."""
    try:
        name = str(uuid.UUID(sent.uuid))
    except ValueError:
        return Reply(sent.uuid, Outcome.REFUSED, UNREADABLE)
    received_at = ctx.now
    kept_as = _kept_name(ctx, sent.kind, name)
    row_id = _keep(ctx, sent, kept_as, received_at)
    if row_id is None:
        return replace(_earlier(ctx, kept_as), uuid=name)
    occurred_at = corrected(sent.made_at, sent_at=sent.sent_at, received_at=received_at)
    intent = Intent(uuid=name, row_id=row_id, occurred_at=occurred_at, timestamp=sent.made_at)
    reply = _run(ctx, sent, intent)
    if reply.outcome is not Outcome.ACCEPTED:
        ctx.session.execute(_SETTLED, {"row_id": row_id, "outcome": reply.outcome, "reason": reply.reason})
    return reply


def deliver(ctx: Context, delivery: Delivery) -> list[Reply]:
    """Run what an outbox sent, each act in a savepoint of its own; figures are computed once, at the end.

    An act that fails for a reason of ours is not listed: the phone keeps it and sends it again.
    """
    replies = []
    with batch(ctx):
        for row in delivery.rows:
            try:
                with ctx.session.begin_nested():
                    replies.append(_deliver_one(ctx, row))
            except (OperationalError, InterfaceError, DatabaseBusy):
                raise
            except Exception:
                log.exception("intent %s failed; its sender keeps it", row.id)
    return replies


def _deliver_one(ctx: Context, row: Row) -> Reply:
    if row.sent is not None:
        return accept(ctx, row.sent)
    if row.kept is not None:
        sent = Sent(row.id, UNREADABLE, row.kept, ctx.now, ctx.now)
        if _keep(ctx, sent, row.id, ctx.now, refused=UNREADABLE) is None:
            return _earlier(ctx, row.id)
    return Reply(row.id, Outcome.REFUSED, UNREADABLE)


def void_statement(ctx: Context, statement_id: str, *, reason: str) -> None:
    """Void a statement that is wrong, in the name of staff; `reason` is a code such as "mistake". Figures follow."""
    _void_one(ctx, statement_id, reason, ctx.visible(VOID, StatementRow))


def void_under_registration(ctx: Context, statement_id: str, *, registration: str, reason: str) -> None:
    """The same among the statements of one registration; the caller has checked `VOID` on what it names."""
    _void_one(ctx, statement_id, reason, StatementRow.registration == registration)


def _void_one(ctx: Context, statement_id: str, reason: str, reached: ColumnElement[bool]) -> None:
    query = select(StatementRow.id, StatementRow.voided_by).where(
        StatementRow.statement_id == statement_id,
        StatementRow.verb != VOIDED.iri,
        StatementRow.erased_at.is_(None),
        reached,
    )
    row = ctx.session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    if not _CODE.fullmatch(reason):
        raise Refused("reason")
    if row.voided_by is None and void(ctx, [statement_id], reason=reason):
        ctx.tell(StatementVoided(statement_id=statement_id, reason=reason))


def _keep(ctx: Context, sent: Sent, name: str, received_at: datetime, *, refused: str = "") -> int | None:
    """Write the intent down; None when this UUID was here before."""
    signed_in = ctx.actor or ctx.subject
    values = {
        "organisation_id": ctx.here.id,
        "uuid": name,
        "kind": sent.kind[:60],
        "membership_id": ctx.subject.membership_id,
        "sent_by_id": signed_in.membership_id,
        "payload": dict(sent.payload),
        "made_at": sent.made_at,
        "sent_at": sent.sent_at,
        "received_at": received_at,
        "outcome": Outcome.REFUSED if refused else Outcome.ACCEPTED,
        "reason": refused,
    }
    if _is_anonymous(ctx, sent.kind):
        day = received_at.replace(hour=0, minute=0, second=0, microsecond=0)
        values |= {"membership_id": None, "sent_by_id": None, "payload": {}}
        values |= {"made_at": day, "sent_at": day, "received_at": day}
    found: int | None = ctx.session.scalar(_INSERTS[bool(ctx.session.info.get("is_sqlite"))], values)
    return found


def _is_anonymous(ctx: Context, kind: str) -> bool:
    found = ctx.registry.intents.get(kind)
    return found is not None and found.is_anonymous


def _kept_name(ctx: Context, kind: str, name: str) -> str:
    """What an act is known by: its UUID; of an anonymous one a hash, which whoever sent it can still find again."""
    return hashlib.sha256(name.encode()).hexdigest() if _is_anonymous(ctx, kind) else name


def _earlier(ctx: Context, name: str) -> Reply:
    row = ctx.session.execute(_EARLIER, {"uuid": name}).one()
    if row.membership_id not in (None, ctx.subject.membership_id):
        return Reply(name, Outcome.REFUSED, UNREADABLE)
    return Reply(name, Outcome(row.outcome), row.reason)


def _run(ctx: Context, sent: Sent, intent: Intent) -> Reply:
    kind = ctx.registry.intents.get(sent.kind)
    if kind is None:
        return Reply(intent.uuid, Outcome.REFUSED, "unknown")
    try:
        payload = msgspec.convert(dict(sent.payload), kind.payload, strict=False)
        with ctx.session.begin_nested():
            outcome = kind.operation(ctx, intent=intent, payload=payload)
            ctx.session.flush()
    except msgspec.ValidationError:
        return Reply(intent.uuid, Outcome.REFUSED, UNREADABLE)
    except Refused as refused:
        return Reply(intent.uuid, Outcome.REFUSED, refused.reason)
    except (Forbidden, NotFound):
        return Reply(intent.uuid, Outcome.REFUSED, "not_allowed")
    return Reply(intent.uuid, Outcome(outcome))
