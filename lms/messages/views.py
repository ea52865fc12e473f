"""Pages of messages: the list, one conversation, a new one, and what was sent with a message."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from lms.accounts.api import PersonInfo, members, person, person_by_key
from lms.courses.api import Play, play
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, speech
from lms.kernel.media import FILE, PHOTO, VOICE, MediaRefused
from lms.kernel.paging import PAGE
from lms.kernel.rights import NotFound
from lms.kernel.uploading import kept_again, send_media, sent_media, sentence
from lms.kernel.web import context, flash, go, go_back, guarded, page_number, pager, platform, render, undo
from lms.messages.companions import companions_of
from lms.messages.models import Thread
from lms.messages.operations import open_thread, write_later, write_message
from lms.messages.permissions import ANSWER, ASK, OVERSEE
from lms.messages.phrases import REFUSALS, delay_words, first_words, short_moment, shown
from lms.messages.placing import place_at, questions_at
from lms.messages.queries import conversation, mark_of, media_of_thread, thread_list
from lms.messages.quiet import tomorrow_morning
from lms.messages.reading import accompanies, me, thread_by_key
from lms.messages.saying import Refused, Words

bp = Blueprint("messages", __name__)
TAKEN = (PHOTO, VOICE, FILE)
PARTS = (ASK, ANSWER, OVERSEE)
"""Rights of which a person holds one to have messages at all."""
STAFF_PARTS = (ANSWER, OVERSEE)
TOMORROW = "demain"
Page = str | WerkzeugResponse | tuple[str, int]
Wrong = MediaRefused | Refused


@bp.get("/messages")
@guarded(*PARTS)
def threads(ctx: Context) -> Page:
    """One's conversations; for staff, those that wait for an answer, longest first."""
    answers = ctx.audience == "staff"
    waiting = answers and request.args.get("vue") != "toutes"
    listed = thread_list(ctx, number=page_number(), waiting=waiting)
    neighbours = pager(listed, **({"vue": "toutes"} if answers and not waiting else {}))
    return render(
        "messages/threads.html", listed=listed, pager=neighbours, waiting=waiting, answers=answers, **_words()
    )


@bp.get("/messages/nouveau")
@guarded(ASK)
def new(ctx: Context) -> Page:
    """Write to who accompanies one."""
    return _new_page(ctx, person(ctx, me(ctx)))


@bp.post("/messages/nouveau")
@guarded(ASK)
def post_new(ctx: Context) -> Page:
    """Open a thread with them."""
    return _opened(None)


@bp.get("/personnes/<key>/message")
@guarded(ANSWER)
def new_to(ctx: Context, key: str) -> Page:
    """Write first to someone whom one accompanies."""
    return _new_page(ctx, _reached(ctx, key))


@bp.post("/personnes/<key>/message")
@guarded(ANSWER)
def post_new_to(ctx: Context, key: str) -> Page:
    """Open a thread with them."""
    _reached(ctx, key)
    return _opened(key)


@bp.post("/parcours/<course_key>/<string(length=10):activity_key>/aide")
@guarded(ASK)
def post_help(ctx: Context, course_key: str, activity_key: str) -> Page:
    """Ask for help from an activity: the place and the question go with it, and one stays where one was."""
    found = facing(ctx, course_key, activity_key)
    try:
        words, now = _sent()
        place = place_at(now, found, question=request.form.get("question", ""))
        thread = open_thread(now, person=person(now, me(now)), words=words, place=place)
    except (MediaRefused, Refused) as refused:
        return _new_page(context(), person(context(), me(context())), refused=refused, play=found), 400
    return _asked(now, thread)


@bp.get("/messages/<key>")
@guarded(*PARTS)
def thread(ctx: Context, key: str) -> Page:
    """One conversation."""
    return thread_page(ctx, thread_by_key(ctx, key))


@bp.get("/messages/<key>/suite")
@guarded(*PARTS)
def news(ctx: Context, key: str) -> Response:
    """What was said, alone: asked again and again by the page; 304 while nothing has changed."""
    found = thread_by_key(ctx, key)
    tag = f"{mark_of(ctx, found)}-{speech().language}"
    is_known = tag in request.if_none_match
    response = Response(status=304) if is_known else Response(render("messages/said.html", **_seen(ctx, found)))
    response.set_etag(tag)
    return response


@bp.post("/messages/<key>")
@guarded(*PARTS)
def post_message(ctx: Context, key: str) -> Page:
    """Say something: now, or tomorrow at 9 for staff."""
    was_closed = thread_by_key(ctx, key).closed_at is not None
    try:
        words, now = _sent()
        _written(now, key, words)
    except (MediaRefused, Refused) as refused:
        return thread_page(context(), thread_by_key(context(), key), refused), 400
    if was_closed:
        flash(gettext("La conversation était fermée : elle est rouverte, et votre message y est."))
    return back_to(key)


@bp.get("/messages/<key>/pieces/<string(length=10):media_key>")
@guarded(*PARTS)
def media(ctx: Context, key: str, media_key: str) -> Response:
    """A photo, a voice or a file of a conversation."""
    found = media_of_thread(ctx, thread_by_key(ctx, key), key=media_key)
    return send_media(ctx, found, small="petit" in request.args)


def back_to(key: str) -> WerkzeugResponse:
    """To the page that the form stood on, where it was not the conversation's own; else to the newest message."""
    return go_back("messages.thread", key=key, _anchor="dernier")


