"""The activity type "questionnaire": what its content may be and what its page shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lms.activities.questionnaire import checking
from lms.activities.questionnaire.answering import MOST_TEXT, shown
from lms.activities.questionnaire.replies import own_reply, standing_proposals
from lms.contract.forms import FormField
from lms.contract.forms import Kind as FieldKind
from lms.contract.types import ActivityView, Believed, ContentProblem, PlayState, Source, Surroundings
from lms.courses.api import ADD, SKIP
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.xapi.api import COMPLETED

ANSWER, ANSWER_ANONYMOUSLY, DECIDE = "questionnaire.answer", "questionnaire.answer_anonymously", "questionnaire.decide"
QUESTION_TYPE = "http://adlnet.gov/expapi/activities/cmi.interaction"
_CHOICES = ("type", checking.SINGLE, checking.MULTIPLE)


class Questionnaire:
    """Questions without a right answer."""

    name = "questionnaire"
    title = mark("Questionnaire")
    icon = "list"
    activity_type_iri = "http://id.tincanapi.com/activitytype/survey"
    believes: tuple[Believed, ...] = (Believed(COMPLETED.iri, frozenset({Source.SERVER})),)
    template = "questionnaire/questionnaire.html"
    form = (
        FormField(
            "purpose", mark("À quoi il sert"), FieldKind.CHOICE, needed=True,
            choices=(
                (checking.POSITIONING, mark("Positionnement à l’entrée")),
                (checking.SATISFACTION, mark("Satisfaction")),
                (checking.OTHER, mark("Autre")),
            ),
        ),
        FormField("anonymous", mark("Réponses sans nom"), FieldKind.YES, hint=mark("Personne ne saura qui a répondu quoi. Les résultats se lisent à partir de 5 réponses.")),
        FormField("intro", mark("Introduction"), FieldKind.MARKDOWN),
        FormField(
            "questions", mark("Questions"), FieldKind.ROWS, needed=True, keyed=True, titled="text", adds=mark("Ajouter une question"),
            fields=(
                FormField(
                    "type", mark("Sorte de question"), FieldKind.CHOICE, needed=True,
                    choices=(
                        (checking.SCALE, mark("Une échelle")), (checking.SINGLE, mark("Un choix")),
                        (checking.MULTIPLE, mark("Plusieurs choix")), (checking.TEXT, mark("Un texte")),
                    ),
                ),
                FormField("text", mark("Question"), needed=True),
                FormField("steps", mark("Nombre de marches"), FieldKind.WHOLE, when=("type", checking.SCALE), least=2, most=10, needed=True),
                FormField("low", mark("La plus basse veut dire"), when=("type", checking.SCALE), needed=True),
                FormField("high", mark("La plus haute veut dire"), when=("type", checking.SCALE), needed=True),
                FormField(
                    "choices", mark("Choix"), FieldKind.ROWS, when=_CHOICES, keyed=True, titled="text", adds=mark("Ajouter un choix"), needed=True,
                    fields=(FormField("text", mark("Texte"), needed=True),),
                ),
                FormField("optional", mark("On peut ne pas répondre"), FieldKind.YES),
            ),
        ),
        FormField(
            "proposals", mark("Ce que les réponses proposent"), FieldKind.ROWS, when=("purpose", checking.POSITIONING), titled="reason",
            adds=mark("Ajouter une proposition"),
            fields=(
                FormField("question", mark("Question"), FieldKind.SIBLING, of="questions", needed=True),
                FormField("at_least", mark("À partir de la marche"), FieldKind.WHOLE, least=1, most=10, hint=mark("Pour une échelle.")),
                FormField("at_most", mark("Jusqu’à la marche"), FieldKind.WHOLE, least=1, most=10),
                FormField("choice", mark("Quand on choisit"), FieldKind.SIBLING, of="questions", inside=("question", "choices")),
                FormField("propose", mark("Proposer de"), FieldKind.CHOICE, choices=((SKIP, mark("passer")), (ADD, mark("ajouter"))), needed=True),
                FormField("activities", mark("Activités"), FieldKind.ACTIVITIES, needed=True),
                FormField("reason", mark("Pourquoi, avec « vous »"), FieldKind.TEXT, needed=True),
            ),
        ),
    )  # fmt: skip

    def problems(self, body: Mapping[str, Any], surroundings: Surroundings) -> Iterator[str]:
        """Structure first, then the introduction's Markdown."""
        yield from checking.problems(body)
        try:
            surroundings.render(str(body.get("intro", "")))
        except ContentProblem as wrong:
            yield f"`intro` : {wrong}"

    def canonical(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """See `checking.canonical`."""
        return checking.canonical(body)

    def compile(self, body: Mapping[str, Any], surroundings: Surroundings) -> dict[str, Any]:
        """The introduction as HTML."""
        return {"html": surroundings.render(body.get("intro", ""))}

    def page(self, ctx: Context, activity: ActivityView, state: PlayState) -> dict[str, Any]:
        """The questions, with what one answered in one's own name, and what the answers propose."""
        is_anonymous = bool(activity.body.get("anonymous"))
        reply = None if is_anonymous or state.is_preview else own_reply(ctx, state.enrolment_id, activity.key)
        return {
            "questions": [shown(one) for one in activity.body["questions"]],
            "is_anonymous": is_anonymous,
            "is_answered": state.status == "done" and not state.is_preview,
            "answers": reply.answers if reply else {},
            "proposals": standing_proposals(ctx, reply, activity.body) if reply else [],
            "most_text": MOST_TEXT,
        }

    def parts(self, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """None: what people think of themselves feeds no criterion."""
        yield from ()


KIND = Questionnaire()
