"""How documents say figures, in French: a time that is unknown is said so, a share has its two numbers."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from lms.kernel.i18n import speaking
from lms.quality.data import Line

UNKNOWN = "inconnu"
NOTHING = "—"
MODALITIES = {
    "asynchronous": "à distance, à son rythme",
    "live_online": "à distance, en direct",
    "face_to_face": "en présence",
    "coaching": "accompagnement individuel",
    "work_situation": "en situation de travail",
}
STATES = {"acquired": "acquis", "expired": "arrivé à échéance", "begun": "commencé", "not_yet": "pas encore"}


def day(moment: datetime | None, zone: str) -> str:
    """3 novembre 2026."""
    with speaking("fr") as speech:
        return speech.day(moment, zone) if moment else NOTHING


def short_day(moment: datetime | None, zone: str) -> str:
    """03/11/2026."""
    with speaking("fr") as speech:
        return speech.day(moment, zone, "dd/MM/y") if moment else NOTHING


def clock_time(moment: datetime, zone: str) -> str:
    """3 novembre 2026, 14:05."""
    with speaking("fr") as speech:
        return speech.moment(moment, zone)


def duration(seconds: float | None) -> str:
    """1 h 12 min; less than a minute in seconds; "inconnu" when no statement carries a time."""
    if seconds is None:
        return UNKNOWN
    if seconds < 60:
        return f"{round(seconds)} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes:02d}" if minutes else f"{hours} h"


def decimal_hours(seconds: float) -> str:
    """1,20 h: funders read hundredths."""
    return f"{seconds / 3600:.2f} h".replace(".", ",")


def share(value: float | None) -> str:
    """80 %."""
    return NOTHING if value is None else f"{round(value * 100)} %"


def state(line: Line) -> str:
    """Consulted and done are two facts: a page that was opened is not an activity done."""
    if line.is_done:
        return "faite"
    if not line.status:
        return "pas commencée"
    return "commencée, pas faite" if line.attempts else "consultée, pas faite"


def presence(line: Line) -> str:
    """A meeting counts when someone of the staff says so; without it nothing is known, not even an absence."""
    return "présence validée" if line.is_done else "non validée"


def known_time(lines: tuple[Line, ...]) -> tuple[float | None, int]:
    """(active time proven, how many begun activities have an unknown time)."""
    begun = [line for line in lines if line.status]
    known = [line.seconds for line in begun if line.seconds is not None]
    return (sum(known) if known else None), len(begun) - len(known)


def active_time(lines: tuple[Line, ...]) -> str:
    """The active time proven, "inconnu", or that nothing is begun."""
    seconds, unknown = known_time(lines)
    return duration(seconds) if seconds is not None or unknown else "rien n'est commencé"


def counted(number: int, one: str, many: str) -> str:
    """3 personnes."""
    return f"{number} {one if number < 2 else many}"


def slug(text: str) -> str:
    """A name as a file is called: ASCII letters, digits and dashes, never empty, never a path."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss"))
    plain = re.sub(r"[^a-z0-9]+", "-", "".join(c for c in folded if not unicodedata.combining(c))).strip("-")
    return plain[:60].strip("-") or "personne"