def facing(ctx: Context, course_key: str, activity_key: str) -> Play:
    """The activity as it stood before the person: with the result of an act of theirs, where the form says so."""
    found = play(ctx, activity_key, course_key=course_key)
    return replace(found, state=replace(found.state, shown=request.form.get("resultat", "")))


def refused_words(refused: Refused) -> str:
    """Why it cannot be done, and what to do."""
    return gettext(REFUSALS[refused.reason])


def _written(ctx: Context, key: str, words: Words) -> None:
    found = thread_by_key(ctx, key)
    if request.form.get("when") == TOMORROW:
        later = write_later(ctx, found, words=words, due_at=tomorrow_morning(ctx.now, ctx.here.timezone))
        back = url_for("messages.post_taken_back", key=key, later_key=later.key)
        flash(gettext("Votre réponse partira demain à 9 h."), "good", undo(gettext("Ne pas envoyer"), back))
        return
    write_message(ctx, found, words=words)
    if request.form.get("next"):  # elsewhere than in the conversation, one does not see it stand there
        name = person(ctx, found.membership_id).name
        see = {"label": gettext("Voir la conversation"), "url": url_for("messages.thread", key=key, _anchor="dernier")}
        flash(gettext("C'est envoyé à %(name)s.") % {"name": name}, "good", see)


def _opened(person_key: str | None) -> Page:
    """A thread of one's own, or with the person of this key."""
    try:
        words, now = _sent()
        wanted = next((one for one in _choices(now) if one.key == request.form.get("to")), None)
        made = open_thread(
            now,
            person=_whose(now, person_key),
            words=words,
            wanted=wanted.membership_id if wanted else None,
        )
    except (MediaRefused, Refused) as refused:
        return _new_page(context(), _whose(context(), person_key), refused=refused), 400
    return back_to(made.key)


def _asked(ctx: Context, thread: Thread) -> Page:
    """It is sent: said in the page by the script, else where one was."""
    names = {one.membership_id: one.name for one in companions_of(ctx, me(ctx))}
    name = names.get(thread.responsible_id or 0, "")
    text = gettext("C'est envoyé à %(name)s.") % {"name": name} if name else gettext("C'est envoyé.")
    if request.form.get("here"):
        return render("messages/sent.html", text=text, key=thread.key)
    flash(text + " " + gettext("Vous trouverez la réponse dans « Messages »."))
    return go("courses.activity", course_key=thread.course_key, activity_key=thread.activity_key, _anchor="aide")


def _sent() -> tuple[Words, Context]:
    """What the form sends; converting photos and voices ends the transaction, so the context is a new one."""
    prepared = sent_media(_field(), TAKEN)
    sent = request.form
    return Words(sent.get("text", ""), prepared, platform().settings.data_dir, sent.get("intent", "")), context()


def _field() -> str:
    """The form's own field of photos, voices and files."""
    return request.form.get("keeps") or next(iter(request.files), "")


def _why(refused: Wrong) -> str:
    return sentence(refused) if isinstance(refused, MediaRefused) else refused_words(refused)


def _whose(ctx: Context, person_key: str | None) -> PersonInfo:
    return _reached(ctx, person_key) if person_key else person(ctx, me(ctx))


def _reached(ctx: Context, key: str) -> PersonInfo:
    """Someone whom the actor accompanies, by the key of an address, or `NotFound`."""
    found = person_by_key(ctx, key)
    if found.membership_id == me(ctx) or not accompanies(ctx, found.membership_id):
        raise NotFound
    return found


def _choices(ctx: Context) -> list[PersonInfo]:
    """Those who accompany the actor, trainers first."""
    ids = [one.membership_id for one in companions_of(ctx, me(ctx))]
    known = members(ctx, ids)
    return [known[one] for one in ids]


def _new_page(ctx: Context, to: PersonInfo, *, refused: Wrong | None = None, play: Play | None = None) -> str:
    is_own = to.membership_id == me(ctx)
    return render(
        "messages/new.html",
        person=None if is_own else to,
        choices=_choices(ctx) if is_own and play is None else [],
        play=play,
        questions=questions_at(ctx, play) if play else [],
        sent=request.form,
        **_again(refused),
    )


def _again(refused: Wrong | None) -> dict[str, Any]:
    """Why a form was not taken, and what was joined to it, which waits for the next sending."""
    if refused is None:
        return {"problem": "", "joined": None}
    return {"problem": _why(refused), "joined": kept_again(_field(), refused)}


def thread_page(ctx: Context, found: Thread, refused: Wrong | None = None, **more: Any) -> str:
    """A conversation; after a form that was not taken, with what it held."""
    values = {
        "is_taken_back": False,
        "sent": request.form,
        **_again(refused),
        **_seen(ctx, found, page_number()),
        **more,
    }
    return render("messages/thread.html", **values, me=me(ctx))


def _seen(ctx: Context, found: Thread, number: int = 1) -> dict[str, Any]:
    said = conversation(ctx, found, number=number)
    waited = delay_words(ctx.now - said.waiting_since) if said.waiting_since else ""
    lines = list(shown(said.bubbles, ctx.now, ctx.here.timezone))
    older = number + 1 if number * PAGE < said.total else None
    newer = number - 1 if number > 1 else None
    return {"said": said, "lines": lines, "waited": waited, "older": older, "newer": newer}


def _words() -> dict[str, Any]:
    """How lists say moments and beginnings."""
    ctx = context()
    return {
        "moment": lambda at: short_moment(at, ctx.now, ctx.here.timezone),
        "waited": lambda since: delay_words(ctx.now - since),
        "first_words": first_words,
    }
