"""The learner's pages: what they show, to whom, and that reading writes nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.courses.models import CourseFile, CourseVersion, Opening
from lms.kernel.database import Base
from lms.kernel.files import keep_file
from tests.factories.courses import enrol, make_cohort, make_course, right_answers

BANNED = re.compile(
    r"\b(traces?|référentiels?|critères?|QPV|formations?|évaluations?|positionnements?|émargements?|cohortes?|abandons?|statements?|conforme)\b",
    re.IGNORECASE,
)
PAGES = (
    "/",
    "",
    "lesson",
    "quiz",
    "session",
    "limited_quiz",
    "resource",
    "dated_lesson",
    "after_lesson",
    "trainer_lesson",
)


def addresses(learning):
    base = learning.address()
    activities = [learning.address(name) for name in PAGES[2:]]
    return ["/", base, f"{base}/mots", *activities, *(f"{address}/pourquoi" for address in activities)]


def counts(platform):
    with platform.database.engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        }


def test_reading_writes_nothing(engine_name, learning):
    learning.client(), learning.client("trainer")
    before = counts(learning.platform)
    for address in addresses(learning):
        learning.get(address)
    for name in PAGES[2:]:
        learning.get(learning.address(name), "trainer")
    assert counts(learning.platform) == before


@pytest.mark.sqlite_only
def test_plain_words_on_every_page(engine_name, learning):
    quiz = learning.address("quiz")
    values = {f"q-{key}": value for key, value in right_answers(learning.course).items()}
    result = learning.post(f"{quiz}/reponses", attempt="1", **values).location
    for address in [*addresses(learning), result]:
        page = learning.get(address)
        text = re.sub(r"<[^>]*>", " ", page[page.index("<main") :])
        assert not BANNED.findall(text), (address, BANNED.findall(text))


def test_each_closed_activity_says_why(engine_name, learning):
    path = learning.get(learning.address())
    assert "s'ouvre le 3 décembre" in path
    assert "après « Je vérifie : le prix »" in path
    assert "quand votre formateur l'ouvre" in path
    assert "S'ouvre le 3 décembre." in learning.get(learning.address("dated_lesson"))
    assert "J’ai lu" not in learning.get(learning.address("dated_lesson"))
    assert "Bravo." not in learning.get(learning.address("after_lesson"))


def test_what_opens_says_nothing_more(engine_name, learning, clock):
    with learning.platform.writing(learning.world.organisation) as ctx:
        key = learning.course.keys["trainer_lesson"]
        ctx.session.add(
            Opening(enrolment_id=learning.enrolment.id, activity_key=key, opened_at=ctx.now, opened_by_id=1)
        )
    clock.forward(days=10)
    assert "Voilà." in learning.get(learning.address("trainer_lesson"))
    assert "Bientôt." in learning.get(learning.address("dated_lesson"))


def test_the_path_tells_deadlines_places_and_modality(engine_name, learning, clock):
    path = learning.get(learning.address())
    assert "pour le 7 décembre" in path
    assert "Tulle, salle 2" in path
    assert "Sur place" in path
    assert "0 sur 3" in path
    clock.forward(days=20)
    assert "prévu pour le 7 décembre, encore possible" in learning.get(learning.address())


def test_a_place_that_nobody_has_fixed_says_so(engine_name, learning):
    with learning.platform.writing(learning.world.organisation) as ctx:
        cohort = make_cohort(ctx, learning.course, code="SANS-LIEU")
        enrol(ctx, cohort, membership_id=learning.world.members["learner"])
    assert "lieu à fixer" in learning.get(learning.address())
    assert "lieu à fixer" in learning.get(learning.address("session"))


def test_the_planned_weeks_are_over_and_nobody_is_scolded(engine_name, learning, clock):
    clock.forward(days=80)
    page = learning.get("/")
    assert "Semaine" not in page
    assert "Combien me coûte une robe ?" in page


def test_home_without_a_path_says_what_will_be_there(engine_name, signed_in_as):
    assert "Votre parcours arrive" in signed_in_as("learner").get("/").text


def test_home_of_a_company_head_promises_no_path(engine_name, signed_in_as):
    page = signed_in_as("company_head").get("/").text
    assert "Votre association vous dira quand elle a besoin de vous" in page
    assert "Votre parcours arrive" not in page
    assert [one for one in ("Accueil", "Messages", "Moi") if one not in page] == []
    assert not re.search(r"Parcours|Je sais faire", page[page.index("<nav") :])


def test_home_when_all_is_done(engine_name, app, platform, world):
    from tests.factories.learning import start_learning

    lessons = [{"key": "@lesson", "type": "lesson", "title": "Une page", "body": {"text": "Lire."}}]
    learning = start_learning(
        app, platform, world, modules=[{"key": "@module", "title": "Tout", "activities": lessons}], coverage=()
    )
    answer = learning.post(learning.address("lesson") + "/fait")
    assert answer.location == learning.address()
    assert "Tout est fait" in learning.get("/")
    assert "1 sur 1" in learning.get("/")


def test_home_when_everything_waits(engine_name, app, platform, world):
    from tests.factories.learning import start_learning

    lessons = [
        {"key": "@lesson", "type": "lesson", "title": "Une page", "opens": {"by": "trainer"}, "body": {"text": "Lire."}}
    ]
    learning = start_learning(
        app, platform, world, modules=[{"key": "@module", "title": "Tout", "activities": lessons}], coverage=()
    )
    assert "La suite arrive" in learning.get("/")


def test_staff_begin_with_what_waits(engine_name, learning):
    answer = learning.client("trainer").get("/")
    assert (answer.status_code, answer.location) == (303, "/ce-soir")


def test_staff_look_at_the_published_course_and_send_nothing(engine_name, learning):
    for name in ("", *PAGES[2:]):
        page = learning.get(learning.address(name), "trainer")
        assert "Rien ne s’enregistre" in page
        assert 'name="intent"' not in page[page.index("<main") :]
    assert learning.post(learning.address("lesson") + "/fait", "trainer").status_code == 404
    assert learning.post(learning.address("quiz") + "/reponses", "trainer").status_code == 404
    assert "RETOUR" not in learning.get(learning.address("quiz"), "trainer")


@pytest.mark.parametrize("who", ["company_head", "other_learner", "other_trainer"])
def test_others_find_nothing(engine_name, learning, who):
    client = learning.client(who)
    missing = client.get("/nulle-part").text
    for address in addresses(learning)[1:]:
        answer = client.get(address)
        assert (answer.status_code, answer.text.replace(address, "/nulle-part")) == (404, missing), address
    assert learning.post(learning.address("lesson") + "/fait", who).status_code == 404
    assert client.get(f"/inscriptions/{learning.enrolment.key}/{learning.course.keys['lesson']}").status_code == 404


def test_an_activity_of_another_course_is_not_found(engine_name, learning):
    with learning.platform.writing(learning.world.organisation) as ctx:
        other = make_course(ctx, slug="autre", title="Autre")
    assert learning.client().get(f"{learning.address()}/{other.keys['lesson']}").status_code == 404
    assert learning.client().get(f"/parcours/{other.key}").status_code == 404


def test_the_words_of_the_course_are_explained(engine_name, learning):
    page = learning.get(f"{learning.address()}/mots")
    assert 'id="mot-charges"' in page
    assert "Le loyer." in page


def test_why_shows_the_statements_and_their_rule(engine_name, learning, clock):
    clock.forward(hours=1)
    learning.post(learning.address("lesson") + "/fait")
    page = learning.get(learning.address("lesson") + "/pourquoi")
    assert "Vous avez terminé « Combien me coûte une robe ? »" in page
    assert "dit par vous" in page
    assert "règle n°" not in page
    assert "Votre meilleur essai compte." in page
    assert "inconnu" in page
    assert "fait le 23 novembre 2026" in page


def test_staff_read_why_for_someone(engine_name, learning):
    learning.post(learning.address("lesson") + "/fait")
    page = learning.get(f"/inscriptions/{learning.enrolment.key}/{learning.course.keys['lesson']}", "trainer")
    assert "Learner Essai" in page
    assert "a terminé" in page
    assert "dit par la personne" in page
    assert "règle n° 1" in page
    assert (
        learning.client().get(f"/inscriptions/{learning.enrolment.key}/{learning.course.keys['lesson']}").status_code
        == 404
    )


def test_a_late_reading_is_kept_and_says_so(engine_name, learning, clock):
    clock.forward(days=20)
    answer = learning.post(learning.address("lesson") + "/fait")
    assert "après la date prévue" in learning.get(answer.location)


def test_reading_what_is_closed_says_that_it_is_kept(engine_name, learning):
    address = learning.address("dated_lesson")
    answer = learning.post(address + "/fait")
    assert answer.location == address
    assert "Ce que vous avez envoyé est gardé" in learning.get(address)


def test_a_double_submit_answers_as_the_first_time(engine_name, learning):
    address = learning.address("lesson") + "/fait"
    intent = "0f5b0a4e-7a55-4a40-9d0c-0123456789ab"
    first = learning.post(address, intent=intent)
    before = counts(learning.platform)
    again = learning.post(address, intent=intent)
    assert (first.status_code, first.location) == (again.status_code, again.location)
    assert counts(learning.platform) == before


FILES = [
    ("page.pdf", b"%PDF-1.4 essai", "inline"),
    ("texte.txt", b"Bonjour", "attachment"),
    ("page.html", b"<script>1</script>", "attachment"),
]


@pytest.mark.parametrize(("name", "content", "disposition"), FILES)
def test_files_are_served_through_the_enrolment(engine_name, learning, name, content, disposition):
    with learning.platform.writing(learning.world.organisation) as ctx:
        kept = keep_file(ctx, learning.platform.settings.data_dir, name=name, chunks=[content])
        version = ctx.session.scalar(select(CourseVersion.id))
        ctx.session.add(CourseFile(version_id=version, path=f"module-1/files/{name}", file_id=kept.id))
        sha256 = kept.sha256
    address = f"{learning.address()}/fichiers/{sha256}/{name}"
    for who in ("learner", "trainer"):
        answer = learning.client(who).get(address, buffered=True)
        assert (answer.status_code, answer.data) == (200, content)
        assert answer.headers["Content-Disposition"].startswith(disposition)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "html" not in answer.headers["Content-Type"]
        assert "private" in answer.headers["Cache-Control"]
    part = learning.client().get(address, headers={"Range": "bytes=0-3"}, buffered=True)
    assert (part.status_code, part.data) == (206, content[:4])
    for who in ("company_head", "other_learner", "other_trainer"):
        assert learning.client(who).get(address).status_code == 404
    assert learning.client().get(f"{learning.address()}/fichiers/{'0' * 64}/{name}").status_code == 404


def test_signed_out_one_is_asked_to_sign_in(engine_name, client, learning):
    answer = client.get(learning.address("lesson"))
    assert answer.status_code == 303
    assert answer.location.startswith("/connexion")


def test_an_ended_enrolment_is_still_read(engine_name, learning, clock):
    from lms.courses.models import Enrolment

    with learning.platform.writing(learning.world.organisation) as ctx:
        ctx.session.get_one(Enrolment, learning.enrolment.id).ended_at = clock.now
    clock.forward(days=2)
    assert "Combien me coûte une robe ?" in learning.get(learning.address())
    assert clock.now - timedelta(days=2) < clock.now
