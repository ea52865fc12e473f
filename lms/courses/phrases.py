"""What a path says in words: modality, deadline, why an activity is closed. No page, no address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lms.courses.learner import CLOSED, DONE, LATE, NOW, OPEN, WAITING, Step, Way
from lms.courses.opening import AFTER, DATE
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark, speech
from lms.kernel.wording import word

ALONE = "asynchronous"
MODALITIES = {
    ALONE: ("phone", mark("à votre rythme")),
    "live_online": ("video", mark("en direct, en ligne")),
    "face_to_face": ("group", mark("sur place")),
    "coaching": ("person", mark("en tête à tête")),
    "work_situation": ("pen", mark("dans votre activité")),
}
_STATES = {
    DONE: mark("fait"),
    NOW: mark("maintenant"),
    OPEN: mark("à faire"),
    LATE: mark("à faire"),
    CLOSED: mark("pas encore ouvert"),
    WAITING: mark("rendu, on vous répond bientôt"),
}
_DAY = "d MMMM"


class Phrases:
    """The words of one reader, looked up once for a whole page."""

    def __init__(self, ctx: Context, way: Way, find_place: Callable[[], str] = str) -> None:
        """`find_place`: where the group meets, asked only for a path that has such a part before it."""
        self.ctx, self.way, self.find_place, self.zone = ctx, way, find_place, ctx.here.timezone
        self.types = ctx.registry.activity_types
        self.place: str | None = None
        self.trainer = word(ctx, "trainer")
        self.states = {state: gettext(text) for state, text in _STATES.items()}
        self.modalities = {name: (icon, gettext(text)) for name, (icon, text) in MODALITIES.items()}

    def item(self, step: Step, base: str) -> dict[str, Any]:
        """An activity for `path_list`; `base` is the address of the path."""
        icon, kind = self.what(step)
        return {
            "state": step.state,
            "title": step.info.title,
            "url": f"{base}/{step.info.key}",
            "icon": icon,
            "kicker": f"{kind} · {self.minutes(step.info.minutes)}",
            "state_label": self.states[step.state],
            "note": self.note(step),
        }

    def what(self, step: Step) -> tuple[str, str]:
        """Icon and word: the modality when there is someone else, else what there is to do."""
        kind = self.types.get(step.info.type)
        if step.info.modality != ALONE or kind is None:
            icon, text = self.modalities[step.info.modality]
            return icon, text[:1].upper() + text[1:]
        return kind.icon, gettext(kind.title)

    def minutes(self, count: int) -> str:
        """An announced duration: `12 min`, `1 h 30`."""
        if count < 60:
            return gettext("%(count)s min") % {"count": count}
        hours, rest = divmod(count, 60)
        return f"{hours} h {rest:02}" if rest else f"{hours} h"

    def note(self, step: Step) -> str:
        """What to know of it: why it is closed, until when, where."""
        parts = [self.closed(step)] if step.state == CLOSED else [self.due(step)]
        if step.info.modality != ALONE and step.state != DONE:
            parts.append(self.where(step))
        if step.info.optional:
            parts.append(gettext("si vous voulez"))
        return " · ".join(part for part in parts if part)

    def where(self, step: Step) -> str:
        """Where a part with someone takes place."""
        if step.info.modality != "face_to_face":
            return ""
        if self.place is None:
            self.place = self.find_place()
        return self.place or gettext("lieu à fixer")

    def due(self, step: Step) -> str:
        """Until when."""
        if step.due_at is None or step.state in (DONE, WAITING):
            return ""
        day = speech().day(step.due_at, self.zone, _DAY)
        text = gettext("prévu pour le %(day)s, encore possible") if step.is_late else gettext("pour le %(day)s")
        return text % {"day": day}

    def closed(self, step: Step) -> str:
        """Why it is closed, and what opens it."""
        if step.door.because == DATE and step.door.at is not None:
            return gettext("s'ouvre le %(day)s") % {"day": speech().day(step.door.at, self.zone, _DAY)}
        before = self.way.waits_for(step)
        if step.door.because == AFTER and before is not None:
            return gettext("après « %(title)s »") % {"title": before.title}
        return gettext("quand votre %(trainer)s l'ouvre") % {"trainer": self.trainer}

    def week(self) -> str:
        """Semaine 3 sur 8; nothing once the planned weeks are over: nobody is scolded."""
        if not 0 < self.way.week <= self.way.weeks:
            return ""
        return gettext("Semaine %(week)s sur %(weeks)s") % {"week": self.way.week, "weeks": self.way.weeks}

    def stops(self) -> str:
        """What stands still, in words: a pause, an end that was said, an end; nothing while one goes on."""
        course, enrolment = word(self.ctx, "course"), self.way.enrolment
        if enrolment is None:
            return ""
        if enrolment.ended_at is not None:
            return gettext("Votre %(course)s est terminé. Vous pouvez tout relire.") % {"course": course}
        if enrolment.said_reason:
            return gettext("Vous nous avez dit que c'est fini. Vous pouvez tout relire.")
        return gettext("Votre %(course)s est en pause.") % {"course": course} if enrolment.paused_at else ""

    def kicker(self, step: Step) -> str:
        """What stands above the next act."""
        return " · ".join(part for part in (self.week(), self.minutes(step.info.minutes)) if part)
