"""A draft in the frame of a phone: what a learner sees, no right gained, nothing sent."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from lms.courses.api import create_cohort
from tests.factories.courses import enrol
from tests.factories.writing import activities, of_type, publish, read, values_of


@pytest.fixture
def learner(platform: Any, world: Any, made: Any, signed_in_as: Any) -> Any:
    """Who has come into the course today."""
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        group = create_cohort(ctx, course=made, code="G1", name="Groupe du mardi")
        enrol(ctx, group, membership_id=world.members["learner"])
    return signed_in_as("learner")


def bar(page: str) -> list[str]:
    found = re.search(r'<nav class="bar".*?</nav>', page, re.DOTALL)
    return re.findall(r"<span>([^<]*)</span>", found[0]) if found else []


def main(page: str) -> str:
    """The page without what is made new each time, nor where its links lead."""
    found = re.search(r"<main.*?</main>", page, re.DOTALL)
    assert found
    return re.sub(r'(value|href|action|src|aria-[a-z]+|id|for)="[^"]*"', "", found[0])


def test_the_path_and_each_activity_are_those_of_a_learner(made: Any, author: Any, learner: Any) -> None:
    theirs, seen = read(learner, f"/parcours/{made.key}"), read(author, f"/ecrire/{made.key}/comme")
    assert bar(seen) == bar(theirs)
    assert bar(seen)
    assert main(seen) == main(theirs)
    for key in activities(author, made):
        theirs, seen = read(learner, f"/parcours/{made.key}/{key}"), read(author, f"/ecrire/{made.key}/comme/{key}")
        assert bar(seen) == bar(theirs)
        if "pas encore ouvert" not in theirs.lower():
            assert "membre de l’équipe" not in seen
            if "Ça s’ouvre" not in theirs and main(seen) != main(theirs):
                assert "Question" in seen or "ouvr" in main(theirs), key  # drawn for each person, or still closed


def test_it_sends_nothing_and_shows_only_in_our_frame(platform: Any, world: Any, made: Any, author: Any) -> None:
    key = of_type(platform, world, made, "lesson")
    for path in ("comme", f"comme/{key}", "comme/mots", "comme/ailleurs", "comme/n/importe"):
        answer = author.get(f"/ecrire/{made.key}/{path}")
        assert answer.status_code == 200, path
        policy = answer.headers["Content-Security-Policy"]
        for rule in ("form-action 'none'", "connect-src 'none'", "frame-ancestors 'self'"):
            assert rule in policy, (path, rule)
        assert not re.search(r'<a [^>]*href="(?!/ecrire/|#)', answer.text.partition("<footer")[0]), path
    for path in (f"comme/{key}", f"comme/{key}/fait", "comme/pause"):
        assert author.post(f"/ecrire/{made.key}/{path}").status_code in (404, 405), path


def test_no_right_is_gained(platform: Any, world: Any, made: Any, author: Any) -> None:
    key = of_type(platform, world, made, "lesson")
    assert author.get(f"/ecrire/{made.key}/comme/{key}").status_code == 200
    assert author.post(f"/parcours/{made.key}/{key}/fait", data={"intent": "a" * 36}).status_code == 404
    assert author.get("/acquis").status_code in (404, 403)


def test_who_may_not_write_sees_no_draft(made: Any, author: Any, learner: Any, signed_in_as: Any) -> None:
    for browser in (learner, signed_in_as("coach"), signed_in_as("other_manager")):
        for path in ("comme", "comme/mots", "comme/ailleurs", "telephone"):
            assert browser.get(f"/ecrire/{made.key}/{path}").status_code == 404


def test_a_person_goes_on_with_an_activity_that_authors_have_taken_out(
    platform: Any, world: Any, made: Any, author: Any, learner: Any
) -> None:
    """Their version does not change under them; when they are moved, what they send meets words and is not lost."""
    key = of_type(platform, world, made, "lesson")
    page = read(learner, f"/parcours/{made.key}/{key}")
    intent = re.search(r'name="intent" value="([^"]*)"', page)
    assert intent
    author.post(f"/ecrire/{made.key}/activites/{key}/retirer")
    for _left in range(5):
        problems = read(author, f"/ecrire/{made.key}/publication")
        if "Tout est prêt" in problems:
            break
        for other in re.findall(rf'/ecrire/{made.key}/activite/([a-z0-9]{{10}})"', problems):
            address = f"/ecrire/{made.key}/activite/{other}"
            author.post(address, data=values_of(read(author, address)) | {"h.opens": ""})
    assert publish(author, f"/ecrire/{made.key}/publication").headers["Location"].endswith("/passage")
    assert learner.post(f"/parcours/{made.key}/{key}/fait", data={"intent": intent[1]}).status_code == 303
    moves = read(author, f"/ecrire/{made.key}/passage")
    group = re.search(r"/passage/([a-z0-9]{10})/voir", moves)
    assert group
    assert author.post(f"/ecrire/{made.key}/passage/{group[1]}").status_code == 303
    answer = learner.post(f"/parcours/{made.key}/{key}/fait", data={"intent": "b" * 36, "text": "Mes mots à moi."})
    assert answer.status_code == 404
    assert "Mes mots à moi." in unescape(answer.text)
