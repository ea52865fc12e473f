"""What a learner reads of what they can do, and what staff read of frameworks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from lms.competences.models import FrameworkVersion
from lms.xapi.models import StaleRow
from tests.factories.competences import covered_course, scored, validated
from tests.factories.courses import enrol, make_cohort

SHIPPED = sorted((Path(__file__).parents[3] / "content" / "frameworks").glob("*.yaml"))
BANNED = re.compile(r"référentiel|critère|compétence|trace|QPV|\d ?%", re.IGNORECASE)


@pytest.fixture
def place(platform, world):
    with platform.writing(world.organisation) as ctx:
        course = covered_course(ctx)
        return course, enrol(ctx, make_cohort(ctx, course), membership_id=world.members["learner"])


def main_of(page):
    return re.sub(r"<[^>]+>", " ", page.text[page.text.index("<main") : page.text.index("</main>")])


def words_of(page):
    return re.sub(r"\s+", " ", main_of(page))


def test_the_list_says_where_one_stands_and_what_comes_next(engine_name, platform, world, place, signed_in_as):
    course, enrolment = place
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolment, course.keys["limited_quiz"], 0.9)
        scored(ctx, enrolment, course.keys["graded_pool"], 0.4)
    page = signed_in_as("learner").get("/ce-que-je-sais-faire")
    assert page.status_code == 200
    words = words_of(page)
    assert "Mon projet et moi" in words
    assert "L'argent de mon activité" not in words, "the course does not work on it"
    assert "1 sur 3" in words
    assert "acquis" in words
    assert "en route" in words
    assert "pas encore" in words
    assert not BANNED.search(words), BANNED.search(words)


def test_each_one_opens_into_its_reasons(engine_name, platform, world, place, signed_in_as):
    course, enrolment = place
    with platform.writing(world.organisation) as ctx:
        validated(ctx, enrolment, course.keys["session"], by=world.members["trainer"])
        scored(ctx, enrolment, course.keys["graded_pool"], 0.4)
    page = signed_in_as("learner").get("/ce-que-je-sais-faire/PP1")
    words = words_of(page)
    assert "Atelier : mon prix" in words
    assert "Validé par Trainer Essai" in words
    assert "Votre meilleur essai : 4 sur 10" in words
    assert "obtenez au moins 6 sur 10" in words
    assert f"/parcours/{course.key}/{course.keys['quiz']}" in page.text
    assert not BANNED.search(words), BANNED.search(words)


def test_every_state_has_its_page(engine_name, platform, world, place, signed_in_as, clock):
    course, enrolment = place
    learner = signed_in_as("learner")
    assert "Il y a 2 choses à montrer" in words_of(learner.get("/ce-que-je-sais-faire/PP1"))
    assert "Il faut montrer une chose, sur 2 au choix" in words_of(learner.get("/ce-que-je-sais-faire/PP2"))
    assert "ne le travaille pas encore" in words_of(learner.get("/ce-que-je-sais-faire/PP3"))
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolment, course.keys["limited_quiz"], 0.9)
    assert "Valable jusqu’au 23 novembre 2027" in words_of(learner.get("/ce-que-je-sais-faire/PP2"))
    clock.forward(days=366)
    assert "Montrez-le encore une fois" in words_of(learner.get("/ce-que-je-sais-faire/PP2"))
    assert "à refaire" in words_of(learner.get("/ce-que-je-sais-faire"))
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolment, course.keys["quiz"], 0.9)
    assert "Vous l’aviez déjà du" in words_of(learner.get("/ce-que-je-sais-faire/PP2"))


def test_who_follows_nothing_reads_what_will_be_there(engine_name, world, signed_in_as):
    assert "Rien ici pour le moment" in words_of(signed_in_as("learner").get("/ce-que-je-sais-faire"))


def test_a_computation_under_way_is_said(engine_name, platform, world, place, signed_in_as):
    with platform.writing(world.organisation) as ctx:
        ctx.session.add(StaleRow(figure="acquisition", key='["x","1"]', marked_at=ctx.now))
    assert "Calcul en cours" in words_of(signed_in_as("learner").get("/ce-que-je-sais-faire"))


def test_the_home_shows_each_block(engine_name, world, place, signed_in_as):
    words = words_of(signed_in_as("learner").get("/"))
    assert "Ce que je sais faire" in words
    assert "Mon projet et moi 0 sur 3" in words


def test_someone_elses_is_not_there(engine_name, world, place, signed_in_as):
    assert signed_in_as("other_learner").get("/ce-que-je-sais-faire/PP1").status_code == 404
    assert signed_in_as("trainer").get("/ce-que-je-sais-faire").status_code == 404


def test_staff_read_the_framework_and_who_covers_what(engine_name, platform, world, place, signed_in_as):
    trainer = signed_in_as("trainer")
    listed = trainer.get("/referentiels")
    assert "Entreprendre, le référentiel d" in words_of(listed)
    with platform.reading(world.organisation) as ctx:
        key = ctx.session.scalar(select(FrameworkVersion.key))
    words = words_of(trainer.get(f"/referentiels/{key}"))
    assert "Entreprendre, à l&#39;essai → Atelier : mon prix (validé par l’équipe)" in words
    assert "Entreprendre, à l&#39;essai → Je vérifie : le prix · Compter (6 sur 10 au moins)" in words
    assert "4 critères sur 6" in words
    assert "rien ne le montre" in words
    assert signed_in_as("auditor").get(f"/referentiels/{key}").status_code == 200
    for stranger in ("learner", "company_head", "other_trainer"):
        assert signed_in_as(stranger).get(f"/referentiels/{key}").status_code == 404


def test_labels_that_nobody_has_checked_are_marked(engine_name, platform, world, signed_in_as):
    with platform.writing(world.organisation) as ctx:
        importer = ctx.registry.content_importers["framework"]
        path = next(path for path in SHIPPED if importer.matches(path) and path.stem == "entrecomp")
        importer.load(ctx, path)
    page = signed_in_as("manager").get("/referentiels")
    assert "intitulés à vérifier" in words_of(page)
    key = re.search(r'/referentiels/(\w{10})"', page.text).group(1)
    assert "à vérifier" in words_of(signed_in_as("manager").get(f"/referentiels/{key}"))
