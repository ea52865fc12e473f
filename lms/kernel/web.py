"""The edge of the web: one context per request, the commit, rights of routes, headers, error pages. Business code is below."""

from __future__ import annotations

import functools
import hmac
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    g,
    get_flashed_messages,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import flash as flask_flash
from flask import session as cookie
from flask_login import UserMixin, current_user
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response as WerkzeugResponse

from lms.contract.types import Right
from lms.kernel import i18n, seeing
from lms.kernel.context import Context
from lms.kernel.database import TenantSession
from lms.kernel.faults import AnothersIntent, TermsToAccept, answer_fault
from lms.kernel.navigation import navigation
from lms.kernel.paging import Listed
from lms.kernel.platform import Identity, Platform
from lms.kernel.rights import Forbidden, NotFound, NotSignedIn
from lms.kernel.templating import prepare_templates
from lms.kernel.wording import word

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"
SIGNED_IN = "signed in"
_LAST_PAGE = 100_000

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

bp = Blueprint("web", __name__)


class SignedIn(UserMixin):  # type: ignore[misc]
    """What Flask-Login keeps for a request; its id is `organisation:membership:device`."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity

    def get_id(self) -> str:
        """What the signed cookie carries."""
        return f"{self.identity.organisation.id}:{self.identity.actor.membership_id}:{self.identity.device}"


def platform() -> Platform:
    """The platform of this process."""
    found: Platform = current_app.extensions["lms"]
    return found


def session() -> TenantSession:
    """The request's session: to read on GET, to write otherwise. Opened at its first use."""
    if "lms_session" not in g:
        database = platform().database
        g.lms_session = database.read_session() if request.method in SAFE_METHODS else database.write_session()
    found: TenantSession = g.lms_session
    return found


def context() -> Context:
    """The request's context."""
    if "lms_context" not in g:
        identity = current_identity()
        nobody = Context(
            session=session(),
            registry=platform().registry,
            clock=platform().clock,
            iri_prefix=platform().prefix(session()),
            language=i18n.speech().language,
        )
        g.lms_context = nobody if identity is None else _as_someone(nobody, identity)
    found: Context = g.lms_context
    return found


def _as_someone(nobody: Context, identity: Identity) -> Context:
    nobody.session.info["organisation_id"] = identity.organisation.id  # the session may be newer than the identity
    shown = seeing.shown_instead(platform(), nobody.session, identity) or identity
    return replace(nobody, organisation=shown.organisation, actor=shown.actor, grants=shown.grants)


def current_identity() -> Identity | None:
    """Who is signed in."""
    return current_user.identity if current_user and current_user.is_authenticated else None


def forget_context() -> None:
    """After signing in or out: the next use makes a new context."""
    g.pop("lms_context", None)
    g.pop("lms_page", None)


def end_transaction() -> None:
    """End the request's transaction early, before slow work such as hashing a password."""
    held: TenantSession | None = g.pop("lms_session", None)
    if held is not None:
        held.close()  # which rolls back
    forget_context()


def guarded(*rights: Right) -> Callable[[View], View]:
    """A view for who holds one of these rights somewhere; the query or the operation then asks about the thing itself."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            ctx = _signed_in_context()
            if not any(ctx.holds(right) for right in rights):
                raise NotFound
            return view(ctx, *args, **kwargs)

        checked.lms_rights = rights  # type: ignore[attr-defined]
        return checked  # type: ignore[return-value]

    return decorate


def signed_in(view: View) -> View:
    """A view for everyone signed in: it shows only what is one's own."""

    @functools.wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        return view(_signed_in_context(), *args, **kwargs)

    checked.lms_rights = SIGNED_IN  # type: ignore[attr-defined]
    return checked  # type: ignore[return-value]


