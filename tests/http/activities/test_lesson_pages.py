"""Lessons and resources in the browser."""

from __future__ import annotations

import gzip

import pytest
from sqlalchemy import select

from lms.activities.resource.kind import KIND as RESOURCE
from lms.contract.types import ContentFile, Surroundings
from lms.courses.models import ActivityRow, Course
from lms.courses.values import confirm_value
from lms.kernel.assets import feature_folder
from tests.factories.learning import start_learning

TEXT = "[[L'aide est de {plafond} au plus. || Il existe une aide : demandez son montant.]]"


def one_lesson(text):
    return [
        {
            "key": "@module",
            "title": "M",
            "activities": [{"key": "@lesson", "type": "lesson", "title": "L", "body": {"text": text}}],
        }
    ]


def test_a_value_shows_once_someone_has_confirmed_it(engine_name, app, platform, world):
    learning = start_learning(
        app, platform, world, modules=one_lesson(TEXT), coverage=(), values={"plafond": "<500 €>"}
    )
    assert "demandez son montant" in learning.get(learning.address("lesson"))
    with platform.writing(world.organisation, world.members["trainer"]) as ctx:
        course = ctx.session.scalars(select(Course)).one()
        confirm_value(ctx, course=course, name="plafond", text="<500 €>", source="")
    page = learning.client().get(learning.address("lesson")).text
    assert "est de &lt;500 €&gt; au plus." in page
    assert "demandez son montant" not in page


def test_a_lesson_is_safe_html_with_its_words(engine_name, learning):
    page = learning.client().get(learning.address("lesson")).text
    assert 'class="admonition faire"' in page
    assert 'class="glossary" href="#mot-charges"' in page or 'href="#mot-charges" class="glossary"' in page


@pytest.mark.sqlite_only
def test_the_script_that_measures_reading_is_small(engine_name, learning):
    script = feature_folder("lms.courses") / "static" / "reading.js"
    assert len(gzip.compress(script.read_bytes())) <= 1000
    assert "/static/courses/reading.js" in learning.get(learning.address("lesson"))
    assert "/static/courses/reading.js" not in learning.get(learning.address("lesson"), "trainer")


def shown_resource(learning, **body):
    """The page of the resource when its content is this; a published content is read once."""
    files = {
        "files/film.mp4": ContentFile("/parcours/c/fichiers/h/film.mp4", "film.mp4", "video/mp4", 3_400_000),
        "files/film.vtt": ContentFile("/parcours/c/fichiers/h/film.vtt", "film.vtt", "text/vtt", 900),
        "files/page.pdf": ContentFile("/parcours/c/fichiers/h/page.pdf", "page.pdf", "application/pdf", 240_100),
    }
    around = Surroundings(render=lambda text: f"<p>{text}</p>", files=files)
    with learning.platform.writing(learning.world.organisation) as ctx:
        row = ctx.session.scalars(select(ActivityRow).where(ActivityRow.key == learning.course.keys["resource"])).one()
        row.body, row.compiled = body, RESOURCE.compile(body, around)
    return learning.get(learning.address("resource"))


def test_a_video_has_captions_and_waits_to_be_asked(engine_name, learning):
    page = shown_resource(learning, video="files/film.mp4", captions="files/film.vtt")
    assert '<track kind="captions" src="/parcours/c/fichiers/h/film.vtt"' in page
    assert 'preload="none"' in page
    assert "3,4 Mo" in page


def test_the_weight_of_a_file_is_said_before_it_is_opened(engine_name, learning):
    assert "241 ko" in shown_resource(learning, file="files/page.pdf")


def test_a_link_says_where_it_leads(engine_name, learning):
    page = learning.get(learning.address("resource"))
    assert "sur un autre site : exemple.invalid" in page
    answer = learning.post(learning.address("resource") + "/fait")
    assert answer.status_code == 303
    assert "fait" in learning.get(learning.address("resource"))
