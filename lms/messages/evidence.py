"""Help asked and given, per person: dates, delays, who answered. Never a word of what was said."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from lms.accounts.api import members
from lms.contract.types import EvidenceFile, EvidenceProvider
from lms.courses.api import enrolments_by_id
from lms.kernel.context import Context
from lms.messages.folds import RULE, Help
from lms.messages.phrases import delay_words
from lms.messages.queries import helps_of

HEADER = ("demandé le", "où", "répondu le", "délai", "délai en heures", "répondu par")
_INDICATORS = (10, 12, 19)
"""Accompaniment and follow-up; commitment of the people; help at a distance."""


def help_files(ctx: Context, enrolment_ids: Sequence[int]) -> Iterator[EvidenceFile]:
    """`aide.csv`, for who asked for help or was given some."""
    for one in enrolments_by_id(ctx, enrolment_ids).values():
        found = helps_of(ctx, [one.uuid])
        if found:
            yield EvidenceFile("aide.csv", [_table(ctx, found).encode("utf-8-sig")])


def _table(ctx: Context, found: Sequence[tuple[str, Help]]) -> str:
    names = members(ctx, {one.by_id for _place, one in found if one.by_id is not None})
    zone = ZoneInfo(ctx.here.timezone)
    target = io.StringIO()
    rows = csv.writer(target, delimiter=";", lineterminator="\r\n")
    rows.writerow(HEADER)
    for place, one in found:
        known = names.get(one.by_id or 0)
        hours = f"{one.delay.total_seconds() / 3600:.1f}".replace(".", ",") if one.delay is not None else ""
        rows.writerow(
            [
                _moment(one.asked_at, zone) or "(aide donnée sans être demandée)",
                place,
                _moment(one.given_at, zone) or "(pas encore)",
                delay_words(one.delay) if one.delay is not None else "",
                hours,
                known.name if known else "",
            ]
        )
    rows.writerow([])
    rows.writerow([f"Règle {RULE} : de la première demande à la première réponse. Le contenu des messages n'est pas dans ce dossier."])  # fmt: skip
    return target.getvalue()


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d/%m/%Y %H:%M}" if at else ""


PROVIDERS = (EvidenceProvider("messages.help", "Aide demandée et aide donnée", _INDICATORS, help_files),)
