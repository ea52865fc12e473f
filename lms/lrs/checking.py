"""The rules of the specification for a statement that arrives, each refusal naming the property (xAPI 1.0.3, Data, 2 to 4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET

from lms.lrs import formats, shapes
from lms.xapi.api import UUID, VOIDED, Unacceptable, moment_of

IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")
ANONYMOUS = "group:"
MOST_LEVELS = 40
"""Extensions may hold anything; this deep at the most."""
IRI_LENGTH, VERB_LENGTH, IDENTIFIER_LENGTH = 500, 300, 600
_COMPONENTS = {
    "choice": ("choices",),
    "sequencing": ("choices",),
    "likert": ("scale",),
    "matching": ("source", "target"),
    "performance": ("steps",),
}
Shape = TypeVar("Shape", bound=shapes.Shape)


def shaped(value: Any, kind: type[Shape], at: str) -> Shape:
    """A decoded object in its shape, or `Unacceptable` with the property that is wrong."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as wrong:
        sentence = re.sub(r" - at `(?:key in )?\$?\.?([^`]*)`$", r" (in \1)", str(wrong).replace("$[", "["))
        raise Unacceptable(f"{at}: {sentence}") from None


def check_statement(statement: Mapping[str, Any], family: str) -> tuple[shapes.StatementShape, shapes.ActorShape]:
    """A statement that follows the rules of its family of versions ("1.0" or "2.0"), and its actor."""
    found = shaped(statement, shapes.StatementShape, "statement")
    if found.id is not UNSET:
        _matches(found.id, UUID, "id", "a UUID")
    for name in ("timestamp", "stored"):
        check_moment(getattr(found, name), name)
    if found.version is not UNSET:
        # A client of 2.0 may hand on what was said in 1.0, not the other way round.
        pattern = formats.VERSION_1_OR_2 if family == "2.0" else formats.VERSION_1
        _matches(found.version, pattern, "version", f"a version {family}.x")
    if found.authority is not UNSET:
        _check_authority(found.authority)
    actor = _check_parts(found, "", family)
    if found.verb.id == VOIDED.iri and found.object.get("objectType") != "StatementRef":
        raise Unacceptable("object: a voiding statement's object is a StatementRef")
    return found, actor


def check_actor(value: Any, at: str) -> shapes.ActorShape:
    """An Agent or a Group, with exactly one identifier; a Group may be anonymous."""
    actor = shaped(value, shapes.ActorShape, at)
    given = [name for name in IDENTIFIERS if getattr(actor, name) is not UNSET]
    is_group = actor.objectType == "Group"
    if len(given) > 1:
        raise Unacceptable(f"{at}: has {' and '.join(given)}; exactly one identifies someone")
    if not given and not (is_group and actor.member):
        raise Unacceptable(f"{at}: needs mbox, mbox_sha1sum, openid or account" + (", or members" if is_group else ""))
    if actor.member is not UNSET and not is_group:
        raise Unacceptable(f"{at}.member: only a Group has members")
    _matches(actor.mbox, formats.MAILBOX, f"{at}.mbox", "a mailto: address")
    _matches(actor.mbox_sha1sum, formats.SHA1, f"{at}.mbox_sha1sum", "40 hexadecimal digits")
    _check_iri(actor.openid, f"{at}.openid")
    if actor.account is not UNSET:
        _check_iri(actor.account.homePage, f"{at}.account.homePage")
    for number, member in enumerate(actor.member or ()):
        if check_actor(member, f"{at}.member[{number}]").objectType == "Group":
            raise Unacceptable(f"{at}.member[{number}]: a member is an Agent")
    if len(identifier_of(actor)) > IDENTIFIER_LENGTH:
        raise Unacceptable(f"{at}: its identifier has more than {IDENTIFIER_LENGTH} characters")
    return actor


def identifier_of(actor: shapes.ActorShape) -> str:
    """The text by which statements of this actor are found; "group:" for an anonymous group."""
    if actor.account is not UNSET:
        return f"account:{actor.account.homePage}|{actor.account.name}"
    for name in ("mbox", "mbox_sha1sum", "openid"):
        value = getattr(actor, name)
        if value is not UNSET:
            return str(value) if name == "mbox" else f"{name}:{value}"
    return ANONYMOUS


