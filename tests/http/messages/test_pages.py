"""Pages of messages: asked from an activity, answered, with photos; attacks; what a form sent twice does."""

from __future__ import annotations

import io
import uuid

import pytest

from lms.kernel.media import MediaRow
from lms.messages.models import LaterMessage, Message, Reading, Thread
from tests.factories.learning import Learning, start_learning
from tests.factories.media import docx, film, photo
from tests.factories.messages import TEXT


@pytest.fixture
def learning(app, platform, world) -> Learning:
    return start_learning(app, platform, world)


def rows(learning: Learning, model):
    with learning.platform.reading(learning.world.organisation) as ctx:
        return list(ctx.session.query(model).order_by(model.id))


def ask(learning: Learning, text: str = TEXT, who: str = "learner", **values) -> str:
    """Ask from the page of messages; returns the thread's address."""
    answer = learning.post("/messages/nouveau", who, text=text, **values)
    assert answer.status_code == 303, answer.text
    return answer.location.partition("#")[0]


def looked(learning: Learning, piece: str, who: str) -> int:
    """The status of a medium for someone; its file is closed again."""
    answer = learning.client(who).get(piece)
    answer.close()
    return answer.status_code


def test_help_is_asked_from_each_activity_with_the_exact_place(learning) -> None:
    for name in ("lesson", "quiz", "session", "resource", "dated_lesson"):
        page = learning.get(learning.address(name))
        assert "J’ai besoin d’aide" in page
    address = learning.address("quiz")
    question = learning.course.keys["q_number"]
    assert f'value="{question}"' in learning.get(address)
    answer = learning.post(f"{address}/aide", text="Je bloque ici", question=question)
    assert answer.location == f"{address}#aide"
    assert "C'est envoyé à Trainer Essai." in learning.get(address)
    (thread,) = rows(learning, Thread)
    assert thread.activity_key == learning.course.keys["quiz"]
    assert thread.question.replace("\u00a0", " ") == "Combien par heure ?"
    page = learning.get(f"/messages/{thread.key}", "trainer")
    assert "Je bloque ici" in page
    assert "Combien par heure ?" in page
    assert "Je vérifie : le prix" in page


def test_help_asked_by_the_script_stays_in_the_page(learning) -> None:
    answer = learning.post(f"{learning.address('lesson')}/aide", text="Je bloque", here="1")
    assert answer.status_code == 200
    assert "envoyé à Trainer Essai" in answer.text
    assert "<html" not in answer.text


def test_an_empty_request_keeps_the_page_and_says_what_to_do(learning) -> None:
    answer = learning.post(f"{learning.address('quiz')}/aide", text=" ")
    assert answer.status_code == 400
    assert "Écrivez quelques mots" in answer.text
    assert not rows(learning, Thread)


def test_help_on_a_course_that_one_does_not_follow_is_not_found(learning) -> None:
    assert learning.post(f"{learning.address('lesson')}/aide", "company_head", text="x").status_code == 404
    assert learning.post("/parcours/zzzzzzzzzz/zzzzzzzzzz/aide", text="x").status_code == 404


def test_a_conversation_from_the_first_word_to_the_answer(learning, clock) -> None:
    address = ask(learning)
    assert "Trainer Essai va vous répondre" in learning.get(address)
    assert "attend depuis" in learning.get("/messages", "trainer")
    clock.forward(hours=3)
    answer = learning.post(address, "trainer", text="Le coût, c'est ce que vous payez.")
    assert answer.status_code == 303
    page = learning.get(address)
    assert "répondu en 3 h" in page
    assert "nouveau" in page
    assert "vous a écrit" in learning.get("/")
    newest = rows(learning, Message)[-1].key
    assert learning.post(f"{address}/lu", message=newest, here="1").status_code == 204
    assert "nouveau" not in learning.get(address)
    assert "vous a écrit" not in learning.get("/")
    assert "Personne n’attend" in learning.get("/messages", "trainer")


def test_a_form_sent_twice_says_one_thing(learning) -> None:
    name = str(uuid.uuid4())
    first, second = (learning.post("/messages/nouveau", intent=name, text="Bonjour").location for _ in range(2))
    assert first == second
    address, again = first.partition("#")[0], str(uuid.uuid4())
    for _ in range(2):
        learning.post(address, intent=again, text="Encore")
    assert [one.text for one in rows(learning, Message)] == ["Bonjour", "Encore"]