def public(view: View) -> View:
    """A view for anyone; such routes stand in a short list that a test knows."""

    @functools.wraps(view)
    def unchecked(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    unchecked.lms_rights = PUBLIC  # type: ignore[attr-defined]
    return unchecked  # type: ignore[return-value]


def _signed_in_context() -> Context:
    identity = current_identity()
    if identity is None:
        raise NotSignedIn
    # Only forms are read here: the outbox has limits of its own, set before its body is touched.
    if request.method == "POST" and "form" in request.mimetype and request.form.get("whose", "") not in ("", whose()):
        raise AnothersIntent
    if identity.must_accept_terms and request.endpoint not in (
        "accounts.terms",
        "accounts.post_terms",
        "accounts.post_sign_out",
    ):
        raise TermsToAccept
    return context()


def page_number() -> int:
    """The page of a list that the address asks for, from 1."""
    return min(max(request.args.get("page", 1, type=int), 1), _LAST_PAGE)


def pager(listed: Listed[Any], **kept: Any) -> dict[str, object]:
    """What the component `pager` draws: the neighbours of a page, at this address with what is `kept` of its question."""

    def url(number: int) -> str | None:
        known = 1 <= number <= listed.pages
        return url_for(str(request.endpoint), **(request.view_args or {}), **kept, page=number) if known else None

    before, after = url(listed.number - 1), url(listed.number + 1)
    return {"number": listed.number, "pages": listed.pages, "previous_url": before, "next_url": after}


def render(template: str, **values: Any) -> str:
    """A page or a piece of one, with what every template may use: found once for all the pieces of a page."""
    if "lms_page" not in g:
        g.lms_page = page_globals()
    return render_template(template, **g.lms_page, **values)


def page_globals() -> dict[str, Any]:
    """What a template needs of the request."""
    ctx = context()
    identity = current_identity()
    return {
        "ctx": ctx,
        "lang": i18n.speech().language,
        "dir": request.args.get("dir")
        if current_app.debug and request.args.get("dir") == "rtl"
        else i18n.speech().direction,
        "easy": bool(cookie.get("easy")),
        "speech": i18n.speech(),
        "word": functools.partial(word, ctx),
        "viewer": _viewer(identity, ctx) if identity else None,
        "navigation": navigation(ctx) if identity else [],
        "flashes": [_flashed(*one) for one in get_flashed_messages(with_categories=True)],
        "page_state": {},
        "footer_links": [],
        "seen_as": seeing.seen_as(),
        "this_address": request.full_path if request.query_string else request.path,
        "zone": ctx.organisation.timezone if ctx.organisation else "Europe/Paris",
    }


def _viewer(identity: Identity, ctx: Context) -> dict[str, Any]:
    name = identity.actor.name
    return {
        "name": name,
        "initials": "".join(part[0] for part in name.split()[:2]).upper(),
        "organisation_name": identity.organisation.name,
        "logo_url": f"/logo/{identity.organisation.logo}" if identity.organisation.logo else "",
        "is_staff": ctx.audience == "staff",
    }


def flash(text: str, tone: str = "good", *acts: dict[str, Any] | None) -> None:
    """Say something on the next page: "good", "warn" or "bad".

    `acts`: what can be done about it there, each {"label", "url"}; with "fields" it is a button that posts them, else a link.
    """
    found = [one for one in acts if one]
    said: Any = {"text": text, "acts": found} if found else text
    flask_flash(said, tone)


def undo(label: str, url: str, *fields: tuple[str, str]) -> dict[str, Any]:
    """For `flash`: a button that takes back what was just done, and comes back to the page that the form stood on."""
    return {"label": label, "url": url, "fields": [*fields, ("next", request.form.get("next", ""))]}


def _flashed(tone: str, said: Any) -> tuple[str, str, list[dict[str, Any]]]:
    return (tone, said["text"], said["acts"]) if isinstance(said, dict) else (tone, said, [])


def intent_id() -> str:
    """A new UUID for a form's hidden field: the double-submit key."""
    return str(uuid.uuid4())


def whose() -> str:
    """For a form's hidden field: a mark of the membership that it is made for, so that nobody else sends what it keeps."""
    identity = current_identity()
    if identity is None:
        return ""
    secret = platform().settings.required_secret_key().encode()
    name = f"form:{identity.organisation.id}:{identity.actor.membership_id}"
    return hmac.new(secret, name.encode(), "sha256").hexdigest()[:16]


def go(endpoint: str, **values: Any) -> WerkzeugResponse:
    """After a POST: see another page."""
    return redirect(url_for(endpoint, **values), 303)


def go_back(endpoint: str, **values: Any) -> WerkzeugResponse:
    """After a POST: to the page that the form stood on, where it says so (`next`) and it is one of ours; else to another."""
    target = request.form.get("next", "")
    return redirect(target, 303) if is_local(target) else go(endpoint, **values)


def is_local(target: str | None) -> bool:
    """Whether an address to return to is one of ours."""
    parts = urlsplit(target or "")
    return (
        bool(target)
        and not parts.scheme
        and not parts.netloc
        and (target or "").startswith("/")
        and not (target or "").startswith(("//", "/\\"))
    )


def prepare(app: Flask, features: Sequence[str]) -> None:
    """Hang the edge on an application."""
    app.register_blueprint(bp)
    prepare_templates(app, features, intent_id=intent_id, whose=whose)
    app.jinja_env.globals["most_megabytes"] = app.config["MAX_CONTENT_LENGTH"] // 1_048_576
    app.before_request(_begin)
    app.after_request(_commit)
    app.after_request(_headers)
    app.teardown_request(_end)
    app.register_error_handler(Exception, answer_fault)


def _begin() -> None:
    i18n.speak(_wanted_language())
    if request.method not in SAFE_METHODS and not request.path.startswith("/xapi/"):
        _refuse_foreign_origin()


def _wanted_language() -> str:
    chosen = cookie.get("language")
    if chosen in i18n.LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(list(i18n.LANGUAGES)) or i18n.SOURCE_LANGUAGE


def _refuse_foreign_origin() -> None:
    """Cross-site posts are refused by Sec-Fetch-Site, or by Origin where a browser is too old for it."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        allowed = site in ("same-origin", "none")
    else:
        allowed = origin is None or urlsplit(origin).netloc == request.host
    if not allowed:
        raise Forbidden("cross-site request")


def _commit(response: Response) -> Response:
    held: TenantSession | None = g.get("lms_session")
    if held is not None and request.method not in SAFE_METHODS:
        if response.status_code < 400:
            held.commit()
        else:
            held.rollback()
    return response


def _headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static" and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def _end(_failure: BaseException | None) -> None:
    held: TenantSession | None = g.pop("lms_session", None)
    if held is not None:
        held.close()  # which rolls back


@bp.get("/healthz")
@public
def healthz() -> Response:
    """The process lives."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@public
def readyz() -> Response:
    """The database answers and has been set up."""
    try:
        ready = bool(platform().prefix(session()))
    except OperationalError:
        ready = False
    return Response("ready\n" if ready else "not ready\n", 200 if ready else 503, mimetype="text/plain")


@bp.post("/langue")
@public
def choose_language() -> WerkzeugResponse:
    """Change the interface's language on this device."""
    chosen = request.form.get("language", "")
    if chosen in i18n.LANGUAGES:
        cookie["language"] = chosen
    target = request.form.get("next")
    return redirect(target if target and is_local(target) else "/", 303)
