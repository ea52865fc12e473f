"""What the tables of courses hold on a person: said to them, and erased."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from lms.contract.types import PersonalData
from lms.courses.folds import DONE
from lms.courses.leaving import END_SAID, PAUSE_REASONS, SAID_REASONS, erase_words
from lms.courses.models import ActivityRow, Cohort, Enrolment, EnrolmentChange, Opening, Progress, ValueConfirmation
from lms.courses.structure import structure
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark

REASONS = {
    "created": mark("a créé son activité"),
    "testing": mark("teste son activité"),
    "employed": mark("a trouvé un emploi"),
    "other_training": mark("suit une autre formation"),
    "chosen_stop": mark("a choisi d'arrêter"),
    "lost_touch": mark("n'a plus donné de nouvelles"),
}
_CHANGES = {
    "entered": mark("Entrée"),
    "moved": mark("Passage à une autre version"),
    "paused": mark("Pause"),
    "returned": mark("Retour de pause"),
    "extended": mark("Dernier jour changé"),
    "end_said": mark("Fin, dite par vous"),
    "ended": mark("Fin, notée par l'équipe"),
    "resumed": mark("Reprise"),
    "skipped": mark("Activités passées"),
    "added": mark("Activités ajoutées"),
    "restored": mark("Activités remises comme pour tout le monde"),
}
EVIDENCE = "evidence"


def held_on(ctx: Context, membership_id: int) -> PersonalData:
    """Enrolments, what happened to them, and where the person stands, as rows that they can read."""
    rows: list[dict[str, Any]] = []
    found = ctx.session.execute(
        select(Enrolment, Cohort.name)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Enrolment.membership_id == membership_id)
        .order_by(Enrolment.id)
    ).all()
    for enrolment, cohort in found:
        rows += _enrolment(ctx, enrolment, cohort)
    confirmed = select(ValueConfirmation).where(ValueConfirmation.confirmed_by_id == membership_id)
    rows += [
        {
            gettext("Information confirmée"): row.text,
            gettext("Le"): row.confirmed_at,
            gettext("Retirée le"): row.withdrawn_at,
        }
        for row in ctx.session.scalars(confirmed.order_by(ValueConfirmation.id))
    ]
    written = select(ActivityRow.title, ActivityRow.edited_at).where(ActivityRow.edited_by_id == membership_id)
    rows += [
        {gettext("Activité que vous avez écrite"): row.title, gettext("Le"): row.edited_at}
        for row in ctx.session.execute(written.order_by(ActivityRow.id))
    ]
    return PersonalData(gettext("Vos parcours"), rows)


def _enrolment(ctx: Context, enrolment: Enrolment, cohort: str) -> list[dict[str, Any]]:
    whole = structure(ctx, enrolment.version_id)
    rows: list[dict[str, Any]] = [
        {
            gettext("Parcours"): whole.title,
            gettext("Version"): whole.number,
            gettext("Groupe"): cohort,
            gettext("Entrée"): enrolment.entered_at,
            gettext("Fin"): enrolment.ended_at,
            gettext("Raison"): gettext(REASONS[enrolment.end_reason]) if enrolment.end_reason in REASONS else "",
            gettext("Numéro qui remplace votre nom"): enrolment.uuid,
        }
    ]
    titles = {key: info.title for key, info in whole.activities.items()}
    changes = select(EnrolmentChange).where(EnrolmentChange.enrolment_id == enrolment.id).order_by(EnrolmentChange.id)
    rows += [_change(one) for one in ctx.session.scalars(changes)]
    openings = select(Opening).where(Opening.enrolment_id == enrolment.id).order_by(Opening.id)
    rows += [
        {
            gettext("Activité ouverte pour vous"): titles.get(one.activity_key, one.activity_key),
            gettext("Le"): one.opened_at,
        }
        for one in ctx.session.scalars(openings)
    ]
    progress = select(Progress).where(Progress.enrolment_id == enrolment.id).order_by(Progress.id)
    return rows + [
        {
            gettext("Activité"): titles.get(one.activity_key, one.activity_key),
            gettext("État"): gettext("fait") if one.status == DONE else gettext("commencé"),
            gettext("Meilleur score"): one.best,
            gettext("Essais"): one.attempts,
            gettext("Première fois"): one.first_at,
            gettext("Dernière fois"): one.last_at,
        }
        for one in ctx.session.scalars(progress)
    ]


def _change(one: EnrolmentChange) -> dict[str, Any]:
    row: dict[str, Any] = {gettext(_CHANGES.get(one.kind, one.kind)): one.at}
    reason = one.detail.get("reason")
    said = SAID_REASONS if one.kind == END_SAID else {**PAUSE_REASONS, **REASONS}
    if reason:
        row[gettext("Raison")] = gettext(said.get(reason, reason))
    if one.words:
        row[gettext("Vos mots")] = one.words
    return row


def erase(ctx: Context, membership_id: int, classes: frozenset[str]) -> None:
    """Enrolments and what hangs on them are evidence; the words that a person wrote go with their account already."""
    ids = list(ctx.session.scalars(select(Enrolment.id).where(Enrolment.membership_id == membership_id)))
    if "account" in classes:
        erase_words(ctx, ids)
    if EVIDENCE not in classes:
        return
    for table in (Progress, Opening, EnrolmentChange):
        ctx.session.execute(delete(table).where(table.enrolment_id.in_(ids)))
    ctx.session.execute(delete(Enrolment).where(Enrolment.id.in_(ids)))
