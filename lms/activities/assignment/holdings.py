"""What the tables of works hold on a person: said to them."""

from __future__ import annotations

from sqlalchemy import select

from lms.activities.assignment.models import Piece, Work
from lms.activities.assignment.works import stories
from lms.contract.types import PersonalData
from lms.courses.api import MARK_WORDS
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.media import media_infos, personal_files


def held_on(ctx: Context, membership_id: int) -> PersonalData:
    """Works, versions, what was sent with them and what was said of them, as rows that the person can read."""
    works = stories(ctx, ctx.session.scalars(select(Work).where(Work.membership_id == membership_id).order_by(Work.id)))
    rows: list[dict[str, object]] = []
    for work in works:
        for version in work.versions:
            rows.append(
                {
                    gettext("Travail"): work.title,
                    gettext("Envoi n°"): version.number,
                    gettext("Rendu le"): version.handed_at,
                    gettext("Par"): version.by,
                    gettext("Texte"): version.text,
                    gettext("Photos, voix, fichiers"): ", ".join(one.name for one in version.media),
                }
            )
            rows += [
                {
                    gettext("Réponse sur le travail"): work.title,
                    gettext("Envoi n°"): version.number,
                    gettext("De"): grade.by,
                    gettext("Le"): grade.at,
                    gettext("Points regardés"): ", ".join(gettext(MARK_WORDS[one]) for one in grade.marks.values()),
                    gettext("Commentaire"): grade.comment,
                    gettext("Photos, voix, fichiers"): ", ".join(one.name for one in grade.voices),
                }
                for grade in version.grades
            ]
    pieces = ctx.session.scalars(select(Piece).where(Piece.membership_id == membership_id).order_by(Piece.id)).all()
    loose = [one.media_id for one in pieces if one.version_id is None and one.grade_id is None]
    rows += [{gettext("Envoyé, et pas encore rendu"): one.name} for one in media_infos(ctx, loose).values()]
    return PersonalData(gettext("Vos travaux"), rows, personal_files(ctx, [one.media_id for one in pieces]))
