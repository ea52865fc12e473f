"""Error pages in plain words: what happened, that nothing is lost, what to do."""

from __future__ import annotations

import errno
import logging
from collections.abc import Mapping
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge

from lms.kernel import i18n
from lms.kernel.database import DatabaseBusy
from lms.kernel.i18n import gettext, mark
from lms.kernel.overweight import typed_words, weigh
from lms.kernel.parking import Parked, park, parked
from lms.kernel.platform import Platform
from lms.kernel.rights import Forbidden, NotFound, NotSignedIn
from lms.kernel.seeing import END, SeeingOnly

log = logging.getLogger(__name__)


class TermsToAccept(Exception):
    """The person has not accepted the terms in force."""


class AnothersIntent(Exception):
    """The form was made for someone else: two people share this computer."""


_FAULTS: Mapping[int, tuple[str, str, str]] = {
    400: (
        mark("Cette demande n'est pas lisible"),
        mark("Une partie manque ou est abîmée."),
        mark("Revenez en arrière et essayez encore."),
    ),
    401: (
        mark("Connectez-vous d'abord"),
        mark("Cette page est à vous seul."),
        mark("Connectez-vous, puis vous reviendrez ici. Rien n'est perdu."),
    ),
    403: (
        mark("Vous ne pouvez pas faire cela"),
        mark("Votre rôle ne le permet pas."),
        mark("Demandez à la personne responsable de votre association."),
    ),
    404: (
        mark("Cette page n'existe pas"),
        mark("L'adresse est fausse, ou la page n'est pas pour vous."),
        mark("Revenez à l'accueil."),
    ),
    405: (mark("Cette page n'existe pas"), mark("L'adresse ne se demande pas ainsi."), mark("Revenez à l'accueil.")),
    409: (
        mark("Quelqu'un a changé cela avant vous"),
        mark("Rien de ce que vous avez fait n'est perdu."),
        mark("Rechargez la page, puis recommencez."),
    ),
    413: (mark("Ce fichier est trop gros"), mark("Rien n'a été gardé."), mark("Choisissez un fichier plus petit.")),
    429: (
        mark("Trop d'essais"),
        mark("Par sécurité, il faut attendre un peu."),
        mark("Essayez encore dans quelques minutes."),
    ),
    500: (
        mark("Quelque chose s'est cassé chez nous"),
        mark("Ce n'est pas votre faute. Rien n'est perdu de ce qui était enregistré."),
        mark("Essayez encore dans quelques minutes."),
    ),
    503: (
        mark("Il y a beaucoup de monde"),
        mark("Ce que vous avez envoyé n'a pas été gardé."),
        mark("Attendez une minute, puis envoyez encore."),
    ),
    507: (
        mark("Le disque du serveur est plein"),
        mark("Ce que vous avez envoyé n'a pas été gardé."),
        mark("Gardez votre page ouverte et prévenez votre association."),
    ),
}


_LOST = (
    mark("Connectez-vous d'abord"),
    mark("Ce que vous venez d'envoyer n'a pas pu être gardé."),
    mark("Revenez en arrière : votre page y est souvent encore. Connectez-vous dans un autre onglet, puis envoyez-la."),
)
"""Of a form with a file that cannot wait: said plainly, while the page before still has everything."""


def answer_fault(failure: Exception) -> Any:
    """The answer to whatever went wrong; its status says it to machines, its page to people."""
    heavy = isinstance(failure, RequestEntityTooLarge) or (request.content_length or 0) > (
        request.max_content_length or 0
    )
    if heavy and not _wants_json():
        return _overweight_page()
    return _gone_page() if isinstance(failure, NotFound) and _carries_an_intent() else _answer(failure)


def _answer(failure: Exception) -> Any:
    if isinstance(failure, InternalServerError) and isinstance(failure.original_exception, Exception):
        failure = failure.original_exception  # a commit that failed, after the view
    if isinstance(failure, HTTPException) and failure.code is not None and failure.code < 400:
        return failure
    if isinstance(failure, NotSignedIn | TermsToAccept | DatabaseBusy | AnothersIntent) and _carries_an_intent():
        return _resend_page(failure)
    if isinstance(failure, TermsToAccept) and not _wants_json():
        return redirect(url_for("accounts.terms", next=request.full_path if request.method == "GET" else None), 303)
    if isinstance(failure, NotSignedIn) and request.method == "GET" and not _wants_json():
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)
    if isinstance(failure, SeeingOnly) and not _wants_json():
        return _seeing_page()
    code = _status(failure)
    if code >= 500:
        log.error("fault %s on %s", type(failure).__name__, request.endpoint, exc_info=failure)
    words = (
        _LOST if code == 401 and request.method == "POST" else _FAULTS.get(code, _FAULTS[500 if code >= 500 else 400])
    )
    title, text, what_to_do = (gettext(part) for part in words)
    if _wants_json():
        response = current_app.json.response({"error": title, "what_to_do": what_to_do})
    else:
        actions = [{"url": "/", "label": gettext("Revenir à l'accueil")}]
        response = current_app.make_response(
            render_template(
                "ui/error.html", **_bare_globals(), title=title, text=text, what_to_do=what_to_do, actions=actions
            )
        )
    response.status_code = code
    if code == 503:
        response.headers["Retry-After"] = "30"
    return response


