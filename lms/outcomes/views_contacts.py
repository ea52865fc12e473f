"""Staff pages: news to ask for, one contact with its link, what waits."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, request, url_for
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from lms.accounts.api import PersonInfo, addressee, person
from lms.contract.waits import Wait, WaitKind
from lms.courses.api import END_WORDS
from lms.kernel.context import Context
from lms.kernel.downloading import send_sheet
from lms.kernel.i18n import gettext, mark
from lms.kernel.sheets import Column, Sheet
from lms.kernel.web import flash, go, go_back, guarded, page_number, pager, render
from lms.outcomes.data import NOTED, SITUATIONS
from lms.outcomes.forms import address_of, said_in_form
from lms.outcomes.letters import WHEN, news_message
from lms.outcomes.models import Contact
from lms.outcomes.operations import (
    NoConsent,
    NoLongerOpens,
    erase_answer,
    note_answer,
    note_help,
    note_missed,
    note_refused,
    show_link,
)
from lms.outcomes.permissions import READ, READ_RATES, WRITE
from lms.outcomes.queries import (
    ALL,
    ANSWERED,
    CLOSED,
    MISSED,
    OPEN,
    REFUSED,
    SENT,
    TO_MAKE,
    answer_to,
    calls_to_make,
    contact_list,
    contact_row,
    contacts_of_person,
    everyone_asked,
    help_asked,
    is_open,
)

bp = Blueprint("outcomes", __name__)
STATES = {
    ANSWERED: mark("a répondu"),
    REFUSED: mark("ne veut plus être contacté"),
    MISSED: mark("pas joint"),
    CLOSED: mark("sans réponse, délai passé"),
    TO_MAKE: mark("à appeler"),
    SENT: mark("e-mail envoyé"),
}


@bp.get("/suites")
@guarded(READ)
def contacts(ctx: Context) -> str:
    """News to ask for, and all that were."""
    which = ALL if request.args.get("voir") == "tout" else OPEN
    listed = contact_list(ctx, which=which, number=page_number())
    kept = {"voir": "tout"} if which == ALL else {}
    seen = {"which": which, "page": pager(listed, **kept), "reads_rates": ctx.holds(READ_RATES)}
    return render("outcomes/contacts.html", listed=listed, **seen, **_words())


@bp.get("/suites/liste.<form>")
@guarded(READ)
def contacts_file(ctx: Context, form: str) -> FlaskResponse:
    """Every contact, for a spreadsheet."""
    return send_sheet(Sheet("suites", mark("Suites"), _columns(_words()), everyone_asked(ctx)), form)


def _columns(words: dict[str, dict[Any, str]]) -> list[Column]:
    return [
        Column(mark("Personne"), lambda line: line.name, 28),
        Column(mark("Groupe"), lambda line: line.cohort, 28),
        Column(mark("Quand"), lambda line: words["when"][line.month]),
        Column(mark("Le"), lambda line: line.due_on),
        Column(mark("État"), lambda line: words["states"][line.state]),
        Column(mark("Réponse"), lambda line: words["noted"].get(line.situation)),
        Column(mark("Demande de l’aide"), lambda line: gettext("oui") if line.needs_help else ""),
    ]


@bp.get("/suites/<string(length=10):key>")
@guarded(READ)
def contact(ctx: Context, key: str) -> str:
    """One contact: what to say, what was answered."""
    row = contact_row(ctx, key)
    may = {"write": ctx.holds(WRITE, on=row), "send": row.shown_at is not None and is_open(row, ctx.now)}
    seen = {"row": row, "answer": answer_to(ctx, row.id), "person": person(ctx, row.membership_id)}
    link = _link(ctx, row) if may["write"] and may["send"] else {}
    return render("outcomes/contact.html", **seen, **link, may=may, is_open=is_open(row, ctx.now), **_words())


def _link(ctx: Context, row: Contact) -> dict[str, Any]:
    """The link as text for a message, and as a square to scan."""
    reader, address = addressee(ctx, row.membership_id), address_of(row.key)
    said = {"given_name": reader.given_name, "organisation": ctx.here.name, "language": reader.language}
    qr = segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=2, light="#fff")
    return {"address": address, "message": news_message(**said, address=address), "qr": str(qr)}


def _words() -> dict[str, dict[Any, str]]:
    return {
        "when": {month: gettext(text) for month, text in WHEN.items()},
        "states": {code: gettext(text) for code, text in STATES.items()},
        "noted": {code: gettext(text) for code, text in NOTED.items()},
        "situations": {code: gettext(text) for code, text in SITUATIONS.items()},
    }


@bp.post("/suites/<string(length=10):key>/lien")
@guarded(WRITE)
def post_link(ctx: Context, key: str) -> Response:
    """Take the link to pass it on."""
    try:
        show_link(ctx, contact=contact_row(ctx, key))
    except NoLongerOpens:
        flash(gettext("Cette personne a déjà répondu."), "warn")
    return go(".contact", key=key, _anchor="lien")


@bp.post("/suites/<string(length=10):key>/reponse")
@guarded(WRITE)
def post_answer(ctx: Context, key: str) -> Response:
    """Write down what the person said."""
    try:
        note_answer(ctx, contact=contact_row(ctx, key), said=said_in_form())
        flash(gettext("La réponse est notée."))
    except NoLongerOpens:
        flash(gettext("Cette personne n'a plus de compte ici : rien n'est gardé."), "warn")
    except NoConsent:
        flash(gettext("Demandez d'abord à la personne si elle est d'accord : sans cela, rien n'est gardé."), "warn")
    return go(".contact", key=key)


@bp.post("/suites/<string(length=10):key>/pas-joint")
@guarded(WRITE)
def post_missed(ctx: Context, key: str) -> Response:
    """The person was not reached, or wants no more questions."""
    note = note_refused if "stop" in request.form else note_missed
    note(ctx, contact=contact_row(ctx, key))
    flash(gettext("C'est noté."))
    return go_back(".contacts")


@bp.post("/suites/<string(length=10):key>/aide")
@guarded(WRITE)
def post_help(ctx: Context, key: str) -> Response:
    """Who asked for help was called back."""
    note_help(ctx, contact=contact_row(ctx, key))
    flash(gettext("C'est noté : vous avez rappelé."))
    return go_back(".contact", key=key)


@bp.post("/suites/<string(length=10):key>/effacer")
@guarded(WRITE)
def post_erased(ctx: Context, key: str) -> Response:
    """Erase someone's words or answer, as they ask."""
    erase_answer(ctx, contact=contact_row(ctx, key), is_whole="whole" in request.form)
    flash(gettext("C'est effacé."))
    return go(".contact", key=key)


