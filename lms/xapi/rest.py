"""The second door: the Learning Record Store over HTTP (xAPI 1.0.3 and 2.0, Communication). Basic credentials, no cookies."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from email.utils import format_datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, g, request

from lms.kernel.context import Context
from lms.kernel.rights import NotFound
from lms.kernel.web import platform, public, session
from lms.xapi import formats
from lms.xapi.asking import filter_of, one_statement, uuid_of
from lms.xapi.data import Client, NotYours, OtherContent, Unacceptable
from lms.xapi.incoming import Incoming, read_statements
from lms.xapi.partners import client_with, receive
from lms.xapi.queries import matching_statements, statement_by_id
from lms.xapi.statements import moment

bp = Blueprint("xapi", __name__, url_prefix="/xapi")
View = TypeVar("View", bound=Callable[..., Any])
BASIC_CREDENTIALS = "basic credentials"
MOST_BYTES = 10_000_000
VERSIONS = ("1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0")
ANSWERED = {"1.0": "1.0.3", "2.0": "2.0.0"}
_VERSION = "X-Experience-API-Version"
_THROUGH = "X-Experience-API-Consistent-Through"


class WrongCredentials(Exception):
    """No client has these credentials, or none were sent."""


def by_client(view: View) -> View:
    """A view for a machine: asks for the version and the credentials, hands over the client. Cookies count for nothing."""

    @functools.wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        g.xapi_family = _family()
        given = request.authorization
        if given is None or given.type != "basic" or not given.username or not given.password:
            raise WrongCredentials
        client = client_with(platform().database, given.username, given.password)
        if client is None:
            raise WrongCredentials
        return view(client, *args, **kwargs)

    checked.lms_rights = BASIC_CREDENTIALS  # type: ignore[attr-defined]
    return checked  # type: ignore[return-value]


def _family() -> str:
    """Which family of versions the client speaks, 1.0 or 2.0: it is the one that answers."""
    asked = request.headers.get(_VERSION, "")
    if formats.VERSION_1.fullmatch(asked):
        return "1.0"
    if formats.VERSION_2.fullmatch(asked):
        return "2.0"
    raise Unacceptable(f"{_VERSION}: send 1.0.3 or 2.0.0, not “{asked[:20]}”")


def _context(client: Client) -> Context:
    return platform().context_in(session(), client.organisation_id)


@bp.get("/about")
@public
def about() -> Any:
    """The versions that this server speaks (2.8)."""
    return {"version": list(VERSIONS)}


@bp.get("/statements")
@by_client
def statements(client: Client) -> Response:
    """One statement, or a page of those that match."""
    through = platform().database.consistent_through(platform().clock())
    asked = _parameters()
    one = one_statement(asked)
    response = _one(client, *one) if one else _page(client, asked)
    response.headers[_THROUGH] = moment(through)
    return response


@bp.post("/statements")
@by_client
def post_statements(client: Client) -> Any:
    """Take in one statement or several, all or none; answer with their ids."""
    found = _sent()
    return _json(msgspec.json.encode(receive(_context(client), client, found)))


@bp.put("/statements")
@by_client
def put_statement(client: Client) -> Any:
    """Take in one statement under the id of the address."""
    name = uuid_of(_parameters(), "statementId")
    receive(_context(client), client, [_one_sent(name)])
    return "", 204


def _sent() -> list[Incoming]:
    if _parameters():
        raise Unacceptable(f"{next(iter(_parameters()))[:60]}: POST takes no parameters")
    return read_statements(_body(), g.xapi_family)


def _one_sent(name: str) -> Incoming:
    extra = sorted(set(_parameters()) - {"statementId"})
    if extra:
        raise Unacceptable(f"{extra[0][:60]}: PUT takes statementId only")
    found = read_statements(_body(), g.xapi_family, only=name)
    return found[0]


def _parameters() -> dict[str, str]:
    """The query, each name once."""
    if any(len(values) > 1 for _name, values in request.args.lists()):
        raise Unacceptable("a parameter stands twice in the address")
    return request.args.to_dict()


def _body() -> bytes:
    if request.mimetype == "multipart/mixed":
        raise Unacceptable("Content-Type: this server does not take attachments yet; send application/json")
    if request.mimetype != "application/json":
        raise Unacceptable("Content-Type: send application/json")
    request.max_content_length = MOST_BYTES
    return request.get_data(cache=False)


def _one(client: Client, name: str, voided: bool) -> Response:  # noqa: FBT001 - a pair from `one_statement`
    raw, stored = statement_by_id(_context(client), name, voided=voided)
    response = _json(raw.encode())
    response.set_etag(hashlib.sha256(raw.encode()).hexdigest()[:32])
    response.headers["Last-Modified"] = format_datetime(stored, usegmt=True)
    response.make_conditional(request)
    return response


def _page(client: Client, asked: dict[str, str]) -> Response:
    found, following = matching_statements(_context(client), filter_of(asked))
    more = f"{request.path}?{urlencode({**asked, 'after': following})}" if following else ""
    # The bytes that were fixed when they were recorded, joined: never decoded and encoded again.
    return _json(('{"statements":[' + ",".join(found) + '],"more":').encode() + msgspec.json.encode(more) + b"}")


def _json(body: bytes) -> Response:
    return Response(body, mimetype="application/json")


@bp.after_request
def version_header(response: Response) -> Response:
    """Every answer names the version that it speaks, refusals too."""
    response.headers[_VERSION] = ANSWERED[g.get("xapi_family", "1.0")]
    return response


def _refused(failure: Exception) -> Any:
    status = _STATUS[type(failure)]
    response = _json(msgspec.json.encode({"error": str(failure) or "credentials: unknown, revoked or missing"}))
    response.status_code = status
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="xAPI"'
    return response


_STATUS: dict[type[Exception], int] = {
    Unacceptable: 400,
    WrongCredentials: 401,
    NotYours: 403,
    NotFound: 404,
    OtherContent: 409,
}
for _kind in _STATUS:
    bp.register_error_handler(_kind, _refused)
