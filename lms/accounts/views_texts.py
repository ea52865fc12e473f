"""Legal texts: written by those who lead, read by all, each version kept."""

from __future__ import annotations

from flask import Blueprint, request

from lms.accounts.api import members
from lms.accounts.consent import cleaned, publish_text, text_in_force, texts_in_force, version_of, versions_of
from lms.accounts.forms import TermsForm
from lms.accounts.identity import organisations
from lms.accounts.legal import KINDS, MOST_SENTENCES, LegalKind, TermsText, WrongTerms, readable, shipped_text
from lms.accounts.models import Terms
from lms.accounts.permissions import PUBLISH_TERMS
from lms.accounts.views import Page
from lms.kernel import web
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.rights import NotFound
from lms.kernel.web import flash, go, guarded, platform, public, render, signed_in

bp = Blueprint("texts", __name__)


@bp.get("/organisme/textes")
@guarded(PUBLISH_TERMS)
def texts(ctx: Context) -> Page:
    """The legal texts, with what is online."""
    return render("accounts/texts.html", kinds=KINDS.values(), online=texts_in_force(ctx))


@bp.get("/organisme/textes/<kind>")
@guarded(PUBLISH_TERMS)
def text(ctx: Context, kind: str) -> Page:
    """A text to be written anew, from the version online or from the model, and its earlier versions."""
    asked, online = _kind(kind), text_in_force(ctx, kind)
    model = shipped_text(kind)
    form = (
        TermsForm(None, after=0, **model._asdict()) if online is None else TermsForm(obj=online, after=online.version)
    )
    return _text_page(ctx, asked, form)


@bp.post("/organisme/textes/<kind>")
@guarded(PUBLISH_TERMS)
def post_text(ctx: Context, kind: str) -> Page:
    """Look at it as people will read it, or publish a new version."""
    asked, form = _kind(kind), TermsForm()
    written = TermsText(form.sentences.data or "", form.full_text.data or "")
    try:
        if request.form.get("apercu"):
            return _text_page(ctx, asked, form, shown=cleaned(written))
        publish_text(ctx, kind=kind, text=written, after=form.after.data)
    except WrongTerms as wrong:
        return _text_page(ctx, asked, form, gettext(str(wrong))), 400
    flash(_published(asked))
    return go("texts.text", kind=kind)


def _published(kind: LegalKind) -> str:
    if kind.is_accepted:
        return gettext("La nouvelle version est en ligne. Chacun devra l'accepter à sa prochaine visite.")
    return gettext("La nouvelle version est en ligne.")


def _text_page(ctx: Context, kind: LegalKind, form: TermsForm, wrong: str = "", shown: TermsText | None = None) -> str:
    versions = versions_of(ctx, kind.name)
    by = members(ctx, [one.published_by_id for one in versions if one.published_by_id is not None])
    return render(
        "accounts/publish_terms.html", kind=kind, form=form, wrong=wrong, most=MOST_SENTENCES, versions=versions, by=by,
        shown=shown.sentences.splitlines() if shown else [], html=readable(shown.full_text) if shown else "",
    )  # fmt: skip


@bp.get("/textes/<kind>/<int:number>")
@signed_in
def version(ctx: Context, kind: str, number: int) -> Page:
    """A version as it was published: one may read again what one has accepted."""
    return _reading(_kind(kind), version_of(ctx, kind, number), ctx.here.name)


@bp.get("/textes/<kind>")
@public
def read(kind: str) -> Page:
    """The version online: one's own organisation's, or the only organisation's."""
    asked, identity = _kind(kind), web.current_identity()
    with platform().reading(None) as ctx:
        known = [identity.organisation] if identity else organisations(ctx.session)
    if len(known) != 1:
        raise NotFound
    with platform().reading(known[0].id) as ctx:
        found = text_in_force(ctx, kind)
        if found is None:
            raise NotFound
        return _reading(asked, found, known[0].name)


def _reading(kind: LegalKind, found: Terms, organisation_name: str) -> str:
    return render(
        "accounts/terms_text.html", kind=kind, version=found, sentences=found.sentences.splitlines(),
        html=readable(found.full_text), organisation_name=organisation_name,
    )  # fmt: skip


def _kind(name: str) -> LegalKind:
    if name not in KINDS:
        raise NotFound
    return KINDS[name]
