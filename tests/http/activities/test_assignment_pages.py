"""Works are handed in from the phone, and graded one after the other."""

from __future__ import annotations

import io
import uuid
import zipfile

import pytest

from lms.accounts.api import ensure_person
from lms.activities.assignment.models import Grade, Piece, Work, WorkVersion
from lms.courses.api import cohort_by_key
from lms.courses.models import ActivityRow
from lms.courses.structure import forget_structures
from lms.kernel.media import MediaRow
from tests.factories.asking import PHOTO_WORK, WORK, asking
from tests.factories.courses import enrol
from tests.factories.learning import Learning, start_learning
from tests.factories.media import film, photo, voice


@pytest.fixture
def handing(app, platform, world) -> Learning:
    return start_learning(app, platform, world, modules=asking(WORK, PHOTO_WORK), coverage=())


def hand_in(learning, name="work", *, text="", files=(), who="learner", intent=None):
    sent = {"intent": intent or str(uuid.uuid4()), "text": text}
    sent["media"] = [(io.BytesIO(data), file) for file, data in files]
    return learning.client(who).post(learning.address(name) + "/travail", data=sent, content_type="multipart/form-data")


def all_of(learning, model):
    with learning.platform.reading(learning.world.organisation) as ctx:
        return ctx.session.query(model).order_by(model.id).all()


def the_work(learning) -> str:
    return f"/rendus/{all_of(learning, Work)[-1].key}"


def grade(learning, *, marks=("yes", "yes"), who="trainer", number=1, seen=0, names=("cost", "time"), **more):
    given = {f"m-{learning.course.keys[name]}": mark for name, mark in zip(names, marks, strict=True) if mark}
    return learning.post(the_work(learning), who, number=number, seen=seen, **given, **more)


def test_a_text_is_handed_in_graded_and_read(engine_name, handing):
    page = handing.get(handing.address("work"))
    assert "Le temps passé est compté" in page
    assert "<strong>coûte</strong>" in page
    assert hand_in(handing, text="Ma robe coûte 22 €.").location == handing.address("work")
    page = handing.get(handing.address("work"))
    assert "Ma robe coûte 22 €." in page
    assert "vous répond bientôt" in page
    assert "rendu, on vous répond bientôt" in page
    listed = handing.get("/rendus", "trainer")
    assert "1 travail attend." in listed
    assert "Learner Essai" in listed
    assert "Ma robe coûte 22 €." in handing.get(the_work(handing), "trainer")
    assert grade(handing, marks=("yes", "partly"), comment="Pensez au bus.").location == "/rendus"
    page = handing.get(handing.address("work"))
    assert "C’est bon. Bravo !" in page
    assert "Pensez au bus." in page
    assert "Trainer Essai" in page
    assert "en partie" in page
    assert "Rien n’attend" in handing.get("/rendus", "trainer")


def test_while_it_waits_the_person_goes_on(engine_name, handing):
    assert "Mon prix à moi" in handing.get("/")
    hand_in(handing, text="Voilà.")
    hand_in(handing, "photo_work", files=[("stand.jpg", photo())])
    home = handing.get("/")
    assert "La suite" in home
    grade(handing, marks=("no", "no"), names=("seen", "price"))


def test_after_comments_it_is_handed_in_again_and_every_version_stays(engine_name, handing, clock):
    hand_in(handing, text="Premier essai.")
    clock.forward(hours=1)
    grade(handing, marks=("no", "partly"), comment="Comptez le tissu.")
    page = handing.get(handing.address("work"))
    assert "Encore un effort" in page
    assert "Mon prix à moi" in handing.get("/")[:6000]
    clock.forward(hours=1)
    hand_in(handing, text="Second essai.")
    page = handing.get(handing.address("work"))
    assert "Premier essai." in page
    assert "Second essai." in page
    assert "Comptez le tissu." in page
    staff = handing.get(the_work(handing), "trainer")
    assert "Envoi n° 2" in staff
    assert "Comptez le tissu." in staff
    assert [one.number for one in all_of(handing, WorkVersion)] == [1, 2]
    assert {one.handed_by_id for one in all_of(handing, WorkVersion)} == {handing.world.members["learner"]}


def test_a_photo_and_a_voice_come_from_the_phone(engine_name, handing):
    answer = hand_in(handing, files=[("stand.jpg", photo()), ("note.webm", voice(2))])
    assert answer.status_code == 303
    page = handing.get(handing.address("work"))
    assert "<img" in page
    assert "<audio" in page
    address = page[page.index("/rendus/") :].split('"')[0]
    for who in ("learner", "trainer", "coach", "manager", "auditor"):
        with handing.client(who).get(address) as found:
            assert found.status_code == 200, who
            assert found.mimetype == "image/webp"
    for who in ("company_head", "other_trainer", "other_learner"):
        assert handing.client(who).get(address).status_code == 404, who


