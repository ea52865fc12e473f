"""The heat map, its cells, the overview and the table."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from lms.accounts.api import accept_terms, ensure_person, grant_role
from lms.contract.types import Role, Scope
from tests.factories.competences import covered_course, scored, validated
from tests.factories.courses import enrol, make_cohort
from tests.factories.world import give_devices


@pytest.fixture
def group(platform, world):
    with platform.writing(world.organisation) as ctx:
        course = covered_course(ctx)
        cohort = make_cohort(ctx, course)
        enrolment = enrol(ctx, cohort, membership_id=world.members["learner"])
        validated(ctx, enrolment, course.keys["session"], by=world.members["trainer"])
        scored(ctx, enrolment, course.keys["graded_pool"], 0.8)
        scored(ctx, enrolment, course.keys["limited_quiz"], 0.2)
        return course, cohort, enrolment


@contextmanager
def counted(platform):
    sent = []

    def count(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    event.listen(platform.database.engine, "before_cursor_execute", count)
    yield sent
    event.remove(platform.database.engine, "before_cursor_execute", count)


def words_of(page):
    return re.sub(
        r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text[page.text.index("<main") : page.text.index("</main>")])
    )


def cell_of(page):
    return re.search(r'href="(/groupes/\w+/acquis/\w+/PP)"', page.text).group(1)


def test_a_cell_opens_on_the_work_and_the_reasons(engine_name, world, group, signed_in_as):
    _course, cohort, _enrolment = group
    trainer = signed_in_as("trainer")
    page = trainer.get(f"/groupes/{cohort.key}/acquis")
    assert re.search(r'<td class="l2"><a href="[^"]+">1/3</a></td>', page.text)
    words = words_of(trainer.get(cell_of(page)))
    assert "Learner Essai" in words
    assert "Posture et projet 1 sur 3" in words
    assert "validé par Trainer Essai" in words
    assert "noté par la plateforme" in words
    assert "Le plus près : Je vérifie en deux essais : 2 sur 10" in words
    assert "Entreprendre, le référentiel d&#39;essai, version 1" in words


def test_the_week_is_a_link_and_a_form(engine_name, world, group, signed_in_as, clock):
    _course, cohort, _enrolment = group
    clock.forward(days=22)
    trainer = signed_in_as("trainer")
    page = trainer.get(f"/groupes/{cohort.key}/acquis")
    assert "?semaine=3" in page.text
    assert 'name="semaine"' in page.text
    assert 'max="3"' in page.text
    page = trainer.get(f"/groupes/{cohort.key}/acquis?semaine=2&nom=learner")
    assert "Semaine 2 après l’entrée de chacun" in words_of(page)
    assert "nom=learner&amp;semaine=1" in page.text
    assert "nom=learner&amp;semaine=3" in page.text


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?jour=2026-11-23",
        "?tri=PP&sens=inverse",
        "?bloc=PP&niveau=rien",
        "?page=9",
        "?qui=finis",
        "?semaine=x&jour=y&tri=z",
    ],
)
def test_every_question_has_an_answer(engine_name, world, group, signed_in_as, query):
    _course, cohort, _enrolment = group
    for page in ("acquis", "acquis/vue", "acquis.csv"):
        assert signed_in_as("auditor").get(f"/groupes/{cohort.key}/{page}{query}").status_code == 200


def test_everyone_in_one_drawing_with_its_table(engine_name, world, group, signed_in_as):
    _course, cohort, _enrolment = group
    page = signed_in_as("coach").get(f"/groupes/{cohort.key}/acquis/vue")
    assert '<path class="l2"' in page.text
    assert "style=" not in page.text
    assert "Combien de personnes à chaque niveau" in words_of(page)


def test_a_group_without_anyone_says_what_will_be_there(engine_name, platform, world, signed_in_as):
    with platform.writing(world.organisation) as ctx:
        cohort = make_cohort(ctx, covered_course(ctx))
    for page in ("acquis", "acquis/vue"):
        assert "Rien à montrer pour le moment" in words_of(signed_in_as("trainer").get(f"/groupes/{cohort.key}/{page}"))


def test_the_table_opens_in_a_spreadsheet_and_runs_nothing(engine_name, platform, world, group, signed_in_as):
    _course, cohort, _enrolment = group
    with platform.writing(world.organisation) as ctx:
        bad = ensure_person(ctx, given_name='=HYPERLINK("x";"y")', email="bad@x.test")
        enrol(ctx, cohort, membership_id=bad.id)
    page = signed_in_as("trainer").get(f"/groupes/{cohort.key}/acquis.csv")
    assert page.mimetype == "text/csv"
    text = page.data.decode("utf-8")
    assert text.startswith("\ufeffPersonne;")
    assert "\"'=HYPERLINK(" in text
    assert "Learner Essai;2026-11-23;;0;1;3" in text


def test_those_who_may_not_know_are_told_nothing(engine_name, platform, world, group, signed_in_as):
    course, cohort, _enrolment = group
    with platform.writing(world.organisation) as ctx:
        other = make_cohort(ctx, course, code="ESSAI-2")
        visitor = ensure_person(ctx, given_name="Voisine", email="voisine@essai.test")
        grant_role(ctx, membership_id=visitor.id, role=Role.TRAINER, scope=Scope.COHORT, scope_id=other.id)
        world.members["neighbour"], world.organisations["neighbour"] = visitor.id, world.organisation
    with platform.writing(world.organisation, visitor.id) as ctx:
        accept_terms(ctx)
        give_devices(ctx)
    cell = cell_of(signed_in_as("trainer").get(f"/groupes/{cohort.key}/acquis"))
    for who in ("learner", "company_head", "other_trainer", "other_manager", "neighbour"):
        for page in (
            f"/groupes/{cohort.key}/acquis",
            f"/groupes/{cohort.key}/acquis/vue",
            f"/groupes/{cohort.key}/acquis.csv",
            cell,
        ):
            assert signed_in_as(who).get(page).status_code == 404, (who, page)
    neighbour = signed_in_as("neighbour")
    assert neighbour.get(f"/groupes/{other.key}/acquis").status_code == 200
    assert neighbour.get(cell.replace(cohort.key, other.key)).status_code == 404, "not in that group"


def test_a_cell_of_a_block_that_is_not_worked_on_is_not_there(engine_name, world, group, signed_in_as):
    trainer = signed_in_as("trainer")
    cell = cell_of(trainer.get(f"/groupes/{group[1].key}/acquis"))
    assert trainer.get(cell.replace("/PP", "/AR")).status_code == 404
    assert trainer.get(cell.replace("/PP", "/ZZ")).status_code == 404


def test_queries_do_not_grow_with_people(engine_name, platform, world, group, signed_in_as):
    course, cohort, _enrolment = group
    trainer, base = signed_in_as("trainer"), f"/groupes/{cohort.key}/acquis"
    pages = [base, base + "?semaine=0", base + "?tri=PP&bloc=PP&niveau=partie", base + "/vue"]

    def numbers():
        found = []
        for page in pages:
            trainer.get(page)
            with counted(platform) as sent:
                assert trainer.get(page).status_code == 200
            found.append(len(sent))
        return found

    def grow(first, last):
        with platform.writing(world.organisation) as ctx:
            for number in range(first, last):
                one = ensure_person(ctx, given_name=f"P{number:03}", email=f"p{number}@x.test")
                enrolment = enrol(ctx, cohort, membership_id=one.id)
                if number % 3 == 0:
                    scored(ctx, enrolment, course.keys["limited_quiz"], 0.9)

    grow(0, 2)
    few = numbers()
    grow(2, 119)
    assert numbers() == few
    assert max(few) <= 8
    assert "Page 1 sur 3" in words_of(trainer.get(base))


def test_the_groups_page_leads_here(engine_name, world, group, signed_in_as):
    _course, cohort, _enrolment = group
    assert f"/groupes/{cohort.key}/acquis" in signed_in_as("trainer").get(f"/groupes/{cohort.key}").text
