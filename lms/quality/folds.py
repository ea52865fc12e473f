"""The follow-up of remote activities, as a pure rule over figures (Code du travail, D6313-3-1; indicator 19)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from lms.courses.api import days_between
from lms.kernel.clock import local_day
from lms.quality.data import FollowUp, Line

RULE = 2
"""Version of this rule: 1 knew no pauses."""
NOT_STARTED, ONGOING, PAUSED, TO_REMIND = "non démarré", "en cours", "en pause", "à relancer"
EFFECTIVE, INCOMPLETE = "suivi effectif", "incomplet"
WORDS = (NOT_STARTED, ONGOING, PAUSED, TO_REMIND, EFFECTIVE, INCOMPLETE)


def follow_up(
    lines: Sequence[Line],
    *,
    ended_at: datetime | None,
    now: datetime,
    quiet_days: int,
    zone: str,
    stops: Sequence[tuple[date, date]] = (),
    is_paused: bool = False,
) -> FollowUp:
    """One word on remote activities. Opening a page counts for nothing here: only what was done or assessed does.

    `stops`: the pauses, as first day and day of the return; their days are not silence.
    """
    expected = [line for line in lines if not line.is_optional]
    missing = sum(not line.is_done for line in expected)
    moments = [line.last_at for line in lines if line.last_at is not None]
    if not moments:
        return _said(NOT_STARTED, "Aucune activité à distance n'est commencée.")
    if all(line.is_done for line in expected or lines):
        return _finished(expected)
    if ended_at is not None and ended_at <= now:
        return _said(INCOMPLETE, f"L'inscription est terminée ; {_left(missing)}.")
    if is_paused:
        return _said(PAUSED, f"La personne est en pause ; {_left(missing)}.")
    quiet = days_between(local_day(max(moments), zone), local_day(now, zone), stops)
    if quiet > quiet_days:
        return _said(TO_REMIND, f"Sans activité depuis {quiet} jours (plus de {quiet_days}) ; {_left(missing)}.")
    return _said(ONGOING, f"Dernière activité il y a {quiet} jour{'s' if quiet > 1 else ''} ; {_left(missing)}.")


def _finished(expected: Sequence[Line]) -> FollowUp:
    if not expected:
        return _said(INCOMPLETE, "Aucune activité à distance n'est attendue : le suivi ne peut pas être effectif.")
    if any(line.attempts or line.best is not None for line in expected):
        return _said(EFFECTIVE, "Toutes les activités attendues sont faites, et au moins une a été évaluée.")
    return _said(INCOMPLETE, "Toutes les activités attendues sont faites, mais aucune n'a été évaluée.")


def _left(missing: int) -> str:
    if not missing:
        return "rien d'attendu ne manque"
    return "une activité attendue reste à faire" if missing == 1 else f"{missing} activités attendues restent à faire"


def _said(word: str, why: str) -> FollowUp:
    return FollowUp(word, why, RULE)
