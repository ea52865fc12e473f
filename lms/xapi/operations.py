"""The first door: people send intents, by form or outbox; each runs once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.kernel.context import Context
from lms.kernel.rights import Forbidden, NotFound
from lms.xapi.data import Intent, Outcome, Refused, Reply, Sent
from lms.xapi.models import IntentRow


def submit(ctx: Context, *, kind: str, payload: Mapping[str, Any], intent_id: str | None = None) -> Reply:
    """An act by form: made and sent now, under the UUID that the form carried (the double-submit key)."""
    return accept(ctx, Sent(intent_id or str(uuid.uuid4()), kind, payload, ctx.now, ctx.now))


def accept(ctx: Context, sent: Sent) -> Reply:
    """Run an intent once. Sent again, it answers what it answered; whatever the outcome, it is kept."""
    try:
        name = str(uuid.UUID(sent.uuid))
    except ValueError:
        return Reply(sent.uuid, Outcome.REFUSED, "unreadable")
    received_at = ctx.now
    row_id = _keep(ctx, sent, name, received_at)
    if row_id is None:
        return _earlier(ctx, name)
    # What the device's clock said when it sent tells by how much it is wrong; nothing happens in the future.
    occurred_at = min(sent.made_at + (received_at - sent.sent_at), received_at)
    intent = Intent(uuid=name, row_id=row_id, occurred_at=occurred_at, timestamp=sent.made_at)
    reply = _run(ctx, sent, intent)
    if reply.outcome is not Outcome.ACCEPTED:
        ctx.session.execute(
            update(IntentRow).where(IntentRow.id == row_id).values(outcome=reply.outcome, reason=reply.reason),
            execution_options={"synchronize_session": False},
        )
    return reply


def _keep(ctx: Context, sent: Sent, name: str, received_at: datetime) -> int | None:
    """Write the intent down; None when this UUID was here before."""
    dialect = sqlite if ctx.session.info.get("is_sqlite") else postgresql
    signed_in = ctx.actor or ctx.subject
    insert = dialect.insert(IntentRow).on_conflict_do_nothing(index_elements=["organisation_id", "uuid"])
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
        "outcome": Outcome.ACCEPTED,
        "reason": "",
    }
    return ctx.session.scalar(insert.returning(IntentRow.id), [values])


def _earlier(ctx: Context, name: str) -> Reply:
    row = ctx.session.execute(
        select(IntentRow.outcome, IntentRow.reason, IntentRow.membership_id).where(IntentRow.uuid == name)
    ).one()
    if row.membership_id != ctx.subject.membership_id:
        return Reply(name, Outcome.REFUSED, "unreadable")
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
        return Reply(intent.uuid, Outcome.REFUSED, "unreadable")
    except Refused as refused:
        return Reply(intent.uuid, Outcome.REFUSED, refused.reason)
    except (Forbidden, NotFound):
        return Reply(intent.uuid, Outcome.REFUSED, "not_allowed")
    return Reply(intent.uuid, Outcome(outcome))
