"""What was written in a draft, looked at and made by its types: for a preview, for publishing, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms.contract.types import ActivityType, ContentFile, ContentProblem, Surroundings
from lms.courses.data import Structure
from lms.courses.drafts import coverage_problems, key_problems, keys_within, opening_problems
from lms.courses.models import ActivityRow, Course, CourseFile, CourseVersion, ModuleRow, NamedValue
from lms.courses.surroundings import file_address, surroundings
from lms.kernel.context import Context
from lms.kernel.files import FileRow

ACTIVITY, COVERAGE, COURSE = "activity", "coverage", "course"


@dataclass(frozen=True, slots=True)
class PlacedProblem:
    """Something to put right before publishing, and where: on the page of an activity, of the coverage or of the course."""

    text: str
    place: str
    key: str = ""
    title: str = ""

    @property
    def sentence(self) -> str:
        """The problem with the name of its activity."""
        return f"{self.title} : {self.text}" if self.title else self.text


def draft_files(ctx: Context, version_id: int, course_key: str) -> dict[str, dict[str, ContentFile]]:
    """Module's folder → author's path (`files/name.pdf`) → file."""
    rows = ctx.session.execute(
        select(CourseFile.path, FileRow.sha256, FileRow.media_type, FileRow.size)
        .join(FileRow, FileRow.id == CourseFile.file_id)
        .where(CourseFile.version_id == version_id)
        .order_by(CourseFile.path)
    )
    found: dict[str, dict[str, ContentFile]] = {}
    for row in rows:
        module, _, path = row.path.partition("/")
        name = path.rpartition("/")[2]
        address = file_address(course_key, row.sha256, name)
        found.setdefault(module, {})[path] = ContentFile(address, name, row.media_type, row.size)
    return found


class Making:
    """What stands around the activities of one version, read once."""

    def __init__(self, ctx: Context, version: CourseVersion) -> None:
        self.types = ctx.registry.activity_types
        self.course_key = ctx.session.get_one(Course, version.course_id).key
        self.files = draft_files(ctx, version.id, self.course_key)
        self.terms = frozenset(str(entry["term"]) for entry in version.glossary)
        self.values = frozenset(ctx.session.scalars(select(NamedValue.name).where(NamedValue.version_id == version.id)))

    def around(self, module: str) -> Surroundings:
        """What an activity of a module (its folder's name) may show and name."""
        return surroundings(
            course_key=self.course_key,
            module=module,
            files=self.files.get(module, {}),
            terms=self.terms,
            values=self.values,
        )

    def made(self, type_name: str, body: Mapping[str, Any], module: str) -> tuple[dict[str, Any], list[str]]:
        """What the type makes of a body, or why it cannot."""
        kind = self.types.get(type_name)
        if kind is None:
            return {}, [f"Le genre d'activité « {type_name} » n'est plus installé ici."]
        return _made(kind, body, self.around(module))


def _made(kind: ActivityType, body: Mapping[str, Any], around: Surroundings) -> tuple[dict[str, Any], list[str]]:
    try:
        problems = list(kind.problems(body, around))
        return ({}, problems) if problems else (kind.compile(kind.canonical(body), around), [])
    except ContentProblem as wrong:
        return {}, [str(wrong)]
    except (TypeError, KeyError, ValueError, AttributeError):  # a type that did not expect something so unfinished
        return {}, ["Cette activité n'est pas finie : remplissez ce qui manque."]


def make_draft(ctx: Context, version: CourseVersion, *, keep: bool) -> list[PlacedProblem]:
    """Let the types make what was changed since; what they refuse is a problem. `keep`: write what they made."""
    making = Making(ctx, version)
    rows = ctx.session.execute(
        select(ActivityRow, ModuleRow.slug)
        .join(ModuleRow, ModuleRow.id == ActivityRow.module_id)
        .where(ActivityRow.version_id == version.id)
        .order_by(ModuleRow.position, ActivityRow.position)
    ).all()
    problems: list[PlacedProblem] = []
    for row, module in rows:
        if row.compiled:
            continue
        made, found = making.made(row.type, row.body, module)
        problems += [PlacedProblem(text, ACTIVITY, row.key, row.title) for text in found]
        if keep and not found:
            row.compiled = made
    if keep:
        ctx.session.flush()
    return problems


def whole_problems(version: CourseVersion, whole: Structure, bodies: Mapping[str, Any]) -> Iterator[PlacedProblem]:
    """What only shows when the course is seen as a whole."""
    if not whole.activities:
        yield PlacedProblem("Ce parcours n'a aucune activité.", COURSE)
    for module in whole.modules:
        if not module.activities:
            yield PlacedProblem(f"Le module « {module.title} » n'a aucune activité.", COURSE)
    own = [whole.course_key, *(module.key for module in whole.modules), *whole.activities]
    inside = [key for body in bodies.values() for key in keys_within(body)]
    yield from (PlacedProblem(text, COURSE) for text in key_problems([*own, *inside]))
    known = [*whole.activities, *whole.parts]
    yield from (PlacedProblem(text, COVERAGE) for text in coverage_problems(version.coverage, known))
    for key, info in whole.activities.items():
        before = str((info.opens or {}).get("after", ""))
        if before and before not in whole.activities:
            text = "Elle s'ouvre après une activité qui n'est plus dans ce parcours : choisissez-en une autre."
            yield PlacedProblem(text, ACTIVITY, key, info.title)
    rules = {key: info.opens for key, info in whole.activities.items() if _stands(info.opens, whole)}
    for text in opening_problems({**dict.fromkeys(whole.activities), **rules}):
        yield PlacedProblem(_with_titles(text, whole), COURSE)


def _stands(rule: Mapping[str, Any] | None, whole: Structure) -> bool:
    return bool(rule) and str((rule or {}).get("after", next(iter(whole.activities)))) in whole.activities


def _with_titles(text: str, whole: Structure) -> str:
    for key, info in whole.activities.items():
        text = text.replace(key, f"« {info.title} »")
    return text
