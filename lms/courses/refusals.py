"""The sentences for what becomes of an act: every reason code of the learners' intents has one."""

from __future__ import annotations

from lms.kernel.i18n import gettext, mark
from lms.xapi.api import Outcome, Reply

_REFUSED = {
    "closed": mark("Ce n'est pas encore ouvert. Ce que vous avez envoyé est gardé."),
    "no_attempts_left": mark("Vous avez déjà fait tous les essais. Vos réponses sont gardées."),
    "not_in_draw": mark(
        "Les questions ont changé depuis. Vos réponses sont gardées : répondez aux nouvelles questions."
    ),
    "not_allowed": mark("Cette page n'est plus dans votre parcours. Ce que vous avez envoyé est gardé."),
}
_OTHERWISE = mark("Nous n'avons pas pu lire ce que vous avez envoyé. Il est gardé : parlez-en à votre association.")
_LATE = mark("Bien reçu, après la date prévue. C'est gardé.")


def refusal(reply: Reply) -> str:
    """What to say of a reply; "" when all is well."""
    if reply.outcome is Outcome.LATE:
        return gettext(_LATE)
    if reply.outcome is Outcome.REFUSED:
        return gettext(_REFUSED.get(reply.reason, _OTHERWISE))
    return ""
