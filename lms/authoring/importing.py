"""A text that someone has already written, as lessons to look at before they enter a draft. Run as a job, with progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from lms.authoring.documents import UnreadableDocument, read_docx, read_odt
from lms.authoring.lessons import Import, lessons_of
from lms.authoring.trees import Document, read_html
from lms.courses.api import writing
from lms.kernel.context import Context
from lms.kernel.files import FileRow, keep_file, path_of
from lms.kernel.i18n import gettext, mark
from lms.kernel.jobs import DONE, JobRow, RunningJob, own_job
from lms.kernel.media import PHOTO, MediaRefused, Prepared, prepare
from lms.kernel.platform import Platform
from lms.kernel.rights import NotFound

IMPORT = "authoring.import"
READERS = {"docx": read_docx, "odt": read_odt}
MOST_LESSONS = 300
_AT_ONCE = 2
LOST = {
    "picture": (mark("une image qui n’a pas pu être lue"), mark("%(num)s images qui n’ont pas pu être lues")),
    "formula": (mark("une formule"), mark("%(num)s formules")),
    "object": (mark("un objet (dessin, graphique, tableau lié)"), mark("%(num)s objets (dessins, graphiques, tableaux liés)")),
    "drawing": (mark("un dessin"), mark("%(num)s dessins")),
    "chart": (mark("un graphique"), mark("%(num)s graphiques")),
    "comment": (mark("les commentaires"), mark("%(num)s commentaires")),
    "note": (mark("une note de bas de page"), mark("%(num)s notes de bas de page")),
    "margin": (mark("les en-têtes et pieds de page"), mark("les en-têtes et pieds de page")),
    "merged": (mark("une case fusionnée d’un tableau : vérifiez-le"), mark("%(num)s cases fusionnées de tableaux : vérifiez-les")),
    "style": (mark("un soulignement ou un exposant"), mark("%(num)s soulignements ou exposants")),
    "link": (mark("un lien vers un fichier de votre ordinateur"), mark("%(num)s liens vers des fichiers de votre ordinateur")),
    "depth": (mark("un niveau de liste trop profond"), mark("%(num)s niveaux de liste trop profonds")),
    "change": (mark("le suivi des modifications"), mark("le suivi des modifications")),
    "video": (mark("une vidéo"), mark("%(num)s vidéos")),
    "sound": (mark("un son"), mark("%(num)s sons")),
    "alt": (mark("une image attend que vous disiez ce qu’elle montre"), mark("%(num)s images attendent que vous disiez ce qu’elles montrent")),
}  # fmt: skip
"""What was lost, or is left to do: one, several."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What a job has made of a text."""

    title: str
    lessons: Sequence[Mapping[str, Any]]
    pictures: Mapping[str, int]
    """The name that the texts give a picture → its file."""
    lost: Sequence[str]


def import_text(platform: Platform, job: RunningJob) -> None:
    """Read the file, cut it into lessons, make its pictures small, and leave all of it in the job's result."""
    with platform.reading(job.organisation_id, job.owner_id) as ctx:
        writing.draft_to_write(ctx, job.arguments["course"])  # the role may have ended since
        found = ctx.session.get_one(FileRow, job.arguments["file"])
        source = path_of(platform.settings.data_dir, found).read_bytes()
    job.save(done=0, total=10)
    try:
        document = _read(str(job.arguments["kind"]), source)
        made = lessons_of(document)
    except (UnreadableDocument, RecursionError):
        with platform.database.writing(job.organisation_id) as session:
            job.finish(replace(ctx, session=session), page=f"{job.arguments['page']}?illisible=1")
        return
    shown = "".join(lesson.text for lesson in made.lessons)
    wanted = {name: picture for name, picture in document.pictures.items() if f"({name})" in shown}
    prepared = _pictures(job, wanted)
    made.lost["picture"] += len(wanted) - len(prepared)
    with platform.database.writing(job.organisation_id) as session:
        _finish(replace(ctx, session=session), platform, job, made, prepared)


