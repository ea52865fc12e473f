"""A trainer or a coach of one group alone: they know its people, lend them a way in, let people in, and see nobody else."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from lms.accounts.api import ensure_person, grant_role
from lms.accounts.models import Membership
from lms.accounts.permissions import LEND_ACCESS, READ_PEOPLE
from lms.contract.types import Role, Scope
from lms.courses.leaving import end_enrolment
from lms.courses.models import Enrolment
from tests.factories.content import open_cohort

CODE = re.compile(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}")


def member(platform: Any, world: Any, membership_id: Any) -> Any:
    with platform.reading(world.organisation) as ctx:
        return ctx.session.get_one(Membership, membership_id)


@pytest.fixture
def theirs(platform: Any, world: Any, enrolled: Any) -> Any:
    """Someone of the group."""
    return member(platform, world, enrolled(2)[0].membership_id)


@pytest.fixture
def stranger(platform: Any, world: Any) -> Any:
    """Someone of the organisation who is in no group."""
    return member(platform, world, world.members["learner"])


@pytest.fixture
def browser(visitor: Any, signed_in_as: Any) -> Any:
    return signed_in_as(visitor)


def read(browser: Any, path: Any) -> Any:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return unescape(answer.text)


def test_the_list_of_people_is_that_of_the_group(theirs: Any, stranger: Any, browser: Any) -> None:
    page = read(browser, "/personnes")
    assert "2 personnes" in page
    assert theirs.name in page
    assert stranger.name not in page
    assert "/personnes/cartes" in page
    assert "/personnes/inviter" not in page
    assert browser.get("/personnes/inviter").status_code == 403
    assert browser.get("/personnes/fichier").status_code == 403


def test_a_page_of_someone_leads_to_their_path_and_back(theirs: Any, stranger: Any, browser: Any) -> None:
    path = re.search(r"/inscriptions/[a-z0-9]{10}", read(browser, f"/personnes/{theirs.key}"))
    assert path
    assert f"/personnes/{theirs.key}" in read(browser, path[0])
    assert browser.get(f"/personnes/{stranger.key}").status_code == 404


def test_cards_and_links_are_for_the_group_alone(theirs: Any, stranger: Any, browser: Any) -> None:
    listed = read(browser, "/personnes/cartes")
    assert theirs.key in listed
    assert stranger.key not in listed
    sheet = browser.post("/personnes/cartes", data={"person": [theirs.key, stranger.key], "intent": "one"})
    assert len(CODE.findall(sheet.text)) == 1
    shown = browser.post(f"/personnes/{theirs.key}/lien")
    assert "/connexion/lien/" in read(browser, shown.headers["Location"])
    assert browser.post(f"/personnes/{stranger.key}/lien").status_code == 404
    card = re.search(r"/cartes/\w+/annuler", read(browser, f"/personnes/{theirs.key}"))
    assert card
    assert browser.post(f"/personnes/{theirs.key}{card[0]}").status_code == 303
    assert browser.get(f"/personnes/{theirs.key}/modifier").status_code == 404
    assert browser.post(f"/personnes/{theirs.key}/etat").status_code == 404


def test_no_way_is_opened_into_a_colleagues_account(
    theirs: Any, browser: Any, platform: Any, world: Any, signed_in_as: Any
) -> None:
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        grant_role(ctx, membership_id=theirs.id, role=Role.COACH, scope=Scope.ORGANISATION)
    assert theirs.name in read(browser, "/personnes")
    assert theirs.key not in read(browser, "/personnes/cartes")
    assert browser.post(f"/personnes/{theirs.key}/lien").status_code in (403, 404)
    # Who trains one group and leads nothing else opens no trainer's account either.
    refused = browser.post("/personnes/cartes", data={"person": theirs.key, "intent": "one"})
    assert not CODE.findall(refused.text)


def test_a_role_on_one_group_adds_nothing_to_a_role_on_all(
    theirs: Any, platform: Any, world: Any, group: Any, signed_in_as: Any
) -> None:
    """An auditor of everything who also trains one group lends access in this group alone."""
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        grant_role(
            ctx, membership_id=world.members["auditor"], role=Role.TRAINER, scope=Scope.COHORT, scope_id=group.id
        )
    browser = signed_in_as("auditor")
    other = member(platform, world, world.members["company_head"])
    assert other.name in read(browser, "/personnes")
    assert browser.post(f"/personnes/{theirs.key}/lien").status_code == 303
    assert browser.post(f"/personnes/{other.key}/lien").status_code in (403, 404)


def test_who_has_left_the_group_is_no_longer_theirs(
    theirs: Any, browser: Any, platform: Any, world: Any, enrolled: Any
) -> None:
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        row = ctx.session.query(Enrolment).filter_by(membership_id=theirs.id).one()
        end_enrolment(ctx, enrolment=row, reason="testing")
        key = row.key
    assert theirs.name not in read(browser, "/personnes")
    assert browser.get(f"/personnes/{theirs.key}").status_code == 404
    page = read(browser, f"/inscriptions/{key}")
    assert "Reprendre l’inscription" in page
    assert f"/personnes/{theirs.key}" not in page


def test_people_enter_by_their_whole_name_and_nobody_else_is_shown(
    group: Any, made: Any, browser: Any, platform: Any, world: Any, stranger: Any
) -> None:
    here = f"/groupes/{group.key}/inscrire"
    assert stranger.key not in read(browser, here)
    for search in ("learner", "essai", "learner ess", "learner e s s a i", "e e e e e e e", "trainer essai", "%"):
        assert 'name="person"' not in read(browser, f"{here}?nom={search}"), search
    assert stranger.key in read(browser, f"{here}?nom=essai+Learner")
    staff = member(platform, world, world.members["trainer"])
    assert browser.post(here, data={"person": staff.key}).status_code == 404
    answer = browser.post(here, data={"person": stranger.key}, follow_redirects=True)
    assert "1 personne est inscrite." in unescape(answer.text)
    assert stranger.name in read(browser, "/personnes")
    other = open_cohort(platform, world, made, code="G2")
    assert browser.post(f"/groupes/{other.key}/inscrire", data={"person": stranger.key}).status_code == 404


@pytest.mark.parametrize("role", [Role.TRAINER, Role.COACH, Role.AUDITOR, Role.MANAGER])
def test_a_list_and_a_person_tell_the_same(
    platform: Any, world: Any, group: Any, enrolled: Any, theirs: Any, role: Any
) -> None:
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        someone = ensure_person(ctx, given_name="Une", email="une@essai.test").id
        grant_role(ctx, membership_id=someone, role=role, scope=Scope.COHORT, scope_id=group.id)
    with platform.reading(world.organisation, someone) as ctx:
        everyone = ctx.session.query(Membership).all()
        for right in (READ_PEOPLE, LEND_ACCESS):
            shown = {row.id for row in ctx.session.query(Membership).filter(ctx.visible(right, Membership))}
            assert shown == {one.id for one in everyone if ctx.holds(right, on=one)}
            assert len(shown) == (2 if role in right.roles else 0)


def test_the_pages_cost_the_same_for_many_as_for_few(
    theirs: Any, browser: Any, enrolled: Any, count_queries: Any
) -> None:
    def cost(path: str) -> int:
        with count_queries() as sent:
            read(browser, path)
        return len(sent)

    paths = ("/personnes", "/personnes/cartes", f"/personnes/{theirs.key}")
    few = [cost(path) for path in paths]
    enrolled(20)
    assert [cost(path) for path in paths] == few
