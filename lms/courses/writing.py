"""What is written in drafts: the part of the door (`api.writing`) that the editor goes through."""

from __future__ import annotations

from lms.courses.arranging import (
    add_activity,
    add_module,
    arrange_activities,
    forget_row,
    keep_row,
    move_activity,
    move_module,
    name_from,
    put_back,
    remove_activity,
    remove_module,
)
from lms.courses.behind import groups_behind, version_in_force
from lms.courses.compiling import PlacedProblem
from lms.courses.copying import copy_course, copy_module, create_course, made_once, readable_version
from lms.courses.drafting import (
    ChangedMeanwhile,
    DraftInfo,
    RemovedRow,
    WrittenActivity,
    begin_draft,
    draft_to_write,
    published_before,
    removed_parts,
    removed_rows,
    written_activity,
    written_bodies,
    written_course,
    written_plan,
)
from lms.courses.editing import (
    Unfit,
    change_body,
    course_page,
    coverage_page,
    glossary_page,
    save_activity,
    save_body,
    save_course_page,
    save_coverage,
    save_glossary,
    save_module,
    save_values,
    values_page,
    whole_token,
)
from lms.courses.enclosing import add_file, module_files, remove_file
from lms.courses.models import CourseVersion
from lms.courses.publishing import placed_problems
from lms.courses.showing import as_learner, draft_made, draft_page, draft_path
from lms.kernel.context import Context

__all__ = [
    "ChangedMeanwhile",
    "DraftInfo",
    "PlacedProblem",
    "RemovedRow",
    "Unfit",
    "WrittenActivity",
    "add_activity",
    "add_file",
    "add_module",
    "arrange_activities",
    "as_learner",
    "begin_draft",
    "change_body",
    "copy_course",
    "copy_module",
    "course_page",
    "coverage_page",
    "create_course",
    "draft_made",
    "draft_page",
    "draft_path",
    "draft_problems",
    "draft_to_write",
    "forget_row",
    "glossary_page",
    "groups_behind",
    "keep_row",
    "made_once",
    "module_files",
    "move_activity",
    "move_module",
    "name_from",
    "published_before",
    "put_back",
    "readable_version",
    "remove_activity",
    "remove_file",
    "remove_module",
    "removed_parts",
    "removed_rows",
    "save_activity",
    "save_body",
    "save_course_page",
    "save_coverage",
    "save_glossary",
    "save_module",
    "save_values",
    "values_page",
    "version_in_force",
    "whole_token",
    "written_activity",
    "written_bodies",
    "written_course",
    "written_plan",
]


def draft_problems(ctx: Context, draft: DraftInfo) -> list[PlacedProblem]:
    """What stands in the way of publishing a draft, each with the page where it is put right."""
    return placed_problems(ctx, ctx.session.get_one(CourseVersion, draft.version_id))