def test_another_learner_does_not_open_it(engine_name, handing):
    with handing.platform.writing(handing.world.organisation) as ctx:
        enrol(ctx, handing.cohort, membership_id=handing.world.members["company_head"])
    hand_in(handing, files=[("stand.jpg", photo())])
    page = handing.get(handing.address("work"))
    address = page[page.index("/rendus/") :].split('"')[0]
    assert handing.client("company_head").get(address).status_code == 404


def test_a_video_where_a_photo_is_expected_is_refused_and_the_text_stays(engine_name, handing):
    answer = hand_in(handing, "photo_work", text="", files=[("film.mp4", film())])
    assert answer.status_code == 422
    assert "C’est une vidéo" in answer.text.replace("&#39;", "'")
    assert not all_of(handing, Work)
    answer = hand_in(handing, text="Mon texte tapé longtemps.", files=[("x.exe", b"MZ\x00\x01\x02\x03\x00")])
    assert answer.status_code == 422
    assert "Mon texte tapé longtemps." in answer.text
    assert not all_of(handing, Work)


def test_a_voice_cut_in_the_middle_is_kept_or_said(engine_name, handing):
    whole = voice(6)
    answer = hand_in(handing, text="Écoutez.", files=[("note.webm", whole[: len(whole) // 2])])
    assert answer.status_code in (303, 422)
    if answer.status_code == 422:
        assert "Écoutez." in answer.text
        assert "message vocal" in answer.text
    else:
        assert all_of(handing, MediaRow)[0].seconds < 6
    assert hand_in(handing, text="Écoutez.", files=[("note.webm", whole[:40])]).status_code == 422


def test_nothing_sent_says_so(engine_name, handing):
    answer = hand_in(handing)
    assert answer.status_code == 422
    assert "Écrivez quelque chose" in answer.text
    assert not all_of(handing, Work)


def test_the_same_form_sent_twice_is_one_version(engine_name, handing):
    intent = str(uuid.uuid4())
    for _ in range(2):
        answer = hand_in(handing, text="Une fois.", files=[("a.jpg", photo())], intent=intent)
        assert answer.status_code == 303
    assert len(all_of(handing, WorkVersion)) == 1
    assert len(all_of(handing, Piece)) == 1


def test_an_activity_removed_meanwhile_loses_nothing(engine_name, handing):
    with handing.platform.writing(handing.world.organisation) as ctx:
        ctx.session.query(ActivityRow).filter_by(key=handing.course.keys["work"]).delete()
    forget_structures()
    answer = hand_in(handing, text="Je l'ai fait hors ligne.", files=[("a.jpg", photo())])
    assert answer.location == handing.address()
    assert "n'est plus dans votre parcours" in handing.get(handing.address())
    assert len(all_of(handing, Piece)) == 1
    assert "a.webp" in handing.get("/moi/donnees")


def test_two_trainers_the_second_is_told_and_nothing_is_written_over(engine_name, handing):
    hand_in(handing, text="Voilà.")
    grade(handing, marks=("yes", "yes"), comment="Très bien.")
    answer = grade(handing, who="coach", marks=("no", "no"), comment="Je ne trouve pas.")
    assert answer.status_code == 409
    assert "Quelqu’un a noté ce travail pendant ce temps" in answer.text
    assert "Très bien." in answer.text
    assert "Je ne trouve pas." in answer.text
    assert [one.comment for one in all_of(handing, Grade)] == ["Très bien."]
    assert grade(handing, who="coach", marks=("no", "no"), comment="Je ne trouve pas.", seen=1).status_code == 303
    assert [one.comment for one in all_of(handing, Grade)] == ["Très bien.", "Je ne trouve pas."]
    assert "Encore un effort" in handing.get(handing.address("work"))


def test_a_grade_of_a_version_that_was_replaced_is_not_kept(engine_name, handing):
    hand_in(handing, text="Un.")
    hand_in(handing, text="Deux.")
    answer = grade(handing, number=1)
    assert answer.status_code == 409
    assert "Un nouvel envoi est arrivé" in answer.text
    assert "Deux." in answer.text
    assert not all_of(handing, Grade)


def test_every_line_needs_a_mark(engine_name, handing):
    hand_in(handing, text="Un.")
    answer = grade(handing, marks=("yes", ""), comment="À finir.")
    assert answer.status_code == 409
    assert "Répondez à chaque ligne" in answer.text
    assert "À finir." in answer.text


def test_a_trainer_answers_by_voice(engine_name, handing):
    hand_in(handing, text="Un.")
    given = {f"m-{handing.course.keys[name]}": "yes" for name in ("cost", "time")}
    sent = {"intent": str(uuid.uuid4()), "number": 1, "seen": 0, **given, "media": (io.BytesIO(voice(2)), "v.webm")}
    answer = handing.client("trainer").post(the_work(handing), data=sent, content_type="multipart/form-data")
    assert answer.status_code == 303
    page = handing.get(handing.address("work"))
    assert "<audio" in page
    address = page[page.index("/rendus/") :].split('"')[0]
    with handing.client("learner").get(address) as found:
        assert found.status_code == 200
    assert handing.client("other_trainer").get(address).status_code == 404


def test_thirty_photos_are_graded_one_after_the_other(engine_name, handing, count_queries):
    with handing.platform.writing(handing.world.organisation) as ctx:
        for number in range(30):
            person = ensure_person(ctx, given_name=f"Zoé{number}", email=f"z{number}@essai.test")
            enrolment = enrol(ctx, handing.cohort, membership_id=person.id)
            row = Work(
                membership_id=person.id, enrolment_id=enrolment.id, cohort_id=handing.cohort.id,
                course_id=handing.course.id, version_id=handing.course.version_id,
                activity_key=handing.course.keys["photo_work"], title="Mon stand", number=1, handed_at=ctx.now,
            )  # fmt: skip
            ctx.session.add(row)
            ctx.session.flush()
            ctx.session.add(WorkVersion(work_id=row.id, number=1, text="", handed_at=ctx.now, handed_by_id=person.id))
    address = handing.get("/rendus", "trainer")
    address = address[address.index('<a class="btn') :].split('href="')[1].split('"')[0]
    marks = {f"m-{handing.course.keys[name]}": "yes" for name in ("seen", "price")}
    seen, sizes, queries = [], [], []
    while address != "/rendus":
        seen.append(address)
        with count_queries() as sent:
            page = handing.client("trainer").get(address)
        sizes.append(len(page.data))
        queries.append(len(sent))
        answer = handing.post(address, "trainer", number=1, seen=0, **marks)
        assert answer.status_code == 303
        address = answer.location
    assert len(set(seen)) == 30
    assert max(sizes) < 80_000
    assert len(set(queries[2:])) == 1
    assert max(queries) < 20


def test_the_project_file_holds_what_is_accepted(engine_name, handing):
    assert "Votre dossier commence bientôt" in handing.get("/mon-dossier")
    assert "/mon-dossier" not in handing.get("/")
    hand_in(handing, text="Ma robe : 45 €.", files=[("robe.jpg", photo())])
    grade(handing)
    page = handing.get("/mon-dossier")
    assert "Mon prix" in page
    assert "Ma robe : 45 €." in page
    assert "/mon-dossier" in handing.get("/")
    answer = handing.client("learner").get("/mon-dossier/telecharger")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = archive.namelist()
        text = archive.read("mon-dossier.html").decode()
    assert "Ma robe : 45 €." in text
    assert len(names) == 2
    assert names[1] in text
    answer.close()


def test_learners_and_others_find_no_work_to_grade(engine_name, handing):
    hand_in(handing, text="À moi.")
    for who in ("learner", "company_head", "other_trainer"):
        assert handing.client(who).get(the_work(handing)).status_code == 404
        assert grade(handing, who=who).status_code == 404
    assert "À moi." in handing.get(the_work(handing), "auditor")
    assert grade(handing, who="auditor").status_code == 404
    assert 'method="post" action="/rendus' not in handing.get(the_work(handing), "auditor")
    assert not all_of(handing, Grade)


def test_a_group_and_a_person_show_their_works(engine_name, handing):
    hand_in(handing, text="À moi.")
    with (
        handing.app.test_request_context(),
        handing.platform.reading(handing.world.organisation, handing.world.members["trainer"]) as ctx,
    ):
        panels = ctx.registry.panels_at("cohort", ctx, cohort_by_key(ctx, handing.cohort.key))
        assert any("1 à évaluer" in panel for panel in panels)
        waits = ctx.registry.wait_kinds["assignment.work"].waits(ctx)
        assert [one.title for one in waits] == ["Learner Essai a rendu « Mon prix à moi »"]
        assert waits[0].since == handing.platform.clock()
        assert waits[0].url == the_work(handing)
    with (
        handing.app.test_request_context(),
        handing.platform.reading(handing.world.organisation, handing.world.members["learner"]) as ctx,
    ):
        assert not ctx.registry.wait_kinds["assignment.work"].waits(ctx)


def test_the_preview_shows_the_task_and_sends_nothing(engine_name, handing):
    page = handing.get(handing.address("work"), "trainer")
    assert "Le prix couvre le coût" in page
    assert 'name="text"' not in page
