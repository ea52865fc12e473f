"""The edge of uploads: what a form sent, prepared before the transaction; what waits for its next sending; what a page sends back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask import Response, after_this_request, request, send_file

from lms.kernel.context import Context
from lms.kernel.files import FileRow, path_of
from lms.kernel.i18n import gettext, mark
from lms.kernel.media import MediaRefused, MediaRow, Prepared, media_file, prepare
from lms.kernel.parking import Parked, forget, park, parked
from lms.kernel.web import end_transaction, flash, platform, whose

MOST_AT_ONCE = 10
SHOWN_IN_PAGE = ("image/", "audio/", "video/", "application/pdf", "text/vtt")
SENTENCES = {
    "empty": mark("Ce fichier est vide : choisissez-en un autre."),
    "large": mark("Ce fichier est trop lourd (20 Mo au plus)."),
    "waited": mark("Ce que vous avez joint a attendu trop longtemps, et n’est plus là : choisissez-le encore une fois."),
    "too_many": mark("Envoyez dix fichiers au plus à la fois."),
    "too_much": mark("Ce fichier n’a pas pu être lu : il est trop lourd ou abîmé. Essayez avec un autre."),
    "photo_kind": mark("Ce n’est pas une photo que nous savons lire. Essayez avec une photo JPEG ou PNG."),
    "photo_broken": mark("La photo est abîmée ou n’est pas arrivée en entier : envoyez-la encore une fois."),
    "photo_large": mark("Cette photo est trop grande : reprenez-la en plus petit."),
    "voice_kind": mark("Ce message vocal n’a pas pu être lu : il est coupé, ou d’une sorte que nous ne connaissons pas. Enregistrez-le encore une fois."),
    "voice_is_video": mark("C’est une vidéo : enregistrez plutôt votre voix."),
    "voice_long": mark("Le message vocal dure plus de dix minutes : faites-en deux."),
    "voice_empty": mark("On n’entend rien dans le message vocal : enregistrez-le encore une fois."),
    "file_kind": mark("Ce genre de fichier n’est pas accepté. Prenez un PDF, un texte ou un tableur (docx, odt, xlsx, ods)."),
    "file_broken": mark("Le fichier est abîmé : ouvrez-le et enregistrez-le encore une fois."),
    "file_macros": mark("Ce fichier contient des macros (de petits programmes) : enregistrez-le sans macros, ou en PDF."),
    "file_bomb": mark("Ce fichier est trop lourd une fois ouvert."),
    "photo_not_wanted": mark("Ici, on n’envoie pas de photo."),
    "voice_not_wanted": mark("Ici, on n’envoie pas de message vocal."),
    "video_not_wanted": mark("C’est une vidéo : ici, on envoie une photo."),
    "file_not_wanted": mark("Ce n’est pas une photo."),
}  # fmt: skip


CUT = mark(
    "Le message vocal est arrivé coupé : on entend %(seconds)s secondes. Écoutez-le. S’il manque quelque chose, envoyez-le encore."
)


def sentence(refused: MediaRefused) -> str:
    """What to say of a refusal, with the name of the file."""
    text = gettext(SENTENCES[refused.reason])
    return f"« {refused.name} » : {text}" if refused.name else text


def sent_media(field: str, accepts: Collection[str]) -> list[Prepared]:
    """The media that a form sent, prepared. It ends the request's transaction first: take `web.context()` again after it.

    What waited from an earlier sending comes with it (`lms.kernel.parking`). Raises `MediaRefused` for the first that cannot
    be taken.
    """
    sent, waiting = [one for one in request.files.getlist(field) if one.filename], _waiting()
    if len(sent) + len(waiting) > MOST_AT_ONCE:
        raise MediaRefused("too_many")
    end_transaction()
    found = [prepare(one.name, one.data, accepts=accepts) for one in waiting]
    found += [prepare(one.filename or "", one.read(), accepts=accepts) for one in sent]
    for one in found:
        if one.is_cut:
            flash(gettext(CUT) % {"seconds": round(one.seconds or 0)}, "warn")
    return found


def _waiting() -> list[Parked]:
    name, folder = request.form.get("parked", ""), platform().settings.data_dir
    if not name:
        return []
    found = parked(folder, name, whose=request.form.get("whose", ""), now=platform().clock())
    if not found:
        raise MediaRefused("waited")

    @after_this_request
    def taken(response: Response) -> Response:
        if response.status_code < 400:
            forget(folder, name)
        return response

    return found


@dataclass(frozen=True, slots=True)
class Kept:
    """What waits for the next sending of a form: its name (see `lms.kernel.parking`; "" when it could not be kept) and its files."""

    name: str
    files: tuple[str, ...]


def kept_again(field: str, refused: Exception | None = None) -> Kept | None:
    """For the page that answers a form that was not taken: what was joined to it, but for the file that was refused."""
    folder, made_for, now = platform().settings.data_dir, request.form.get("whose", ""), platform().clock()
    found = parked(folder, request.form.get("parked", ""), whose=made_for, now=now)
    for one in request.files.getlist(field):
        one.stream.seek(0)
        found += [Parked(one.filename, one.read())] if one.filename else []
    wrong = refused.name if isinstance(refused, MediaRefused) else ""
    good = [one for one in found if one.data and not (wrong and one.name.endswith(wrong))]
    return Kept(park(folder, good, whose=made_for, now=now), tuple(one.name for one in good)) if good else None


def kept_files(rows: Collection[FileRow]) -> Kept | None:
    """The same for files that were kept, before they are forgotten: what is taken back stands in its form again."""
    folder = platform().settings.data_dir
    found = [Parked(row.name, path_of(folder, row).read_bytes()) for row in rows]
    name = park(folder, found, whose=whose(), now=platform().clock())
    return Kept(name, tuple(one.name for one in found)) if found else None


def send_media(ctx: Context, row: MediaRow | int, *, small: bool = False) -> Response:
    """The bytes of a medium. The caller has asked for the right of what holds it."""
    media_id = row if isinstance(row, int) else row.id
    response = send_kept(media_file(ctx, media_id, small=small))
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def send_kept(found: FileRow, name: str | None = None) -> Response:
    """A kept file: shown in the page where browsers can, else downloaded."""
    return send_file(
        path_of(platform().settings.data_dir, found),
        mimetype=found.media_type,
        as_attachment=not found.media_type.startswith(SHOWN_IN_PAGE),
        download_name=name or found.name,
        conditional=True,
        etag=found.sha256,
    )
