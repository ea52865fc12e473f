"""What an activity that was launched may say and read: its own person, registration and activity; anything else is 403."""

from __future__ import annotations

from collections.abc import Iterable

from lms.kernel.context import Context
from lms.lrs.data import Bounds, Client, NotYours, Which
from lms.lrs.incoming import Incoming
from lms.lrs.sessions import account_of, is_account_of
from lms.xapi.api import VOIDED


def check_said(ctx: Context, client: Client, statements: Iterable[Incoming]) -> None:
    """`NotYours` for a statement that leads out of the session."""
    if client.bounds is None:
        return
    for number, one in enumerate(statements):
        wrong = _wrong(ctx, client.bounds, one)
        if wrong:
            raise NotYours(f"[{number}] {wrong}")


def check_document(ctx: Context, client: Client, which: Which) -> None:
    """`NotYours` for a document of another person, registration or activity."""
    bounds = client.bounds
    if bounds is None:
        return
    if which.agent:
        check_agent(ctx, client, which.agent)
    if which.activity:
        check_activity(client, which.activity)
    if which.kind == "state" and which.registration != bounds.registration:
        raise NotYours(f"registration: this session is for {bounds.registration} only")


def check_agent(ctx: Context, client: Client, identifier: str) -> None:
    """`NotYours` for anyone but the session's person."""
    if client.bounds is not None and identifier != account_of(ctx, client.bounds.actor):
        raise NotYours("agent: this session is for another person")


def check_activity(client: Client, iri: str) -> None:
    """`NotYours` for an activity that is neither the session's nor below it."""
    if client.bounds is not None and not client.bounds.covers(iri):
        raise NotYours(f"activityId: this session is for {client.bounds.activity} only")


def _wrong(ctx: Context, bounds: Bounds, one: Incoming) -> str:
    """In a sentence, what leads out of the session; "" for nothing."""
    said = one.said
    if said.verb.id == VOIDED.iri:
        return "verb.id: a launched activity does not void"
    if not is_account_of(ctx, bounds.actor, said.actor):
        return "actor: this session is for another person"
    registration = said.context.registration if said.context else None
    if not isinstance(registration, str) or registration.lower() != bounds.registration:
        return f"context.registration: this session is for {bounds.registration} only"
    if said.object.get("objectType", "Activity") != "Activity" or not bounds.covers(said.object["id"]):
        return f"object.id: this session is for {bounds.activity} only"
    return ""
