"""The page that a link opens, without account: two questions, one button, once."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from lms.courses.api import LEARN, EnrolmentInfo
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.rights import NotFound
from lms.kernel.web import flash, go, guarded, platform, public, render, session
from lms.outcomes.data import SITUATIONS, LinkInfo
from lms.outcomes.forms import key_of, said_in_form
from lms.outcomes.operations import NoConsent, NoLongerOpens, answer_by_link, erase_answer, refuse_by_link
from lms.outcomes.queries import link_named, own_answers

Page = str | Response | tuple[str, int]
bp = Blueprint("news", __name__)


@bp.get("/nouvelles/merci")
@public
def thanks() -> str:
    """After an answer."""
    return render("outcomes/thanks.html", has_refused="stop" in request.args)


@bp.get("/nouvelles/<token>")
@public
def news(token: str) -> Page:
    """A link, opened: the questions; reading them changes nothing."""
    found = _link(token)
    return _questions(found, token) if found is not None and found.is_open else _closed()


@bp.post("/nouvelles/<token>")
@public
def post_news(token: str) -> Page:
    """The answer, once."""
    found = _link(token)
    if found is None:
        return _closed()
    try:
        _hear(found)
    except NoLongerOpens:
        return _closed()
    except (NoConsent, NotFound) as wrong:
        return _questions(found, token, wrong)
    return go(".thanks", stop=1 if "stop" in request.form else None)


def _hear(found: LinkInfo) -> None:
    ctx = _there(found)
    if "stop" in request.form:
        refuse_by_link(ctx, link=found)
    else:
        answer_by_link(ctx, link=found, said=said_in_form())


def _there(found: LinkInfo) -> Context:
    """The request's transaction, in the organisation that the link belongs to, as nobody."""
    return platform().context_in(session(), found.organisation_id)


def _link(token: str) -> LinkInfo | None:
    key = key_of(token)
    if key is None:
        return None
    with platform().reading(None) as ctx:
        return link_named(ctx, key)


def _questions(found: LinkInfo, token: str, wrong: Exception | None = None) -> Page:
    with platform().reading(found.organisation_id) as ctx:
        name = ctx.here.name
    errors = {}
    if isinstance(wrong, NotFound):
        errors["situation"] = gettext("Choisissez une réponse.")
    if wrong is not None and "consent" not in request.form:
        errors["consent"] = gettext("Cochez la case : sans votre accord, nous ne gardons rien.")
    situations = [(code, gettext(text)) for code, text in SITUATIONS.items()]
    page = render("outcomes/news.html", organisation=name, token=token, situations=situations, errors=errors)
    return (page, 400) if errors else page


def _closed() -> Page:
    """The page of a link that no longer opens: the same whether it was used, is too old, or was never ours."""
    return render("outcomes/closed.html"), 410


# ------------------------------------------------------------------------------------------- for who has an account


def own_panel(ctx: Context, _enrolment: EnrolmentInfo) -> str:
    """What one answered after one's path, with the ways to erase it."""
    found = own_answers(ctx)
    situations = {code: gettext(text) for code, text in SITUATIONS.items()}
    return render("outcomes/own_panel.html", found=found, situations=situations) if found else ""


@bp.post("/mes-nouvelles/<key>/effacer")
@guarded(LEARN)
def post_erased(ctx: Context, key: str) -> Response:
    """Erase one's words, or one's whole answer."""
    found = next((contact for contact, _answer in own_answers(ctx) if contact.key == key), None)
    if found is None:
        raise NotFound
    erase_answer(ctx, contact=found, is_whole="whole" in request.form)
    flash(gettext("C'est effacé."))
    return go("courses.home")
