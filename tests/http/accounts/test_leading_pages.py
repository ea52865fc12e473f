"""What those who lead decide: identity, logo, preferences, words, legal texts, roles; and what nobody else may."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.consent import text_in_force
from lms.accounts.erasing import ask_erasure
from lms.accounts.models import GrantRow, Membership, Organisation
from lms.accounts.tasks import TIDY
from lms.kernel import jobs, media
from lms.kernel.platform import Platform
from lms.kernel.preferences import preference
from tests.factories.browsing import words_of
from tests.factories.courses import enrol, make_cohort, make_course
from tests.factories.media import photo
from tests.factories.world import World

pytestmark = pytest.mark.usefixtures("engine_name")
SignIn = Callable[[str], FlaskClient]
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
TEXT = {"sentences": "Une phrase.", "full_text": "## Titre\n\nDu texte."}


def send_logo(client: FlaskClient, data: bytes, name: str = "logo.png") -> Any:
    return client.post("/organisme/logo", data={"logo": (io.BytesIO(data), name)})


def logo_of(platform: Platform, world: World) -> str:
    with platform.reading(world.organisation) as ctx:
        return ctx.session.get_one(Organisation, world.organisation).logo


def test_the_home_of_settings_says_what_is_missing(signed_in_as: SignIn) -> None:
    page = words_of(signed_in_as("manager").get("/organisme"))
    assert "Il manque : le SIRET, le NDA, l’adresse, qui représente l’association, le contact." in page


def test_a_logo_is_shown_to_all_and_only_while_it_is_the_logo(
    platform: Platform, world: World, signed_in_as: SignIn, client: FlaskClient
) -> None:
    manager = signed_in_as("manager")
    assert send_logo(manager, photo("PNG", size=(2400, 900))).status_code == 303
    first = logo_of(platform, world)
    picture = client.get(f"/logo/{first}")
    assert (picture.status_code, picture.mimetype, len(picture.data) < 60_000) == (200, "image/webp", True)
    assert f'src="/logo/{first}"' in signed_in_as("learner").get("/moi").text
    assert f"/logo/{first}" not in signed_in_as("other_learner").get("/moi").text
    send_logo(manager, photo("PNG", size=(300, 300)))
    assert client.get(f"/logo/{first}").status_code == 404
    manager.post("/organisme/logo/retrait")
    assert logo_of(platform, world) == ""
    assert client.get("/logo/").status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("logo.svg", SVG, "Ce n’est pas une photo."),
        ("logo.png", SVG, "Ce n’est pas une photo."),
        ("logo.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "Ce n’est pas une photo que nous savons lire"),
        ("logo.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 20_000, "trop lourd"),
        ("logo.html", b"<html><script>", "Ce n’est pas une photo."),
    ],
    ids=["svg", "svg as png", "broken", "huge", "html"],
)
def test_what_is_no_harmless_picture_is_refused_and_said(
    platform: Platform,
    world: World,
    signed_in_as: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    data: bytes,
    said: str,
) -> None:
    monkeypatch.setattr(media, "MAX_BYTES", 10_000)
    answer = send_logo(signed_in_as("manager"), data, name)
    assert answer.status_code == 400
    assert said in words_of(answer)
    assert logo_of(platform, world) == ""


@pytest.mark.parametrize("who", ["learner", "company_head", "trainer", "coach", "auditor"])
def test_who_does_not_lead_changes_nothing(platform: Platform, world: World, signed_in_as: SignIn, who: str) -> None:
    client = signed_in_as(who)
    assert send_logo(client, photo("PNG")).status_code == 404
    for address, data in (
        ("/organisme/identite", {"name": "Volé"}),
        ("/organisme/preferences", {"quality.quiet_days": "7"}),
        ("/organisme/textes/privacy", TEXT),
        ("/organisme/roles", {"person": "x", "role": "manager"}),
        ("/mots", {"learner:course": "x"}),
    ):
        assert client.post(address, data=data).status_code == 404, address
    assert logo_of(platform, world) == ""


def test_preferences_come_from_what_features_declare(platform: Platform, world: World, signed_in_as: SignIn) -> None:
    manager = signed_in_as("manager")
    page = manager.get("/organisme/preferences").text
    for one in platform.registry.preferences.values():
        assert (f'name="{one.name}"' in page) == (one.scope != "person")
    assert manager.post("/organisme/preferences", data={"quality.quiet_days": "7"}).status_code == 303
    assert manager.post("/organisme/preferences", data={"quality.quiet_days": "-1"}).status_code == 404
    with platform.reading(world.organisation) as ctx:
        assert preference(ctx, "quality.quiet_days") == "7"
    with platform.reading(world.other_organisation) as ctx:
        assert preference(ctx, "quality.quiet_days") == "21"


def test_words_are_seen_on_a_learners_page_before_they_are_kept(signed_in_as: SignIn) -> None:
    manager = signed_in_as("manager")
    page = manager.post("/mots", data={"learner:course": "chemin <b>", "apercu": "1"}).text
    assert '<span data-word="learner:course">chemin &lt;b&gt;</span>' in page
    assert "chemin" not in manager.get("/mots").text


def test_a_legal_text_is_written_seen_published_and_its_versions_stay(
    platform: Platform, world: World, signed_in_as: SignIn
) -> None:
    manager, learner = signed_in_as("manager"), signed_in_as("learner")
    assert learner.get("/textes/privacy").status_code == 404
    assert "RGPD" not in manager.get("/organisme/textes/privacy").text
    assert "Rien n’est encore publié" in words_of(
        manager.post("/organisme/textes/privacy", data={**TEXT, "apercu": "1"})
    )
    assert learner.get("/textes/privacy").status_code == 404
    assert manager.post("/organisme/textes/privacy", data=TEXT).status_code == 303
    assert manager.post("/organisme/textes/privacy", data={**TEXT, "sentences": "Autre."}).status_code == 303
    assert "Autre." in learner.get("/textes/privacy").text
    assert 'href="/textes/privacy"' in learner.get("/conditions").text
    assert 'href="/textes/rules"' not in learner.get("/conditions").text
    assert "Une phrase." in learner.get("/textes/privacy/1").text
    assert signed_in_as("other_learner").get("/textes/privacy/1").status_code == 404
    assert "par Manager Essai" in words_of(manager.get("/organisme/textes/privacy"))
    assert learner.get("/moi").status_code == 200, "only the terms are accepted anew"
    with platform.reading(world.organisation) as ctx:
        assert text_in_force(ctx, "privacy").version == 2


def test_a_text_that_was_published_meanwhile_is_not_overwritten(signed_in_as: SignIn) -> None:
    manager = signed_in_as("manager")
    assert manager.post("/organisme/textes/rules", data={**TEXT, "after": "0"}).status_code == 303
    late = manager.post("/organisme/textes/rules", data={**TEXT, "sentences": "Trop tard.", "after": "0"})
    assert late.status_code == 400
    assert "entre-temps" in words_of(late)
    assert "Trop tard." in late.text, "what was typed is not lost"


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", "[x](javascript:alert(1))", '<b onclick="x">y</b>'])
def test_a_text_runs_nothing(signed_in_as: SignIn, evil: str) -> None:
    manager = signed_in_as("manager")
    for data in ({"sentences": "Une phrase.", "full_text": evil}, {"sentences": evil, "full_text": "x"}):
        assert manager.post("/organisme/textes/rules", data=data).status_code in (303, 400)
    page = manager.get("/textes/rules").text
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "<b onclick" not in page


def test_a_kind_of_text_that_is_none_is_not_found(signed_in_as: SignIn) -> None:
    manager = signed_in_as("manager")
    assert manager.get("/organisme/textes/zzz").status_code == 404
    assert manager.post("/organisme/textes/zzz", data=TEXT).status_code == 404


def grants(platform: Platform, world: World, who: str) -> list[tuple[str, str, int | None]]:
    with platform.reading(world.organisation) as ctx:
        rows = ctx.session.scalars(select(GrantRow).where(GrantRow.membership_id == world.members[who]))
        return [(row.role, row.scope, row.scope_id) for row in rows if row.ends_at is None]


def key_of(platform: Platform, world: World, who: str) -> str:
    with platform.reading(world.organisations[who]) as ctx:
        return ctx.session.get_one(Membership, world.members[who]).key


def test_roles_are_given_on_a_group_and_taken_back(platform: Platform, world: World, signed_in_as: SignIn) -> None:
    manager = signed_in_as("manager")
    with platform.writing(world.organisation) as ctx:
        cohort = make_cohort(ctx, make_course(ctx))
    found = words_of(manager.get("/organisme/roles?qui=coach"))
    assert "Coach Essai" in found
    assert cohort.name in found
    sent = {"person": key_of(platform, world, "coach"), "role": "trainer", "place": f"cohort:{cohort.key}"}
    assert manager.post("/organisme/roles", data=sent).status_code == 303
    assert ("trainer", "cohort", cohort.id) in grants(platform, world, "coach")
    page = words_of(manager.get("/organisme/roles?role=trainer"))
    assert f"le groupe {cohort.name}" in page
    with platform.reading(world.organisation) as ctx:
        key = ctx.session.scalar(select(GrantRow.key).where(GrantRow.scope == "cohort"))
    assert manager.post(f"/organisme/roles/{key}/fin").status_code == 303
    assert ("trainer", "cohort", cohort.id) not in grants(platform, world, "coach")
    assert f"le groupe {cohort.name}" in words_of(manager.get("/organisme/roles?finis=1"))


def test_a_role_is_given_neither_above_ones_own_nor_elsewhere(
    platform: Platform, world: World, signed_in_as: SignIn
) -> None:
    manager, coach = signed_in_as("manager"), key_of(platform, world, "coach")
    with platform.writing(world.other_organisation) as ctx:
        other = make_cohort(ctx, make_course(ctx))
    before = grants(platform, world, "coach")
    for data in (
        {"person": coach, "role": "administrator", "place": ""},
        {"person": coach, "role": "trainer", "place": f"cohort:{other.key}"},
        {"person": coach, "role": "trainer", "place": "site:1"},
        {"person": coach, "role": "trainer", "place": f"person:{coach}"},
        {"person": coach, "role": "manager", "place": "cohort:zzzzzzzzzz"},
        {"person": key_of(platform, world, "other_coach"), "role": "trainer", "place": ""},
    ):
        assert manager.post("/organisme/roles", data=data).status_code in (303, 400, 403, 404), data
    assert grants(platform, world, "coach") == before
    with platform.reading(world.other_organisation) as ctx:
        assert ctx.session.scalar(select(GrantRow.key).where(GrantRow.scope == "site")) is not None
        last = ctx.session.scalar(select(GrantRow.key).where(GrantRow.role == "manager"))
    assert manager.post(f"/organisme/roles/{last}/fin").status_code == 404


def test_lists_of_people_open_in_a_spreadsheet_and_run_nothing(
    platform: Platform, world: World, signed_in_as: SignIn
) -> None:
    manager = signed_in_as("manager")
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        ctx.session.get_one(Membership, world.members["learner"]).given_name = "=cmd|' /C calc'!A0"
    for address in ("/personnes/liste", "/personnes/invitations", "/organisme/roles/liste", "/groupes/liste"):
        assert manager.get(f"{address}.csv").mimetype == "text/csv", address
        assert manager.get(f"{address}.xlsx").data.startswith(b"PK"), address
        assert manager.get(f"{address}.xlsm").status_code == 404, address
    assert "'=cmd" in manager.get("/personnes/liste.csv").text
    assert "'=cmd" in manager.get("/organisme/roles/liste.csv").text
    for who in ("learner", "company_head"):
        assert signed_in_as(who).get("/personnes/liste.csv").status_code == 404
    assert "cmd" not in signed_in_as("other_manager").get("/personnes/liste.csv").text


def test_the_list_of_roles_asks_no_more_for_many(
    platform: Platform, world: World, signed_in_as: SignIn, count_queries: Any
) -> None:
    manager = signed_in_as("manager")

    def asked() -> int:
        with count_queries() as sent:
            assert manager.get("/organisme/roles").status_code == 200
        return len(sent)

    before = asked()
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        cohort = make_cohort(ctx, make_course(ctx))
        for who in ("coach", "trainer", "auditor"):
            ctx.session.add(
                GrantRow(
                    organisation_id=world.organisation, membership_id=world.members[who], role="coach",
                    scope="cohort", scope_id=cohort.id, starts_at=ctx.now,
                )
            )  # fmt: skip
    assert asked() <= before + 1, "one query names the groups, however many"


# --------------------------------------------------------------------------------------------------- what the law keeps


def test_a_kept_name_is_read_after_it_was_written_down_why(
    platform: Platform, world: World, signed_in_as: SignIn, clock: Any
) -> None:
    with platform.writing(world.organisation) as ctx:
        enrol(ctx, make_cohort(ctx, make_course(ctx)), membership_id=world.members["learner"])
    with platform.writing(world.organisation, world.members["learner"]) as ctx:
        key = ask_erasure(ctx).key
    manager = signed_in_as("manager")
    assert manager.get(f"/personnes/effacements/{key}").status_code == 404, "not erased yet"
    manager.post(f"/personnes/effacements/{key}/confirmer")
    clock.forward(days=7, minutes=1)
    TIDY.run(platform)
    jobs.sweep(platform)
    manager = signed_in_as("manager")
    page = manager.get(f"/personnes/effacements/{key}").text
    assert "L. 6362-6" in page
    assert "Learner" not in page
    opening = f"/personnes/effacements/{key}/ouvrir"
    assert manager.post(opening, data={"purpose": "curiosity"}).status_code == 404
    for who in ("trainer", "auditor"):
        assert signed_in_as(who).post(opening, data={"purpose": "court"}).status_code in (403, 404)
    page = words_of(manager.post(opening, data={"purpose": "inspection"}))
    assert "Learner Essai" in page
    assert "un contrôle de l'État ou d'un financeur" in page.replace("’", "'")
    assert "Learner Essai" not in manager.get(f"/personnes/effacements/{key}").text
    told = words_of(manager.get("/journal?fait=accounts.kept_name_opened"))
    assert "a ouvert un nom gardé sous clé, pour un contrôle" in told