def test_photo_and_file_both_ways_and_their_bytes_for_those_who_read(learning) -> None:
    given = {"message-media": (io.BytesIO(photo()), "stand.jpg")}
    address = ask(learning, "", **given)
    learning.post(address, "trainer", text="Lisez", **{"message-media": (io.BytesIO(docx()), "prix.docx")})
    pieces = [f"{address}/pieces/{one.key}" for one in rows(learning, MediaRow)]
    assert len(pieces) == 2
    for piece in pieces:
        assert piece in learning.get(address)
        for who, status in (
            ("learner", 200),
            ("trainer", 200),
            ("coach", 200),
            ("company_head", 404),
            ("manager", 404),
        ):
            assert looked(learning, piece, who) == status, (who, piece)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("film.mp4", b"", "vide"),
        ("macros.docx", docx(word__vbaProject=b"x"), "macros"),
        ("virus.exe", b"MZ\x00\x01", "pas accepté"),
    ],
)
def test_what_cannot_be_taken_is_said_and_the_text_stays(learning, name, data, said) -> None:
    answer = learning.post("/messages/nouveau", text="Voici mon fichier", **{"message-media": (io.BytesIO(data), name)})
    assert answer.status_code == 400
    assert said in answer.text
    assert "Voici mon fichier" in answer.text
    assert not rows(learning, Thread)


def test_a_film_is_no_photo_but_may_be_a_voice(learning) -> None:
    answer = learning.post("/messages/nouveau", text="x", **{"message-media": (io.BytesIO(film()), "film.mp4")})
    assert answer.status_code in (303, 400)
    if answer.status_code == 400:
        assert "vidéo" in answer.text or "entend" in answer.text


def test_the_media_key_of_another_thread_opens_nothing(learning) -> None:
    theirs = ask(learning, "", "company_head", **{"message-media": (io.BytesIO(photo()), "p.jpg")})
    mine = ask(learning)
    (piece,) = rows(learning, MediaRow)
    assert looked(learning, f"{mine}/pieces/{piece.key}", "learner") == 404
    assert looked(learning, f"{mine}/pieces/{piece.key}", "trainer") == 404
    assert looked(learning, f"{theirs}/pieces/{piece.key}", "trainer") == 200


@pytest.mark.parametrize(
    "who", ["company_head", "manager", "auditor", "other_trainer", "other_learner", "other_manager"]
)
def test_the_thread_of_someone_else_does_not_exist(learning, who) -> None:
    address = ask(learning)
    client = learning.client(who)
    for method, path in (
        ("GET", ""), ("GET", "/suite"), ("GET", "/suite/demander"), ("POST", ""), ("POST", "/lu"), ("POST", "/fermer"),
        ("POST", "/rouvrir"), ("POST", "/rien-a-repondre"), ("POST", "/suite/demander"), ("POST", "/suite/accepter"),
        ("POST", "/suite/refuser"), ("POST", "/suite/retirer"), ("POST", "/plus-tard/zzzzzzzzzz/retirer"),
    ):  # fmt: skip
        assert client.open(address + path, method=method, data={"text": "x"}).status_code == 404, (who, path)
    assert [one.kind for one in rows(learning, Message)] == ["said"]


def test_the_person_does_not_act_as_staff(learning) -> None:
    address = ask(learning)
    for path in ("/rien-a-repondre", "/suite/demander", "/suite/accepter", "/suite/retirer"):
        assert learning.post(address + path).status_code == 404, path
    assert learning.post(address, text="Plus tard", when="demain").status_code == 403
    assert not rows(learning, LaterMessage)


def test_tomorrow_at_nine_is_said_and_taken_back(learning) -> None:
    address = ask(learning)
    assert learning.post(address, "trainer", text="À demain", when="demain").status_code == 303
    page = learning.get(address, "trainer")
    assert "Votre réponse partira demain à 9 h." in page
    assert "Partira le 24 novembre 2026, 09:00" in page
    assert "À demain" not in learning.get(address)
    (later,) = rows(learning, LaterMessage)
    learning.post(f"{address}/plus-tard/{later.key}/retirer", "trainer")
    assert not rows(learning, LaterMessage)


def test_an_answer_to_a_closed_thread_reopens_it_with_a_notice(learning) -> None:
    address = ask(learning)
    learning.post(address, "trainer", text="Voilà")
    learning.post(f"{address}/fermer", "trainer")
    assert "La conversation est fermée" in learning.get(address)
    learning.post(address, text="Encore une question")
    page = learning.get(address)
    assert "La conversation était fermée : elle est rouverte" in page
    assert "Encore une question" in page


