"""The terms: published by version, accepted by each person."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.accounts.events import TermsAccepted, TermsPublished
from lms.accounts.grants import require_everywhere
from lms.accounts.legal import MOST_SENTENCES, TermsText, WrongTerms, readable, shipped_terms
from lms.accounts.models import Terms, TermsAcceptance
from lms.accounts.permissions import PUBLISH_TERMS
from lms.kernel.context import Context
from lms.kernel.database import TenantSession
from lms.kernel.i18n import mark
from lms.kernel.tenancy import across_tenants
from lms.kernel.text import TextRefused


def terms_in_force(ctx: Context) -> Terms | None:
    """The latest version of the terms."""
    return ctx.session.scalar(select(Terms).order_by(Terms.version.desc()).limit(1))


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
    """A new version: everyone is asked again at their next page. The same text again changes nothing."""
    require_everywhere(ctx, PUBLISH_TERMS)
    sentences = [" ".join(line.split()) for line in text.sentences.splitlines() if line.strip()]
    if not 1 <= len(sentences) <= MOST_SENTENCES:
        raise WrongTerms(mark("Écrivez entre une et cinq phrases, une par ligne."))
    try:
        readable(text.full_text)
    except TextRefused as wrong:
        raise WrongTerms(str(wrong)) from wrong
    before = terms_in_force(ctx)
    if before is not None and (before.sentences, before.full_text) == ("\n".join(sentences), text.full_text):
        return before
    row = Terms(
        organisation_id=ctx.here.id,
        version=before.version + 1 if before else 1,
        sentences="\n".join(sentences),
        full_text=text.full_text,
        published_at=ctx.now,
    )
    ctx.session.add(row)
    ctx.session.flush()
    ctx.tell(TermsPublished(row.version))
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
