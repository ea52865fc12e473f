"""A photo or a voice that was chosen when the session was over: it waits, and comes back with the next sending."""

from __future__ import annotations

import io
import re
import uuid
from html import unescape

import pytest

from lms.accounts.api import grant_role
from lms.activities.assignment.models import Grade, Work
from lms.contract.types import Role, Scope
from lms.kernel import parking
from lms.kernel.media import MediaRow
from lms.messages.models import Message
from tests.factories.asking import WORK, asking
from tests.factories.courses import enrol
from tests.factories.learning import Learning, start_learning
from tests.factories.media import photo, voice


@pytest.fixture
def handing(app, platform, world) -> Learning:
    for path in (platform.settings.data_dir / "parked").glob("*"):
        path.unlink()
    return start_learning(app, platform, world, modules=asking(WORK), coverage=())


def hidden(page: str) -> dict[str, str]:
    """What a browser sends again by itself."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    ticked = re.findall(r'<input type="checkbox" id="[^"]+" name="([^"]+)" value="([^"]*)" checked', page)
    return {name: unescape(value) for name, value in found + ticked}


def form_of(page: str, action: str) -> dict[str, str]:
    return hidden(page[page.index(f'action="{action}"') :].partition("</form>")[0])


def rows(learning: Learning, model):
    with learning.platform.reading(learning.world.organisation) as ctx:
        return ctx.session.query(model).order_by(model.id).all()


def waiting(learning: Learning) -> int:
    return len(list((learning.platform.settings.data_dir / "parked").glob("*")))


def sent(fields: dict[str, str], *files: tuple[str, bytes]) -> dict:
    return {**fields, fields["keeps"]: [(io.BytesIO(data), name) for name, data in files]}


def test_a_photo_of_a_work_survives_an_expired_session(engine_name, handing, client):
    address = handing.address("work") + "/travail"
    fields = {**form_of(handing.get(handing.address("work")), address), "text": "Mon stand."}
    answer = client.post(address, data=sent(fields, ("stand.jpg", photo())), content_type="multipart/form-data")
    assert answer.status_code == 401
    assert "Ce que vous avez joint attend ici pendant deux heures : stand.jpg." in unescape(answer.text)
    assert handing.client().post(address, data=hidden(answer.text)).status_code == 303
    page = handing.get(handing.address("work"))
    assert "Mon stand." in page
    assert "<img" in page
    assert waiting(handing) == 0, "it has been taken"


def test_a_voice_of_a_message_waits_through_two_tries(engine_name, handing, client):
    page = handing.get("/messages/nouveau")
    fields = {**form_of(page, "/messages/nouveau"), "text": "Écoutez."}
    data = sent(fields, ("voix.webm", voice(2)))
    answer = client.post("/messages/nouveau", data=data, content_type="multipart/form-data")
    again = client.post("/messages/nouveau", data=hidden(answer.text))
    assert again.status_code == 401
    assert "voix.webm" in again.text
    assert handing.client().post("/messages/nouveau", data=hidden(again.text)).status_code == 303
    assert [one.text for one in rows(handing, Message)] == ["Écoutez."]
    assert [one.kind for one in rows(handing, MediaRow)] == ["voice"]


def test_it_is_for_who_the_form_was_made_for_alone(engine_name, handing, client):
    with handing.platform.writing(handing.world.organisation) as ctx:
        enrol(ctx, handing.cohort, membership_id=handing.world.members["coach"])
        grant_role(ctx, membership_id=handing.world.members["coach"], role=Role.LEARNER, scope=Scope.PERSON)
    address = handing.address("work") + "/travail"
    fields = form_of(handing.get(handing.address("work")), address)
    answer = client.post(address, data=sent(fields, ("a.jpg", photo())), content_type="multipart/form-data")
    left = hidden(answer.text)
    assert handing.client("coach").post(address, data=left).status_code == 409
    theirs = form_of(handing.get(handing.address("work"), "coach"), address)
    stolen = handing.client("coach").post(address, data={**theirs, "parked": left["parked"]})
    assert stolen.status_code == 422
    assert "choisissez-le encore une fois" in stolen.text
    assert not rows(handing, Work)
    assert handing.client().post(address, data=left).status_code == 303


def test_after_two_hours_it_is_gone_and_says_so(engine_name, handing, client, clock):
    address = handing.address("work") + "/travail"
    fields = {**form_of(handing.get(handing.address("work")), address), "text": "Gardez-moi."}
    answer = client.post(address, data=sent(fields, ("a.jpg", photo())), content_type="multipart/form-data")
    clock.forward(hours=3)
    late = handing.client().post(address, data=hidden(answer.text))
    assert late.status_code == 422
    assert "a attendu trop longtemps" in late.text
    assert "Gardez-moi." in late.text
    parking.sweep(handing.platform.settings.data_dir, clock())
    assert waiting(handing) == 0


def test_what_cannot_wait_is_said_before_anything_is_lost(engine_name, handing, client, monkeypatch):
    monkeypatch.setattr(parking, "MOST_BYTES", 10)
    address = handing.address("work") + "/travail"
    fields = {**form_of(handing.get(handing.address("work")), address), "text": "Gardez-moi."}
    answer = client.post(address, data=sent(fields, ("a.jpg", photo())), content_type="multipart/form-data")
    assert answer.status_code == 401
    assert "n’a pas pu être gardé : a.jpg." in unescape(answer.text)
    assert 'type="file" name="media"' in answer.text
    assert hidden(answer.text)["text"] == "Gardez-moi."


def test_a_form_that_nobody_was_given_keeps_nothing(engine_name, handing, client):
    data = {"intent": str(uuid.uuid4()), "keeps": "media", "media": (io.BytesIO(b"x" * 100), "x.jpg")}
    answer = client.post(handing.address("work") + "/travail", data=data, content_type="multipart/form-data")
    assert answer.status_code == 401
    assert waiting(handing) == 0


@pytest.mark.parametrize("name", ["../secret", "x" * 32, "", "0" * 32])
def test_a_name_of_nothing_is_nothing(tmp_path, clock, name):
    assert parking.parked(tmp_path, name, whose="0" * 16, now=clock()) == []
    parking.forget(tmp_path, name)


def test_the_folder_has_an_end(tmp_path, clock, monkeypatch):
    one = [parking.Parked("a", b"x" * 50)]
    monkeypatch.setattr(parking, "MOST_IN_ALL", 300)
    names = [parking.park(tmp_path, one, whose="0" * 16, now=clock()) for _ in range(4)]
    assert names[0]
    assert not names[-1]
    clock.forward(hours=3)
    assert parking.park(tmp_path, one, whose="0" * 16, now=clock()), "those of before are gone"


def test_of_what_was_refused_the_good_part_stays_joined(engine_name, handing):
    address = handing.address("work") + "/travail"
    fields = {**form_of(handing.get(handing.address("work")), address), "text": "Voilà."}
    data = sent(fields, ("stand.jpg", photo()), ("x.exe", b"MZ\x00\x01\x02\x03\x00"))
    answer = handing.client().post(address, data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Déjà joint : stand.jpg" in unescape(answer.text).replace("\u00a0", " ")
    assert handing.client().post(address, data=form_of(answer.text, address) | {"text": "Voilà."}).status_code == 303
    assert [one.kind for one in rows(handing, MediaRow)] == ["photo"]


def test_the_voice_of_the_second_trainer_is_not_lost(engine_name, handing):
    handing.post(handing.address("work") + "/travail", text="Voilà.")
    work = f"/rendus/{rows(handing, Work)[0].key}"
    fields = form_of(handing.get(work, "coach"), work)
    marks = {f"m-{handing.course.keys[name]}": "yes" for name in ("cost", "time")}
    handing.post(work, "trainer", number=1, seen=0, **marks)
    data = sent({**fields, **marks}, ("v.webm", voice(2)))
    refused = handing.client("coach").post(work, data=data, content_type="multipart/form-data")
    assert refused.status_code == 409
    again = {**form_of(refused.text, work), **marks}
    assert handing.client("coach").post(work, data=again).status_code == 303
    assert len(rows(handing, Grade)) == 2
    assert [one.kind for one in rows(handing, MediaRow)] == ["voice"]


def test_a_message_that_is_too_long_keeps_its_photo_and_where_it_came_from(engine_name, handing):
    handing.post("/messages/nouveau", text="Je bloque.")
    page = handing.get("/ce-soir", "trainer")
    action = re.search(r'action="(/messages/[a-z0-9]{10})"', page)[1]
    fields = {**form_of(page, action), "text": "x" * 5000}
    data = sent(fields, ("a.jpg", photo()))
    answer = handing.client("trainer").post(action, data=data, content_type="multipart/form-data")
    assert answer.status_code == 400
    again = {**form_of(answer.text, action), "text": "Court."}
    assert handing.client("trainer").post(action, data=again).location == "/ce-soir"
    assert [one.kind for one in rows(handing, MediaRow)] == ["photo"]


def test_a_file_of_another_kind_of_form_is_said_to_be_lost(engine_name, handing, client):
    data = {"intent": str(uuid.uuid4()), "whose": "0" * 16, "document": (io.BytesIO(b"x"), "x.docx")}
    answer = client.post(handing.address("work") + "/travail", data=data, content_type="multipart/form-data")
    assert answer.status_code == 401
    assert "n'a pas pu être gardé" in unescape(answer.text)
    assert "Rien n'est perdu" not in unescape(answer.text)
