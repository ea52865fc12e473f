"""The terms that the platform ships: at most five easy sentences, with the full text beside."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from lms.kernel.text import render_markdown

SHIPPED = Path(__file__).resolve().parents[2] / "content" / "legal" / "conditions.fr.md"
MOST_SENTENCES = 5


class TermsText(NamedTuple):
    """The easy sentences, one a line, and the full text in Markdown."""

    sentences: str
    full_text: str


class WrongTerms(Exception):
    """Terms that nobody could read: the message is a French sentence."""


@cache
def shipped_terms() -> TermsText:
    """The text of `content/legal/`: the list under the first heading, then the rest."""
    text = SHIPPED.read_text(encoding="utf-8")
    easy, _, full = text.partition("\n## ")
    sentences = [line.removeprefix("- ").strip() for line in easy.splitlines() if line.startswith("- ")]
    return TermsText("\n".join(sentences), f"## {full}".strip())


@cache
def readable(full_text: str) -> str:
    """The full text as safe HTML."""
    return render_markdown(full_text)