def check_moment(value: Any, at: str) -> None:
    """A timestamp, where there is one."""
    if value is UNSET:
        return
    try:
        moment_of(value)
    except ValueError:
        raise Unacceptable(f"{at}: {_short(value)} is not an ISO 8601 timestamp") from None


def _check_authority(value: dict[str, Any]) -> None:
    authority = check_actor(value, "authority")
    if authority.objectType == "Group" and (len(authority.member or ()) != 2 or identifier_of(authority) != ANONYMOUS):
        raise Unacceptable("authority: a Group has exactly two members here, and no identifier")


def _check_parts(found: shapes.StatementShape | shapes.SubStatementShape, start: str, family: str) -> shapes.ActorShape:
    """What a statement and a sub-statement share."""
    actor = check_actor(found.actor, f"{start}actor")
    _check_iri(found.verb.id, f"{start}verb.id", VERB_LENGTH)
    _check_languages(found.verb.display, f"{start}verb.display")
    kind = found.object.get("objectType", "Activity")
    _check_object(kind, found.object, f"{start}object", family)
    if found.result is not UNSET:
        _check_result(found.result, f"{start}result")
    if found.context is not UNSET:
        _check_context(found.context, f"{start}context", family)
        for name in ("revision", "platform"):
            if kind != "Activity" and getattr(found.context, name) is not UNSET:
                raise Unacceptable(f"{start}context.{name}: only where the object is an Activity")
    for number, attachment in enumerate(found.attachments or ()):
        _check_attachment(attachment, f"{start}attachments[{number}]")
    return actor


def _check_attachment(attachment: shapes.AttachmentShape, at: str) -> None:
    _check_iri(attachment.usageType, f"{at}.usageType")
    _check_languages(attachment.display, f"{at}.display")
    _check_languages(attachment.description, f"{at}.description")
    _matches(attachment.contentType, formats.MEDIA_TYPE, f"{at}.contentType", "a media type (RFC 2046)")
    _matches(attachment.sha2, formats.SHA2, f"{at}.sha2", "the SHA-224, 256, 384 or 512 of the content")
    _check_iri(attachment.fileUrl, f"{at}.fileUrl")
    if attachment.length < 0:
        raise Unacceptable(f"{at}.length: is a number of bytes")


def _check_object(kind: Any, value: dict[str, Any], at: str, family: str) -> None:
    if kind == "Activity":
        _check_activity(value, at)
    elif kind in ("Agent", "Group"):
        check_actor(value, at)
    elif kind == "StatementRef":
        _matches(shaped(value, shapes.ReferenceShape, at).id, UUID, f"{at}.id", "a UUID")
    elif kind == "SubStatement" and at == "object":
        inner = shaped(value, shapes.SubStatementShape, at)
        check_moment(inner.timestamp, f"{at}.timestamp")
        _check_parts(inner, f"{at}.", family)
    elif kind == "SubStatement":
        raise Unacceptable(f"{at}: a SubStatement does not hold another")
    else:
        raise Unacceptable(
            f"{at}.objectType: {_short(kind)} is not Activity, Agent, Group, StatementRef or SubStatement"
        )


def _check_activity(value: Any, at: str) -> None:
    activity = shaped(value, shapes.ActivityShape, at)
    _check_iri(activity.id, f"{at}.id")
    if activity.definition is UNSET:
        return
    definition, at = activity.definition, f"{at}.definition"
    _check_languages(definition.name, f"{at}.name")
    _check_languages(definition.description, f"{at}.description")
    _check_iri(definition.type, f"{at}.type")
    _check_iri(definition.moreInfo, f"{at}.moreInfo")
    _check_extensions(definition.extensions, f"{at}.extensions")
    allowed = _COMPONENTS.get(str(definition.interactionType), ())
    for name in ("choices", "scale", "source", "target", "steps"):
        components = getattr(definition, name)
        if components is UNSET:
            continue
        if name not in allowed:
            raise Unacceptable(f"{at}.{name}: not for interactionType {_short(definition.interactionType or 'none')}")
        if len({one.id for one in components}) != len(components):
            raise Unacceptable(f"{at}.{name}: two components have the same id")
        for number, one in enumerate(components):
            _check_languages(one.description, f"{at}.{name}[{number}].description")
    if definition.correctResponsesPattern is not UNSET and definition.interactionType is UNSET:
        raise Unacceptable(f"{at}.correctResponsesPattern: needs interactionType")