def _seeing_page() -> Any:
    """Who sees as someone else has pressed a button, or asked for a page that is this person's alone."""
    page = render_template("ui/seeing.html", **_bare_globals(), end_url=url_for(END))
    response = current_app.make_response(page)
    response.status_code = 403
    return response


def _overweight_page() -> Any:
    """Files that are too heavy: what to do, and the words that came with them, to be sent again.

    Before anything else: a form that cannot be read says neither who sends it nor what.
    """
    found = weigh(request.environ)
    response = current_app.make_response(
        render_template(
            "ui/overweight.html",
            **_bare_globals(),
            found=found,
            size=max(1, round(found.size / 1_000_000)),
            most=(request.max_content_length or 0) // 1_048_576,
            address=request.full_path.rstrip("?"),
        )
    )
    response.status_code = 413
    response.headers["Cache-Control"] = "no-store"
    return response


def _gone_page() -> Any:
    """What was sent speaks of something that is no longer there for this person; their words are, to be copied."""
    page = render_template("ui/gone.html", **_bare_globals(), words=typed_words(request.form.items(multi=True)))
    response = current_app.make_response(page)
    response.status_code = 404
    response.headers["Cache-Control"] = "no-store"
    return response


def _carries_an_intent() -> bool:
    """Whether someone has sent answers, which must not be lost because a session has ended or a server is busy."""
    lost = any(one.filename for name, one in request.files.items(multi=True) if name != request.form.get("keeps"))
    return request.method == "POST" and not _wants_json() and "intent" in request.form and not lost


def _resend_page(failure: Exception) -> Any:
    """The same form again, under the same intent, with what was joined to it: one signs in beside it, then sends it."""
    code, (text, first) = _RESENT[type(failure)]
    files, name = _joined()
    fields = [one for one in request.form.items(multi=True) if one[0] != "parked"]
    response = current_app.make_response(
        render_template(
            "ui/resend.html",
            **_bare_globals(),
            title=gettext(OTHERS_ANSWERS if isinstance(failure, AnothersIntent) else OWN),
            text=gettext(text),
            first={"label": gettext(first[0]), "url": url_for(first[1])} if first else None,
            address=request.full_path.rstrip("?"),
            fields=[*fields, ("parked", name)] if name else fields,
            files=files,
            are_kept=bool(name),
            field=request.form.get("keeps", ""),
        )
    )
    response.status_code = code
    response.headers["Cache-Control"] = "no-store"
    return response


def _joined() -> tuple[list[str], str]:
    """The names of the files that came with the form, and the name under which they wait; "" when they cannot."""
    found: Platform = current_app.extensions["lms"]
    folder, whose, now = found.settings.data_dir, request.form.get("whose", ""), found.clock()
    files = parked(folder, request.form.get("parked", ""), whose=whose, now=now)
    for one in request.files.getlist(request.form.get("keeps", "")):
        one.stream.seek(0)
        files += [Parked(one.filename, one.read())] if one.filename else []
    return [one.name for one in files], park(folder, files, whose=whose, now=now)


OWN, OTHERS_ANSWERS = mark("Vos réponses sont encore là"), mark("Ces réponses ne sont pas à vous")
_RESENT: Mapping[type[Exception], tuple[int, tuple[str, tuple[str, str] | None]]] = {
    NotSignedIn: (
        401,
        (
            mark("Votre connexion est finie. Connectez-vous, puis revenez ici."),
            (mark("Se connecter"), "accounts.sign_in"),
        ),
    ),
    TermsToAccept: (
        403,
        (mark("Il y a une nouvelle charte. Lisez-la, puis revenez ici."), (mark("Lire la charte"), "accounts.terms")),
    ),
    DatabaseBusy: (503, (mark("Il y a beaucoup de monde. Attendez une minute."), None)),
    AnothersIntent: (
        409,
        (
            mark(
                "Une autre personne a répondu sur cet ordinateur. Rien n'est envoyé sous votre nom. "
                "Cette personne se connecte, puis renvoie ses réponses d'ici."
            ),
            None,
        ),
    ),
}


def _bare_globals() -> dict[str, Any]:
    """For error pages: nothing that reads the database, so that a broken database still gets its page."""
    speech = i18n.speech()
    return {
        "lang": speech.language, "dir": speech.direction, "speech": speech, "viewer": None, "navigation": [], "flashes": [],
        "page_state": {}, "footer_links": [], "zone": "Europe/Paris", "word": lambda name, audience=None: name, "ctx": None, "this_address": "/",
    }  # fmt: skip


def _status(failure: Exception) -> int:
    if isinstance(failure, HTTPException):
        return failure.code or 500
    if isinstance(failure, OperationalError):
        text = str(failure.orig).lower()
        if "full" in text or "no space" in text:
            return 507
        return 503 if any(word in text for word in ("locked", "busy", "deadlock")) else 500
    if isinstance(failure, OSError) and failure.errno == errno.ENOSPC:
        return 507
    known: dict[type[Exception], int] = {
        NotSignedIn: 401,
        TermsToAccept: 403,
        Forbidden: 403,
        SeeingOnly: 403,
        AnothersIntent: 409,
        NotFound: 404,
        DatabaseBusy: 503,
    }
    return known.get(type(failure), 500)


def _wants_json() -> bool:
    return request.path.startswith(("/xapi/", "/outbox", "/api/")) or request.is_json
