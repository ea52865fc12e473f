"""What outcomes add to a bundle, for each person: pauses, extensions, the end as said and as noted, the news since."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import StringIO

from sqlalchemy import select

from lms.accounts.api import members
from lms.contract.types import EvidenceFile, EvidenceProvider
from lms.courses.api import END_WORDS, PAUSE_REASONS, SAID_REASONS, changes, enrolments_by_id
from lms.kernel.clock import local_day
from lms.kernel.context import Context
from lms.outcomes.data import NOTED
from lms.outcomes.letters import WHEN
from lms.outcomes.models import Answer, Contact
from lms.outcomes.queries import contacts_of

_KINDS = {
    "entered": "Entrée dans le groupe",
    "moved": "Passage à une autre version du parcours",
    "paused": "Pause",
    "returned": "Retour de pause",
    "extended": "Dernier jour changé",
    "end_said": "Fin, dite par la personne",
    "ended": "Fin, notée par l'équipe",
    "resumed": "Reprise du parcours",
    "skipped": "Activité passée, sur proposition",
    "added": "Activité ajoutée, sur proposition",
    "restored": "Activité remise comme avant",
}
Line = tuple[datetime, str, str, str]
"""When, what, by whom, with what."""


def follow_ups(ctx: Context, enrolment_ids: Sequence[int]) -> Iterator[EvidenceFile]:
    """One table a person, in the order of time; none for who has only entered. The words that people wrote stay out."""
    for enrolment_id in enrolment_ids:
        lines = sorted([*_changes(ctx, enrolment_id), *_contacts(ctx, enrolment_id)], key=lambda line: line[0])
        if any(what != _KINDS["entered"] for _at, what, _who, _detail_said in lines):
            yield EvidenceFile("pauses-fin-et-suites.csv", [_table(lines, ctx.here.timezone)])


def _changes(ctx: Context, enrolment_id: int) -> Iterator[Line]:
    change = changes(ctx).subquery()
    query = select(change).where(change.c.enrolment_id == enrolment_id).order_by(change.c.change_id)
    rows = ctx.session.execute(query).all()
    entered_at = enrolments_by_id(ctx, [enrolment_id])[enrolment_id].entered_at
    names = members(ctx, {row.by_id for row in rows if row.by_id is not None})
    for row in rows:
        who = names[row.by_id].name if row.by_id in names else "Tremplin"
        # Someone may be written down days after they came.
        at = min(row.at, entered_at) if row.kind == "entered" else row.at
        yield at, _KINDS.get(row.kind, row.kind), who, _detail(row.kind, row.detail)


def _detail(kind: str, detail: dict[str, object]) -> str:
    reason = str(detail.get("reason") or "")
    said = {"paused": PAUSE_REASONS, "end_said": SAID_REASONS, "ended": END_WORDS}
    if kind in said:
        return said[kind].get(reason, reason)
    if kind == "returned":
        return f"{detail.get('days', 0)} jours de pause"
    return f"jusqu'au {detail['until']}" if kind == "extended" else ""


def _contacts(ctx: Context, enrolment_id: int) -> Iterator[Line]:
    for contact, answer in contacts_of(ctx, [enrolment_id]):
        how = "par e-mail" if contact.sent_to else "par téléphone ou message"
        yield contact.made_at, f"Nouvelles demandées, {WHEN[contact.month]}", "Tremplin", how
        yield from _heard(contact, answer)


def _heard(contact: Contact, answer: Answer | None) -> Iterator[Line]:
    if contact.missed_at is not None:
        yield contact.missed_at, "Personne pas jointe", "l'équipe", ""
    if contact.refused_at is not None:
        yield contact.refused_at, "Ne veut plus être contactée", "la personne", ""
    if answer is None:
        return
    who = "la personne" if answer.noted_by_id is None else "l'équipe, d'après la personne"
    asks = " ; demande de l'aide" if answer.needs_help else ""
    yield answer.given_at, f"Réponse, {WHEN[contact.month]}", who, f"{NOTED[answer.situation]}{asks}"
    if answer.helped_at is not None:
        yield answer.helped_at, "Aide donnée après le parcours", "l'équipe", ""


def _table(lines: Sequence[Line], zone: str) -> bytes:
    target = StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Date", "Fait", "Par", "Détail"])
    for at, what, who, detail in lines:
        cells = (local_day(at, zone).isoformat(), what, who, detail)
        # A spreadsheet would run what begins like a formula.
        writer.writerow([f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell for cell in cells])
    return target.getvalue().encode("utf-8-sig")


PROVIDERS = (
    EvidenceProvider("outcomes.follow_up", "Pauses, fin du parcours et nouvelles depuis", (10, 12), follow_ups),
)
