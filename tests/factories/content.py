"""A small course from its files: the fixture folder, read, imported and published through the operations."""

from __future__ import annotations

from pathlib import Path

from lms.courses.api import CohortInfo, CourseInfo, create_cohort, import_content, publish_course
from lms.kernel.platform import Platform
from tests.factories.world import World

FRAMEWORK = Path(__file__).parents[2] / "content" / "frameworks" / "entreprendre.yaml"
FIXTURE = Path(__file__).parents[1] / "fixtures" / "course"


def publish_fixture(platform: Platform, world: World, *, folder: Path = FIXTURE, who: str = "manager") -> CourseInfo:
    """The fixture course, published by someone of the world; committed."""
    with platform.writing(world.organisations[who], world.members[who]) as ctx:
        if "framework" in platform.registry.content_importers:
            import_content(ctx, FRAMEWORK, data_dir=platform.settings.data_dir)
        import_content(ctx, folder, data_dir=platform.settings.data_dir)
        return publish_course(ctx, "essai")


def open_cohort(platform: Platform, world: World, course: CourseInfo, *, code: str = "G1") -> CohortInfo:
    """A group that follows it; committed."""
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        return create_cohort(ctx, course=course, code=code, name="Groupe du mardi", place="Maison de quartier")
