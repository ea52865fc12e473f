"""The files of a draft: pictures, voices and papers that its modules show."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete, select

from lms.contract.types import ContentFile
from lms.courses.arranging import name_from
from lms.courses.compiling import draft_files
from lms.courses.drafting import DraftInfo, free_name
from lms.courses.editing import make_again, module_row, told
from lms.courses.models import CourseFile, ModuleRow
from lms.courses.permissions import PUBLISH_COURSE
from lms.kernel.context import Context
from lms.kernel.files import keep_file
from lms.kernel.rights import NotFound


def module_files(ctx: Context, draft: DraftInfo, *, module_key: str) -> dict[str, ContentFile]:
    """Author's path (`files/name.webp`) → file, of a module of a draft."""
    query = select(ModuleRow.slug).where(ModuleRow.version_id == draft.version_id, ModuleRow.key == module_key)
    slug = ctx.session.scalar(query)
    if slug is None:
        raise NotFound
    return draft_files(ctx, draft.version_id, draft.course_key).get(slug, {})


def add_file(ctx: Context, draft: DraftInfo, *, module_key: str, name: str, source: bytes, data_dir: Path) -> str:
    """Put a file into a module, made harmless before (`lms.kernel.media`); gives the path by which texts name it."""
    ctx.require(PUBLISH_COURSE, on=draft)
    module = module_row(ctx, draft, key=module_key)
    stem, dot, ending = name.rpartition(".")
    wanted = name_from(stem if dot else name, "fichier")
    paths = ctx.session.scalars(select(CourseFile.path).where(CourseFile.version_id == draft.version_id))
    taken = [path.rpartition("/")[2].rpartition(".")[0] for path in paths if path.startswith(f"{module.slug}/")]
    kept = f"{free_name(wanted, taken)}.{name_from(ending, 'bin')}"
    file = keep_file(ctx, data_dir, name=kept, chunks=[source])
    ctx.session.add(CourseFile(version_id=draft.version_id, path=f"{module.slug}/files/{kept}", file_id=file.id))
    told(ctx, draft, module_key)
    return f"files/{kept}"


def remove_file(ctx: Context, draft: DraftInfo, *, module_key: str, path: str) -> None:
    """Take a file out of a module; what still shows it says so before publishing."""
    ctx.require(PUBLISH_COURSE, on=draft)
    module = module_row(ctx, draft, key=module_key)
    ctx.session.execute(
        delete(CourseFile).where(CourseFile.version_id == draft.version_id, CourseFile.path == f"{module.slug}/{path}")
    )
    make_again(ctx, draft)
    told(ctx, draft, module_key)