def test_the_poll_answers_304_until_something_changes(learning) -> None:
    address = ask(learning)
    client = learning.client("trainer")
    first = client.get(f"{address}/suite")
    assert 'id="fil"' in first.text
    tag = {"If-None-Match": first.headers["ETag"]}
    again = client.get(f"{address}/suite", headers=tag)
    assert (again.status_code, again.data) == (304, b"")
    learning.post(address, text="Du nouveau")
    changed = client.get(f"{address}/suite", headers=tag)
    assert changed.status_code == 200
    assert "Du nouveau" in changed.text
    before = len(rows(learning, Reading))
    client.get(address)
    assert len(rows(learning, Reading)) == before


def test_a_hand_over_from_page_to_page(learning) -> None:
    address = ask(learning)
    page = learning.get(f"{address}/suite/demander", "trainer")
    with learning.platform.reading(learning.world.organisation) as ctx:
        from lms.accounts.api import person

        coach = person(ctx, learning.world.members["coach"]).key
    assert coach in page
    learning.post(f"{address}/suite/demander", "trainer", to=coach)
    for who in ("trainer", "coach"):
        assert "Trainer Essai répond" in learning.get(address, who).replace("\n", " ")
    assert "prendre la suite" not in learning.get(address)
    learning.post(f"{address}/suite/accepter", "coach")
    assert "Coach Essai répond à partir de maintenant" in learning.get(address)


def test_staff_write_first_from_the_page_of_a_person(learning) -> None:
    with learning.platform.reading(learning.world.organisation) as ctx:
        from lms.accounts.api import person

        key = person(ctx, learning.world.members["learner"]).key
    assert f"/personnes/{key}/message" in learning.get(f"/personnes/{key}", "trainer")
    assert learning.post(f"/personnes/{key}/message", "trainer", text="Comment allez-vous ?").status_code == 303
    assert "Comment allez-vous" in learning.get("/messages")
    assert "Comment allez-vous" in learning.get(f"/personnes/{key}", "trainer")
    for who in ("manager", "auditor"):
        assert "Comment allez-vous" not in learning.get(f"/personnes/{key}", who)
        assert learning.client(who).get(f"/personnes/{key}/message").status_code == 404


def test_an_auditor_sees_counts_on_the_page_of_a_group(learning, clock) -> None:
    address = ask(learning)
    clock.forward(hours=2)
    learning.post(address, "trainer", text="Voilà")
    page = learning.get(f"/groupes/{learning.cohort.key}", "auditor")
    assert "1 aide demandée, 1 réponse, le plus souvent en 2 h" in page
    assert TEXT not in page


def test_what_people_write_is_text(learning) -> None:
    address = ask(learning, '<script>alert(1)</script> https://exemple.invalid/a"onclick=x')
    page = learning.client("trainer").get(address).text
    assert "<script>alert" not in page
    assert '<a href="https://exemple.invalid/a" rel="noopener noreferrer">' in page


def test_a_page_of_fifty_messages_asks_few_queries(learning, count_queries) -> None:
    address = ask(learning)
    counts = []
    for more in (1, 48):
        for number in range(more):
            learning.post(address, "trainer", text=f"Réponse {number}")
        learning.get(address)  # words that the process keeps for some seconds are read by this one
        with count_queries() as sent:
            learning.get(address)
        counts.append(len(sent))
    assert counts[1] <= counts[0] <= 14


def test_an_answer_from_ce_soir_goes_back_there_and_nowhere_else(learning) -> None:
    address = ask(learning)
    assert learning.post(address, "trainer", text="Oui", next="/groupes").location == "/groupes"
    assert learning.post(address, "trainer", text="Non", next="//exemple.invalid").location.startswith(address)


def test_what_was_typed_survives_an_expired_session(learning) -> None:
    """The form takes photos: its parts arrive empty, and the text is still carried over."""
    address = ask(learning)
    fields = {"intent": str(uuid.uuid4()), "text": "Ma longue question", "message-media": (io.BytesIO(b""), "")}
    answer = learning.app.test_client().post(address, data=fields, content_type="multipart/form-data")
    assert answer.status_code == 401
    assert "Ma longue question" in answer.text
    assert fields["intent"] in answer.text


def test_who_takes_over_sees_whose_answer_waits_to_leave(learning) -> None:
    address = ask(learning)
    learning.post(address, "trainer", text="À demain", when="demain")
    assert "Trainer Essai. Partira le" in learning.get(address, "coach").replace("<bdi>", "").replace("</bdi>", "")
    assert "Vous. Partira le" in learning.get(address, "trainer").replace("<bdi>", "").replace("</bdi>", "")
