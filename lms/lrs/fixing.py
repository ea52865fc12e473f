"""The bytes that are returned for ever: what came, with what an LRS adds, and the columns that are read from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET

from lms.lrs import formats
from lms.lrs.checking import ANONYMOUS, identifier_of, shaped
from lms.lrs.incoming import Incoming
from lms.lrs.shapes import ActorShape, ContextShape, StatementShape, SubStatementShape
from lms.xapi.api import (
    ATTEMPT_EXTENSION,
    Account,
    Agent,
    KeptAttachment,
    Mention,
    NewStatement,
    moment,
    moment_of,
    thing_of,
)

_encode = msgspec.json.Encoder().encode
RELATED = ("parent", "grouping", "category", "other")


def fixed(
    one: Incoming,
    *,
    prefix: str,
    client_key: str,
    source: str,
    stored: datetime,
    members: Mapping[str, int],
    kept: Mapping[str, KeptAttachment] | None = None,
) -> NewStatement:
    """The statement for the ledger. `members`: pseudonym → membership id; `kept`: SHA-2 → what is in the folder of files."""
    said, at = one.said, moment(stored)
    version = said.version if said.version is not UNSET else ("2.0.0" if one.family == "2.0" else "1.0.0")
    timestamp = said.timestamp if said.timestamp is not UNSET else at
    added = {"id": one.id, "timestamp": timestamp, "version": version}
    parts: dict[str, Any] = {name: value for name, value in added.items() if name not in one.parts} | dict(one.parts)
    parts |= {"stored": at, "authority": Agent(Account(prefix, client_key))}
    parts |= _with_lists(one)
    context = said.context if said.context is not UNSET else ContextShape()
    moments = moment_of(timestamp)
    return NewStatement(
        statement_id=one.id,
        raw=_encode(parts).decode(),
        verb=said.verb.id,
        activity=object_of(said.object),
        actor=identifier_of(one.actor),
        timestamp=timestamp,
        occurred_at=min(moments, stored),
        source=source,
        version=version,
        registration=context.registration.lower() if context.registration is not UNSET else None,
        membership_id=members.get(pseudonym_of(one, prefix) or ""),
        attempt=_attempt(context),
        voids=one.voids,
        authority=client_key,
        refers=one.refers,
        mentions=tuple(mentions_of(said)),
        attachments=tuple(kept[content.sha2] for content in one.attached) if kept else (),
        **_results(said),
    )


def pseudonym_of(one: Incoming, prefix: str) -> str | None:
    """The name of an account of ours in a statement's actor: the UUID of a membership, if there is one."""
    account = one.said.actor.get("account")
    return account["name"] if isinstance(account, dict) and account.get("homePage") == prefix else None


def object_of(value: Mapping[str, Any]) -> str:
    """What the column `activity` holds: an activity's IRI, or what the object is."""
    kind = value.get("objectType", "Activity")
    if kind == "Activity":
        return str(value["id"])
    if kind in ("Agent", "Group"):
        return f"agent:{identifier_of(shaped(value, ActorShape, 'object'))}"[:500]
    return f"statement:{value['id'].lower()}" if kind == "StatementRef" else "substatement"


def _attempt(context: ContextShape) -> str | None:
    found = context.extensions.get(ATTEMPT_EXTENSION) if context.extensions is not UNSET else None
    return found if isinstance(found, str) and len(found) <= 60 else None


def _results(said: StatementShape) -> dict[str, Any]:
    result = said.result
    if result is UNSET:
        return {}
    scaled = result.score.scaled if result.score is not UNSET else UNSET
    return {
        "scaled": scaled if scaled is not UNSET else None,
        "success": result.success if result.success is not UNSET else None,
        "completion": result.completion if result.completion is not UNSET else None,
        "seconds": formats.duration_seconds(result.duration) if result.duration is not UNSET else None,
    }


def _with_lists(one: Incoming) -> dict[str, Any]:
    """The parts in which a context activity stands alone: they are returned as lists (2.4.6.2)."""
    found: dict[str, Any] = {}
    if _has_single(one.said.context):
        context = json.loads(bytes(one.parts["context"]))
        _make_lists(context)
        found["context"] = context
    inner = one.said.object.get("context")
    if isinstance(inner, dict) and isinstance(inner.get("contextActivities"), dict):
        thing = json.loads(bytes(one.parts["object"]))
        _make_lists(thing["context"])
        found["object"] = thing
    return found


def _has_single(context: Any) -> bool:
    related = context.contextActivities if context is not UNSET else UNSET
    return related is not UNSET and any(isinstance(getattr(related, name), dict) for name in RELATED)


def _make_lists(context: dict[str, Any]) -> None:
    related = context["contextActivities"]
    for name, value in related.items():
        related[name] = value if isinstance(value, list) else [value]


def mentions_of(said: StatementShape) -> Iterator[Mention]:
    """Who and what a statement names beside its actor and its activity (Communication, 2.1.3, related_agents and _activities)."""
    yield from _members(said.actor, is_direct=True)
    if said.object.get("objectType") in ("Agent", "Group"):
        yield from _people(said.object, is_direct=True)
    yield from _named_in(said.context)
    if said.object.get("objectType") == "SubStatement":
        inner = shaped(said.object, SubStatementShape, "object")
        yield from _people(inner.actor)
        if inner.object.get("objectType") in ("Agent", "Group"):
            yield from _people(inner.object)
        elif inner.object.get("objectType", "Activity") == "Activity":
            yield Mention(thing_of("activity", inner.object["id"]))
        yield from _named_in(inner.context)


def _named_in(context: Any) -> Iterator[Mention]:
    if context is UNSET:
        return
    for person in (context.instructor, context.team):
        if person is not UNSET:
            yield from _people(person)
    for one in context.contextAgents or ():
        yield from _people(one.agent)
    for group in context.contextGroups or ():
        yield from _people(group.group)
    if context.contextActivities is not UNSET:
        for name in RELATED:
            value = getattr(context.contextActivities, name)
            for activity in value if isinstance(value, list) else [value] if value is not UNSET else []:
                yield Mention(thing_of("activity", activity["id"]))


def _people(value: Mapping[str, Any], *, is_direct: bool = False) -> Iterator[Mention]:
    identifier = identifier_of(shaped(value, ActorShape, "agent"))
    if identifier != ANONYMOUS:
        yield Mention(thing_of("agent", identifier), is_direct)
    yield from _members(value, is_direct=is_direct)


def _members(value: Mapping[str, Any], *, is_direct: bool) -> Iterator[Mention]:
    for member in value.get("member", ()):
        yield Mention(thing_of("agent", identifier_of(shaped(member, ActorShape, "member"))), is_direct)
