"""The activity type "session": a face-to-face, live or coaching part. It is done when a trainer says so, never otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lms.contract.forms import FormField, Kind
from lms.contract.types import ActivityView, Believed, PlayState, Source, Surroundings
from lms.courses.api import place_of
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.xapi.api import ATTENDED, COMPLETED

VALIDATED, INVALIDATED = "session.validate", "session.invalidate"
FIELDS = ("programme", "place", "bring")
_STAFF = frozenset({Source.STAFF})


class Session:
    """A part with someone: what will be done, where, and what to bring."""

    name = "session"
    title = mark("Rencontre")
    icon = "group"
    activity_type_iri = "http://adlnet.gov/expapi/activities/meeting"
    believes: tuple[Believed, ...] = (Believed(ATTENDED.iri, _STAFF), Believed(COMPLETED.iri, _STAFF))
    template = "session/session.html"
    form = (
        FormField(
            "programme",
            mark("Déroulé"),
            Kind.ROWS,
            titled="text",
            adds=mark("Ajouter un moment"),
            needed=True,
            fields=(
                FormField("minutes", mark("Durée"), Kind.WHOLE, unit="min", least=1, needed=True),
                FormField("text", mark("Ce que l’on fait"), Kind.TEXT, needed=True),
            ),
        ),
        FormField("place", mark("Lieu"), hint=mark("Vide : le lieu du groupe.")),
        FormField("bring", mark("À apporter"), Kind.LINES, hint=mark("Une chose par ligne.")),
    )

    def problems(self, body: Mapping[str, Any], surroundings: Surroundings) -> Iterator[str]:
        """A programme in minutes and sentences."""
        yield from (f"Le champ `{name}` n'est pas prévu dans une rencontre." for name in body if name not in FIELDS)
        programme = body.get("programme")
        if not isinstance(programme, list) or not programme:
            yield "`programme` manque : une liste de `minutes` et de `text`."
            programme = []
        for number, part in enumerate(programme, 1):
            if (
                not isinstance(part, Mapping)
                or not _is_minutes(part.get("minutes"))
                or not str(part.get("text", "")).strip()
            ):
                yield f"`programme`, ligne {number} : il faut `minutes` (un nombre) et `text`."
        if not isinstance(body.get("place", ""), str):
            yield "`place` est un texte."
        bring = body.get("bring", [])
        if not isinstance(bring, list) or not all(isinstance(one, str) and one.strip() for one in bring):
            yield "`bring` est une liste de textes."

    def canonical(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The fields in order."""
        known = {name: body[name] for name in FIELDS if body.get(name)}
        known["programme"] = [_ordered(part) for part in known.get("programme", ())]
        return {**known, **{name: value for name, value in body.items() if name not in FIELDS}}

    def compile(self, body: Mapping[str, Any], surroundings: Surroundings) -> dict[str, Any]:
        """How long the programme is."""
        return {"minutes": sum(part["minutes"] for part in body["programme"])}

    def page(self, ctx: Context, activity: ActivityView, state: PlayState) -> dict[str, Any]:
        """Where it is: what the author wrote, else where the group meets."""
        return {"place": activity.body.get("place") or place_of(ctx, state.enrolment_id)}

    def parts(self, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """None."""
        yield from ()


KIND = Session()


def _is_minutes(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _ordered(part: Any) -> Any:
    if not isinstance(part, Mapping):
        return part
    known = {name: part[name] for name in ("minutes", "text") if name in part}
    return {**known, **{name: value for name, value in part.items() if name not in known}}
