"""A voice through a conversation, both ways; and what becomes of one that was cut."""

from __future__ import annotations

import io
import re
import uuid
from html import unescape

import av
import pytest

from lms.kernel.media import MediaRow
from lms.messages.models import Message
from tests.factories.media import voice


def send(learning, who, address, *files, text=""):
    data = {"intent": str(uuid.uuid4()), "text": text, "keeps": "message-media"}
    data["message-media"] = [(io.BytesIO(one), name) for name, one in files]
    return learning.client(who).post(address, data=data, content_type="multipart/form-data")


def heard(learning, who, page) -> list[float]:
    """How long each voice of a page sounds, in seconds, as this person's phone plays it."""
    found = []
    for address in re.findall(r'<audio [^>]*src="([^"]+)"', page):
        with learning.client(who).get(address) as answer:
            assert answer.status_code == 200
            assert answer.mimetype == "audio/mp4"
            with av.open(io.BytesIO(answer.data)) as played:
                found.append(sum(one.samples / one.sample_rate for one in played.decode(audio=0)))
    return found


def test_a_voice_goes_to_the_trainer_and_a_voice_comes_back(engine_name, learning):
    opened = send(learning, "learner", "/messages/nouveau", ("voix.webm", voice(2)))
    address = opened.location.partition("#")[0]
    page = learning.get(address, "trainer")
    assert "Message vocal, 2 s" in page
    assert heard(learning, "trainer", page) == pytest.approx([2], abs=0.3)
    assert send(learning, "trainer", address, ("voix.ogg", voice(3, container="ogg"))).status_code == 303
    assert heard(learning, "learner", learning.get(address)) == pytest.approx([2, 3], abs=0.3)
    first = re.search(r'<audio [^>]*src="([^"]+)"', page)[1]
    for who in ("other_trainer", "other_learner", "company_head"):
        assert learning.client(who).get(first).status_code == 404, who


def test_a_voice_in_ce_soir(engine_name, learning):
    address = send(learning, "learner", "/messages/nouveau", text="Je bloque.").location.partition("#")[0]
    page = learning.get("/ce-soir", "trainer")
    assert "data-record" in page
    assert "ui/record.js" in page
    send(learning, "trainer", address, ("voix.webm", voice(1)))
    assert len(heard(learning, "learner", learning.get(address))) == 1


def test_of_a_voice_that_was_cut_what_came_is_kept_and_it_is_said(engine_name, learning):
    whole = voice(6)
    answer = send(learning, "learner", "/messages/nouveau", ("voix.webm", whole[: len(whole) // 2]), text="Écoutez.")
    assert answer.status_code == 303
    page = learning.get(answer.location.partition("#")[0])
    assert "Le message vocal est arrivé coupé : on entend 3 secondes." in page
    assert heard(learning, "learner", page) == pytest.approx([3], abs=0.5)


def test_a_whole_voice_is_not_said_to_be_cut(engine_name, learning):
    for container, codec in (("webm", "libopus"), ("ogg", "libopus"), ("mp4", "aac"), ("mp3", "libmp3lame")):
        send(learning, "learner", "/messages/nouveau", (f"v.{container}", voice(2, container=container, codec=codec)))
        assert "arrivé coupé" not in learning.get("/messages"), container


def test_of_a_voice_that_says_nothing_any_more_the_text_stays(engine_name, learning):
    whole = voice(6, container="mp4", codec="aac")
    answer = send(learning, "learner", "/messages/nouveau", ("voix.m4a", whole[: len(whole) // 2]), text="Écoutez.")
    assert answer.status_code == 400
    assert "n’a pas pu être lu : il est coupé" in unescape(answer.text)
    assert "Écoutez." in answer.text
    with learning.platform.reading(learning.world.organisation) as ctx:
        assert ctx.session.query(Message).count() == ctx.session.query(MediaRow).count() == 0
