"""Publishing, and the named persons who answer for values."""

from __future__ import annotations

import shutil
import threading
from typing import Any

import pytest
from sqlalchemy import select

from lms.contract.types import ContentRefused
from lms.courses.api import import_content, publish_course
from lms.courses.events import CourseImported, CoursePublished, ValueConfirmed, ValueWithdrawn
from lms.courses.models import Course, CourseVersion, ValueConfirmation
from lms.courses.publishing import NothingToPublish, course_named, draft_of
from lms.courses.structure import structure
from lms.courses.values import ValueHasChanged, confirm_value, confirmed_values, value_lines, withdraw_value
from lms.kernel.events import EventRow
from lms.kernel.rights import Forbidden, NotFound
from tests.factories.content import FIXTURE, publish_fixture


def told(ctx: Any, kind: Any) -> Any:
    return ctx.session.scalars(select(EventRow).where(EventRow.type == kind.type)).all()


def test_a_published_version_says_who_published_it_and_when(
    engine_name: Any, acting: Any, platform: Any, world: Any
) -> None:
    made = publish_fixture(platform, world)
    ctx = acting("manager")
    version = ctx.session.get_one(CourseVersion, made.version_id)
    assert (version.number, version.state) == (1, "published")
    assert (version.published_by_id, version.published_at) == (world.members["manager"], ctx.now)
    assert told(ctx, CoursePublished)[0].data == {"course_id": made.id, "version_id": version.id, "number": 1}


def test_there_is_nothing_to_publish_twice(engine_name: Any, acting: Any, platform: Any, world: Any) -> None:
    publish_fixture(platform, world)
    with pytest.raises(NothingToPublish):
        publish_course(acting("manager"), "essai")


def test_content_that_has_not_changed_makes_no_draft(
    engine_name: Any, acting: Any, platform: Any, world: Any, tmp_path: Any
) -> None:
    def imported(folder: Any, **options: Any) -> list[str]:
        return import_content(ctx, folder, data_dir=platform.settings.data_dir, **options)

    publish_fixture(platform, world)
    ctx = acting("manager")
    assert imported(FIXTURE) == ["essai : rien n'a changé (version 1)"]
    assert draft_of(ctx, ctx.session.scalar(select(Course.id))) is None
    assert len(told(ctx, CourseImported)) == 1
    folder = shutil.copytree(FIXTURE, tmp_path / "course")
    lesson = folder / "premiers-pas/01-bonjour.md"
    lesson.write_text(lesson.read_text().replace("minutes: 15", "minutes: 25"))
    assert "brouillon prêt" in imported(folder)[0]
    assert imported(folder) == ["essai : rien n'a changé (brouillon)"]
    assert len(told(ctx, CourseImported)) == 2
    publish_course(ctx, "essai")
    assert "brouillon prêt" in imported(FIXTURE)[0]
    publish_course(ctx, "essai")
    assert "brouillon prêt" in imported(FIXTURE, again=True)[0]


def test_a_file_that_changes_makes_a_draft(
    engine_name: Any, acting: Any, platform: Any, world: Any, tmp_path: Any
) -> None:
    publish_fixture(platform, world)
    folder = shutil.copytree(FIXTURE, tmp_path / "course")
    file = next(path for path in sorted(folder.rglob("files/*")) if path.is_file())
    file.write_bytes(file.read_bytes() + b"\n")
    ctx = acting("manager")
    assert "brouillon prêt" in import_content(ctx, folder, data_dir=platform.settings.data_dir)[0]


