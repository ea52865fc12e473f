"""What pages say of messages: hours, days, delays, first words, refusals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from lms.kernel.i18n import gettext, mark, ngettext, speech
from lms.messages.data import Bubble
from lms.messages.models import CLOSED, REOPENED, SAID

FIRST_WORDS = 60
REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "empty": mark("Écrivez quelques mots, ou joignez une photo ou votre voix."),
        "long": mark("Ce message est trop long : faites-en deux."),
        "gone": mark("Cette personne n'a plus de compte ici : on ne peut plus lui écrire. Ce qui a été dit reste."),
        "sent_already": mark("Cette réponse est déjà partie."),
        "waiting": mark("La personne attend une réponse : répondez d'abord, ou dites qu'il n'y a rien à répondre."),
        "not_theirs": mark("Cette personne ne peut pas prendre la suite : choisissez quelqu'un d'autre."),
        "already": mark("C'est déjà la personne qui répond."),
        "no_handover": mark("Cette demande n'existe plus : quelqu'un y a répondu, ou elle a été retirée."),
    }
)
_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")


@dataclass(frozen=True, slots=True)
class Line:
    """A message as a page draws it, every word ready: a template that asks for nothing draws fifty of them fast."""

    day: str
    """"" when the one before on the page is of the same day."""
    html: Markup
    said: str
    """Who, at what hour, and for an answer how long it took; of an event: what happened."""
    moment: str
    bubble: Bubble


def shown(bubbles: tuple[Bubble, ...], now: datetime, zone: str) -> Iterator[Line]:
    """Messages as a page draws them: days in words once, hours in digits, addresses that open."""
    place = ZoneInfo(zone)
    today, me, before = now.astimezone(place).date(), gettext("Vous"), None
    for one in bubbles:
        local = one.sent_at.astimezone(place)
        day = "" if local.date() == before else day_words(local.date(), today)
        before, hour = local.date(), f"{local.hour:02}:{local.minute:02}"
        said = f"{me if one.is_mine else one.author}, {hour}" if one.kind == SAID else f"{_event_words(one)} {hour}"
        if one.waited_since:
            delay = delay_words(one.sent_at - one.waited_since)
            said += " · " + gettext("répondu en %(delay)s") % {"delay": delay}
        yield Line(day, as_html(one.text), said, local.isoformat(timespec="minutes"), one)


def _event_words(one: Bubble) -> str:
    """What happened to the thread."""
    if one.kind == REOPENED:
        return gettext("La conversation est rouverte.")
    if one.kind == CLOSED:
        mine, theirs = gettext("Vous avez fermé la conversation."), gettext("%(name)s a fermé la conversation.")
    else:
        mine, theirs = (
            gettext("Vous répondez à partir de maintenant."),
            gettext("%(name)s répond à partir de maintenant."),
        )
    return mine if one.is_mine else theirs % {"name": one.author}


def day_words(day: date, today: date) -> str:
    """A day as people say it."""
    if day == today:
        return gettext("Aujourd'hui")
    if day == today - timedelta(days=1):
        return gettext("Hier")
    return speech().day(day)


def short_moment(moment: datetime, now: datetime, zone: str) -> str:
    """In a list: the hour today, else the day."""
    local, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    return gettext("hier") if local.date() == today - timedelta(days=1) else speech().day(local.date(), form="d MMM")


def delay_words(delay: timedelta) -> str:
    """A delay in its largest unit: 12 min, 3 h, 2 jours."""
    minutes = max(1, round(delay.total_seconds() / 60))
    if minutes < 60:
        return gettext("%(minutes)s min") % {"minutes": minutes}
    if minutes < 48 * 60:
        return gettext("%(hours)s h") % {"hours": round(minutes / 60)}
    days = round(minutes / 1440)
    return ngettext("%(num)s jour", "%(num)s jours", days) % {"num": days}


def first_words(text: str, most: int = FIRST_WORDS) -> str:
    """The beginning of a message, on one line, cut between two words."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[:most].rsplit(" ", 1)[0] + " …"


def as_html(text: str) -> Markup:
    """What someone wrote, safe; line ends are kept by the style, and addresses open."""
    if "://" not in text:
        return escape(text)
    parts, at = [], 0
    for found in _ADDRESS.finditer(text):
        address = escape(found.group())
        parts += [
            escape(text[at : found.start()]),
            Markup('<a href="{0}" rel="noopener noreferrer">{0}</a>').format(address),
        ]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])
