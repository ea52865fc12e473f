"""What to say of what became of answers."""

from __future__ import annotations

from lms.courses.api import refusal
from lms.kernel.i18n import gettext, mark
from lms.xapi.api import Outcome, Reply

_SENTENCES = {
    "unanswered": mark("Il manque une réponse : répondez à chaque question, puis envoyez."),
    "answered_already": mark("Vous avez déjà répondu. Merci !"),
}
_THANKS = mark("Merci, c’est envoyé.")


def sentence_of(reply: Reply) -> str:
    """A sentence for whatever became of it."""
    if reply.outcome is Outcome.ACCEPTED:
        return gettext(_THANKS)
    return gettext(_SENTENCES[reply.reason]) if reply.reason in _SENTENCES else refusal(reply)
