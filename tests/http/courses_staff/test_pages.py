"""Staff pages on groups and courses: they work, refuse whom they must, and cost the same for many people as for few."""

from __future__ import annotations

import re
import shutil
from typing import Any

import pytest

from lms.accounts.api import ensure_person, person
from lms.courses.api import enrol, import_content
from lms.courses.structure import structure
from tests.factories.content import FIXTURE, open_cohort


def keys(page: Any) -> Any:
    return re.findall(r'name="person" value="([a-z0-9]{10})"', page)


def text(answer: Any) -> Any:
    return answer.get_data(as_text=True)


def follow(browser: Any, url: Any, data: Any, *, status: Any = 303) -> Any:
    answer = browser.post(url, data=data)
    assert answer.status_code == status, text(answer)
    return text(browser.get(answer.headers["Location"])) if status == 303 else text(answer)


# ------------------------------------------------------------------------------------------------------------- groups


def test_a_manager_creates_a_group_and_sending_twice_creates_one(made: Any, signed_in_as: Any) -> None:
    browser = signed_in_as("manager")
    assert "Créer un groupe" in text(browser.get("/groupes"))
    data = {"course": made.key, "name": "Brive, automne", "code": "brive-2026", "place": "", "open_ended": "1"}
    first = follow(browser, "/groupes/nouveau", data)
    assert "Brive, automne" in first
    assert "lieu à fixer" in first
    assert "Brive, automne" in follow(browser, "/groupes/nouveau", data)
    assert text(browser.get("/groupes")).count("brive-2026") == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("code", "avec espace", "Lettres sans accent"),
        ("code", "G1", "déjà ce code"),
        ("name", "", "Écrivez une réponse"),
        ("course", "zzzzzzzzzz", "Choisissez un parcours."),
    ],
)
def test_a_wrong_group_says_what_to_change(
    group: Any, made: Any, signed_in_as: Any, field: Any, value: Any, said: Any
) -> None:
    data = {"course": made.key, "name": "Brive", "code": "brive", field: value}
    page = follow(signed_in_as("manager"), "/groupes/nouveau", data, status=200)
    assert said in page
    assert 'role="alert"' in page


def test_people_are_chosen_by_name_and_enter_together(group: Any, signed_in_as: Any, world: Any) -> None:
    browser = signed_in_as("trainer")
    page = text(browser.get(f"/groupes/{group.key}/inscrire?nom=essai"))
    chosen = keys(page)
    assert len(chosen) == 7
    page = follow(browser, f"/groupes/{group.key}/inscrire", {"person": chosen[:2]})
    assert "2 personnes sont inscrites." in page
    assert page.count("0 sur 3") == 2
    page = follow(browser, f"/groupes/{group.key}/inscrire", {"person": chosen[:2]})
    assert page.count("0 sur 3") == 2
    assert len(keys(text(browser.get(f"/groupes/{group.key}/inscrire?nom=essai")))) == 5
    assert "Cochez au moins une personne" in follow(browser, f"/groupes/{group.key}/inscrire", {})


def test_people_of_another_organisation_cannot_be_chosen(
    group: Any, signed_in_as: Any, platform: Any, world: Any
) -> None:
    with platform.reading(world.other_organisation) as ctx:
        key = person(ctx, world.members["other_learner"]).key
    assert signed_in_as("trainer").post(f"/groupes/{group.key}/inscrire", data={"person": key}).status_code == 404


def test_a_closed_group_says_so_and_takes_nobody_in(group: Any, signed_in_as: Any) -> None:
    browser = signed_in_as("manager")
    chosen = keys(text(browser.get(f"/groupes/{group.key}/inscrire?nom=learner")))
    assert "fermé" in follow(browser, f"/groupes/{group.key}/fermer", {})
    assert "Ce groupe est fermé" in follow(browser, f"/groupes/{group.key}/inscrire", {"person": chosen})
    assert "rouvrir" not in follow(browser, f"/groupes/{group.key}/rouvrir", {})


def test_the_page_of_a_group_costs_the_same_for_3_people_as_for_60(
    group: Any, enrolled: Any, signed_in_as: Any, count_queries: Any
) -> None:
    browser = signed_in_as("trainer")
    sent = []
    for count in (3, 60):
        enrolled(count)
        browser.get(f"/groupes/{group.key}")
        with count_queries() as queries:
            page = browser.get(f"/groupes/{group.key}")
        assert page.status_code == 200
        sent.append(len(queries))
    assert "60 personnes" in text(page)
    assert "Page 1 sur 2" in text(page)
    assert sent[0] == sent[1] <= 20, sent


def test_a_group_is_a_file_for_a_spreadsheet(group: Any, enrolled: Any, signed_in_as: Any) -> None:
    enrolled(2)
    answer = signed_in_as("auditor").get(f"/groupes/{group.key}/liste.csv")
    lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert answer.mimetype == "text/csv"
    assert lines[0] == "Nom;Entrée;Fait;Attendu;Dernière activité;En pause depuis;Fin;Raison;Version"
    assert lines[1] == "Fatou00 Diallo;2026-11-23;0;3;;;;;1"