def person_panel(ctx: Context, subject: PersonInfo) -> str:
    """On a person's page: news after their paths."""
    found = contacts_of_person(ctx, subject.membership_id) if ctx.holds(READ) else []
    reasons = {code: gettext(text) for code, text in END_WORDS.items()}
    return render("outcomes/person_panel.html", found=found, reasons=reasons, **_words()) if found else ""


# -------------------------------------------------------------------------------------------------------- what waits


def _wait(row: Any, kind: str, title: str, harm: float, minutes: int) -> Wait:
    name = f"{row.given_name} {row.family_name}".strip()
    return Wait(
        key=f"{kind}:{row.key}",
        title=title % {"name": name},
        detail=gettext(WHEN[row.month]),
        since=row.given_at or row.made_at,
        harm=harm,
        minutes=minutes,
        url=url_for("outcomes.contact", key=row.key),
        membership_id=row.membership_id,
    )


def _calls(ctx: Context) -> list[Wait]:
    if not ctx.holds(WRITE):
        return []
    title = gettext("Prendre des nouvelles de %(name)s")
    return [_wait(row, "news", title, 0.2, 5) for row in calls_to_make(ctx)]


def _helps(ctx: Context) -> list[Wait]:
    if not ctx.holds(WRITE):
        return []
    title = gettext("%(name)s demande de l'aide après son parcours")
    return [_wait(row, "help", title, 2.0, 10) for row in help_asked(ctx)]


def missed_form(_ctx: Context, wait: Wait) -> str:
    """In place: called, and nobody answered."""
    return render("outcomes/wait_missed.html", key=wait.key.partition(":")[2])


def help_form(_ctx: Context, wait: Wait) -> str:
    """In place: called back."""
    return render("outcomes/wait_help.html", key=wait.key.partition(":")[2])


WAIT_KINDS = (
    WaitKind("outcomes.help", mark("Aide demandée après le parcours"), "phone", _helps, help_form),
    WaitKind("outcomes.news", mark("Nouvelles à prendre"), "phone", _calls, missed_form),
)
