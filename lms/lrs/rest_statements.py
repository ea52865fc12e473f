"""The resource of statements (xAPI 1.0.3, Communication, 2.1; 2.0, 4.1.6.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Response, g, request

from lms.kernel.context import Context
from lms.kernel.web import platform
from lms.lrs import multipart
from lms.lrs.asking import filter_of, form_of, one_statement, uuid_of
from lms.lrs.data import Client, Form, Scope
from lms.lrs.incoming import Incoming, read_multipart, read_statements
from lms.lrs.operations import receive
from lms.lrs.queries import contents_of, shown
from lms.lrs.rest import as_json, bp, by_client, context_of, parameters
from lms.xapi.api import Found, Unacceptable, matching_statements, statement_by_id

__all__ = ["bp"]
MOST_BYTES = 10_000_000


@bp.get("/statements")
@by_client(Scope.READ, Scope.READ_MINE)
def statements(client: Client) -> Response:
    """One statement, or a page of those that match."""
    asked, ctx = parameters(), context_of(client)
    one = one_statement(asked)
    form = form_of(asked, request.accept_languages.values())
    return _one(ctx, client, one, form) if one else _page(ctx, client, asked, form)


@bp.post("/statements")
@by_client(Scope.WRITE)
def post_statements(client: Client) -> Any:
    """Take in one statement or several, all or none; answer with their ids."""
    parameters(())
    found = _sent(None)
    return as_json(msgspec.json.encode(receive(context_of(client), client, statements=found, data_dir=_data_dir())))


@bp.put("/statements")
@by_client(Scope.WRITE)
def put_statement(client: Client) -> Any:
    """Take in one statement under the id of the address."""
    name = uuid_of(parameters({"statementId"}), "statementId")
    receive(context_of(client), client, statements=_sent(name), data_dir=_data_dir())
    return "", 204


def _data_dir() -> Any:
    return platform().settings.data_dir


def _sent(only: str | None) -> list[Incoming]:
    family: str = g.xapi_family
    if request.mimetype == "multipart/mixed":
        body = request.get_data(cache=False)
        return read_multipart(body, request.content_type or "", family, only=only)
    if request.mimetype != "application/json":
        raise Unacceptable("Content-Type: send application/json, or multipart/mixed with attachments")
    request.max_content_length = MOST_BYTES
    return read_statements(request.get_data(cache=False), family, only=only)


def _one(ctx: Context, client: Client, asked: tuple[str, bool], form: Form) -> Response:
    found = statement_by_id(ctx, asked[0], voided=asked[1], authority=client.reads_only)
    (text,) = shown(ctx, [found], form=form)
    response = _answer(ctx, [found], text.encode(), form)
    response.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    response.headers["Last-Modified"] = format_datetime(found.stored, usegmt=True)
    response.make_conditional(request)
    return response


def _page(ctx: Context, client: Client, asked: dict[str, str], form: Form) -> Response:
    found, following = matching_statements(ctx, replace(filter_of(asked), authority=client.reads_only))
    more = f"{request.path}?{urlencode({**asked, 'after': following})}" if following else ""
    # The bytes that were fixed when they were recorded, joined: never decoded and encoded again.
    body = ('{"statements":[' + ",".join(shown(ctx, found, form=form)) + '],"more":').encode()
    response = _answer(ctx, found, body + msgspec.json.encode(more) + b"}", form)
    if found:
        response.headers["Last-Modified"] = format_datetime(max(one.stored for one in found), usegmt=True)
    return response


def _answer(ctx: Context, found: Sequence[Found], body: bytes, form: Form) -> Response:
    """In JSON; with the contents of attachments beside it where they were asked for."""
    if not form.with_attachments:
        return as_json(body)
    parts: list[tuple[dict[str, str], bytes]] = [({"Content-Type": "application/json"}, body)]
    for kept, content in contents_of(ctx, found, data_dir=_data_dir()):
        headers = {
            "Content-Type": kept.media_type,
            "Content-Transfer-Encoding": "binary",
            "X-Experience-API-Hash": kept.sha2,
        }
        parts.append((headers, content))
    content_type, chunks = multipart.written(parts)
    response = Response(b"".join(chunks))
    response.headers["Content-Type"] = content_type
    return response
