"""Statements as a partner sends them: strict JSON, checked, and fixed into the bytes that are returned for ever."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET

from lms.xapi import formats
from lms.xapi.checking import VOIDED, check_statement, identifier_of, shaped
from lms.xapi.data import NewStatement, Unacceptable
from lms.xapi.shapes import ActorShape, ContextShape, StatementShape
from lms.xapi.statements import ATTEMPT_EXTENSION, Account, Agent, moment

MOST_STATEMENTS = 5_000
_parts = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_elements = msgspec.json.Decoder(list[msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Incoming:
    """A statement that follows the rules: what it says, and its properties as they were written."""

    id: str
    said: StatementShape
    parts: Mapping[str, msgspec.Raw]
    family: str

    @property
    def voids(self) -> str | None:
        """The id of the statement that it voids."""
        return self.said.object["id"].lower() if self.said.verb.id == VOIDED else None


def read_statements(body: bytes, family: str, *, only: str | None = None) -> list[Incoming]:
    """The statements of a request's body, one or a list, or `Unacceptable`: all of them or none.

    `only`: the body is the statement of this id, which it may leave out.
    """
    decoded = read_json(body)
    several = isinstance(decoded, list)
    if only is not None and several:
        raise Unacceptable("statement: PUT takes one, not a list")
    listed: list[Any] = decoded if several else [decoded]
    if len(listed) > MOST_STATEMENTS:
        raise Unacceptable(f"{len(listed)} statements at once; send {MOST_STATEMENTS} at most")
    written = [bytes(one) for one in _elements(body)] if several else [body]
    found = []
    for number, (statement, raw) in enumerate(zip(listed, written, strict=True)):
        try:
            found.append(_incoming(statement, raw, family, only))
        except Unacceptable as wrong:
            raise Unacceptable(f"[{number}] {wrong}" if several else str(wrong)) from None
    twice = [name for name, times in Counter(one.id for one in found).items() if times > 1]
    if twice:
        raise Unacceptable(f"id: {twice[0]} stands twice in this request")
    return found


def read_json(body: bytes, at: str = "JSON") -> Any:
    """Strict JSON: UTF-8, no key twice, no NaN, no lone surrogate, not nested without end."""
    try:
        decoded = json.loads(body.decode(), object_pairs_hook=_without_repeats, parse_constant=_refuse_constant)
        msgspec.json.decode(body)
    except RecursionError:
        raise Unacceptable(f"{at}: nested too deep") from None
    except UnicodeDecodeError:
        raise Unacceptable(f"{at}: is not UTF-8") from None
    except (ValueError, msgspec.DecodeError) as wrong:
        raise Unacceptable(f"{at}: {wrong}") from None
    return decoded


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = Counter(name for name, _value in pairs)
        raise ValueError(f"the key “{names.most_common(1)[0][0][:60]}” stands twice in one object")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number of JSON")


def _incoming(statement: Any, raw: bytes, family: str, only: str | None) -> Incoming:
    if not isinstance(statement, dict):
        raise Unacceptable("statement: is not an object")
    said = check_statement(statement, family)
    name = (only or str(uuid.uuid4())) if said.id is UNSET else said.id.lower()
    if only is not None and name != only:
        raise Unacceptable(f"id: {name} is not the statementId of the address")
    return Incoming(name, said, _parts(raw), family)


def fixed(
    one: Incoming, *, prefix: str, client_key: str, source: str, stored: datetime, members: Mapping[str, int]
) -> NewStatement:
    """The statement for the ledger: as it came, with what the LRS adds. `members`: pseudonym → membership id."""
    said, at = one.said, moment(stored)
    version = said.version if said.version is not UNSET else ("2.0.0" if one.family == "2.0" else "1.0.0")
    timestamp = said.timestamp if said.timestamp is not UNSET else at
    added = {"id": one.id, "timestamp": timestamp, "version": version}
    parts: dict[str, Any] = {name: value for name, value in added.items() if name not in one.parts} | dict(one.parts)
    parts |= {"stored": at, "authority": Agent(Account(prefix, client_key))}
    actor = shaped(said.actor, ActorShape, "actor")
    context = said.context if said.context is not UNSET else ContextShape()
    moments = formats.moment_of(timestamp)
    return NewStatement(
        statement_id=one.id,
        raw=_encode(parts).decode(),
        verb=said.verb.id,
        activity=object_of(said.object),
        actor=identifier_of(actor),
        timestamp=timestamp,
        occurred_at=min(moments, stored),
        source=source,
        version=version,
        registration=context.registration.lower() if context.registration is not UNSET else None,
        membership_id=members.get(pseudonym_of(one, prefix) or ""),
        attempt=_attempt(context),
        voids=one.voids,
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


_ADDED_BY_LRS = ("id", "stored", "authority", "version")


def is_same(new: Incoming, raw: str) -> bool:
    """Whether a statement of the ledger says what this one says (Data, 2.3.1: what an LRS adds or may change is left out)."""
    sent = {name: json.loads(bytes(value)) for name, value in new.parts.items()}
    kept = json.loads(raw)
    if "timestamp" not in sent:
        kept.pop("timestamp", None)
    return _essence(sent) == _essence(kept)


def _essence(statement: dict[str, Any]) -> dict[str, Any]:
    found = {name: _canonical(name, value) for name, value in statement.items() if name not in _ADDED_BY_LRS}
    if "timestamp" in found:
        found["timestamp"] = formats.moment_of(found["timestamp"])
    for verb in (found.get("verb"), (found.get("object") or {}).get("verb")):
        if isinstance(verb, dict):
            verb.pop("display", None)
    return found


def _canonical(name: str, value: Any) -> Any:
    """The same thing said another way is the same: lists of activities and members in any order, one or a list of one."""
    if name == "extensions":
        return value
    if name in ("parent", "grouping", "category", "other", "member"):
        listed = value if isinstance(value, list) else [value]
        return sorted((_canonical("", one) for one in listed), key=_sorted_text)
    if isinstance(value, dict):
        return {inner: _canonical(inner, one) for inner, one in value.items() if inner != "definition"}
    return [_canonical("", one) for one in value] if isinstance(value, list) else value


def _sorted_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
