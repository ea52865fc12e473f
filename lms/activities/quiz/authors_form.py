"""What an author fills in for a quiz: the fields of its content, as data for the editor."""

from __future__ import annotations

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
_QUESTION = (
    FormField("type", mark("Sorte de question"), Kind.CHOICE, choices=_KINDS, needed=True),
    FormField("prompt", mark("Question"), Kind.MARKDOWN, needed=True),
    FormField(
        "choices",
        mark("Réponses proposées"),
        Kind.ROWS,
        when=("type", "single", "multiple"),
        keyed=True,
        titled="text",
        adds=mark("Ajouter une réponse"),
        hint=mark("Une mauvaise réponse est une erreur que des gens font vraiment."),
        fields=(_TEXT, FormField("correct", mark("C’est une bonne réponse"), Kind.YES), _RETURN),
    ),
    FormField("answer", mark("Bonne réponse"), Kind.TRUTH, when=("type", "true_false"), needed=True),
    FormField("if_true", mark("Retour à « vrai »"), Kind.TEXT, when=("type", "true_false"), needed=True),
    FormField("if_false", mark("Retour à « faux »"), Kind.TEXT, when=("type", "true_false"), needed=True),
    FormField("answer", mark("Bonne réponse"), Kind.NUMBER, when=("type", "number"), needed=True),
    FormField(
        "tolerance",
        mark("Écart accepté"),
        Kind.NUMBER,
        when=("type", "number"),
        least=0,
        hint=mark("Vide : la réponse doit être exacte."),
    ),
    FormField("unit", mark("Unité"), when=("type", "number"), hint=mark("Par exemple : € ou h.")),
    FormField(
        "accept",
        mark("Réponses acceptées"),
        Kind.LINES,
        when=("type", "short"),
        hint=mark("Une par ligne. Les majuscules, les accents et la ponctuation ne comptent pas."),
        needed=True,
    ),
    FormField(
        "mistakes",
        mark("Erreurs attendues"),
        Kind.ROWS,
        when=("type", "number"),
        adds=mark("Ajouter une erreur"),
        titled="answer",
        fields=(
            FormField("answer", mark("Réponse fausse"), Kind.NUMBER, needed=True),
            FormField("tolerance", mark("À peu près, à"), Kind.NUMBER, least=0),
            _MISTAKE_RETURN,
        ),
    ),
    FormField(
        "mistakes",
        mark("Erreurs attendues"),
        Kind.ROWS,
        when=("type", "short"),
        adds=mark("Ajouter une erreur"),
        titled="accept",
        fields=(FormField("accept", mark("Réponses fausses, une par ligne"), Kind.LINES, needed=True), _MISTAKE_RETURN),
    ),
    FormField(
        "pairs",
        mark("Paires à relier"),
        Kind.ROWS,
        when=("type", "matching"),
        keyed=True,
        titled="left",
        adds=mark("Ajouter une paire"),
        fields=(
            FormField("left", mark("À gauche"), needed=True),
            FormField("right", mark("À droite"), needed=True),
            FormField("feedback", mark("Retour"), Kind.TEXT),
        ),
    ),
    FormField(
        "distractors",
        mark("Intrus"),
        Kind.ROWS,
        when=("type", "matching"),
        keyed=True,
        titled="text",
        adds=mark("Ajouter un intrus"),
        hint=mark("Ce qui est proposé à droite et ne va avec rien."),
        fields=(_TEXT,),
    ),
    FormField(
        "items",
        mark("Choses à mettre dans l’ordre"),
        Kind.ROWS,
        when=("type", "ordering"),
        keyed=True,
        titled="text",
        adds=mark("Ajouter une chose"),
        hint=mark("Écrivez-les dans le bon ordre : elles seront mélangées."),
        fields=(_TEXT,),
    ),
    FormField("feedback", _RETURN.label, Kind.TEXT, when=("type", "number", "short"), hint=_RETURN.hint, needed=True),
    FormField(
        "feedback",
        _WHATEVER.label,
        Kind.TEXT,
        when=("type", "single", "multiple", "true_false", "matching", "ordering"),
        hint=_WHATEVER.hint,
    ),
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
