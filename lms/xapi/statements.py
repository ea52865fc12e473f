"""How our own statements are built (xAPI 1.0.3, Data, 2.4): msgspec structs, encoded once; these bytes are what is returned for ever."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec

from lms.kernel.context import Actor
from lms.xapi.data import PLATFORM, Group, Mention, NewStatement, Said

VERSION = "1.0.3"
ATTEMPT_EXTENSION = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
SOURCE_EXTENSION = "/x/source"


class Account(msgspec.Struct, frozen=True):
    """An account on a system (2.4.2.1): our prefix and the membership's pseudonym."""

    homePage: str  # noqa: N815 - the specification's name
    name: str


class Agent(msgspec.Struct, frozen=True):
    """A person, or a group (2.4.2.2), by account only: no name, no address."""

    account: Account
    objectType: str = "Agent"  # noqa: N815


class VerbPart(msgspec.Struct, frozen=True):
    """2.4.3."""

    id: str
    display: dict[str, str]


class Definition(msgspec.Struct, frozen=True, omit_defaults=True):
    """2.4.4.1: what the activity is."""

    type: str
    name: dict[str, str]


class Activity(msgspec.Struct, frozen=True, omit_defaults=True):
    """2.4.4.1."""

    id: str
    objectType: str = "Activity"  # noqa: N815
    definition: Definition | None = None


class Score(msgspec.Struct, frozen=True, omit_defaults=True):
    """2.4.5.1."""

    scaled: float | None = None
    raw: float | None = None
    min: float | None = None
    max: float | None = None


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """2.4.5."""

    score: Score | None = None
    success: bool | None = None
    completion: bool | None = None
    response: str | None = None
    duration: str | None = None


class Parents(msgspec.Struct, frozen=True):
    """contextActivities, 2.4.6.2: where the activity stands."""

    parent: tuple[Activity, ...]


class Context(msgspec.Struct, frozen=True, omit_defaults=True):
    """2.4.6."""

    registration: str | None = None
    instructor: Agent | None = None
    contextActivities: Parents | None = None  # noqa: N815
    revision: str | None = None
    platform: str | None = None
    extensions: dict[str, Any] | None = None


class Statement(msgspec.Struct, frozen=True, omit_defaults=True):
    """2.4, with what an LRS adds: stored, authority, version."""

    id: str
    actor: Agent
    verb: VerbPart
    object: Activity
    timestamp: str
    stored: str
    authority: Agent
    version: str
    result: Result | None = None
    context: Context | None = None


_encode = msgspec.json.Encoder().encode


def moment(value: datetime) -> str:
    """RFC 3339, in UTC, to the millisecond."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def duration(seconds: float) -> str:
    """ISO 8601, to the hundredth of a second as the specification asks (4.6)."""
    return f"PT{max(0.0, seconds):.2f}S".replace(".00S", "S")


def account_of(prefix: str, name: str) -> str:
    """The identifier by which statements of an account are found."""
    return f"account:{prefix}|{name}"


def identifiers_of(address: str) -> list[str]:
    """The identifiers of an agent with this e-mail (xAPI 1.0.3, Data, 2.4.2.3)."""
    forms = dict.fromkeys([f"mailto:{address}", f"mailto:{address.lower()}"])
    digests = [hashlib.sha1(one.encode(), usedforsecurity=False).hexdigest() for one in forms]
    return [*forms, *(f"mbox_sha1sum:{one}" for one in digests)]


def thing_of(kind: str, name: str) -> bytes:
    """Under which key a mention is found: of an "agent" by its identifier, of an "activity" by its IRI."""
    return hashlib.blake2b(f"{kind}:{name}".encode(), digest_size=16).digest()


def build(said: Said, *, prefix: str, stored: datetime) -> NewStatement:
    """The statement of a thing said, with its bytes."""
    agent, membership_id = _actor(said.actor, prefix)
    extensions: dict[str, Any] = {prefix + SOURCE_EXTENSION: said.source.value, **said.extensions}
    if said.attempt is not None:
        extensions[ATTEMPT_EXTENSION] = said.attempt
    statement = Statement(
        id=said.id,
        actor=agent,
        verb=VerbPart(said.verb.iri, said.verb.display),
        object=Activity(said.activity, definition=Definition(said.activity_type, {"fr": said.activity_name})),
        timestamp=moment(said.timestamp),
        stored=moment(stored),
        authority=Agent(Account(prefix, PLATFORM)),
        version=VERSION,
        result=_result(said),
        context=Context(
            registration=said.registration,
            instructor=Agent(Account(prefix, said.instructor.uuid)) if said.instructor else None,
            contextActivities=Parents(tuple(Activity(iri) for iri in said.parents)) if said.parents else None,
            revision=said.revision or None,
            platform="Tremplin",
            extensions=extensions,
        ),
    )
    return NewStatement(
        statement_id=said.id,
        raw=_encode(statement).decode(),
        verb=said.verb.iri,
        activity=said.activity,
        actor=account_of(prefix, agent.account.name),
        timestamp=statement.timestamp,
        occurred_at=said.occurred_at,
        source=said.source.value,
        version=VERSION,
        registration=said.registration,
        membership_id=membership_id,
        scaled=said.scaled,
        success=said.success,
        completion=said.completion,
        seconds=said.seconds,
        attempt=said.attempt,
        instructor_id=said.instructor.membership_id if said.instructor else None,
        intent_id=said.intent_id,
        mentions=_mentions(said, prefix),
    )


def _mentions(said: Said, prefix: str) -> tuple[Mention, ...]:
    found = [Mention(thing_of("activity", iri)) for iri in dict.fromkeys(said.parents)]
    if said.instructor:
        found.append(Mention(thing_of("agent", account_of(prefix, said.instructor.uuid))))
    return tuple(found)


def _actor(actor: Actor | Group, prefix: str) -> tuple[Agent, int | None]:
    """Who says it, and the person whose it is: nobody's, when a group says it."""
    if isinstance(actor, Group):
        return Agent(Account(prefix, actor.name), "Group"), None
    return Agent(Account(prefix, actor.uuid)), actor.membership_id


def _result(said: Said) -> Result | None:
    score = None
    if said.scaled is not None:
        score = Score(
            scaled=round(said.scaled, 4), raw=said.raw, min=0 if said.maximum is not None else None, max=said.maximum
        )
    result = Result(
        score=score,
        success=said.success,
        completion=said.completion,
        response=said.response or None,
        duration=duration(said.seconds) if said.seconds is not None else None,
    )
    return result if result != Result() else None
