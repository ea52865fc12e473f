"""The learner's pages on their own path as a whole: a pause in one tap, coming back, saying that it ends."""

from __future__ import annotations

from werkzeug.wrappers import Response

from lms.courses import views
from lms.courses.forms import PauseForm, SaidForm
from lms.courses.holdings import REASONS
from lms.courses.leaving import (
    PAUSE_REASONS,
    SAID_REASONS,
    pause_enrolment,
    return_enrolment,
    say_end,
    withdraw_words,
)
from lms.courses.permissions import LEARN
from lms.courses.queries import own_enrolment, own_words, way
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.web import flash, go, guarded, render

bp = views.bp
"""The same as for the path: the bar shows that one is in it."""


@bp.get("/parcours/<course_key>/pause")
@guarded(LEARN)
def staying(ctx: Context, course_key: str) -> str:
    """Where one's path as a whole stands: going on, paused, said to be over, over."""
    enrolment = own_enrolment(ctx, course_key)
    seen = {"enrolment": enrolment, "way": way(ctx, enrolment), "words": own_words(ctx, enrolment.id)}
    whys = [(code, gettext(text)) for code, text in PAUSE_REASONS.items()]
    ends = [(code, gettext(text)) for code, text in SAID_REASONS.items()]
    noted = gettext(REASONS[enrolment.end_reason]) if enrolment.end_reason else ""
    panels = ctx.registry.panels_at("staying", ctx, enrolment)
    return render(
        "courses/staying.html", **seen, panels=panels, course_key=course_key, whys=whys, ends=ends, noted=noted
    )


@bp.post("/parcours/<course_key>/pause")
@guarded(LEARN)
def post_pause(ctx: Context, course_key: str) -> Response:
    """Pause one's path; why, if one wishes, with it or after."""
    form, enrolment = PauseForm(), own_enrolment(ctx, course_key)
    if form.validate():
        pause_enrolment(ctx, enrolment=enrolment, reason=form.reason.data or "", words=form.words.data or "")
    else:
        flash(gettext("C'est trop long : écrivez quelques phrases."), "warn")
    return go(".staying", course_key=course_key)


@bp.post("/parcours/<course_key>/reprise")
@guarded(LEARN)
def post_return(ctx: Context, course_key: str) -> Response:
    """Come back, in one tap."""
    return_enrolment(ctx, enrolment=own_enrolment(ctx, course_key))
    flash(gettext("Bon retour ! Tout ce que vous avez fait est là."))
    return go(".path", course_key=course_key)


@bp.post("/parcours/<course_key>/fin")
@guarded(LEARN)
def post_said_end(ctx: Context, course_key: str) -> Response:
    """Say how one's path ends."""
    form, enrolment = SaidForm(), own_enrolment(ctx, course_key)
    if form.validate():
        say_end(ctx, enrolment=enrolment, reason=str(form.reason.data), words=form.words.data or "")
        flash(gettext("Merci de nous l'avoir dit. C'est noté."))
    else:
        flash(gettext("Choisissez une réponse, et écrivez quelques phrases au plus."), "warn")
    return go(".staying", course_key=course_key)


@bp.post("/parcours/<course_key>/mes-mots/effacer")
@guarded(LEARN)
def post_words_withdrawn(ctx: Context, course_key: str) -> Response:
    """Take back what one wrote."""
    withdraw_words(ctx, enrolment=own_enrolment(ctx, course_key))
    flash(gettext("Vos mots sont effacés."))
    return go(".staying", course_key=course_key)