def test_two_publications_at_once_give_one_version(engine_name: Any, platform: Any, world: Any) -> None:
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        import_content(
            ctx, FIXTURE.parents[2] / "content/frameworks/entreprendre.yaml", data_dir=platform.settings.data_dir
        )
        import_content(ctx, FIXTURE, data_dir=platform.settings.data_dir)
    together, outcomes = threading.Barrier(2), []

    def publish() -> None:
        together.wait()
        try:
            with platform.writing(world.organisation, world.members["manager"]) as ctx:
                publish_course(ctx, "essai")
            outcomes.append("published")
        except NothingToPublish:
            outcomes.append("nothing")

    threads = [threading.Thread(target=publish) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["nothing", "published"]
    with platform.reading(world.organisation) as ctx:
        assert len(ctx.session.scalars(select(CourseVersion)).all()) == 1
        assert len(told(ctx, CoursePublished)) == 1


@pytest.mark.parametrize("who", ["coach", "auditor", "learner"])
def test_only_leaders_and_who_trains_publish(
    engine_name: Any, acting: Any, platform: Any, world: Any, who: Any
) -> None:
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        import_content(ctx, FIXTURE, data_dir=platform.settings.data_dir)
    with pytest.raises((Forbidden, NotFound)):
        publish_course(acting(who), "essai")


def test_another_organisation_finds_no_course(engine_name: Any, acting: Any, platform: Any, world: Any) -> None:
    publish_fixture(platform, world)
    with pytest.raises(NotFound):
        publish_course(acting("other_manager"), "essai")


def test_a_draft_with_a_criterion_that_does_not_exist_is_not_published(
    engine_name: Any, acting: Any, platform: Any, world: Any
) -> None:
    publish_fixture(platform, world)
    ctx = acting("manager")
    import_content(ctx, FIXTURE, data_dir=platform.settings.data_dir, again=True)
    draft = draft_of(ctx, ctx.session.scalar(select(Course.id)))
    draft.coverage = [{"criterion": "XX9.9", "activity": draft.coverage[0]["activity"]}]
    ctx.session.flush()
    with pytest.raises(ContentRefused, match=r"XX9\.9"):
        publish_course(ctx, "essai")
    assert draft.state == "draft"


def test_a_draft_that_covers_an_unknown_activity_is_not_published(
    engine_name: Any, acting: Any, platform: Any, world: Any
) -> None:
    ctx = acting("manager")
    import_content(ctx, FIXTURE, data_dir=platform.settings.data_dir)
    draft = draft_of(ctx, ctx.session.scalar(select(Course.id)))
    draft.coverage = [{"criterion": "PP1.1", "activity": "zzzzzzzzzz"}]
    ctx.session.flush()
    with pytest.raises(ContentRefused, match="zzzzzzzzzz"):
        publish_course(ctx, "essai")


def test_a_structure_is_not_kept_by_a_publication_that_fails(
    engine_name: Any, acting: Any, platform: Any, world: Any
) -> None:
    ctx = acting("manager")
    import_content(
        ctx, FIXTURE.parents[2] / "content/frameworks/entreprendre.yaml", data_dir=platform.settings.data_dir
    )
    import_content(ctx, FIXTURE, data_dir=platform.settings.data_dir)
    ctx.session.commit()
    made = publish_course(ctx, "essai")
    ctx.session.rollback()
    ctx.session.get_one(CourseVersion, made.version_id).title = "Autre"
    ctx.session.flush()
    assert structure(ctx, made.version_id).title == "Autre"


# ------------------------------------------------------------------------------------------------------------- values


@pytest.fixture
def made(engine_name: Any, platform: Any, world: Any) -> Any:
    return publish_fixture(platform, world)


def aid(ctx: Any, made: Any) -> Any:
    course = course_named(ctx, "essai")
    return course, {line.name: line for line in value_lines(ctx, course)}["aide"]


def shown(ctx: Any, made: Any) -> Any:
    return confirmed_values(ctx, course_id=made.id, version_id=made.version_id)


def test_only_checked_values_are_shown_at_first(acting: Any, made: Any) -> None:
    assert shown(acting("learner"), made) == {"delai": "60 jours"}


def test_a_named_person_answers_for_a_value_until_they_take_it_back(acting: Any, made: Any, world: Any) -> None:
    ctx = acting("trainer")
    course, line = aid(ctx, made)
    for _twice in range(2):
        confirm_value(ctx, course=course, name="aide", text=line.text, source=line.source)
    assert shown(ctx, made) == {"aide": "500 €", "delai": "60 jours"}
    _course, line = aid(ctx, made)
    assert (line.confirmed_by, line.confirmed_at) == ("Trainer Essai", ctx.now)
    assert len(told(ctx, ValueConfirmed)) == 1
    withdraw_value(ctx, course=course, name="aide")
    assert shown(ctx, made) == {"delai": "60 jours"}
    assert ctx.session.scalar(select(ValueConfirmation.withdrawn_at)) == ctx.now
    assert len(told(ctx, ValueWithdrawn)) == 1


def test_a_value_that_has_changed_meanwhile_is_not_confirmed(acting: Any, made: Any) -> None:
    ctx = acting("trainer")
    course, line = aid(ctx, made)
    with pytest.raises(ValueHasChanged):
        confirm_value(ctx, course=course, name="aide", text="600 €", source=line.source)


def test_a_confirmation_ends_when_the_text_changes(acting: Any, made: Any, platform: Any, tmp_path: Any) -> None:
    ctx = acting("trainer")
    course, line = aid(ctx, made)
    confirm_value(ctx, course=course, name="aide", text=line.text, source=line.source)
    ctx.session.commit()
    folder = shutil.copytree(FIXTURE, tmp_path / "course")
    values = folder / "values.yaml"
    values.write_text(values.read_text().replace("500 €", "600 €"))
    manager = acting("manager")
    import_content(manager, folder, data_dir=platform.settings.data_dir)
    newer = publish_course(manager, "essai")
    assert "aide" not in shown(manager, newer)
    assert "aide" in shown(manager, made)
    assert [line.text for line in value_lines(manager, course_named(manager, "essai")) if line.name == "aide"] == [
        "600 €"
    ]


def test_an_auditor_and_another_organisation_confirm_nothing(acting: Any, made: Any) -> None:
    ctx = acting("auditor")
    course, line = aid(ctx, made)
    with pytest.raises(Forbidden):
        confirm_value(ctx, course=course, name="aide", text=line.text, source=line.source)
    assert course_named(acting("other_trainer"), "essai") is None
