"""Documents that machines keep: states, profiles of agents and of activities (xAPI 1.0.3, Communication, 2.2 to 2.7; 3.1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.exc import IntegrityError

from lms.accounts.api import membership_ids_by_uuid
from lms.kernel.context import Context
from lms.kernel.rights import NotFound
from lms.lrs.data import Client, Collision, Document, Precondition, PreconditionFailed, Which
from lms.lrs.models import DocumentRow
from lms.xapi.api import Unacceptable, read_json

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Written:
    """What a machine sends: a type and bytes."""

    media_type: str
    content: bytes


def read_document(ctx: Context, which: Which) -> Document:
    """A document, or `NotFound`."""
    row = _row(ctx, which)
    if row is None:
        raise NotFound("no such document")
    return _document(row)


def names(ctx: Context, which: Which, *, since: datetime | None) -> list[str]:
    """The names of the documents there are, and only those changed after `since`."""
    query = select(DocumentRow.name, DocumentRow.changed_at).where(*_conditions(which))
    if since is not None:
        query = query.where(DocumentRow.changed_at > since)
    return [row.name for row in ctx.session.execute(query.order_by(DocumentRow.id))]


def put_document(ctx: Context, client: Client, which: Which, written: Written, given: Precondition) -> None:
    """Write a document, instead of the one there is (3.1: only under a precondition, but for states in 1.0)."""
    _write(ctx, client, which, written, given, merge=False)


def post_document(ctx: Context, client: Client, which: Which, written: Written, given: Precondition) -> None:
    """Merge a JSON object into the one there is, or write the first (2.2)."""
    if written.media_type.partition(";")[0].strip().lower() == JSON:
        _object(written.content, "body")
    _write(ctx, client, which, written, given, merge=True)


def delete_document(ctx: Context, which: Which, given: Precondition) -> None:
    """Delete a document; one that is not there is gone already."""
    row = _row(ctx, which, for_update=True)
    _check(row, given)
    if row is not None:
        ctx.session.delete(row)
        ctx.session.flush()


def delete_documents(ctx: Context, which: Which) -> None:
    """Delete every state of an agent in an activity, of one registration where one is given."""
    ctx.session.execute(
        delete(DocumentRow).where(*_conditions(which)), execution_options={"synchronize_session": False}
    )


def etag_of(content: bytes) -> str:
    """The document's tag: what it is, not when (3.1: SHA-1 of the content for version 1.0)."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def _write(ctx: Context, client: Client, which: Which, written: Written, given: Precondition, *, merge: bool) -> None:
    row = _row(ctx, which, for_update=True)
    _check(row, given)
    if row is None:
        _insert(ctx, client, which, written)
        return
    if merge:
        written = _merged(row, written)
    row.media_type, row.content = written.media_type[:200], written.content
    # A clock that stands still or goes back must not hide a change from who asks "since".
    row.changed_at = max(ctx.now, row.changed_at + timedelta(milliseconds=1))
    row.client = client.key
    ctx.session.flush()


def _insert(ctx: Context, client: Client, which: Which, written: Written) -> None:
    row = DocumentRow(
        organisation_id=ctx.here.id,
        owner=_owner(which),
        kind=which.kind,
        agent=which.agent,
        activity=which.activity,
        registration=which.registration or "",
        name=which.name or "",
        media_type=written.media_type[:200],
        content=written.content,
        changed_at=ctx.now,
        client=client.key,
        membership_id=_membership(ctx, which.agent),
    )
    try:
        with ctx.session.begin_nested():
            ctx.session.add(row)
            ctx.session.flush()
    except IntegrityError:
        raise Collision(
            "the document was written by another request at the same moment; read it and send again"
        ) from None


def _merged(row: DocumentRow, written: Written) -> Written:
    types = [one.partition(";")[0].strip().lower() for one in (row.media_type, written.media_type)]
    if types != [JSON, JSON]:
        raise Unacceptable(
            f"Content-Type: POST merges JSON into JSON; here is {types[0]}, and {types[1]} came. PUT replaces"
        )
    both = {**_object(row.content, "document"), **_object(written.content, "body")}
    return replace(written, content=json.dumps(both, ensure_ascii=False, separators=(",", ":")).encode())


def _object(content: bytes, at: str) -> dict[str, Any]:
    found = read_json(content, at)
    if not isinstance(found, dict):
        raise Unacceptable(f"{at}: POST merges JSON objects, and this is not one")
    return found


def _check(row: DocumentRow | None, given: Precondition) -> None:
    tag = etag_of(row.content) if row is not None else None
    if given.is_needed and not given.if_match and not given.if_none_match:
        if row is not None:
            raise Collision("this document exists already: send If-Match with its ETag to write over it")
        if given.is_needed_for_new:
            raise Unacceptable("If-None-Match: send * to write a new document, so that no other is written over")
    if given.if_match and (tag is None or ("*" not in given.if_match and tag not in given.if_match)):
        raise PreconditionFailed("If-Match: the document is another by now; read it again")
    if given.if_none_match and tag is not None and ("*" in given.if_none_match or tag in given.if_none_match):
        raise PreconditionFailed("If-None-Match: there is such a document already")


def _row(ctx: Context, which: Which, *, for_update: bool = False) -> DocumentRow | None:
    query = select(DocumentRow).where(*_conditions(which), DocumentRow.registration == (which.registration or ""))
    if for_update:
        query = query.with_for_update()
    return ctx.session.scalars(query).one_or_none()


def _conditions(which: Which) -> Sequence[ColumnElement[bool]]:
    found = [
        DocumentRow.owner == _owner(which),
    ]
    if which.registration is not None:
        found.append(DocumentRow.registration == which.registration)
    if which.name is not None:
        found.append(DocumentRow.name == which.name)
    return found


def _owner(which: Which) -> bytes:
    return hashlib.blake2b(repr((which.kind, which.agent, which.activity)).encode(), digest_size=16).digest()


def _document(row: DocumentRow) -> Document:
    return Document(row.media_type, row.content, row.changed_at, etag_of(row.content))


def _membership(ctx: Context, agent: str) -> int | None:
    start = f"account:{ctx.iri_prefix}|"
    name = agent.removeprefix(start)
    return membership_ids_by_uuid(ctx, {name}).get(name) if agent.startswith(start) else None
