"""The activity type "assignment": what its content may be, what its page shows, and which statements it believes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lms.activities.assignment.data import Criterion
from lms.activities.assignment.works import own_work
from lms.contract.forms import FormField, Kind
from lms.contract.types import ActivityView, Believed, ContentProblem, PlayState, Source, Surroundings
from lms.courses.api import field_problems, ordered_rows, row_problems
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.kernel.media import FILE, PHOTO, VOICE
from lms.kernel.text import unbroken
from lms.xapi.api import COMPLETED, FAILED, PASSED, SUBMITTED

HAND_IN, GRADE_WORK = "assignment.hand_in", "assignment.grade"
TEXT = "text"
WAYS = (TEXT, PHOTO, VOICE, FILE)
FIELDS = ("task", "accepts", "criteria", "pass", "project")
MOST_TEXT = 20_000
_STAFF = frozenset({Source.STAFF})


class Assignment:
    """A work, handed in by text, photo, voice or file, that a trainer looks at by criteria."""

    name = "assignment"
    title = mark("Travail à rendre")
    icon = "pen"
    activity_type_iri = "http://id.tincanapi.com/activitytype/school-assignment"
    believes: tuple[Believed, ...] = (
        Believed(SUBMITTED.iri, frozenset({Source.LEARNER_DEVICE})),
        Believed(PASSED.iri, _STAFF),
        Believed(FAILED.iri, _STAFF),
        Believed(COMPLETED.iri, _STAFF),
    )
    template = "assignment/assignment.html"
    form = (
        FormField("task", mark("Ce qu’il faut faire"), Kind.MARKDOWN, needed=True, hint=mark("Étape par étape, avec un exemple inventé.")),
        FormField(
            "accepts", mark("Comment on peut rendre"), Kind.SEVERAL, needed=True,
            choices=((TEXT, mark("Un texte")), (PHOTO, mark("Une photo")), (VOICE, mark("Sa voix")), (FILE, mark("Un fichier"))),
        ),
        FormField(
            "criteria", mark("Ce que l’on regarde"), Kind.ROWS, needed=True, keyed=True, titled="text", adds=mark("Ajouter une ligne"),
            hint=mark("De 2 à 6. La personne les lit aussi : des mots simples."),
            fields=(FormField("text", mark("Phrase"), needed=True),),
        ),
        FormField("pass", mark("À partir de quel résultat c’est réussi"), Kind.SHARE, hint=mark("Vide : tout travail évalué est fait.")),
        FormField("project", mark("Titre dans le dossier de projet"), hint=mark("Vide : le travail n’y entre pas.")),
    )  # fmt: skip

    def problems(self, body: Mapping[str, Any], surroundings: Surroundings) -> Iterator[str]:
        """A task, ways to hand in, and two to six criteria."""
        yield from field_problems(body, FIELDS)
        task = body.get("task")
        if not isinstance(task, str) or not task.strip():
            yield "`task` manque : dites ce qu'il faut faire, étape par étape."
        else:
            try:
                surroundings.render(task)
            except ContentProblem as wrong:
                yield f"`task` : {wrong}"
        accepts = body.get("accepts")
        if not isinstance(accepts, list) or not accepts or any(one not in WAYS for one in accepts):
            yield f"`accepts` : une liste avec un ou plusieurs de {', '.join(WAYS)}."
        elif len(set(accepts)) < len(accepts):
            yield "`accepts` : chaque façon de rendre n'est là qu'une fois."
        yield from row_problems(body, "criteria", least=2, most=6)
        project = body.get("project", "")
        if not isinstance(project, str) or len(project) > 200:
            yield "`project` est un titre de 200 signes au plus."

    def canonical(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The fields in order, missing keys made."""
        known = {name: body[name] for name in FIELDS if body.get(name) not in (None, "", [])}
        known["criteria"] = ordered_rows(body.get("criteria"))
        return {**known, **{name: value for name, value in body.items() if name not in FIELDS}}

    def compile(self, body: Mapping[str, Any], surroundings: Surroundings) -> dict[str, Any]:
        """The task as HTML."""
        return {"html": surroundings.render(body["task"])}

    def page(self, ctx: Context, activity: ActivityView, state: PlayState) -> dict[str, Any]:
        """What is looked at, what was handed in and what was said of it."""
        work = None if state.is_preview else own_work(ctx, state.enrolment_id, activity.key)
        ways = activity.body["accepts"]
        return {
            "criteria": criteria_of(activity.body),
            "work": work,
            "takes_text": TEXT in ways,
            "media_ways": media_ways(activity.body),
            "most_text": MOST_TEXT,
        }

    def parts(self, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Criteria: each may feed a criterion of the framework."""
        for row in body.get("criteria", ()):
            yield row["key"], row["text"]


KIND = Assignment()


def criteria_of(body: Mapping[str, Any]) -> tuple[Criterion, ...]:
    """What is looked at, in order."""
    return tuple(Criterion(row["key"], unbroken(row["text"])) for row in body["criteria"])


def media_ways(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Of photo, voice, file: those that may be handed in."""
    return tuple(one for one in body["accepts"] if one != TEXT)