def _check_result(result: shapes.ResultShape, at: str) -> None:
    _check_extensions(result.extensions, f"{at}.extensions")
    if result.duration is not UNSET:
        try:
            formats.duration_seconds(result.duration)
        except ValueError:
            raise Unacceptable(f"{at}.duration: {_short(result.duration)} is not an ISO 8601 duration") from None
    score = result.score
    if score is UNSET:
        return
    if score.scaled is not UNSET and not -1 <= score.scaled <= 1:
        raise Unacceptable(f"{at}.score.scaled: lies between -1 and 1")
    low = -float("inf") if score.min is UNSET else score.min
    high = float("inf") if score.max is UNSET else score.max
    if score.min is not UNSET and score.max is not UNSET and low >= high:
        raise Unacceptable(f"{at}.score.min: lies below max")
    if score.raw is not UNSET and not low <= score.raw <= high:
        raise Unacceptable(f"{at}.score.raw: lies between min and max")


def _check_context(context: shapes.ContextShape, at: str, family: str) -> None:
    _matches(context.registration, UUID, f"{at}.registration", "a UUID")
    _matches(context.language, formats.LANGUAGE, f"{at}.language", "a language tag (RFC 5646)")
    _check_extensions(context.extensions, f"{at}.extensions")
    if context.instructor is not UNSET:
        check_actor(context.instructor, f"{at}.instructor")
    if context.team is not UNSET and check_actor(context.team, f"{at}.team").objectType != "Group":
        raise Unacceptable(f"{at}.team: is a Group")
    if context.statement is not UNSET:
        _matches(context.statement.id, UUID, f"{at}.statement.id", "a UUID")
    if context.contextActivities is not UNSET:
        for name in ("parent", "grouping", "category", "other"):
            for place, activity in _listed(getattr(context.contextActivities, name), f"{at}.contextActivities.{name}"):
                _check_activity(activity, place)
    agents, groups = context.contextAgents, context.contextGroups
    if family == "1.0" and (agents is not UNSET or groups is not UNSET):
        raise Unacceptable(f"{at}: contextAgents and contextGroups came with version 2.0")
    for number, one in enumerate(agents or ()):
        _check_person(one.agent, one.relevantTypes, "Agent", f"{at}.contextAgents[{number}]")
    for number, group in enumerate(groups or ()):
        _check_person(group.group, group.relevantTypes, "Group", f"{at}.contextGroups[{number}]")


def _check_person(value: dict[str, Any], types: Any, kind: str, at: str) -> None:
    if check_actor(value, f"{at}.{kind.lower()}").objectType != kind:
        raise Unacceptable(f"{at}.{kind.lower()}: is not an {kind}")
    if types is not UNSET and not types:
        raise Unacceptable(f"{at}.relevantTypes: is empty")
    for one in types or ():
        _check_iri(one, f"{at}.relevantTypes")


def _listed(value: Any, at: str) -> Iterable[tuple[str, Any]]:
    if value is UNSET:
        return []
    return [(f"{at}[{number}]", one) for number, one in enumerate(value)] if isinstance(value, list) else [(at, value)]


def _check_languages(value: Any, at: str) -> None:
    for tag in value or ():
        _matches(tag, formats.LANGUAGE, at, "a language tag (RFC 5646)")


def _check_extensions(value: Any, at: str) -> None:
    for key, content in (value or {}).items():
        _check_iri(key, at)
        _check_depth(content, at)


def _check_depth(value: Any, at: str) -> None:
    layer = [value]
    for _level in range(MOST_LEVELS):
        layer = [
            inner
            for one in layer
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not layer:
            return
    raise Unacceptable(f"{at}: nested more than {MOST_LEVELS} deep")


def _check_iri(value: Any, at: str, longest: int = IRI_LENGTH) -> None:
    if value is UNSET:
        return
    if not _is_iri(value):
        raise Unacceptable(f"{at}: {_short(value)} is not an IRI")
    if len(value) > longest:
        raise Unacceptable(f"{at}: has more than {longest} characters")


@lru_cache(4_000)
def _is_iri(value: str) -> bool:
    """Most statements name verbs and activities that others named."""
    return formats.IRI.fullmatch(value) is not None


def _matches(value: Any, pattern: re.Pattern[str], at: str, wanted: str) -> None:
    if value is not UNSET and not pattern.fullmatch(value):
        raise Unacceptable(f"{at}: {_short(value)} is not {wanted}")


def _short(value: Any) -> str:
    text = str(value)
    return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”"
