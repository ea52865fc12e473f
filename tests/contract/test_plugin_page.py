"""docs/plugin.md works: its blocks become a plugin, a course uses it, a person plays it."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from lms.app import FEATURES, build_platform, create_app
from lms.courses.api import create_cohort, enrol, import_content, progress_of, publish_course
from lms.kernel.database import Base
from lms.kernel.platform import Platform
from lms.kernel.site import fix_iri_prefix
from lms.settings import Settings
from lms.xapi.models import StatementRow
from tests.factories.world import make_world

PAGE = Path(__file__).parents[2] / "docs" / "plugin.md"
COURSE = """key: cpr2gin3ag
slug: promesses
title: Des promesses
language: fr
licence: CC-BY-SA-4.0
summary: Un parcours d'essai.
objectives:
- Tenir une promesse.
weeks: 1
modules:
- un
"""
MODULE = """key: mpr2gin3ag
title: Une promesse
summary: Une seule.
activities:
- promesse
"""


def blocks_of(page: str) -> Iterator[tuple[str, str]]:
    """(path, content) of each block under a heading that is a path."""
    for part in page.split("\n### `")[1:]:
        name, _, rest = part.partition("`")
        block = rest.split("\n```", 2)[1].partition("\n")[2]
        yield name, block + "\n"


@pytest.fixture
def platform_with_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    for name, block in blocks_of(PAGE.read_text()):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block)
    monkeypatch.syspath_prepend(str(tmp_path))
    settings = Settings(
        data_dir=tmp_path / "data", secret_key="s" * 40, narrative_keys="c" * 43 + "=", development=True
    )
    platform = build_platform(settings, features=(*FEATURES, "promise"))
    Base.metadata.create_all(platform.database.engine)
    with platform.database.writing() as session:
        fix_iri_prefix(session, "https://essai.invalid")
    yield platform
    platform.database.close()
    for name in [name for name in sys.modules if name.split(".")[0] == "promise"]:
        del sys.modules[name]
    importlib.invalidate_caches()


def test_the_page_makes_an_activity_type_that_a_person_plays(platform_with_page: Platform, tmp_path: Path) -> None:
    platform, world = platform_with_page, make_world(platform_with_page)
    folder = tmp_path / "content" / "course"
    (folder / "un").mkdir(parents=True)
    (folder / "course.yaml").write_text(COURSE)
    (folder / "un" / "module.yaml").write_text(MODULE)
    (folder / "un" / "promesse.yaml").write_text((tmp_path / "content" / "promesse.yaml").read_text())
    learner = world.members["learner"]
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        import_content(ctx, folder, data_dir=platform.settings.data_dir)
        course = publish_course(ctx, "promesses")
        enrolment = enrol(
            ctx, cohort=create_cohort(ctx, course=course, code="essai", name="Essai"), membership_ids=[learner]
        )[0]
    client = create_app(platform).test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{world.organisation}:{learner}:1"
        cookie["_fresh"] = True
    page = client.get(f"/parcours/{course.key}/pr2m3s4e5t")
    assert page.status_code == 200
    intent = re.search(r'name="intent" value="([^"]+)"', page.text)
    assert intent
    for _twice in range(2):
        answer = client.post(f"/parcours/{course.key}/pr2m3s4e5t/fait", data={"intent": intent.group(1)})
        assert answer.status_code == 303
    with platform.reading(world.organisation, learner) as ctx:
        statements = ctx.session.scalars(select(StatementRow)).all()
        assert [one.verb.rsplit("/", 1)[1] for one in statements] == ["completed"]
        assert progress_of(ctx, enrolment.id)["pr2m3s4e5t"].status == "done"
