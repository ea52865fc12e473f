"""Legal texts: published by version; the terms are accepted by each person."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.exc import IntegrityError

from lms.accounts.events import TermsAccepted, TermsPublished, TextPublished
from lms.accounts.grants import require_everywhere
from lms.accounts.legal import KINDS, MOST_SENTENCES, TERMS, TermsText, WrongTerms, readable, shipped_terms
from lms.accounts.models import Terms, TermsAcceptance
from lms.accounts.permissions import PUBLISH_TERMS
from lms.kernel.context import Context
from lms.kernel.database import TenantSession
from lms.kernel.i18n import mark
from lms.kernel.rights import NotFound
from lms.kernel.tenancy import across_tenants
from lms.kernel.text import TextRefused

MEANWHILE = mark("Quelqu’un d’autre a publié une version entre-temps : relisez-la, puis publiez la vôtre.")


def terms_in_force(ctx: Context) -> Terms | None:
    """The latest version of the terms."""
    return text_in_force(ctx, TERMS)


def text_in_force(ctx: Context, kind: str) -> Terms | None:
    """The latest version of a legal text."""
    query = select(Terms).where(Terms.kind == kind).order_by(Terms.version.desc())
    return ctx.session.scalar(query.limit(1))


def texts_in_force(ctx: Context) -> dict[str, Terms]:
    """Kind → its latest version, for those that have one."""
    latest = select(Terms.kind, func.max(Terms.version)).group_by(Terms.kind)
    query = select(Terms).where(tuple_(Terms.kind, Terms.version).in_(latest))
    return {row.kind: row for row in ctx.session.scalars(query)}


def versions_of(ctx: Context, kind: str) -> list[Terms]:
    """Every version of a legal text, the newest first."""
    return list(ctx.session.scalars(select(Terms).where(Terms.kind == kind).order_by(Terms.version.desc())))


def version_of(ctx: Context, kind: str, number: int) -> Terms:
    """One version, as it was published, or `NotFound`."""
    found = ctx.session.scalar(select(Terms).where(Terms.kind == kind, Terms.version == number))
    if found is None:
        raise NotFound
    return found


def publish_shipped_terms(session: TenantSession, *, organisation_id: int) -> None:
    """The platform's own text as version 1 of a new organisation."""
    text = shipped_terms()
    with across_tenants(session, "create an organisation: its terms"):
        session.add(
            Terms(
                organisation_id=organisation_id,
                version=1,
                sentences=text.sentences,
                full_text=text.full_text,
                published_at=datetime.now(UTC),
            )
        )
        session.flush()


def publish_terms(ctx: Context, *, text: TermsText) -> Terms:
    """A new version of the terms: everyone is asked again at their next page."""
    return publish_text(ctx, kind=TERMS, text=text)


def cleaned(text: TermsText) -> TermsText:
    """The text as it would be published, or `WrongTerms`."""
    sentences = [" ".join(line.split()) for line in text.sentences.splitlines() if line.strip()]
    if not 1 <= len(sentences) <= MOST_SENTENCES:
        raise WrongTerms(mark("Écrivez entre une et cinq phrases, une par ligne."))
    try:
        readable(text.full_text)
    except TextRefused as wrong:
        raise WrongTerms(str(wrong)) from wrong
    return TermsText("\n".join(sentences), text.full_text.replace("\r\n", "\n").strip())


def publish_text(ctx: Context, *, kind: str, text: TermsText, after: int | None = None) -> Terms:
    """A new version of a legal text; the same text again changes nothing.

    `after`: the version that its author had before their eyes; `WrongTerms` when another one was published meanwhile.
    """
    require_everywhere(ctx, PUBLISH_TERMS)
    if kind not in KINDS:
        raise NotFound
    text, before = cleaned(text), text_in_force(ctx, kind)
    if before is not None and TermsText(before.sentences, before.full_text) == text:
        return before
    last = before.version if before else 0
    if after not in (None, last):
        raise WrongTerms(MEANWHILE)
    row = Terms(
        organisation_id=ctx.here.id,
        kind=kind,
        version=last + 1,
        sentences=text.sentences,
        full_text=text.full_text,
        published_at=ctx.now,
        published_by_id=ctx.actor.membership_id if ctx.actor else None,
    )
    try:
        with ctx.session.begin_nested():
            ctx.session.add(row)
    except IntegrityError as twice:
        raise WrongTerms(MEANWHILE) from twice
    ctx.tell(TermsPublished(row.version) if kind == TERMS else TextPublished(kind, row.version))
    return row


def accept_terms(ctx: Context, *, version: int | None = None) -> None:
    """The person signed in accepts the terms in force; an older version accepts nothing, twice counts once."""
    terms = terms_in_force(ctx)
    if terms is None or version not in (None, terms.version) or has_accepted(ctx, terms.version):
        return
    membership_id = ctx.subject.membership_id
    try:
        with ctx.session.begin_nested():
            ctx.session.add(
                TermsAcceptance(
                    organisation_id=ctx.here.id,
                    membership_id=membership_id,
                    version=terms.version,
                    accepted_at=ctx.now,
                )
            )
    except IntegrityError:  # the same form, sent twice at once
        return
    ctx.tell(TermsAccepted(membership_id, terms.version))


def has_accepted(ctx: Context, version: int) -> bool:
    """Whether the person signed in has accepted a version."""
    query = select(TermsAcceptance.id).where(
        TermsAcceptance.membership_id == ctx.subject.membership_id, TermsAcceptance.version == version
    )
    return ctx.session.scalar(query) is not None
