"""The thin thread: read, answer, and see it on the path."""

from __future__ import annotations


def test_home_shows_one_act(engine_name, learning):
    page = learning.get("/")
    assert "Bonjour Learner" in page
    assert "Combien me coûte une robe ?" in page
    assert "Semaine 1 sur 8" in page
    assert "0 sur 3" in page


def test_reading_goes_on_to_the_next_activity_and_counts(engine_name, learning, clock):
    clock.forward(hours=1)
    assert "J’ai lu, continuer" in learning.get(learning.address("lesson"))
    answer = learning.post(learning.address("lesson") + "/fait", seconds="42")
    assert answer.status_code == 303
    assert answer.location == learning.address("quiz")
    assert "1 sur 3" in learning.get(learning.address())
    assert "1 minute" in learning.get(learning.address("lesson") + "/pourquoi")


def test_answering_shows_the_result_and_opens_what_waits(engine_name, learning):
    quiz = learning.address("quiz")
    assert "Pas encore ouvert" in learning.get(learning.address("after_lesson"))
    values = {f"q-{learning.course.keys['q_single']}": learning.course.keys["right"]}
    answer = learning.post(quiz + "/reponses", attempt="1", **values)
    assert answer.status_code == 303
    page = learning.get(answer.location)
    assert "1 sur 7" in page
    assert "RETOUR-JUSTE" in page
    assert "RETOUR-FAUX" not in page
