"""The activity type "lesson": a text to read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lms.contract.forms import FormField, Kind
from lms.contract.types import ActivityView, Believed, ContentProblem, PlayState, Source, Surroundings
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.xapi.api import COMPLETED, EXPERIENCED

READ = "lesson.read"
_TAG = re.compile(r"<[^>]*>")
_CHAPTER = re.compile(r"<h2[^>]*>(.*?)</h2>", re.DOTALL)
_BOXES = ("div", "aside", "blockquote", "ul", "ol", "details", "section", "figure")
"""What a heading may stand in: cut there, the page would come apart."""
_BELIEVED = frozenset({Source.LEARNER_DEVICE, Source.SERVER, Source.STAFF})


class Lesson:
    """A text to read. Who says so has read it: it proves no skill."""

    name = "lesson"
    title = mark("Lecture")
    icon = "card"
    activity_type_iri = "http://adlnet.gov/expapi/activities/lesson"
    believes: tuple[Believed, ...] = (Believed(COMPLETED.iri, _BELIEVED), Believed(EXPERIENCED.iri, _BELIEVED))
    template = "lesson/lesson.html"
    declares = READ
    form = (FormField("text", mark("Texte"), Kind.MARKDOWN, needed=True),)

    def problems(self, body: Mapping[str, Any], surroundings: Surroundings) -> Iterator[str]:
        """A text, and nothing that it may not hold."""
        yield from (f"Le champ `{name}` n'est pas prévu dans une lecture." for name in body if name != "text")
        if not str(body.get("text", "")).strip():
            yield "Le texte manque : écrivez-le sous l'en-tête."
            return
        try:
            surroundings.render(str(body["text"]))
        except ContentProblem as wrong:
            yield str(wrong)

    def canonical(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The text without blank lines around it, ended by one line feed."""
        return {**body, "text": str(body.get("text", "")).strip("\n") + "\n"}

    def compile(self, body: Mapping[str, Any], surroundings: Surroundings) -> dict[str, Any]:
        """HTML, and how many words it has."""
        html = surroundings.render(body["text"])
        return {"html": html, "words": len(_TAG.sub(" ", html).split())}

    def page(self, ctx: Context, activity: ActivityView, state: PlayState) -> dict[str, Any]:
        """The text in chapters, for who reads one at a time."""
        return {"chapters": chapters(str(activity.compiled.get("html", "")))}

    def parts(self, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """None."""
        yield from ()


def chapters(html: str) -> list[tuple[str, str]]:
    """(title, HTML) of each part that begins with a heading of the second level; one part where the text cannot be cut.

    What comes before the first heading has no title.
    """
    pieces = _CHAPTER.split(html)
    found = [("", pieces[0]), *zip(pieces[1::2], pieces[2::2], strict=True)]
    if any(piece.count(f"<{tag}") != piece.count(f"</{tag}") for _title, piece in found for tag in _BOXES):
        return [("", html)]
    return [(_TAG.sub("", title), piece) for title, piece in found if title or piece.strip()]


KIND = Lesson()