def test_a_spreadsheet_runs_no_name(group: Any, signed_in_as: Any, platform: Any, world: Any) -> None:
    with platform.writing(world.organisation, world.members["trainer"]) as ctx:
        enrol(ctx, cohort=group, membership_ids=[ensure_person(ctx, given_name="=2+2", email="x@essai.test").id])
    assert "\r\n'=2+2;" in text(signed_in_as("trainer").get(f"/groupes/{group.key}/liste.csv"))


def test_the_place_of_a_group_is_set_by_its_trainer(group: Any, signed_in_as: Any) -> None:
    browser = signed_in_as("trainer")
    assert "Salle 4" in follow(
        browser, f"/groupes/{group.key}/reglages", {"name": "Groupe du jeudi", "place": "Salle 4"}
    )
    assert "Groupe du jeudi" in text(browser.get(f"/groupes/{group.key}"))
    assert "Donnez un nom" in follow(browser, f"/groupes/{group.key}/reglages", {"name": "", "place": ""})


def test_a_leader_says_who_follows_one_group(group: Any, signed_in_as: Any) -> None:
    browser = signed_in_as("manager")
    page = text(browser.get(f"/groupes/{group.key}/reglages?nom=coach"))
    person = re.findall(r'<option value="([a-z0-9]{10})">Coach Essai', page)[0]
    data = {"person": person, "role": "coach", "starts": "2026-12-01", "ends": "2026-12-31"}
    page = follow(browser, f"/groupes/{group.key}/equipe", data)
    assert "à partir du 1 décembre 2026" in page
    assert "jusqu’au 31 décembre 2026" in page
    assert follow(browser, f"/groupes/{group.key}/equipe", data).count("à partir du 1 décembre") == 1
    end = re.findall(r"/equipe/([a-z0-9]{10})/fin", page)[0]
    assert "décembre" not in follow(browser, f"/groupes/{group.key}/equipe/{end}/fin", {})
    wrong = follow(browser, f"/groupes/{group.key}/equipe", {**data, "ends": "2026-11-01"})
    assert "une fin qui vient après le début" in wrong


def test_a_trainer_of_one_group_sees_no_other(
    group: Any, made: Any, platform: Any, world: Any, visitor: Any, signed_in_as: Any, enrolled: Any
) -> None:
    other = open_cohort(platform, world, made, code="G2")
    enrolled(1)
    browser = signed_in_as(visitor)
    page = text(browser.get("/groupes"))
    assert "G1" in page
    assert "G2" not in page
    assert "1 personne dans le groupe" in text(browser.get(f"/groupes/{group.key}"))
    assert "écrivez le prénom et le nom en entier" in text(browser.get(f"/groupes/{group.key}/inscrire"))
    for path in ("", "/liste.csv", "/inscrire", "/reglages"):
        assert browser.get(f"/groupes/{other.key}{path}").status_code == 404
    for path in ("/inscrire", "/reglages"):
        assert browser.post(f"/groupes/{other.key}{path}", data={"name": "x"}).status_code == 404
    for path in ("/fermer", "/equipe"):
        assert browser.post(f"/groupes/{group.key}{path}").status_code == 404


# --------------------------------------------------------------------------------------------------------- enrolments


def test_a_trainer_opens_an_activity_and_ends_and_resumes_an_enrolment(
    group: Any, made: Any, enrolled: Any, signed_in_as: Any, platform: Any, world: Any
) -> None:
    found = enrolled(1)[0]
    with platform.reading(world.organisation) as ctx:
        quiz = next(key for key, info in structure(ctx, made.version_id).activities.items() if info.type == "quiz")
    browser = signed_in_as("trainer")
    here = f"/inscriptions/{found.key}"
    assert f'value="{quiz}"' in text(browser.get(here))
    assert f'value="{quiz}"' not in follow(browser, f"{here}/ouvrir", {"activity": quiz})
    assert "Choisissez une raison" in follow(browser, f"{here}/terminer", {"reason": "bored"})
    assert "teste son activité" in follow(browser, f"{here}/terminer", {"reason": "testing"})
    assert "teste son activité" in text(browser.get(f"/groupes/{group.key}"))
    assert "Terminer l’inscription" in follow(browser, f"{here}/reprendre", {})


@pytest.mark.parametrize("who", ["other_trainer", "learner", "company_head"])
def test_strangers_find_nothing(group: Any, made: Any, enrolled: Any, signed_in_as: Any, who: Any) -> None:
    found = enrolled(1)[0]
    browser = signed_in_as(who)
    missing = text(browser.get("/groupes/zzzzzzzzzz"))
    for path in (
        f"/groupes/{group.key}",
        f"/inscriptions/{found.key}",
        f"/parcours-equipe/{made.key}",
        f"/parcours-equipe/{made.key}/valeurs",
    ):
        answer = browser.get(path)
        assert answer.status_code == 404, path
        assert text(answer).replace(path, "/groupes/zzzzzzzzzz") == missing
    for path in (
        f"/inscriptions/{found.key}/terminer",
        f"/groupes/{group.key}/fermer",
        f"/ecrire/{made.key}/publication",
    ):
        assert browser.post(path).status_code == 404, path


