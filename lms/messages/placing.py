"""The exact place where someone asks for help: the activity, and in a quiz the question."""

from __future__ import annotations

from typing import Any

from lms.courses.api import Play, structure
from lms.kernel.context import Context
from lms.messages.data import Place


def questions_at(ctx: Context, play: Play) -> list[tuple[str, str]]:
    """(key, words) of the questions that stand before someone, when the activity has some."""
    kind: Any = ctx.registry.activity_types[play.info.type]
    asked = getattr(kind, "questions", None)
    return list(asked(play.activity, play.state)) if asked else []


def place_at(ctx: Context, play: Play, *, question: str = "") -> Place:
    """Where it is, in the words of the course."""
    whole = structure(ctx, play.enrolment.version_id)
    module = next((one.title for one in whole.modules if one.key == play.info.module_key), "")
    words = dict(questions_at(ctx, play)) if question else {}
    return Place(
        registration=play.enrolment.uuid,
        course_key=whole.course_key,
        activity_key=play.info.key,
        title=" › ".join(part for part in (module, play.info.title) if part),
        question=words.get(question, ""),
    )
