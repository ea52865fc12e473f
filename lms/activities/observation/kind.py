"""The activity type "observation": behaviours that a trainer marks. Nothing else makes it done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lms.activities.observation.folds import latest_marks
from lms.contract.forms import FormField, Kind
from lms.contract.types import ActivityView, Believed, ContentProblem, PlayState, Source, Surroundings
from lms.courses.api import activity_iri, field_problems, ordered_rows, place_of, row_problems
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.kernel.text import unbroken
from lms.xapi.api import COMPLETED, FAILED, PASSED, entries_by_registration

MARK = "observation.mark"
FIELDS = ("intro", "behaviours", "pass")
_STAFF = frozenset({Source.STAFF})


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What is looked at."""

    key: str
    text: str


class Observation:
    """What someone does, seen by a trainer."""

    name = "observation"
    title = mark("Mise en situation")
    icon = "group"
    activity_type_iri = "http://adlnet.gov/expapi/activities/performance"
    believes: tuple[Believed, ...] = tuple(Believed(verb.iri, _STAFF) for verb in (PASSED, FAILED, COMPLETED))
    template = "observation/observation.html"
    form = (
        FormField("intro", mark("Ce que l’on fait"), Kind.MARKDOWN, hint=mark("La personne le lit avant.")),
        FormField(
            "behaviours", mark("Ce que l’on observe"), Kind.ROWS, needed=True, keyed=True, titled="text", adds=mark("Ajouter une ligne"),
            hint=mark("De 2 à 10. La personne les lit aussi : des mots simples."),
            fields=(FormField("text", mark("Phrase"), needed=True),),
        ),
        FormField("pass", mark("À partir de quel résultat c’est réussi"), Kind.SHARE, hint=mark("Vide : quand tout est noté, c’est fait.")),
    )  # fmt: skip

    def problems(self, body: Mapping[str, Any], surroundings: Surroundings) -> Iterator[str]:
        """Two to ten behaviours, and perhaps an introduction."""
        yield from field_problems(body, FIELDS)
        intro = body.get("intro", "")
        if not isinstance(intro, str):
            yield "`intro` est un texte."
        else:
            try:
                surroundings.render(intro)
            except ContentProblem as wrong:
                yield f"`intro` : {wrong}"
        yield from row_problems(body, "behaviours", least=2, most=10)

    def canonical(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The fields in order, missing keys made."""
        known = {name: body[name] for name in FIELDS if body.get(name) not in (None, "", [])}
        known["behaviours"] = ordered_rows(body.get("behaviours"))
        ordered = {name: known[name] for name in FIELDS if name in known}
        return {**ordered, **{name: value for name, value in body.items() if name not in FIELDS}}

    def compile(self, body: Mapping[str, Any], surroundings: Surroundings) -> dict[str, Any]:
        """The introduction as HTML."""
        return {"html": surroundings.render(body.get("intro", ""))}

    def page(self, ctx: Context, activity: ActivityView, state: PlayState) -> dict[str, Any]:
        """What is looked at, what has been seen already, and where."""
        behaviours = behaviours_of(activity.body)
        if state.is_preview:
            return {"behaviours": behaviours, "marks": {}, "place": ""}
        pairs = [(state.registration, activity_iri(ctx, one.key)) for one in behaviours]
        found = entries_by_registration(ctx, pairs)
        marks = latest_marks({one.key: found[pair] for one, pair in zip(behaviours, pairs, strict=True)})
        return {"behaviours": behaviours, "marks": marks, "place": place_of(ctx, state.enrolment_id)}

    def parts(self, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Behaviours: each may feed a criterion of the framework."""
        for row in body.get("behaviours", ()):
            yield row["key"], row["text"]


KIND = Observation()


def behaviours_of(body: Mapping[str, Any]) -> tuple[Behaviour, ...]:
    """What is looked at, in order."""
    return tuple(Behaviour(row["key"], unbroken(row["text"])) for row in body["behaviours"])
