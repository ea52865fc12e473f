"""What is done in "Ce soir" without leaving it: each act comes back to the list, says what was done, and what can be taken back."""

from __future__ import annotations

import io
import re
import uuid

import pytest

from lms.accounts.api import ensure_person
from lms.activities.assignment.models import Grade, Work, WorkVersion
from lms.courses.models import Enrolment
from tests.factories.asking import WORK, asking
from tests.factories.courses import enrol
from tests.factories.learning import Learning, start_learning
from tests.factories.outcomes import contacts_due, ended_people

HERE = "/ce-soir"


@pytest.fixture
def handing(app, platform, world) -> Learning:
    return start_learning(app, platform, world, modules=asking(WORK), coverage=())


def hand_in(learning: Learning, text: str) -> None:
    learning.post(learning.address("work") + "/travail", text=text)


def rows(learning: Learning, model):
    with learning.platform.reading(learning.world.organisation) as ctx:
        return ctx.session.query(model).order_by(model.id).all()


def form_after(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts there, as a browser would send them."""
    part = page[page.index(f'action="{action}"') :].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', part))


def opened(learning: Learning, who: str = "trainer") -> tuple[str, str]:
    """The page with the work opened in it, and the work's address."""
    address = re.search(r'href="(/ce-soir\?ici=[^"#]+)', learning.get(HERE, who))
    assert address is not None
    return learning.get(address[1], who), f"/rendus/{rows(learning, Work)[-1].key}"


def marks(learning: Learning, given: str = "yes") -> dict[str, str]:
    return {f"m-{learning.course.keys[name]}": given for name in ("cost", "time")}


def test_a_work_is_graded_in_the_list_without_scripts(engine_name, handing) -> None:
    hand_in(handing, "Ma robe coûte 22 €.")
    assert "Ma robe coûte 22 €." not in handing.get(HERE, "trainer"), "works are drawn one at a time"
    page, work = opened(handing)
    assert "Ma robe coûte 22 €." in page
    assert "Le prix couvre le coût" in page
    answer = handing.client("trainer").post(work, data={**form_after(page, work), **marks(handing), "comment": "Bien."})
    assert answer.location.startswith(HERE)
    after = handing.get(answer.location, "trainer")
    assert "C’est noté pour Learner Essai." in after
    assert f'href="{work}"' in after, "a way to correct it"
    assert "Rien n’attend ce soir" in after
    assert "Bien." in handing.get(handing.address("work"))


def test_the_next_work_opens_in_the_list(engine_name, handing) -> None:
    with handing.platform.writing(handing.world.organisation) as ctx:
        person = ensure_person(ctx, given_name="Zoé", email="z@essai.test")
        enrolment = enrol(ctx, handing.cohort, membership_id=person.id)
        row = Work(
            membership_id=person.id, enrolment_id=enrolment.id, cohort_id=handing.cohort.id,
            course_id=handing.course.id, version_id=handing.course.version_id,
            activity_key=handing.course.keys["work"], title="Mon prix à moi", number=1, handed_at=ctx.now,
        )  # fmt: skip
        ctx.session.add(row)
        ctx.session.flush()
        ctx.session.add(
            WorkVersion(work_id=row.id, number=1, text="De Zoé.", handed_at=ctx.now, handed_by_id=person.id)
        )
    handing.platform.clock.forward(hours=1)
    hand_in(handing, "De moi.")
    zoe = rows(handing, Work)[0]
    page = handing.get(f"{HERE}?minutes=60&ici=work:{zoe.key}:1", "trainer")
    assert "De Zoé." in page
    assert "De moi." not in page
    work = f"/rendus/{zoe.key}"
    fields = {**form_after(page, work), **marks(handing)}
    answer = handing.client("trainer").post(work, data={**fields, "next": fields["next"].replace("&amp;", "&")})
    coming = re.search(
        r'href="(/ce-soir\?[^"#]+)[^"]*">[^<]*<span>Noter le travail suivant', handing.get(answer.location, "trainer")
    )
    assert coming is not None
    assert "minutes=60" in coming[1]
    assert "De moi." in handing.get(coming[1], "trainer")


def test_two_trainers_the_second_sees_the_first_and_loses_no_word(engine_name, handing) -> None:
    hand_in(handing, "Voilà.")
    page, work = opened(handing)
    second, _work = opened(handing, "coach")
    handing.client("trainer").post(work, data={**form_after(page, work), **marks(handing), "comment": "Très bien."})
    mine = {**form_after(second, work), **marks(handing, "no"), "comment": "Je ne trouve pas."}
    refused = handing.client("coach").post(work, data=mine)
    assert refused.status_code == 409
    assert "Très bien." in refused.text
    assert "Je ne trouve pas." in refused.text
    assert [one.comment for one in rows(handing, Grade)] == ["Très bien."]
    again = {**form_after(refused.text, work), **marks(handing, "no"), "comment": "Je ne trouve pas."}
    assert handing.client("coach").post(work, data=again).location.startswith(HERE), "and so one is back in the list"
    assert [one.comment for one in rows(handing, Grade)] == ["Très bien.", "Je ne trouve pas."]


def test_the_list_with_thirty_works_asks_as_much_as_with_one(engine_name, handing, count_queries) -> None:
    hand_in(handing, "Un.")
    page, _work = opened(handing)
    address = f"{HERE}?ici=work:{rows(handing, Work)[0].key}:1"
    with count_queries() as one:
        handing.get(address, "trainer")
    with handing.platform.writing(handing.world.organisation) as ctx:
        for number in range(30):
            person = ensure_person(ctx, given_name=f"Zoé{number}", email=f"z{number}@essai.test")
            enrolment = enrol(ctx, handing.cohort, membership_id=person.id)
            ctx.session.add(
                Work(
                    membership_id=person.id, enrolment_id=enrolment.id, cohort_id=handing.cohort.id,
                    course_id=handing.course.id, version_id=handing.course.version_id,
                    activity_key=handing.course.keys["work"], title="Mon prix", number=1, handed_at=ctx.now,
                )
            )  # fmt: skip
    with count_queries() as many:
        page = handing.get(address, "trainer")
    assert len(many) <= len(one)
    assert len(page) < 80_000


def test_others_open_nothing_there(engine_name, handing) -> None:
    hand_in(handing, "À moi.")
    key = rows(handing, Work)[0].key
    assert "À moi." not in handing.get(f"{HERE}?ici=work:{key}:1", "other_trainer")
    assert handing.client("learner").get(f"{HERE}?ici=work:{key}:1").status_code == 404


def test_an_end_confirmed_comes_back_to_the_list_and_can_be_taken_back(engine_name, learning) -> None:
    learning.post(f"{learning.address()}/fin", reason="employed")
    page = learning.get(HERE, "trainer")
    action = f"/inscriptions/{learning.enrolment.key}/terminer"
    answer = learning.client("trainer").post(action, data=form_after(page, action))
    assert answer.location == HERE
    page = learning.get(HERE, "trainer")
    assert "Learner Essai : l'inscription est terminée." in page
    back = f"/inscriptions/{learning.enrolment.key}/reprendre"
    assert learning.client("trainer").post(back, data=form_after(page, back)).location == HERE
    assert rows(learning, Enrolment)[0].ended_at is None


def test_what_was_put_off_is_taken_back_in_one_tap(engine_name, learning) -> None:
    learning.platform.clock.forward(days=11)
    address = f"{HERE}?minutes=15"
    page = learning.get(address, "trainer")
    later = f"{HERE}/plus-tard"
    fields = form_after(page[page.index("Reporter") - 600 :], later)
    assert learning.client("trainer").post(later, data={**fields, "jours": "7"}).location == address
    page = learning.get(address, "trainer")
    assert "Rien n’attend ce soir" in page
    fields = form_after(page, f"{HERE}/tout-revoir")
    assert learning.client("trainer").post(f"{HERE}/tout-revoir", data=fields).location == address
    assert "est calme" in learning.get(address, "trainer")


def test_a_call_that_nobody_took_comes_back_to_the_list(engine_name, app, platform, world, clock, signed_in_as) -> None:
    ended_people(platform, world, clock, ["employed"], email=False)
    clock.forward(days=32)
    (key,) = contacts_due(platform, world)
    trainer = signed_in_as("trainer")
    page = trainer.get(HERE).text
    answer = trainer.post(f"/suites/{key}/pas-joint", data=form_after(page, f"/suites/{key}/pas-joint"))
    assert answer.location == HERE
    assert f"/suites/{key}/pas-joint" not in trainer.get(HERE).text


def test_an_answer_given_there_is_said_and_one_for_tomorrow_is_taken_back(engine_name, learning) -> None:
    learning.post("/messages/nouveau", text="Je bloque.")
    page = learning.get(HERE, "trainer")
    action = re.search(r'action="(/messages/[a-z0-9]{10})"', page)
    assert action is not None
    fields = form_after(page, action[1])
    answer = learning.client("trainer").post(action[1], data={**fields, "text": "Demain.", "when": "demain"})
    assert answer.location == HERE
    page = learning.get(HERE, "trainer")
    back = re.search(r'action="(/messages/[^"]+/retirer)"', page)
    assert back is not None
    taken = learning.client("trainer").post(back[1], data=form_after(page, back[1]))
    assert "Cette réponse ne partira pas." in taken.text
    assert "Demain." in taken.text, "its words stand in the form again"
    assert form_after(taken.text, action[1])["next"] == HERE
    page = learning.get(HERE, "trainer")
    assert "attend une réponse" in page
    fields = {**form_after(page, action[1]), "text": "Voici.", "intent": str(uuid.uuid4())}
    sent = {**fields, "answer-media": (io.BytesIO(b""), "")}
    assert learning.client("trainer").post(action[1], data=sent, content_type="multipart/form-data").location == HERE
    assert "C'est envoyé à Learner Essai." in learning.get(HERE, "trainer")