def _read(kind: str, source: bytes) -> Document:
    return READERS[kind](source) if kind in READERS else read_html(source.decode("utf-8", "replace"))


def _pictures(job: RunningJob, wanted: Mapping[str, bytes]) -> dict[str, Prepared]:
    """The pictures, made small and without what they say of where they were taken."""
    found: dict[str, Prepared] = {}

    def one(name: str) -> tuple[str, Prepared | None]:
        try:
            return name, prepare(f"{name.replace(':', '-')}.png", wanted[name], accepts=(PHOTO,))
        except MediaRefused:
            return name, None

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for count, (name, prepared) in enumerate(pool.map(one, wanted), 1):
            job.save(done=1 + count, total=1 + len(wanted))
            if prepared is not None:
                found[name] = prepared
    return found


def _finish(ctx: Context, platform: Platform, job: RunningJob, made: Import, prepared: Mapping[str, Prepared]) -> None:
    folder = platform.settings.data_dir
    files = {name: keep_file(ctx, folder, name=one.name, chunks=[one.full]).id for name, one in prepared.items()}
    lessons = made.lessons[:MOST_LESSONS]
    lost = {kind: count for kind, count in made.lost.items() if count and kind in LOST}
    alone = sum(lesson.text.count("![](") for lesson in lessons)
    job.finish(
        ctx,
        page=f"{job.arguments['page']}/{_key(ctx, job)}",
        title=made.title or str(job.arguments["name"]),
        lessons=[{"title": one.title, "text": one.text, "minutes": one.minutes} for one in lessons],
        pictures=files,
        lost=lost | ({"alt": alone} if alone else {}),
    )


def _key(ctx: Context, job: RunningJob) -> str:
    return ctx.session.get_one(JobRow, job.id).key


def brought(ctx: Context, *, job_key: str, course_key: str) -> Brought:
    """What a job of one's own has made for this course, or `NotFound`."""
    row = own_job(ctx, job_key)
    result = row.result or {}
    if row.kind != IMPORT or row.state != DONE or row.arguments.get("course") != course_key or "lessons" not in result:
        raise NotFound
    lost = [gettext(LOST[kind][count > 1]) % {"num": count} for kind, count in result["lost"].items() if kind in LOST]
    return Brought(result["title"], result["lessons"], result["pictures"], lost)


def is_taken(ctx: Context, *, job_key: str, once: str) -> bool:
    """Whether this form has been sent before: its lessons stand in the draft. If not, from now on it has been."""
    row = own_job(ctx, job_key)
    ctx.session.refresh(row, with_for_update=True)
    before: list[str] = (row.result or {}).get("taken", [])
    if once in before:
        return True
    row.result = {**(row.result or {}), "taken": [*before, once]}
    return False


def take_in(
    ctx: Context,
    draft: writing.DraftInfo,
    found: Brought,
    *,
    module_key: str,
    chosen: Sequence[tuple[int, str]],
    data_dir: Any,
) -> str:
    """Put the chosen lessons (place, title) at the end of a module, or of a new one; gives the module's key."""
    module = module_key or writing.add_module(ctx, draft, title=found.title or gettext("Nouveau module"))
    paths: dict[str, str] = {}
    for place, title in chosen:
        lesson = found.lessons[place]
        text = str(lesson["text"])
        for name, file_id in found.pictures.items():
            if f"({name})" not in text:
                continue
            if name not in paths:
                source = path_of(data_dir, ctx.session.get_one(FileRow, file_id)).read_bytes()
                paths[name] = writing.add_file(
                    ctx,
                    draft,
                    module_key=module,
                    name=f"{name.replace(':', '-')}.webp",
                    source=source,
                    data_dir=data_dir,
                )
            text = text.replace(f"({name})", f"({paths[name]})")
        body = {"text": text}
        writing.add_activity(
            ctx, draft, module_key=module, type_name="lesson", title=title, body=body, minutes=lesson["minutes"]
        )
    return module
