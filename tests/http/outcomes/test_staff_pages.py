"""What staff see after a path: who to call, the link to pass on, rates that open into rows without a name."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from lms.outcomes.operations import Said, note_answer
from tests.factories.outcomes import contact, contacts_due, ended_people

REASONS = ["created", "created", "testing", "employed", "chosen_stop", "lost_touch"]


@pytest.fixture
def keys(engine_name: Any, platform: Any, world: Any, clock: Any) -> list[str]:
    """Six people of one group, two of another; news of one month are due."""
    ended_people(platform, world, clock, REASONS)
    ended_people(platform, world, clock, ["created", "created"], code="PETIT", email=False)
    clock.forward(days=31)
    return contacts_due(platform, world)


def read(page: Any) -> str:
    assert page.status_code == 200, page.status_code
    return unescape(page.text).replace("\u00a0", " ").replace("\u202f", " ")


def answered(platform: Any, world: Any, keys: list[str], situations: list[str]) -> None:
    with platform.writing(world.organisation, world.members["trainer"]) as ctx:
        for key, situation in zip(keys, situations, strict=False):
            note_answer(ctx, contact=contact(ctx, key), said=Said(situation, consents=True))


def test_the_list_says_who_waits_and_the_pages_are_for_the_team(keys, signed_in_as) -> None:
    text = read(signed_in_as("trainer").get("/suites"))
    assert "Personne0 PETIT" in text
    assert "à appeler" in text
    assert "e-mail envoyé" in text
    assert "Personne0 PETIT" in read(signed_in_as("coach").get("/suites?voir=tout"))
    for who in ("learner", "company_head", "auditor"):
        assert signed_in_as(who).get("/suites").status_code == 404
    assert "PETIT" not in read(signed_in_as("other_trainer").get("/suites"))
    assert signed_in_as("other_trainer").get(f"/suites/{keys[0]}").status_code == 404
    assert signed_in_as("other_trainer").post(f"/suites/{keys[0]}/lien").status_code == 404


def test_the_link_is_shown_after_a_button_alone(keys, signed_in_as, client) -> None:
    staff = signed_in_as("trainer")
    assert "/nouvelles/" not in staff.get(f"/suites/{keys[-1]}").text
    assert staff.post(f"/suites/{keys[-1]}/lien").status_code == 303
    page = staff.get(f"/suites/{keys[-1]}")
    assert "data:image/svg+xml" in page.text
    link = next(part for part in unescape(page.text).split() if "/nouvelles/" in part).split("<")[0]
    path = link[link.index("/nouvelles/") :].strip('"')
    assert client.get(path).status_code == 200


def test_an_answer_by_telephone_then_help_then_erased(keys, signed_in_as) -> None:
    staff, base = signed_in_as("coach"), f"/suites/{keys[0]}"
    said = {"situation": "looking", "help": "yes", "words": "Il cherche."}
    staff.post(f"{base}/reponse", data=said)
    assert "Sa réponse" not in read(staff.get(base))
    staff.post(f"{base}/reponse", data={**said, "consent": "1"})
    text = read(staff.get(base))
    assert "Je cherche un travail" in text
    assert "Il cherche." in text
    assert "demande de l’aide" in text
    staff.post(f"{base}/aide")
    assert "rappelé le" in read(staff.get(base))
    staff.post(f"{base}/effacer")
    assert "Il cherche." not in read(staff.get(base))
    staff.post(f"{base}/effacer", data={"whole": "1"})
    assert "effacée à sa demande" in read(staff.get(base))


def test_who_was_not_reached_waits_no_more(keys, signed_in_as) -> None:
    staff = signed_in_as("trainer")
    assert staff.post(f"/suites/{keys[-1]}/pas-joint").status_code == 303
    assert staff.post(f"/suites/{keys[-2]}/pas-joint", data={"stop": "1"}).status_code == 303
    assert "PETIT" not in read(staff.get("/suites"))
    text = read(staff.get("/suites?voir=tout"))
    assert "pas joint" in text
    assert "ne veut plus être contacté" in text


def test_rates_say_numerator_denominator_unknown_and_how(keys, signed_in_as, platform, world) -> None:
    answered(platform, world, keys, ["created", "created", "looking"])
    manager = signed_in_as("manager")
    manager.post("/suites/regle", data={"reasons": ["created"], "situations": ["created"], "month": "1"})
    text = read(manager.get("/suites/resultats"))
    assert "25 %" in text
    assert "fins positives, 1 mois après : 2 sur 8, dont 5 inconnues" in text
    assert "Qui n’a pas répondu compte comme inconnu" in text
    assert "<svg" in text
    assert "à la fin" in text
    at_the_end = text[text.index("Résultats à chaque moment") :]
    assert "50 %" in at_the_end  # 4 of 8 were noted as created
    assert "PETIT" not in text  # two people: not even a line


def test_the_rule_is_the_organisations_own(keys, signed_in_as) -> None:
    manager = signed_in_as("manager")
    manager.post("/suites/regle", data={"reasons": ["chosen_stop"], "month": "0"})
    text = read(manager.get("/suites/resultats"))
    assert "1 sur 8" in text
    for who in ("trainer", "coach", "auditor"):
        assert signed_in_as(who).get("/suites/regle").status_code == 404
        assert signed_in_as(who).post("/suites/regle", data={"month": "0"}).status_code == 404
    assert "1 sur 8" not in read(signed_in_as("other_manager").get("/suites/resultats"))
    manager.post("/suites/regle", data={"reasons": ["rich"], "month": "0"})
    assert "1 sur 8" in read(manager.get("/suites/resultats"))


def test_a_figure_opens_into_rows_without_a_name(keys, signed_in_as, platform, world) -> None:
    answered(platform, world, keys, ["created"])
    text = read(signed_in_as("auditor").get("/suites/resultats/lignes"))
    assert not re.search(r"Personne\d", text)
    assert "Autres groupes" in text
    assert "PETIT" not in text
    assert text.count("novembre 2026") >= 8
    assert "23 novembre" not in text


def test_fewer_than_five_people_show_nothing(engine_name, platform, world, clock, signed_in_as) -> None:
    ended_people(platform, world, clock, ["created"] * 4)
    manager = signed_in_as("manager")
    text = read(manager.get("/suites/resultats"))
    assert "Pas encore assez de personnes" in text
    assert "100 %" not in text
    assert "Pas encore assez de personnes" in read(manager.get("/suites/resultats/lignes"))


def test_a_period_that_is_no_month_is_the_usual_one(keys, signed_in_as) -> None:
    manager = signed_in_as("manager")
    for asked in ("du=hier&au=demain", "du=9999-12&au=0001-01", "du=2026-11&au=2026-11", "page=0", "page=99999999"):
        assert manager.get(f"/suites/resultats?{asked}").status_code == 200
        assert manager.get(f"/suites/resultats/lignes?{asked}").status_code == 200
    assert "Pas encore assez" in read(manager.get("/suites/resultats?du=2026-01&au=2026-02"))


def test_pages_cost_the_same_for_eight_and_for_sixty(keys, platform, world, clock, signed_in_as, count_queries) -> None:
    staff, seen = signed_in_as("trainer"), {}
    addresses = ("/suites", "/suites?voir=tout", "/suites/resultats", "/suites/resultats/lignes")
    for address in addresses:
        staff.get(address)
        with count_queries() as sent:
            staff.get(address)
        seen[address] = len(sent)
    ended_people(platform, world, clock, ["created"] * 52, code="GRAND")
    clock.forward(days=31)
    contacts_due(platform, world)
    for address in addresses:
        with count_queries() as sent:
            staff.get(address)
        assert len(sent) <= seen[address], address


def test_lists_are_taken_away_as_files_and_rows_carry_no_name(keys, signed_in_as, platform, world) -> None:
    answered(platform, world, keys, ["created"])
    auditor = signed_in_as("auditor")
    table = auditor.get("/suites/resultats/lignes.csv").data.decode("utf-8-sig")
    assert len(table.splitlines()) == 9
    assert not re.search(r"Personne\d", table)
    assert "PETIT" not in table
    assert auditor.get("/suites/resultats/lignes.xlsx").data.startswith(b"PK")
    assert auditor.get("/suites/resultats/lignes.exe").status_code == 404
    assert auditor.get("/suites/liste.csv").status_code == 404
    own = signed_in_as("trainer").get("/suites/liste.csv").data.decode("utf-8-sig")
    assert "Personne0 PETIT" in own
    assert "a son activité" in own
    assert "PETIT" not in signed_in_as("other_trainer").get("/suites/liste.csv").data.decode("utf-8-sig")


def test_a_file_of_fewer_than_five_people_is_empty(engine_name, platform, world, clock, signed_in_as) -> None:
    ended_people(platform, world, clock, ["created"] * 4)
    table = signed_in_as("manager").get("/suites/resultats/lignes.csv").data.decode("utf-8-sig")
    assert len(table.splitlines()) == 1


def test_the_page_of_all_results_shows_the_main_rate_too(keys, signed_in_as) -> None:
    manager = signed_in_as("manager")
    manager.post("/suites/regle", data={"reasons": ["created"], "month": "0"})
    text = read(manager.get("/resultats"))
    assert "fins positives, à la fin : 4 sur 8, dont 1 inconnues" in text
