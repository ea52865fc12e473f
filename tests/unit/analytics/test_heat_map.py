"""Levels as they stand, and as they stood."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lms.accounts.api import ensure_person
from lms.analytics.data import ALL, ENDED, NONE, SOME, Asked
from lms.analytics.drawing import drawing_of, spread_of
from lms.analytics.exporting import heat_sheet
from lms.analytics.forms import address_of, asked_from
from lms.analytics.ground import ground_of, moment_of, most_weeks
from lms.analytics.people import folded
from lms.analytics.queries import everyone, everyone_in_pieces, heat_page
from lms.competences.api import LevelInfo, acquisitions
from lms.competences.documents import document
from lms.competences.operations import publish_framework
from lms.courses.models import Enrolment
from lms.kernel.sheets import written
from tests.factories.competences import COVERAGE, FRAMEWORK, covered_course, publish_hooks, scored
from tests.factories.courses import enrol, make_cohort, make_course

NAMES = ("Aïssatou Bâ", "Fatou Diallo", "Mamadou Keïta", "=Sergiu Popescu")


@pytest.fixture
def group(platform, world, clock):
    """(course, cohort, enrolments): four people who entered one week apart, the first one two weeks ago."""
    with platform.writing(world.organisation) as ctx:
        course = covered_course(ctx)
        cohort = make_cohort(ctx, course)
        people = [
            ensure_person(ctx, given_name=n.split()[0], family_name=n.split()[1], email=f"{k}@x.test")
            for k, n in enumerate(NAMES)
        ]
        start = clock.now - timedelta(days=14)
        return (
            course,
            cohort,
            [
                enrol(ctx, cohort, membership_id=one.id, entered_at=start + timedelta(days=7 * k))
                for k, one in enumerate(people[:3])
            ]
            + [enrol(ctx, cohort, membership_id=people[3].id, entered_at=start)],
        )


def page_of(ctx, cohort, **values):
    asked = Asked(**values)
    ground = ground_of(ctx, cohort)
    return heat_page(ctx, cohort, ground=ground, asked=asked, moment=moment_of(ctx, asked))


def shown(page):
    return {row.name: tuple(None if cell is None else cell.acquired for cell in row.cells) for row in page.rows}


def test_a_level_is_what_is_acquired_out_of_the_block(engine_name, platform, world, group):
    course, cohort, enrolled = group
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolled[0], course.keys["limited_quiz"], 0.9)
        page = page_of(ctx, cohort)
        assert page.people == 4
        assert [row.name for row in page.rows] == ["Aïssatou Bâ", "Fatou Diallo", "Mamadou Keïta", "=Sergiu Popescu"]
        assert page.rows[0].cells == (LevelInfo(1, 3),)
        assert page.rows[0].week == 2
        ground = ground_of(ctx, cohort)
        assert [block.code for block in ground.blocks] == ["PP"]
        assert ground.left_out == ("Argent",)


def test_a_week_counts_from_each_ones_entry(engine_name, platform, world, group, clock):
    course, cohort, enrolled = group
    with platform.writing(world.organisation) as ctx:
        for one, days in ((enrolled[0], 3), (enrolled[1], 3), (enrolled[3], 10)):
            scored(ctx, one, course.keys["limited_quiz"], 0.9, at=one.entered_at + timedelta(days=days))
        at = {week: shown(page_of(ctx, cohort, week=week)) for week in (0, 1, 2)}
        assert at[0] == {"Aïssatou Bâ": (0,), "Fatou Diallo": (0,), "Mamadou Keïta": (0,), "=Sergiu Popescu": (0,)}
        assert at[1] == {"Aïssatou Bâ": (1,), "Fatou Diallo": (1,), "Mamadou Keïta": (None,), "=Sergiu Popescu": (0,)}
        assert at[2] == {
            "Aïssatou Bâ": (1,),
            "Fatou Diallo": (None,),
            "Mamadou Keïta": (None,),
            "=Sergiu Popescu": (1,),
        }
        assert most_weeks(ctx, ground_of(ctx, cohort)) == 2


def test_at_the_very_moment_it_counts(engine_name, platform, world, group):
    course, cohort, enrolled = group
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolled[0], course.keys["limited_quiz"], 0.9, at=enrolled[0].entered_at + timedelta(days=7))
        assert shown(page_of(ctx, cohort, week=1))["Aïssatou Bâ"] == (1,)


def test_a_day_shows_what_stood_that_evening(engine_name, platform, world, group, clock):
    course, cohort, enrolled = group
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolled[0], course.keys["limited_quiz"], 0.9, at=enrolled[0].entered_at + timedelta(days=3))
        first = enrolled[0].entered_at.date()
        assert shown(page_of(ctx, cohort, day=first + timedelta(days=2)))["Aïssatou Bâ"] == (0,)
        assert shown(page_of(ctx, cohort, day=first + timedelta(days=3)))["Aïssatou Bâ"] == (1,)
        assert shown(page_of(ctx, cohort, day=first))["Fatou Diallo"] == (None,), "not there yet"
        assert shown(page_of(ctx, cohort, day=date(2090, 1, 1)))["Aïssatou Bâ"] == (1,), "never after now"
        assert shown(page_of(ctx, cohort, day=date(1, 1, 1)))["Aïssatou Bâ"] == (None,)


def test_what_has_expired_is_not_acquired_any_more_but_was(engine_name, platform, world, group, clock):
    course, cohort, enrolled = group
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolled[0], course.keys["limited_quiz"], 0.9)
        clock.forward(days=400)
        assert shown(page_of(ctx, cohort))["Aïssatou Bâ"] == (0,)
        assert shown(page_of(ctx, cohort, week=3))["Aïssatou Bâ"] == (1,)


def test_sorted_and_filtered(engine_name, platform, world, group):
    course, cohort, enrolled = group
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolled[2], course.keys["limited_quiz"], 0.9)
        ctx.session.get_one(Enrolment, enrolled[3].id).ended_at = ctx.now
        ctx.session.flush()

        def names(**values):
            return [row.name.split()[0] for row in page_of(ctx, cohort, **values).rows]

        assert names() == ["Aïssatou", "Fatou", "Mamadou"]
        assert names(status=ENDED) == ["=Sergiu"]
        assert names(status="all", descending=True) == ["=Sergiu", "Mamadou", "Fatou", "Aïssatou"]
        assert names(sort="week", descending=True) == ["Mamadou", "Fatou", "Aïssatou"]
        assert names(sort="PP", descending=True) == ["Mamadou", "Aïssatou", "Fatou"]
        assert names(search="KEITA") == ["Mamadou"]
        assert names(search="aissa ba") == ["Aïssatou"]
        assert names(search="%") == []
        assert names(block="PP", level=NONE) == ["Aïssatou", "Fatou"]
        assert names(block="PP", level=SOME) == ["Mamadou"]
        assert names(block="PP", level=ALL) == []
        assert names(block="PP", level=NONE, sort="PP", week=0) == ["Aïssatou", "Fatou"], "Mamadou did it on entering"
        assert names(block="ZZ", level=NONE, sort="ZZ") == ["Aïssatou", "Fatou", "Mamadou"]


def test_two_versions_side_by_side(engine_name, platform, world, group):
    course, cohort, enrolled = group
    with platform.writing(world.organisation) as ctx:
        text = FRAMEWORK.replace("version: '1'", "version: '2'")
        text = text[: text.index("  - code: PP3")] + text[text.index("- code: AR") :]
        publish_framework(ctx, document(text))
        keys = {name: key for name, key in course.keys.items() if name != "course"}
        newer = make_course(ctx, slug="suite", framework="essai", coverage=COVERAGE, keys=keys)
        publish_hooks(ctx, newer.version_id)
        ctx.session.get_one(Enrolment, enrolled[0].id).version_id = newer.version_id
        ctx.session.flush()
        for one in enrolled[:2]:
            scored(ctx, one, course.keys["limited_quiz"], 0.9)
        page = page_of(ctx, cohort)
        assert [row.cells[0] for row in page.rows[:2]] == [LevelInfo(1, 2), LevelInfo(1, 3)]
        assert [row.name for row in page_of(ctx, cohort, sort="PP", descending=True).rows][:2] == [
            "Aïssatou Bâ",
            "Fatou Diallo",
        ]


def test_everyone_is_the_same_as_page_by_page(engine_name, platform, world, group):
    course, cohort, enrolled = group
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolled[1], course.keys["limited_quiz"], 0.9)
        for week in (None, 0, 1):
            asked = Asked(week=week)
            ground, moment = ground_of(ctx, cohort), moment_of(ctx, asked)
            page = heat_page(ctx, cohort, ground=ground, asked=asked, moment=moment)
            whole = everyone(ctx, cohort, ground=ground, asked=asked, moment=moment)
            pieces = [
                row
                for some in everyone_in_pieces(ctx, cohort, ground=ground, asked=asked, moment=moment)
                for row in some
            ]
            assert [row.cells for row in page.rows] == whole == [row.cells for row in pieces]


def test_a_level_is_the_count_of_acquisitions(engine_name, platform, world, group):
    course, cohort, enrolled = group
    with platform.writing(world.organisation) as ctx:
        scored(ctx, enrolled[0], course.keys["limited_quiz"], 0.9)
        infos = acquisitions(ctx, [enrolled[0].membership_id], version_id=course.version_id)[enrolled[0].membership_id]
        assert page_of(ctx, cohort).rows[0].cells[0].acquired == sum(info.state == "acquired" for info in infos)


def test_a_table_runs_nothing(engine_name, platform, world, group):
    _course, cohort, _enrolled = group
    with platform.reading(world.organisation) as ctx:
        asked = Asked()
        ground, moment = ground_of(ctx, cohort), moment_of(ctx, asked)
        pieces = everyone_in_pieces(ctx, cohort, ground=ground, asked=asked, moment=moment)
        sheet = heat_sheet(pieces, ground, name="acquis", zone="Europe/Paris")
        lines = b"".join(written(sheet, "csv")).decode().split("\r\n")
        assert lines[0].startswith("\ufeffPersonne;")
        assert lines[1] == "Aïssatou Bâ;2026-11-09;;2;0;3"
        assert lines[4].startswith("'=Sergiu Popescu;")


def test_shades_go_from_none_to_all():
    assert [LevelInfo(number, 6).shade for number in range(7)] == [0, 1, 2, 2, 3, 3, 4]
    assert [LevelInfo(number, 1).shade for number in range(2)] == [0, 4]
    assert [LevelInfo(number, 2).shade for number in range(3)] == [0, 2, 4]


def test_the_drawing_shows_each_one_once():
    people = [(LevelInfo(0, 2), LevelInfo(2, 2)), (LevelInfo(1, 2), None)] * 150
    drawing = drawing_of(people, 2)
    assert {level: path.count("M") for level, path in drawing.paths} == {0: 24, 2: 150, 4: 150}
    assert drawing.not_there.count("M") == 150
    assert spread_of(people, 2) == [[150, 0, 150, 0, 0, 0], [0, 0, 0, 0, 150, 150]]
    assert len(drawing.heads) == 24
    assert drawing_of([], 3).paths[0][0] == 0


def test_an_address_that_makes_no_sense_is_as_if_it_were_empty():
    wild = {"semaine": "-1", "jour": "demain", "page": "0", "qui": "x", "niveau": "y", "tri": "DROP", "nom": " " * 200}
    assert asked_from(wild) == Asked(sort="DROP")
    assert asked_from({"semaine": "999999"}).week is None
    assert asked_from({"semaine": "900"}).week == 520
    assert address_of({"semaine": "3", "autre": "x", "page": "2"}) == {"semaine": "3"}
    assert folded("Éloïse ŒUVRE") == "eloise œuvre"