def test_an_auditor_reads_and_changes_nothing(group: Any, made: Any, enrolled: Any, signed_in_as: Any) -> None:
    found = enrolled(1)[0]
    browser = signed_in_as("auditor")
    for path in (
        "/groupes",
        f"/groupes/{group.key}",
        f"/inscriptions/{found.key}",
        "/parcours-equipe",
        f"/parcours-equipe/{made.key}",
    ):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert '<form method="post" action="/langue"' in text(page)
        assert text(page).count('method="post"') == 1, path
    for path in (
        f"/inscriptions/{found.key}/terminer",
        f"/groupes/{group.key}/inscrire",
        f"/ecrire/{made.key}/publication",
    ):
        assert browser.post(path).status_code == 404, path


# ------------------------------------------------------------------------------------------------------------ courses


def test_a_course_shows_its_content_its_time_and_what_it_covers(made: Any, signed_in_as: Any) -> None:
    page = text(signed_in_as("trainer").get(f"/parcours-equipe/{made.key}"))
    for said in (
        "2\xa0h\xa007 en tout, dont 37\xa0min à distance et 1\xa0h\xa030 ensemble.",
        "Bonjour\xa0: qui êtes-vous\xa0?",
        "PP1.2",
        "7 sur 10 au moins",
        "Version 1",
    ):
        assert said in page, said
    assert "Un brouillon attend" not in page


def test_the_page_of_a_course_leads_to_where_its_draft_is_published(
    made: Any, signed_in_as: Any, platform: Any, world: Any, tmp_path: Any
) -> None:
    folder = shutil.copytree(FIXTURE, tmp_path / "course")
    lesson = folder / "premiers-pas/01-bonjour.md"
    lesson.write_text(lesson.read_text().replace("minutes: 15", "minutes: 25"))
    where = f"/ecrire/{made.key}/publication"
    browser = signed_in_as("manager")
    assert where not in text(browser.get(f"/parcours-equipe/{made.key}"))
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        import_content(ctx, folder, data_dir=platform.settings.data_dir)
    assert where not in text(signed_in_as("coach").get(f"/parcours-equipe/{made.key}"))
    assert "brouillon à publier" in text(browser.get("/parcours-equipe"))
    page = text(browser.get(f"/parcours-equipe/{made.key}"))
    assert f'href="{where}"' in page
    assert "Un brouillon attend" in page
    page = text(browser.get(where))
    assert "Durée annoncée" in page
    assert "<ins>25" in page


def test_a_course_before_its_first_publication(engine_name: Any, signed_in_as: Any, platform: Any, world: Any) -> None:
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        import_content(ctx, FIXTURE, data_dir=platform.settings.data_dir)
    browser = signed_in_as("manager")
    page = text(browser.get("/parcours-equipe"))
    assert "aucune" in page
    key = re.findall(r"/parcours-equipe/([a-z0-9]{10})", page)[0]
    assert "pas encore publié" in text(browser.get(f"/parcours-equipe/{key}"))
    assert "Aucun parcours publié" in text(browser.get("/groupes/nouveau"))


def test_a_named_person_confirms_a_value_and_takes_it_back(made: Any, signed_in_as: Any) -> None:
    browser = signed_in_as("coach")
    here = f"/parcours-equipe/{made.key}/valeurs"
    page = text(browser.get(here))
    assert "Montant de l&#39;aide" in page
    assert "Vérifié par les auteurs le 1 novembre 2026." in page
    data = {"name": "aide", "text": "500 €", "source": "Entretien du 3 novembre 2026"}
    assert "Confirmé par Coach Essai le 23 novembre 2026." in follow(browser, f"{here}/confirmer", data)
    assert "Confirmé par" not in follow(browser, f"{here}/retirer", {"name": "aide"})
    assert "a changé entre-temps" in follow(browser, f"{here}/confirmer", {**data, "text": "900 €"})


def test_pages_speak_english(made: Any, group: Any, enrolled: Any, signed_in_as: Any) -> None:
    browser = signed_in_as("manager")
    with browser.session_transaction() as cookie:
        cookie["language"] = "en"
    found = enrolled(1)[0]
    for path in (
        "/groupes",
        f"/groupes/{group.key}",
        f"/groupes/{group.key}/reglages",
        f"/inscriptions/{found.key}",
        f"/parcours-equipe/{made.key}",
    ):
        page = text(browser.get(path))
        for french in ("Groupes", "Avancée", "Entrée le", "À distance", "Lieu et équipe"):
            assert french not in page, (path, french)
