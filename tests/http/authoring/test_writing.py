"""An author writes a course in the browser, without a script: every page, every button, and what two authors do at once."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from tests.factories.writing import activities, of_type, publish, read, values_of


def test_who_trains_writes_and_others_do_not(made: Any, signed_in_as: Any) -> None:
    assert signed_in_as("trainer").get(f"/ecrire/{made.key}").status_code == 200
    for who in ("coach", "learner", "auditor", "other_manager", "other_trainer"):
        assert signed_in_as(who).get(f"/ecrire/{made.key}").status_code == 404, who


def test_every_activity_opens_and_saving_it_unchanged_changes_nothing(
    platform: Any, world: Any, made: Any, author: Any
) -> None:
    """What the form shows is what the content holds, for every type."""
    for key in activities(author, made):
        page = read(author, f"/ecrire/{made.key}/activite/{key}")
        answer = author.post(f"/ecrire/{made.key}/activite/{key}", data=values_of(page))
        assert answer.status_code == 303, answer.text
    page = read(author, f"/ecrire/{made.key}/publication")
    assert "Tout est prêt" in page
    assert "<del>" not in page
    assert "<ins>" not in page


def test_a_lesson_is_written_seen_and_published(platform: Any, world: Any, made: Any, author: Any) -> None:
    key = of_type(platform, world, made, "lesson")
    address = f"/ecrire/{made.key}/activite/{key}"
    sent = values_of(read(author, address)) | {
        "h.title": "Mon titre",
        "h.minutes": "12",
        "f.text": "## Un\n\n- **deux**",
    }
    assert author.post(address, data=sent).status_code == 303
    page = read(author, address)
    assert "<h2>Un</h2>" in page
    assert "<strong>deux</strong>" in page
    seen = author.get(f"/ecrire/{made.key}/comme/{key}")
    assert "<strong>deux</strong>" in seen.text
    assert "frame-ancestors 'self'" in seen.headers["Content-Security-Policy"]
    framing = author.get(f"{address}/telephone").headers["Content-Security-Policy"]
    assert "frame-src 'self'" in framing
    assert "frame-ancestors 'none'" in framing
    changes = read(author, f"/ecrire/{made.key}/publication")
    assert "<ins>Mon" in changes
    assert publish(author, f"/ecrire/{made.key}/publication").status_code == 303
    assert "Mon titre" in read(author, f"/parcours/{made.key}/{key}")
    assert author.post(f"/ecrire/{made.key}/publication").status_code == 303  # again: there is one version
    assert "rien à publier" in read(author, f"/parcours-equipe/{made.key}")


def test_two_authors_do_not_overwrite_each_other(
    platform: Any, world: Any, made: Any, author: Any, signed_in_as: Any
) -> None:
    key = of_type(platform, world, made, "lesson")
    address = f"/ecrire/{made.key}/activite/{key}"
    first = values_of(read(author, address))
    other = signed_in_as("administrator")
    theirs = values_of(read(other, address))
    assert author.post(address, data=first | {"f.text": "Le texte de la première."}).status_code == 303
    answer = other.post(address, data=theirs | {"f.text": "Le texte du second."})
    assert answer.status_code == 409
    page = unescape(answer.text)
    assert "Le texte du second." in page
    assert "Manager Essai" in page
    by_itself = other.post(address, data=theirs, headers={"Accept": "application/json"})
    assert by_itself.status_code == 409
    assert by_itself.json == {"conflict": True}
    assert other.post(address, data=values_of(page)).status_code == 303
    assert "Le texte du second." in read(author, address)


def test_what_saves_itself_gets_a_new_token(platform: Any, world: Any, made: Any, author: Any) -> None:
    key = of_type(platform, world, made, "lesson")
    address = f"/ecrire/{made.key}/activite/{key}"
    sent = values_of(read(author, address))
    for text in ("Un.", "Deux.", "Trois."):
        answer = author.post(address, data=sent | {"f.text": text}, headers={"Accept": "application/json"})
        assert answer.status_code == 200, answer.text
        sent["token"] = [answer.json["token"]]
    assert "Trois." in read(author, f"{address}/rendu")
    wrong = author.post(address, data=sent | {"h.title": ""}, headers={"Accept": "application/json"})
    assert wrong.status_code == 422
    assert wrong.json["problems"]


def test_the_plan_is_arranged_and_what_goes_comes_back(made: Any, author: Any) -> None:
    base = f"/ecrire/{made.key}"
    before = activities(author, made)
    assert author.post(f"{base}/activites/{before[0]}/bouger", data={"vers": "bas"}).status_code == 303
    assert activities(author, made)[:2] == [before[1], before[0]]
    author.post(f"{base}/activites/{before[0]}/retirer")
    page = read(author, base)
    assert f'data-key="{before[0]}"' not in page
    back = re.search(r"/remettre/[a-z0-9]{10}", page)
    assert back
    author.post(f"{base}{back[0]}")
    assert sorted(activities(author, made)) == sorted(before)
    author.post(f"{base}/modules", data={"title": "Un module à moi"})
    module = re.findall(r'<section class="card" id="([a-z0-9]{10})"', read(author, base))[-1]
    made_one = author.post(f"{base}/activites", data={"module": module, "type": "quiz", "title": "Des questions"})
    assert made_one.status_code == 303
    assert author.post(f"{base}/modules/{module}/ordre", data={"key": [before[2]]}).status_code == 204
    assert activities(author, made)[-2] == before[2]
    author.post(f"{base}/modules/{module}/retirer")
    assert "Un module à moi" in read(author, base)


def test_a_question_of_each_sort_is_written(platform: Any, world: Any, made: Any, author: Any) -> None:
    base = f"/ecrire/{made.key}"
    author.post(f"{base}/modules", data={"title": "Questions"})
    module = re.findall(r'<section class="card" id="([a-z0-9]{10})"', read(author, base))[-1]
    address = author.post(f"{base}/activites", data={"module": module, "type": "quiz", "title": "Quiz"}).headers[
        "Location"
    ]
    author.post(address, data=values_of(read(author, address)) | {"act": "add f.pools"})
    assert "aucune question" in read(author, address)
    author.post(address, data=values_of(read(author, address)) | {"f.pools.0.title": "Prix"})
    for number, (kind, fields) in enumerate(SORTS.items()):
        sent = values_of(read(author, address)) | {"act": "add f.pools.0.questions"}
        part = author.post(address, data=sent).headers["Location"]
        author.post(part, data=values_of(read(author, part)) | {"f.type": kind, "act": "show"})
        for act in fields.get("acts", ()):
            author.post(part, data=values_of(read(author, part)) | {"act": act})
        sent = values_of(read(author, part)) | {"f.prompt": f"Question {number} ?"} | fields["values"]
        assert author.post(part, data=sent).status_code == 303
    page = read(author, address)
    assert "Rien ne manque" in page, re.findall(r"<li>[^<]*</li>", page)
    author.post(address, data=values_of(page) | {"act": "up f.pools.0.questions.6"})
    page = read(author, address)
    assert page.index("Question 6 ?") < page.index("Question 5 ?")
    author.post(address, data=values_of(page) | {"act": "drop f.pools.0.questions.0"})
    assert "Question 0 ?" not in read(author, address).partition("Retiré d’ici")[0]
    page = read(author, address)
    back = re.search(r'value="(back [a-z0-9]{10})"', page)
    assert back
    author.post(address, data=values_of(page) | {"act": back[1]})
    page = read(author, address)
    assert page.index("Question 0 ?") < page.index("Question 1 ?")
    assert 'value="back ' not in page


SORTS: dict[str, Any] = {
    "single": {
        "acts": ("add f.choices", "add f.choices"),
        "values": {
            "f.choices.0.text": "Oui", "f.choices.0.correct": "1", "f.choices.0.feedback": "Bien vu.",
            "f.choices.1.text": "Non", "f.choices.1.feedback": "Pas encore.",
        },
    },
    "multiple": {
        "acts": ("add f.choices", "add f.choices"),
        "values": {
            "f.choices.0.text": "Oui", "f.choices.0.correct": "1", "f.choices.0.feedback": "Bien vu.",
            "f.choices.1.text": "Aussi", "f.choices.1.correct": "1", "f.choices.1.feedback": "Bien vu.",
        },
    },
    "true_false": {"values": {"f.answer": "true", "f.if_true": "Oui.", "f.if_false": "Non."}},
    "number": {
        "acts": ("add f.mistakes",),
        "values": {
            "f.answer": "12,5", "f.tolerance": "0,5", "f.unit": "€", "f.feedback": "Voilà.",
            "f.mistakes.0.answer": "10", "f.mistakes.0.feedback": "Et le transport ?",
        },
    },
    "short": {"values": {"f.accept": "prix\nle prix", "f.feedback": "Voilà."}},
    "matching": {
        "acts": ("add f.pairs", "add f.pairs"),
        "values": {
            "f.pairs.0.left": "a", "f.pairs.0.right": "b", "f.pairs.1.left": "c", "f.pairs.1.right": "d",
        },
    },
    "ordering": {"acts": ("add f.items", "add f.items"), "values": {"f.items.0.text": "d'abord", "f.items.1.text": "ensuite"}},
}  # fmt: skip


def test_the_pages_of_the_course_are_written(made: Any, author: Any) -> None:
    for page in ("parcours", "acquis", "valeurs", "mots"):
        address = f"/ecrire/{made.key}/{page}"
        assert author.post(address, data=values_of(read(author, address))).status_code == 303, page
    assert "Tout est prêt" in read(author, f"/ecrire/{made.key}/publication")
    address = f"/ecrire/{made.key}/parcours"
    old = values_of(read(author, address))
    author.post(address, data=old | {"f.summary": "Autre résumé."})
    assert author.post(address, data=old | {"f.summary": "Encore un."}).status_code == 409
    assert "Autre résumé." in read(author, address)
    address = f"/ecrire/{made.key}/mots"
    shown = author.post(address, data=values_of(read(author, address)) | {"act": "add f.rows"})
    sent = values_of(unescape(shown.text))
    place = max(int(found[1]) for name in sent if (found := re.fullmatch(r"f\.rows\.(\d+)", name)))
    sent |= {f"f.rows.{place}.term": "marge", f"f.rows.{place}.definition": "Ce qui reste."}
    assert author.post(address, data=sent).status_code == 303
    assert "marge" in read(author, address)


def test_a_course_and_a_module_are_taken_over_under_new_keys(made: Any, author: Any) -> None:
    answer = author.post("/ecrire", data={"title": "Mon parcours à moi", "source": made.key})
    mine = answer.headers["Location"]
    keys = set(re.findall(r'data-key="([a-z0-9]{10})"', read(author, mine)))
    assert keys
    assert not keys & set(activities(author, made))
    assert "Tout est prêt" in read(author, f"{mine}/publication")
    assert "/parcours-equipe/" in publish(author, f"{mine}/publication").headers["Location"]  # nobody follows it yet
    blank = author.post("/ecrire", data={"title": "Une page blanche"}).headers["Location"]
    source = re.search(r'value="([a-z0-9]{10}:[a-z0-9]{10})"', read(author, f"{blank}/reprendre"))
    assert source
    assert author.post(f"{blank}/reprendre", data={"module": source[1]}).status_code == 303
    assert re.findall(r'data-key="([a-z0-9]{10})"', read(author, blank))


def test_every_type_is_begun_empty_and_seen(platform: Any, made: Any, author: Any) -> None:
    """What is unfinished opens, says what it lacks, and breaks no page."""
    base = f"/ecrire/{made.key}"
    author.post(f"{base}/modules", data={"title": "De tout"})
    module = re.findall(r'<section class="card" id="([a-z0-9]{10})"', read(author, base))[-1]
    for name, kind in platform.registry.activity_types.items():
        assert getattr(kind, "form", ()), f"{name} lends no form"
        sent = {"module": module, "type": name, "title": f"Un {name}"}
        address = author.post(f"{base}/activites", data=sent).headers["Location"]
        assert "À finir avant de publier" in read(author, address), name
        assert author.post(address, data=values_of(read(author, address))).status_code == 303, name
        seen = read(author, f"{base}/comme/{address.rpartition('/')[2]}")
        assert "pas finie" in seen, name
    assert read(author, f"{base}/comme")
    assert "choses à finir" in read(author, f"{base}/publication")


ASSIGNMENT = {
    "f.task": "Faites votre prix.", "f.accepts": ["text", "photo"], "f.criteria.0": "aaaaaaaaaa", "f.criteria.0.text": "Clair",
    "f.criteria.1": "bbbbbbbbbb", "f.criteria.1.text": "Juste", "f.pass": "70",
}  # fmt: skip
OBSERVATION = {
    "f.behaviours.0": "cccccccccc", "f.behaviours.0.text": "Présente", "f.behaviours.1": "dddddddddd", "f.behaviours.1.text": "Écoute",
}  # fmt: skip


@pytest.mark.parametrize(("name", "fields"), [("assignment", ASSIGNMENT), ("observation", OBSERVATION)])
def test_work_and_observation_are_written_and_seen_as_the_person_will(
    made: Any, author: Any, name: str, fields: Any
) -> None:
    base = f"/ecrire/{made.key}"
    module = re.findall(r'<section class="card" id="([a-z0-9]{10})"', read(author, base))[-1]
    sent = {"module": module, "type": name, "title": "À faire"}
    address = author.post(f"{base}/activites", data=sent).headers["Location"]
    assert author.post(address, data=values_of(read(author, address)) | fields).status_code == 303
    page = read(author, address)
    assert "À finir avant" not in page, re.findall(r"<li>[^<]*</li>", page)
    seen = read(author, f"{base}/comme/{address.rpartition('/')[2]}")
    assert "À faire" in seen
    assert ("Rendre mon travail" in seen) == (name == "assignment")


def test_each_sort_of_activity_has_its_own_sign_on_the_plan(made: Any, author: Any) -> None:
    signs = re.findall(
        r'data-key="[^"]*">(<svg.*?</svg>)\s*<div.*?<p class="note">(\w+)',
        read(author, f"/ecrire/{made.key}"),
        re.DOTALL,
    )
    by_kind = {kind: sign for sign, kind in signs}
    assert len(by_kind) > 2
    assert len(set(by_kind.values())) == len(by_kind)
