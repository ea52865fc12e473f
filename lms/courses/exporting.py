"""A version of a course as canonical files: what `lms content import` reads back without a difference."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from lms.contract.types import ContentRefused
from lms.courses.folders import ending_of, write_activity
from lms.courses.heads import ACTIVITY_FIELDS, COURSE_FIELDS, GLOSSARY_FIELDS, MODULE_FIELDS, VALUE_FIELDS
from lms.courses.models import ActivityRow, Course, CourseFile, CourseVersion, ModuleRow, NamedValue
from lms.kernel.context import Context
from lms.kernel.files import FileRow, path_of
from lms.kernel.yaml_files import Unreadable, mapping, read_yaml, write_yaml


def course_files(ctx: Context, version: CourseVersion, *, data_dir: Path) -> dict[str, bytes]:
    """The canonical files of a version, by path in its folder."""
    course = ctx.session.get_one(Course, version.course_id)
    modules = ctx.session.scalars(
        select(ModuleRow).where(ModuleRow.version_id == version.id).order_by(ModuleRow.position)
    ).all()
    activities = ctx.session.scalars(
        select(ActivityRow).where(ActivityRow.version_id == version.id).order_by(ActivityRow.position)
    ).all()
    texts = {"course.yaml": write_yaml(_course(course, version, [module.slug for module in modules]))}
    for module in modules:
        own = [one for one in activities if one.module_id == module.id]
        texts[f"{module.slug}/module.yaml"] = write_yaml(_module(module, [one.slug for one in own]))
        texts.update({f"{module.slug}/{one.slug}{ending_of(one.type)}": write_activity(_activity(one)) for one in own})
    values = ctx.session.scalars(
        select(NamedValue).where(NamedValue.version_id == version.id).order_by(NamedValue.position)
    ).all()
    if values:
        texts["values.yaml"] = write_yaml(
            [mapping({name: getattr(value, name) for name in VALUE_FIELDS}, VALUE_FIELDS) for value in values]
        )
    if version.glossary:
        texts["glossary.yaml"] = write_yaml([mapping(entry, GLOSSARY_FIELDS) for entry in version.glossary])
    files = {path: text.encode() for path, text in texts.items()}
    rows = ctx.session.execute(
        select(CourseFile.path, FileRow)
        .join(FileRow, FileRow.id == CourseFile.file_id)
        .where(CourseFile.version_id == version.id)
    )
    return files | {path: path_of(data_dir, file).read_bytes() for path, file in rows}


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder hold these files and no others; a folder that is not this course's is left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    present = [path for path in folder.rglob("*") if path.is_file() and not _is_hidden(path.relative_to(folder))]
    if present and _key(folder / "course.yaml") != read_yaml(files["course.yaml"])["key"]:
        raise ContentRefused(
            [f"{folder} : ce dossier n'est pas vide, et n'est pas celui de ce parcours : donnez-en un autre"]
        )
    for path in present:
        if path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, source in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source)


def _course(course: Course, version: CourseVersion, modules: list[str]) -> dict[str, Any]:
    own = {"key": course.key, "slug": course.slug, "title": version.title, "language": version.language}
    rest = {"framework": version.framework, "modules": modules, "coverage": version.coverage}
    return mapping({**own, **version.head, **rest}, COURSE_FIELDS)


def _module(row: ModuleRow, activities: list[str]) -> dict[str, Any]:
    return mapping({"key": row.key, "title": row.title, **row.head, "activities": activities}, MODULE_FIELDS)


def _activity(row: ActivityRow) -> dict[str, Any]:
    head = mapping({name: getattr(row, name) for name in ACTIVITY_FIELDS}, ACTIVITY_FIELDS)
    if not row.optional:
        head.pop("optional")
    return {**head, **row.body}


def _key(path: Path) -> str | None:
    try:
        found = read_yaml(path.read_bytes())
    except (OSError, Unreadable):
        return None
    return found.get("key") if isinstance(found, dict) else None


def _is_hidden(path: Path) -> bool:
    return any(step.startswith(".") for step in path.parts)
