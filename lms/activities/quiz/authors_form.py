"""What an author fills in for a quiz: the fields of its content, as data for the editor."""

from __future__ import annotations

from dataclasses import replace

from lms.activities.quiz.drawing import GRADED, PRACTICE
from lms.contract.forms import FormField, Kind
from lms.kernel.i18n import mark

_RETURN = FormField(
    "feedback",
    mark("Retour"),
    Kind.TEXT,
    hint=mark("Ce que la personne lit après sa réponse : pourquoi, avec bienveillance."),
    needed=True,
)
_WHATEVER = FormField(
    "feedback", mark("Retour, quelle que soit la réponse"), Kind.TEXT, hint=mark("Ce qu’il faut retenir.")
)
_TEXT = FormField("text", mark("Texte"), needed=True)
_MISTAKE_RETURN = FormField("feedback", mark("Retour à cette erreur"), Kind.TEXT, needed=True)
_KINDS = (
    ("single", mark("Une seule bonne réponse")),
    ("multiple", mark("Plusieurs bonnes réponses")),
    ("true_false", mark("Vrai ou faux")),
    ("number", mark("Un nombre")),
    ("short", mark("Un mot ou quelques mots")),
    ("matching", mark("Relier deux à deux")),
    ("ordering", mark("Mettre dans l’ordre")),
)


def _of(*kinds: str) -> tuple[str, ...]:
    """Only for these sorts of question."""
    return ("type", *kinds)


def _list(
    name: str, label: str, when: tuple[str, ...], adds: str, fields: tuple[FormField, ...], *,
    titled: str = "text", keyed: bool = True, hint: str = "",
) -> FormField:  # fmt: skip
    """Rows of a question, named in lists by one of their fields."""
    return FormField(name, label, Kind.ROWS, hint=hint, when=when, adds=adds, fields=fields, titled=titled, keyed=keyed)


def _mistakes(kind: str, titled: str, *fields: FormField) -> FormField:
    return _list(
        "mistakes",
        mark("Erreurs attendues"),
        _of(kind),
        mark("Ajouter une erreur"),
        (*fields, _MISTAKE_RETURN),
        titled=titled,
        keyed=False,
    )


_NUMBER, _SHORT, _MATCHING = _of("number"), _of("short"), _of("matching")
_QUESTION = (
    FormField("type", mark("Sorte de question"), Kind.CHOICE, choices=_KINDS, needed=True),
    FormField("prompt", mark("Question"), Kind.MARKDOWN, needed=True),
    _list(
        "choices",
        mark("Réponses proposées"),
        _of("single", "multiple"),
        mark("Ajouter une réponse"),
        (_TEXT, FormField("correct", mark("C’est une bonne réponse"), Kind.YES), _RETURN),
        hint=mark("Une mauvaise réponse est une erreur que des gens font vraiment."),
    ),
    FormField("answer", mark("Bonne réponse"), Kind.TRUTH, when=_of("true_false"), needed=True),
    FormField("if_true", mark("Retour à « vrai »"), Kind.TEXT, when=_of("true_false"), needed=True),
    FormField("if_false", mark("Retour à « faux »"), Kind.TEXT, when=_of("true_false"), needed=True),
    FormField("answer", mark("Bonne réponse"), Kind.NUMBER, when=_NUMBER, needed=True),
    FormField(
        "tolerance",
        mark("Écart accepté"),
        Kind.NUMBER,
        when=_NUMBER,
        least=0,
        hint=mark("Vide : la réponse doit être exacte."),
    ),
    FormField("unit", mark("Unité"), when=_NUMBER, hint=mark("Par exemple : € ou h.")),
    FormField(
        "accept",
        mark("Réponses acceptées"),
        Kind.LINES,
        when=_SHORT,
        hint=mark("Une par ligne. Les majuscules, les accents et la ponctuation ne comptent pas."),
        needed=True,
    ),
    _mistakes(
        "number",
        "answer",
        FormField("answer", mark("Réponse fausse"), Kind.NUMBER, needed=True),
        FormField("tolerance", mark("À peu près, à"), Kind.NUMBER, least=0),
    ),
    _mistakes("short", "accept", FormField("accept", mark("Réponses fausses, une par ligne"), Kind.LINES, needed=True)),
    _list(
        "pairs",
        mark("Paires à relier"),
        _MATCHING,
        mark("Ajouter une paire"),
        (
            FormField("left", mark("À gauche"), needed=True),
            FormField("right", mark("À droite"), needed=True),
            FormField("feedback", mark("Retour"), Kind.TEXT),
        ),
        titled="left",
    ),
    _list(
        "distractors",
        mark("Intrus"),
        _MATCHING,
        mark("Ajouter un intrus"),
        (_TEXT,),
        hint=mark("Ce qui est proposé à droite et ne va avec rien."),
    ),
    _list(
        "items",
        mark("Choses à mettre dans l’ordre"),
        _of("ordering"),
        mark("Ajouter une chose"),
        (_TEXT,),
        hint=mark("Écrivez-les dans le bon ordre : elles seront mélangées."),
    ),
    replace(_RETURN, when=_of("number", "short")),
    replace(_WHATEVER, when=_of("single", "multiple", "true_false", "matching", "ordering")),
)
FORM = (
    FormField(
        "attempts", mark("Nombre d’essais"), Kind.WHOLE, least=1, hint=mark("Vide : autant d’essais que l’on veut.")
    ),
    FormField(
        "pass",
        mark("Réussi à partir de"),
        Kind.SHARE,
        hint=mark("La part de bonnes réponses. Vide : il suffit d’avoir répondu."),
    ),
    FormField(
        "pools",
        mark("Groupes de questions"),
        Kind.ROWS,
        keyed=True,
        titled="title",
        adds=mark("Ajouter un groupe de questions"),
        needed=True,
        fields=(
            FormField("title", mark("Nom du groupe"), needed=True),
            FormField(
                "use",
                mark("À quoi il sert"),
                Kind.CHOICE,
                default=GRADED,
                choices=(
                    (GRADED, mark("Il compte : les réponses restent sur le serveur")),
                    (PRACTICE, mark("Pour s’exercer : la réponse est dans la page")),
                ),
            ),
            FormField(
                "draw",
                mark("Questions tirées au hasard"),
                Kind.WHOLE,
                least=1,
                hint=mark("Vide : toutes, dans l’ordre."),
            ),
            FormField(
                "questions",
                mark("Questions"),
                Kind.ROWS,
                keyed=True,
                apart=True,
                titled="prompt",
                adds=mark("Ajouter une question"),
                needed=True,
                fields=_QUESTION,
            ),
        ),
    ),
)
