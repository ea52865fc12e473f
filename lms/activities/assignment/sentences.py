"""What to say of what became of a work or a grade."""

from __future__ import annotations

from lms.courses.api import refusal
from lms.kernel.i18n import gettext, mark
from lms.xapi.api import Outcome, Reply

_SENTENCES = {
    "nothing_sent": mark("Écrivez quelque chose, ou joignez une photo, votre voix ou un fichier."),
    "too_long": mark("Le texte est trop long : gardez l’essentiel, ou joignez un fichier."),
    "newer_version": mark("Un nouvel envoi est arrivé pendant ce temps : il est sur cette page. Rien n’a été noté sur l’ancien."),
    "graded_meanwhile": mark(
        "Quelqu’un a noté ce travail pendant ce temps. Sa réponse est gardée, et elle est sur cette page. "
        "Si vous enregistrez quand même, la vôtre la corrige ; les deux restent lisibles."
    ),
    "marks_missing": mark("Répondez à chaque ligne : oui, en partie ou pas encore."),
}  # fmt: skip
_RECEIVED = mark("C’est rendu. On vous répond bientôt.")


def sentence_of(reply: Reply) -> str:
    """A sentence for whatever became of it."""
    if reply.outcome is Outcome.ACCEPTED:
        return gettext(_RECEIVED)
    if reply.reason in _SENTENCES:
        return gettext(_SENTENCES[reply.reason])
    return refusal(reply)
