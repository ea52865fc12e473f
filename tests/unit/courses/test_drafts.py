"""Writing in a draft: cheap, by one's right, on the draft alone; nothing of a published version moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from lms.contract.types import ContentRefused
from lms.courses.api import publish_course, structure
from lms.courses.events import DraftWritten
from lms.courses.models import ActivityRow
from lms.courses.writing import (
    ChangedMeanwhile,
    Unfit,
    begin_draft,
    course_page,
    draft_problems,
    draft_to_write,
    remove_module,
    save_activity,
    save_body,
    save_values,
    values_page,
    written_activity,
    written_plan,
)
from lms.kernel.events import EventRow
from lms.kernel.rights import NotFound
from tests.factories.content import FIXTURE, publish_fixture


@pytest.fixture
def course(engine_name: str, platform: Any, world: Any) -> Any:
    return publish_fixture(platform, world)


def lesson_of(ctx: Any, draft: Any) -> Any:
    key = next(line.key for module in written_plan(ctx, draft) for line in module.activities if line.type == "lesson")
    return written_activity(ctx, draft, key=key)


def head_of(found: Any) -> dict[str, Any]:
    return {"title": found.title, "modality": found.modality, "minutes": found.minutes}


def test_a_draft_is_begun_once_and_holds_what_is_in_force(course: Any, acting: Callable[..., Any]) -> None:
    ctx = acting("manager")
    draft = begin_draft(ctx, course.key)
    assert begin_draft(ctx, course.key) == draft
    assert draft.number == 2
    old, new = structure(ctx, course.version_id), structure(ctx, draft.version_id)
    assert list(new.activities) == list(old.activities)
    assert new.coverage == old.coverage
    assert draft_problems(ctx, draft) == []


def test_saving_takes_few_queries_and_tells_once(
    course: Any, acting: Callable[..., Any], count_queries: Callable[[], Any]
) -> None:
    ctx = acting("manager")
    draft = begin_draft(ctx, course.key)
    found = lesson_of(ctx, draft)
    token = found.token
    for number in range(3):
        with count_queries() as sent:
            body = {"text": f"Texte {number}"}
            token = save_activity(ctx, draft, key=found.key, token=token, head=head_of(found), body=body)
    assert len(sent) <= 3, sent
    told = ctx.session.scalars(select(EventRow).where(EventRow.type == DraftWritten.type)).all()
    assert len(told) == 1


def test_a_text_that_has_changed_since_is_not_overwritten(course: Any, acting: Callable[..., Any]) -> None:
    ctx = acting("manager")
    draft = begin_draft(ctx, course.key)
    found = lesson_of(ctx, draft)
    save_body(ctx, draft, key=found.key, token=found.token, body={"text": "Un"})
    with pytest.raises(ChangedMeanwhile):
        save_body(ctx, draft, key=found.key, token=found.token, body={"text": "Deux"})
    assert lesson_of(ctx, draft).body == {"text": "Un\n"}


@pytest.mark.parametrize("wrong", [{"title": ""}, {"minutes": -1}, {"minutes": "dix"}, {"modality": "autre"}])
def test_a_head_that_no_file_could_hold_is_refused(course: Any, acting: Callable[..., Any], wrong: Any) -> None:
    ctx = acting("manager")
    draft = begin_draft(ctx, course.key)
    found = lesson_of(ctx, draft)
    with pytest.raises(Unfit):
        save_activity(ctx, draft, key=found.key, token=found.token, head=head_of(found) | wrong, body=found.body)


def test_only_who_publishes_writes_and_only_the_draft(course: Any, acting: Callable[..., Any]) -> None:
    ctx = acting("manager")
    draft = begin_draft(ctx, course.key)
    found = lesson_of(ctx, draft)
    ctx.session.commit()
    for who in ("coach", "learner", "auditor", "other_manager"):
        with pytest.raises(NotFound):
            draft_to_write(acting(who), course.key)
    ctx = acting("manager")
    publish_course(ctx, course.key)
    with pytest.raises(NotFound):
        save_body(ctx, draft, key=found.key, token=found.token, body={"text": "Trop tard"})


def test_what_is_unfinished_is_kept_and_is_not_published(course: Any, acting: Callable[..., Any]) -> None:
    ctx = acting("manager")
    draft = begin_draft(ctx, course.key)
    found = lesson_of(ctx, draft)
    save_body(ctx, draft, key=found.key, token=found.token, body={"text": "[mot](glossaire:inconnu)"})
    (problem,) = draft_problems(ctx, draft)
    assert (problem.place, problem.key) == ("activity", found.key)
    with pytest.raises(ContentRefused):
        publish_course(ctx, course.key)


def test_a_value_whose_text_changes_waits_to_be_confirmed(course: Any, acting: Callable[..., Any]) -> None:
    ctx = acting("manager")
    draft = begin_draft(ctx, course.key)
    rows, token = values_page(ctx, draft)
    entries = [{name: value for name, value in row.items() if name != "checked"} for row in rows]
    save_values(ctx, draft, token=token, entries=[{**entries[0], "text": "autre"}, *entries[1:]])
    after, _token = values_page(ctx, draft)
    assert after[0]["checked"] is None
    assert [row["checked"] for row in after[1:]] == [row["checked"] for row in rows[1:]]
    made = ctx.session.scalars(select(ActivityRow.compiled).where(ActivityRow.version_id == draft.version_id)).all()
    assert not any(made)


def test_what_fed_a_criterion_goes_with_its_module(course: Any, acting: Callable[..., Any]) -> None:
    ctx = acting("manager")
    draft = begin_draft(ctx, course.key)
    for module in written_plan(ctx, draft):
        remove_module(ctx, draft, key=module.key)
    assert structure(ctx, draft.version_id).coverage == ()
    assert course_page(ctx, draft)[0]["title"]
    assert FIXTURE.is_dir()
