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
        """Nothing more."""
        return {}

    def parts(self, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """None."""
        yield from ()


KIND = Lesson()
