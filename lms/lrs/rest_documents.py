"""The resources of documents, of activities and of agents (xAPI 1.0.3, Communication, 2.2 to 2.7; 2.0, 4.1.6.2 to 4.1.6.6)."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import format_datetime
from typing import Any

import msgspec
from flask import Response, g, request

from lms.lrs import documents, formats
from lms.lrs.activities import definitions
from lms.lrs.agents import person_of
from lms.lrs.asking import agent_of, moment_in, uuid_of
from lms.lrs.bounds import check_activity, check_agent, check_document
from lms.lrs.data import READING, Client, Precondition, Scope, Which
from lms.lrs.documents import Written
from lms.lrs.rest import as_json, bp, by_client, context_of, parameters
from lms.xapi.api import Unacceptable

__all__ = ["bp"]
MOST_BYTES = 10_000_000
MOST_LETTERS = 500
STATE, AGENT, ACTIVITY = "state", "agent", "activity"
_NAMED = {STATE: "stateId", AGENT: "profileId", ACTIVITY: "profileId"}


@bp.get("/activities")
@by_client(*READING)
def activities(client: Client) -> Response:
    """What is known of an activity (2.5)."""
    iri = _iri(parameters({"activityId"}))
    check_activity(client, iri)
    known = definitions(context_of(client), [iri]).get(iri)
    found = {"objectType": "Activity", "id": iri, **({"definition": known} if known else {})}
    return as_json(msgspec.json.encode(found))


@bp.get("/agents")
@by_client(*READING)
def agents(client: Client) -> Response:
    """A person: the names and identifiers known of an agent (2.4)."""
    asked, ctx = parameters({"agent"}), context_of(client)
    agent = agent_of(asked)
    check_agent(ctx, client, agent)
    found = person_of(ctx, agent, asked["agent"], authority=client.reads_only)
    return as_json(msgspec.json.encode(found))


@bp.get("/activities/state", endpoint="get_state")
@by_client(Scope.STATE)
def get_state(client: Client) -> Response:
    """One state, or the names of those there are."""
    return _get(client, STATE)


@bp.put("/activities/state", endpoint="put_state")
@by_client(Scope.STATE)
def put_state(client: Client) -> Any:
    """Write a state."""
    return _put(client, STATE)


@bp.post("/activities/state", endpoint="post_state")
@by_client(Scope.STATE)
def post_state(client: Client) -> Any:
    """Merge into a state."""
    return _post(client, STATE)


@bp.delete("/activities/state", endpoint="delete_state")
@by_client(Scope.STATE)
def delete_state(client: Client) -> Any:
    """Delete a state, or all of an agent in an activity."""
    ctx, which = context_of(client), _which(client, STATE)
    if which.name is not None:
        return _delete(client, STATE)
    documents.delete_documents(ctx, which)
    return "", 204


@bp.get("/activities/profile", endpoint="get_activity_profile")
@by_client(Scope.PROFILE)
def get_activity_profile(client: Client) -> Response:
    """One profile of an activity, or the names of those there are."""
    return _get(client, ACTIVITY)


@bp.put("/activities/profile", endpoint="put_activity_profile")
@by_client(Scope.PROFILE)
def put_activity_profile(client: Client) -> Any:
    """Write a profile of an activity."""
    return _put(client, ACTIVITY)


@bp.post("/activities/profile", endpoint="post_activity_profile")
@by_client(Scope.PROFILE)
def post_activity_profile(client: Client) -> Any:
    """Merge into a profile of an activity."""
    return _post(client, ACTIVITY)


@bp.delete("/activities/profile", endpoint="delete_activity_profile")
@by_client(Scope.PROFILE)
def delete_activity_profile(client: Client) -> Any:
    """Delete a profile of an activity."""
    return _delete(client, ACTIVITY)


@bp.get("/agents/profile", endpoint="get_agent_profile")
@by_client(Scope.PROFILE)
def get_agent_profile(client: Client) -> Response:
    """One profile of an agent, or the names of those there are."""
    return _get(client, AGENT)


@bp.put("/agents/profile", endpoint="put_agent_profile")
@by_client(Scope.PROFILE)
def put_agent_profile(client: Client) -> Any:
    """Write a profile of an agent."""
    return _put(client, AGENT)


@bp.post("/agents/profile", endpoint="post_agent_profile")
@by_client(Scope.PROFILE)
def post_agent_profile(client: Client) -> Any:
    """Merge into a profile of an agent."""
    return _post(client, AGENT)


@bp.delete("/agents/profile", endpoint="delete_agent_profile")
@by_client(Scope.PROFILE)
def delete_agent_profile(client: Client) -> Any:
    """Delete a profile of an agent."""
    return _delete(client, AGENT)


def _get(client: Client, kind: str) -> Response:
    which = _which(client, kind, with_since=True)
    ctx = context_of(client)
    if which.name is None:
        asked = parameters()
        found = documents.names(ctx, which, since=moment_in(asked, "since"))
        return as_json(msgspec.json.encode(found))
    document = documents.read_document(ctx, which)
    response = Response(document.content)
    response.headers["Content-Type"] = document.media_type
    response.set_etag(document.etag)
    response.headers["Last-Modified"] = format_datetime(document.changed_at, usegmt=True)
    response.make_conditional(request)
    return response


def _put(client: Client, kind: str) -> Any:
    which, written = _one(client, kind), _written()
    documents.put_document(context_of(client), client, which, written, _precondition(kind))
    return "", 204


def _post(client: Client, kind: str) -> Any:
    which, written = _one(client, kind), _written()
    documents.post_document(context_of(client), client, which, written, _precondition("post"))
    return "", 204


def _delete(client: Client, kind: str) -> Any:
    documents.delete_document(context_of(client), _one(client, kind), _precondition("delete"))
    return "", 204


def _one(client: Client, kind: str) -> Which:
    which = _which(client, kind)
    if which.name is None:
        raise Unacceptable(f"{_NAMED[kind]}: is needed here")
    return which


def _which(client: Client, kind: str, *, with_since: bool = False) -> Which:
    known = {_NAMED[kind], *({"since"} if with_since else ())}
    known |= {STATE: {"activityId", "agent", "registration"}, AGENT: {"agent"}, ACTIVITY: {"activityId"}}[kind]
    asked = parameters(known)
    name = asked.get(_NAMED[kind])
    if name is not None and not 1 <= len(name) <= MOST_LETTERS:
        raise Unacceptable(f"{_NAMED[kind]}: has 1 to {MOST_LETTERS} characters")
    found = Which(
        kind=kind,
        agent=agent_of(asked) if kind != ACTIVITY else "",
        activity=_iri(asked) if kind != AGENT else "",
        registration=uuid_of(asked, "registration") if "registration" in asked else None,
        name=name,
    )
    check_document(context_of(client), client, found)
    return found


def _iri(asked: Mapping[str, str]) -> str:
    found = asked.get("activityId", "")
    if not formats.IRI.fullmatch(found) or len(found) > MOST_LETTERS:
        raise Unacceptable("activityId: needs an IRI")
    return found


def _written() -> Written:
    request.max_content_length = MOST_BYTES
    media_type = request.content_type or "application/octet-stream"
    return Written(media_type, request.get_data(cache=False))


def _precondition(kind: str) -> Precondition:
    """States were written without in version 1.0; profiles never (3.1), nor anything in 2.0 (4.1.4)."""
    is_needed = kind in (AGENT, ACTIVITY) or (kind == STATE and g.xapi_family == "2.0")
    return Precondition(_tags("If-Match"), _tags("If-None-Match"), is_needed, kind in (AGENT, ACTIVITY))


def _tags(header: str) -> frozenset[str]:
    found = request.headers.get(header, "")
    return frozenset(one.strip().removeprefix("W/").strip('"') for one in found.split(",") if one.strip())
