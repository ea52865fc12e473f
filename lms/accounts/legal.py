"""Legal texts: their kinds, and those that the platform ships: at most five easy sentences, with the full text beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from lms.kernel.i18n import mark
from lms.kernel.text import render_markdown

SHIPPED = Path(__file__).resolve().parents[2] / "content" / "legal"
MOST_SENTENCES = 5
TERMS, PRIVACY, RULES = "terms", "privacy", "rules"


@dataclass(frozen=True, slots=True)
class LegalKind:
    """A kind of legal text: its title, the file that is shipped as a model, and whether people accept it."""

    name: str
    title: str
    model: str
    is_accepted: bool = False


KINDS: Mapping[str, LegalKind] = MappingProxyType(
    {
        one.name: one
        for one in (
            LegalKind(TERMS, mark("Les conditions d’utilisation"), "conditions.fr.md", is_accepted=True),
            LegalKind(PRIVACY, mark("Vos données personnelles"), "confidentialite.fr.md"),
            LegalKind(RULES, mark("Le règlement intérieur"), "reglement.fr.md"),
        )
    }
)


class TermsText(NamedTuple):
    """The easy sentences, one a line, and the full text in Markdown."""

    sentences: str
    full_text: str


class WrongTerms(Exception):
    """A text that nobody could read: the message is a French sentence."""


@cache
def shipped_text(kind: str) -> TermsText:
    """The model of `content/legal/`: the list under the first heading, then the rest."""
    text = (SHIPPED / KINDS[kind].model).read_text(encoding="utf-8")
    easy, _, full = text.partition("\n## ")
    sentences = [line.removeprefix("- ").strip() for line in easy.splitlines() if line.startswith("- ")]
    return TermsText("\n".join(sentences), f"## {full}".strip())


def shipped_terms() -> TermsText:
    """The terms that an organisation begins with."""
    return shipped_text(TERMS)


@cache
def readable(full_text: str) -> str:
    """The full text as safe HTML."""
    return render_markdown(full_text)
