"""Contacts are made at their month, once; answers are heard once, kept with consent, erased when asked."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.accounts.models import Membership
from lms.courses.api import end_enrolment, resume_enrolment
from lms.kernel import jobs
from lms.kernel.events import EventRow
from lms.kernel.rights import Forbidden, NotFound
from lms.outcomes.evidence import follow_ups
from lms.outcomes.holdings import held_on
from lms.outcomes.models import Answer, Contact, Rule
from lms.outcomes.operations import (
    LIVES,
    NoConsent,
    NoLongerOpens,
    Said,
    answer_by_link,
    erase_answer,
    erase_on,
    note_answer,
    note_help,
    note_missed,
    refuse_by_link,
    set_rule,
    show_link,
)
from lms.outcomes.queries import calls_to_make, contact_list, endings, help_asked, link_named, rule_in_force
from lms.outcomes.tasks import ask_for_news
from tests.factories.courses import enrol, make_cohort, make_course
from tests.factories.outcomes import contact, contacts_due, ended_people

YES = Said("employed", consents=True, intent="one")


@pytest.fixture
def ended(engine_name: Any, platform: Any, world: Any, clock: Any) -> Any:
    """Two people ended, thirty-one days ago; news are due."""
    found = ended_people(platform, world, clock, ["created", "lost_touch"])
    clock.forward(days=31)
    return found


def count(ctx: Any, model: Any) -> int:
    return ctx.session.scalar(select(func.count()).select_from(model))


def test_news_are_asked_at_one_six_and_twelve_months_once(ended: Any, platform: Any, world: Any, clock: Any) -> None:
    assert len(contacts_due(platform, world)) == 2
    assert contacts_due(platform, world) == []
    clock.forward(days=100)
    assert contacts_due(platform, world) == []
    clock.forward(days=52)
    assert len(contacts_due(platform, world)) == 2
    clock.forward(days=183)
    assert len(contacts_due(platform, world)) == 2
    with platform.reading(world.organisation) as ctx:
        rows = ctx.session.execute(select(Contact.month, Contact.due_on).order_by(Contact.id)).all()
        assert [row.month for row in rows] == [1, 1, 6, 6, 12, 12]
        assert {str(row.due_on) for row in rows} == {"2026-12-23", "2027-05-23", "2027-11-23"}


def test_an_old_end_is_let_be(ended: Any, platform: Any, world: Any, clock: Any) -> None:
    clock.forward(days=45)
    assert contacts_due(platform, world) == []


def test_a_clock_that_jumps_asks_nobody_twice(ended: Any, platform: Any, world: Any, clock: Any) -> None:
    clock.forward(days=152)
    assert len(contacts_due(platform, world)) == 2  # six months, by a wrong clock
    clock.forward(days=-152)
    assert len(contacts_due(platform, world)) == 2
    clock.forward(days=152)
    assert contacts_due(platform, world) == []


def test_who_takes_the_path_up_again_is_not_asked_and_ends_anew(
    ended: Any, platform: Any, world: Any, clock: Any
) -> None:
    with platform.writing(world.organisation, world.members["trainer"]) as ctx:
        resume_enrolment(ctx, enrolment=ended[0])
    assert len(contacts_due(platform, world)) == 1
    with platform.writing(world.organisation, world.members["trainer"]) as ctx:
        end_enrolment(ctx, enrolment=ended[0], reason="employed")
    clock.forward(days=31)
    assert len(contacts_due(platform, world)) == 1


def test_a_closed_account_is_left_in_peace(ended: Any, platform: Any, world: Any) -> None:
    with platform.writing(world.organisation) as ctx:
        ctx.session.get_one(Membership, ended[0].membership_id).status = "ended"
    assert len(contacts_due(platform, world)) == 1


def test_the_worker_writes_by_day_in_the_persons_name_and_nothing_personal_stands_in_the_link(
    ended: Any, platform: Any, world: Any, clock: Any
) -> None:
    clock.forward(hours=13)  # 23:00 in Paris
    ask_for_news(platform)
    with platform.reading(world.organisation) as ctx:
        assert count(ctx, Contact) == 0
    clock.forward(hours=11)
    ask_for_news(platform)
    ask_for_news(platform)
    jobs.sweep(platform)
    letters = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in (platform.settings.data_dir / "mail").glob("*.eml")
    ]
    mine = [one for one in letters if str(one["To"]).startswith("essai-1-")]
    assert sorted(str(one["To"]) for one in mine)[-2:] == ["essai-1-0@essai.test", "essai-1-1@essai.test"]
    link = next(line for line in mine[-1].get_content().splitlines() if "/nouvelles/" in line)
    assert not {"personne", "essai-1", "groupe"} & set(link.lower().replace("/", " ").split())


def linked(platform: Any, key: str) -> Any:
    with platform.reading(None) as ctx:
        return link_named(ctx, key)


def test_an_answer_is_heard_once(ended: Any, platform: Any, world: Any) -> None:
    key = contacts_due(platform, world)[0]
    found = linked(platform, key)
    with platform.writing(found.organisation_id) as ctx:
        answer_by_link(ctx, link=found, said=YES)
    with platform.writing(found.organisation_id) as ctx:
        answer_by_link(ctx, link=found, said=YES)  # the same form, sent twice
        with pytest.raises(NoLongerOpens):
            answer_by_link(ctx, link=found, said=Said("looking", consents=True, intent="two"))
        with pytest.raises(NoLongerOpens):
            answer_by_link(ctx, link=found, said=Said("looking", consents=True))
        with pytest.raises(NoLongerOpens):
            refuse_by_link(ctx, link=found)
        assert ctx.session.scalars(select(Answer.situation)).all() == ["employed"]
        told = ctx.session.scalars(select(EventRow.type).where(EventRow.type.like("outcomes.%")))
        assert list(told).count("outcomes.contact_answered") == 1


def test_without_consent_nothing_is_kept(ended: Any, platform: Any, world: Any) -> None:
    key = contacts_due(platform, world)[0]
    found = linked(platform, key)
    with platform.writing(found.organisation_id) as ctx:
        with pytest.raises(NoConsent):
            answer_by_link(ctx, link=found, said=Said("employed"))
        with pytest.raises(NotFound):
            answer_by_link(ctx, link=found, said=Said("rich", consents=True))
        assert count(ctx, Answer) == 0
    assert linked(platform, key).is_open


def test_a_link_that_is_too_old_hears_nothing(ended: Any, platform: Any, world: Any, clock: Any) -> None:
    found = linked(platform, contacts_due(platform, world)[0])
    clock.forward(days=LIVES.days)
    with platform.writing(found.organisation_id) as ctx:
        with pytest.raises(NoLongerOpens):
            answer_by_link(ctx, link=found, said=YES)
        assert count(ctx, Answer) == 0


def test_a_link_of_another_organisation_answers_nothing_here(ended: Any, platform: Any, world: Any) -> None:
    found = linked(platform, contacts_due(platform, world)[0])
    with platform.writing(world.other_organisation) as ctx:
        with pytest.raises(NoLongerOpens):
            answer_by_link(ctx, link=found, said=YES)
        assert count(ctx, Answer) == 0


def test_who_refuses_is_never_asked_again(ended: Any, platform: Any, world: Any, clock: Any) -> None:
    found = linked(platform, contacts_due(platform, world)[0])
    with platform.writing(found.organisation_id) as ctx:
        refuse_by_link(ctx, link=found)
    clock.forward(days=152)
    assert len(contacts_due(platform, world)) == 1


def test_who_refuses_is_left_in_peace_by_the_other_links_too(
    engine_name: Any, platform: Any, world: Any, clock: Any, acting: Any
) -> None:
    first = ended_people(platform, world, clock, ["created"], email=False)
    with platform.writing(world.organisation) as ctx:
        course = make_course(ctx, slug="autre")
        cohort = make_cohort(ctx, course, code="AUTRE", name="Autre")
        other = enrol(ctx, cohort, membership_id=first[0].membership_id, entered_at=clock() - timedelta(days=40))
    with platform.writing(world.organisation, world.members["trainer"]) as ctx:
        end_enrolment(ctx, enrolment=other, reason="employed")
    clock.forward(days=31)
    keys = contacts_due(platform, world)
    assert len(keys) == 2
    ctx = acting("trainer")
    assert len(calls_to_make(ctx)) == 2
    ctx.session.rollback()
    found = linked(platform, keys[0])
    with platform.writing(found.organisation_id) as ctx:
        refuse_by_link(ctx, link=found)
    ctx = acting("trainer")
    assert calls_to_make(ctx) == []
    ctx.session.rollback()
    with platform.writing(world.organisation) as ctx, pytest.raises(NoLongerOpens):
        answer_by_link(ctx, link=linked(platform, keys[1]), said=YES)


def test_the_link_of_someone_who_was_erased_brings_nothing_back(
    ended: Any, platform: Any, world: Any, acting: Any
) -> None:
    key = contacts_due(platform, world)[0]
    found = linked(platform, key)
    with platform.writing(world.organisation) as ctx:
        erase_on(ctx, ended[0].membership_id, classes=frozenset({"account"}))
        ctx.session.get_one(Membership, ended[0].membership_id).status = "ended"
    with platform.writing(world.organisation) as ctx, pytest.raises(NoLongerOpens):
        answer_by_link(ctx, link=found, said=YES)
    ctx = acting("trainer")
    with pytest.raises(NoLongerOpens):
        note_answer(ctx, contact=contact(ctx, key), said=YES)
    assert ended[0].membership_id not in {row.membership_id for row in calls_to_make(ctx)}
    assert count(ctx, Answer) == 0


def test_staff_write_down_what_they_heard_and_only_those_of_the_group(
    ended: Any, platform: Any, world: Any, acting: Any
) -> None:
    key = contacts_due(platform, world)[0]
    for who in ("learner", "company_head", "auditor"):
        ctx = acting(who)
        row = contact(ctx, key)
        for act in (
            lambda row=row, ctx=ctx: note_answer(ctx, contact=row, said=YES),
            lambda row=row, ctx=ctx: note_missed(ctx, contact=row),
            lambda row=row, ctx=ctx: show_link(ctx, contact=row),
            lambda row=row, ctx=ctx: note_help(ctx, contact=row),
            lambda row=row, ctx=ctx: erase_answer(ctx, contact=row, is_whole=True),
        ):
            with pytest.raises(Forbidden):
                act()
    ctx = acting("coach")
    with pytest.raises(NoConsent):
        note_answer(ctx, contact=contact(ctx, key), said=Said("employed"))
    for _twice in range(2):
        note_answer(ctx, contact=contact(ctx, key), said=YES)
    answer = ctx.session.scalars(select(Answer)).one()
    assert (answer.situation, answer.noted_by_id) == ("employed", world.members["coach"])


def test_what_waits_no_mail_at_once_a_letter_after_ten_days(
    engine_name: Any, platform: Any, world: Any, clock: Any, acting: Any
) -> None:
    ended_people(platform, world, clock, ["created"])
    ended_people(platform, world, clock, ["created"], code="ESSAI-2", email=False)
    clock.forward(days=31)
    contacts_due(platform, world)
    assert [row.family_name for row in calls_to_make(acting("trainer"))] == ["ESSAI-2"]
    clock.forward(days=10, minutes=1)
    found = calls_to_make(acting("trainer"))
    assert {row.family_name for row in found} == {"ESSAI-1", "ESSAI-2"}
    assert calls_to_make(acting("other_trainer")) == []
    ctx = acting("trainer")
    note_missed(ctx, contact=contact(ctx, found[0].key))
    ctx.session.flush()
    assert len(calls_to_make(ctx)) == 1


def test_who_asks_for_help_waits_until_called_back(ended: Any, platform: Any, world: Any, acting: Any) -> None:
    key = contacts_due(platform, world)[0]
    ctx = acting("trainer")
    note_answer(ctx, contact=contact(ctx, key), said=Said("looking", needs_help=True, consents=True))
    ctx.session.flush()
    assert [row.key for row in help_asked(ctx)] == [key]
    note_help(ctx, contact=contact(ctx, key))
    ctx.session.flush()
    assert help_asked(ctx) == []


def test_words_are_erased_the_choice_stays_and_the_whole_answer_too_when_asked(
    ended: Any, platform: Any, world: Any, acting: Any
) -> None:
    key = contacts_due(platform, world)[0]
    ctx = acting("trainer")
    note_answer(ctx, contact=contact(ctx, key), said=Said("created", words="Un stand.", consents=True))
    row = contact(ctx, key)
    erase_answer(ctx, contact=row, is_whole=False)
    assert [(one.words, one.situation) for one in ctx.session.scalars(select(Answer))] == [("", "created")]
    erase_answer(ctx, contact=row, is_whole=True)
    ctx.session.flush()
    assert count(ctx, Answer) == 0
    assert contact(ctx, key).answered_at is not None  # the link stays used


def test_a_person_reads_what_is_held_and_it_goes_with_its_class(
    ended: Any, platform: Any, world: Any, acting: Any
) -> None:
    key = contacts_due(platform, world)[0]
    ctx = acting("trainer")
    note_answer(ctx, contact=contact(ctx, key), said=Said("created", words="Un stand.", consents=True))
    ctx.session.flush()
    owner = contact(ctx, key).membership_id
    held = held_on(ctx, owner)
    assert held.rows[0]["Votre réponse"] == "J'ai mon activité"
    assert held.rows[0]["Vos mots"] == "Un stand."
    erase_on(ctx, owner, classes=frozenset({"account"}))
    assert "Vos mots" not in held_on(ctx, owner).rows[0]
    assert "Envoyé à" not in held_on(ctx, owner).rows[0]
    erase_on(ctx, owner, classes=frozenset({"evidence"}))
    assert held_on(ctx, owner).rows == []
    assert count(ctx, Contact) == 1


def test_only_leaders_of_the_whole_organisation_say_what_counts(world: Any, acting: Any, engine_name: Any) -> None:
    for who in ("trainer", "coach", "learner", "auditor"):
        with pytest.raises(Forbidden):
            set_rule(acting(who), reasons=["created"], situations=[], month=0)
    ctx = acting("manager")
    for wrong in ({"reasons": ["rich"]}, {"situations": ["rich"]}, {"month": 3}):
        with pytest.raises(NotFound):
            set_rule(ctx, **{"reasons": ["created"], "situations": ["created"], "month": 6, **wrong})
    for _twice in range(2):
        set_rule(ctx, reasons=["created", "chosen_stop"], situations=["created"], month=12)
    ctx.session.flush()
    found = rule_in_force(ctx)
    assert (found.reasons, found.month) == (frozenset({"created", "chosen_stop"}), 12)
    assert count(ctx, Rule) == 1
    assert rule_in_force(acting("other_manager")).since is None


def test_ends_are_read_with_their_answers_in_as_many_queries_for_two_as_for_twenty(
    engine_name: Any, platform: Any, world: Any, clock: Any, count_queries: Any
) -> None:
    seen = []
    for code, size in (("A", 2), ("B", 20)):
        ended_people(platform, world, clock, ["created"] * size, code=code)
        clock.forward(days=31)
        contacts_due(platform, world)
        day = clock().date()
        with platform.reading(world.organisation, world.members["trainer"]) as ctx, count_queries() as sent:
            found = endings(ctx, first=day - timedelta(days=200), last=day)
            contact_list(ctx)
        seen.append((len(found), len(sent)))
    assert seen[0][0] == 2
    assert seen[1][0] == 22
    assert seen[0][1] == seen[1][1]


def test_who_reads_one_group_reads_its_ends_alone(ended: Any, acting: Any, clock: Any) -> None:
    day = clock().date()
    period = {"first": day - timedelta(days=200), "last": day}
    assert len(endings(acting("auditor"), **period)) == 2
    assert endings(acting("other_manager"), **period) == []
    with pytest.raises(Forbidden):
        endings(acting("learner"), **period)


def test_the_bundle_says_what_happened_without_the_words(ended: Any, platform: Any, world: Any, acting: Any) -> None:
    key = contacts_due(platform, world)[0]
    ctx = acting("trainer")
    note_answer(ctx, contact=contact(ctx, key), said=Said("created", needs_help=True, words="=SECRET()", consents=True))
    ctx.session.flush()
    files = list(follow_ups(ctx, [one.id for one in ended]))
    assert [one.path for one in files] == ["pauses-fin-et-suites.csv"] * 2
    text = b"".join(files[0].chunks).decode("utf-8-sig")
    lines = [line.split(";") for line in text.splitlines()]
    assert lines[0] == ["Date", "Fait", "Par", "Détail"]
    assert [line[1] for line in lines[1:]] == [
        "Entrée dans le groupe",
        "Fin, notée par l'équipe",
        "Nouvelles demandées, 1 mois après",
        "Réponse, 1 mois après",
    ]
    assert lines[-1][3].startswith('"a son activité')
    assert "demande de l'aide" in text
    assert "SECRET" not in text
