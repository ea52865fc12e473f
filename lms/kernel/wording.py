"""The words of the interface, per organisation and audience: for some people "formation" repels."""

from __future__ import annotations

import time
from collections.abc import Mapping

from sqlalchemy import String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.contract.types import Right, Role, Scope, Term
from lms.kernel.context import Context
from lms.kernel.database import Base
from lms.kernel.i18n import gettext, mark
from lms.kernel.tenancy import OrganisationOwned

WRITE_WORDS = Right(
    "kernel:word:write",
    mark("Changer les mots de l'interface"),
    Scope.ORGANISATION,
    frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
)
AUDIENCES = ("learner", "staff")
CACHE_SECONDS = 10.0


class WordRow(OrganisationOwned, Base):
    """A word that an organisation has changed."""

    __tablename__ = "kernel_word"
    __retention__ = "settings"
    __table_args__ = (UniqueConstraint("organisation_id", "audience", "language", "term"),)

    audience: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(10))
    term: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(String(120))


_SELECT = select(WordRow.audience, WordRow.language, WordRow.term, WordRow.text)
# Words are on every page and change twice a year: a process reads them again after a few seconds.
_kept: dict[tuple[int, int], tuple[float, dict[tuple[str, str, str], str]]] = {}


def changed_words(ctx: Context) -> Mapping[tuple[str, str, str], str]:
    """(audience, language, term) → the organisation's own word."""
    if ctx.organisation is None:
        return {}
    place = (id(ctx.registry), ctx.organisation.id)
    kept = _kept.get(place)
    if kept is None or time.monotonic() - kept[0] > CACHE_SECONDS:
        rows = ctx.session.execute(_SELECT).all()
        kept = (time.monotonic(), {(row.audience, row.language, row.term): row.text for row in rows})
        _kept[place] = kept
    return kept[1]


def word(ctx: Context, name: str, audience: str | None = None) -> str:
    """The word for a term, for an audience: the organisation's own, else the shipped one in the reader's language."""
    audience = audience or ctx.audience
    own = changed_words(ctx).get((audience, ctx.language, name))
    return own or gettext(shipped(ctx.registry.terms[name], audience))


def shipped(term: Term, audience: str) -> str:
    """The French word that comes with the platform."""
    return term.learner if audience == "learner" else term.staff


def choose_word(ctx: Context, *, audience: str, term: str, text: str) -> None:
    """Change a word for an audience; an empty text brings the shipped one back."""
    ctx.require(WRITE_WORDS)
    if term not in ctx.registry.terms or audience not in AUDIENCES:
        raise KeyError(term)
    here = ctx.here.id
    ctx.session.execute(
        delete(WordRow).where(WordRow.audience == audience, WordRow.language == ctx.language, WordRow.term == term)
    )
    if text.strip():
        ctx.session.add(
            WordRow(organisation_id=here, audience=audience, language=ctx.language, term=term, text=text.strip()[:120])
        )
    _kept.pop((id(ctx.registry), here), None)
