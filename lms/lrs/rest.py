"""The door for machines at `/xapi/`: versions, credentials, parameters, headers, refusals. Its resources stand beside it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

import msgspec
from flask import Blueprint, Response, current_app, g, request
from limits import RateLimitItem, parse

from lms.accounts.api import Attempts, neighbourhood
from lms.kernel.context import Context
from lms.kernel.rights import NotFound
from lms.kernel.web import SAFE_METHODS, platform, public, session
from lms.lrs import alternate, formats
from lms.lrs.credentials import client_with
from lms.lrs.data import (
    Client,
    Collision,
    NotYours,
    OtherContent,
    PreconditionFailed,
    Scope,
    TooManyTries,
    WrongCredentials,
)
from lms.lrs.usage import note_use
from lms.xapi.api import Unacceptable, moment

bp = Blueprint("lrs", __name__, url_prefix="/xapi")
View = TypeVar("View", bound=Callable[..., Any])
BASIC_CREDENTIALS = "basic credentials"
PER_KEY = parse("20 per 15 minutes")
"""Wrong secrets for one key, from wherever."""
PER_ADDRESS = parse("60 per 15 minutes")
"""Wrong secrets from one address: several machines may sit behind it."""
VERSIONS = ("1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0")
# Before the version had a header there was version 0.9: who sends none hears that nothing else was asked for (3.3).
ANSWERED = {"": "0.9", "1.0": "1.0.3", "2.0": "2.0.0"}
VERSION = "X-Experience-API-Version"
THROUGH = "X-Experience-API-Consistent-Through"
# A page of another site may speak here with credentials that it has: no cookie counts, so no cookie is asked for.
CROSS_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, PUT, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Length, Accept, Accept-Language, If-Match, "
    f"If-None-Match, {VERSION}",
    "Access-Control-Expose-Headers": f"ETag, Last-Modified, Content-Length, Date, Retry-After, {VERSION}, {THROUGH}",
    "Access-Control-Max-Age": "86400",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def by_client(*scopes: Scope) -> Callable[[View], View]:
    """A view for a machine with one of these scopes: asks for the version and the credentials, hands over the client.

    Cookies count for nothing.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            g.xapi_family = _family()
            client = _client()
            client.require(*scopes)
            return view(client, *args, **kwargs)

        checked.lms_rights = BASIC_CREDENTIALS  # type: ignore[attr-defined]
        return checked  # type: ignore[return-value]

    return decorate


def _client() -> Client:
    """Who speaks. The right secret is never refused for what others tried; wrong ones are counted, per key and per address."""
    given = request.authorization
    if given is None or given.type != "basic" or not given.username or not given.password:
        raise WrongCredentials
    key, now = given.username, platform().clock()
    try:
        found = client_with(platform().database, key, given.password, now=now, may_hash=lambda: not _wait(key))
    except WrongCredentials as wrong:
        if str(wrong):
            raise  # the secret was right, and is known not to open any more
        seconds = _wait(key)
        if seconds:
            raise TooManyTries(seconds) from None
        _tries().count(*_counted(key))
        raise
    if found.bounds is None:
        note_use(found.key, now)
    return found


def _tries() -> Attempts:
    """What this process has counted."""
    found: Attempts = current_app.extensions.setdefault("lrs_attempts", Attempts())
    return found


def _wait(key: str) -> int:
    """How many seconds to wait before another wrong secret is answered; 0: none."""
    return _tries().seconds_to_wait(*_counted(key))


def _counted(key: str) -> Sequence[tuple[RateLimitItem, str]]:
    return (PER_KEY, f"key {key}"), (PER_ADDRESS, f"from {neighbourhood(request.remote_addr)}")


def _family() -> str:
    """Which family of versions the client speaks, 1.0 or 2.0: it is the one that answers."""
    asked = request.headers.get(VERSION, "")
    if formats.VERSION_1.fullmatch(asked):
        return "1.0"
    if formats.VERSION_2.fullmatch(asked):
        return "2.0"
    raise Unacceptable(f"{VERSION}: send 1.0.3 or 2.0.0, not “{asked[:20]}”")


def context_of(client: Client) -> Context:
    """The request's context, in the client's organisation."""
    return platform().system_context(session(), client.organisation_id)


def parameters(known: Collection[str] | None = None) -> dict[str, str]:
    """The query, each name once; `known`: the names that this resource has."""
    if any(len(values) > 1 for _name, values in request.args.lists()):
        raise Unacceptable("a parameter stands twice in the address")
    found = request.args.to_dict()
    if known is not None:
        unknown = sorted(set(found) - set(known))
        if unknown:
            raise Unacceptable(f"{unknown[0][:60]}: no such parameter here; there are {', '.join(sorted(known))}")
    return found


def as_json(body: bytes) -> Response:
    """An answer in JSON, from its bytes."""
    return Response(body, mimetype="application/json")


@bp.get("/about")
@public
def about() -> Any:
    """The versions that this server speaks (2.8). A client that says which family it speaks hears of that one only.

    Clients of 1.0 that know no version 2 refuse to go on when the list has one.
    """
    asked = request.headers.get(VERSION, "")
    families = [
        name for name, known in (("1.0", formats.VERSION_1), ("2.0", formats.VERSION_2)) if known.fullmatch(asked)
    ]
    g.xapi_family = families[0] if families else "1.0"
    return {"version": [one for one in VERSIONS if not families or one.startswith(families[0])]}


@bp.before_request
def _note_through() -> None:
    """Until when what is read is complete; looked at before reading. Refusals say it too (2.1.3)."""
    if request.method in SAFE_METHODS:
        g.xapi_through = platform().database.consistent_through(platform().clock())


@bp.record_once
def _speak_the_alternate_syntax(state: Any) -> None:
    """Requests in the alternate syntax are put into the usual one before anything looks at them."""
    app = state.app
    app.wsgi_app = alternate.AlternateSyntax(app.wsgi_app, prefix=str(bp.url_prefix))


@bp.after_request
def _headers(response: Response) -> Response:
    """Every answer names the version that it speaks, refusals too, and may be read by a page of another site."""
    response.headers[VERSION] = ANSWERED[g.get("xapi_family", "1.0" if request.headers.get(VERSION) else "")]
    response.headers.update(CROSS_ORIGIN)
    if "xapi_through" in g:
        response.headers[THROUGH] = moment(g.xapi_through)
    return response


def _refused(failure: Exception) -> Any:
    status = _STATUS[type(failure)]
    response = as_json(msgspec.json.encode({"error": str(failure) or "credentials: unknown, revoked or missing"}))
    response.status_code = status
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="xAPI"'
    if isinstance(failure, TooManyTries):
        response.headers["Retry-After"] = str(failure.seconds)
    return response


_STATUS: dict[type[Exception], int] = {
    Unacceptable: 400,
    WrongCredentials: 401,
    NotYours: 403,
    NotFound: 404,
    OtherContent: 409,
    Collision: 409,
    PreconditionFailed: 412,
    TooManyTries: 429,
}
for _kind in _STATUS:
    bp.register_error_handler(_kind, _refused)
