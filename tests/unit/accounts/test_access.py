"""Ways in, the terms, the organisation, what is held on a person, and the letters."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import func, select

from lms.accounts import access, operations
from lms.accounts.access import NoLongerOpens
from lms.accounts.consent import accept_terms, publish_terms, terms_in_force
from lms.accounts.entering import belongings, candidates, card_with
from lms.accounts.holdings import erase, held_on
from lms.accounts.legal import MOST_SENTENCES, TermsText, WrongTerms, readable, shipped_terms
from lms.accounts.models import AccessCard, Identifier, Membership, Person, SentForm, SignInLink, TermsAcceptance
from lms.accounts.organisations import change_organisation, change_words, create_organisation
from lms.accounts.roster import RosterLine
from lms.accounts.signing import Signer
from lms.accounts.tasks import send_text_message
from lms.contract.types import Role, Scope
from lms.kernel import jobs, worker
from lms.kernel.context import Context
from lms.kernel.events import EventRow
from lms.kernel.platform import Platform
from lms.kernel.rights import Forbidden, NotFound
from lms.kernel.wording import word
from lms.settings import Settings
from tests.factories.world import DEVICE, World

Acting = Callable[[str], Context]
SIGNER = Signer("s" * 40)


def member(ctx: Context, world: World, who: str) -> Membership:
    return ctx.session.get_one(Membership, world.members[who])


# -------------------------------------------------------------------------------------------------------------- links


def test_a_link_opens_once(acting: Acting, world: World) -> None:
    ctx = acting("trainer")
    link = access.show_link(ctx, membership=member(ctx, world, "learner"))
    assert access.is_open(link, ctx.now)
    access.use_link(ctx, link=link)
    with pytest.raises(NoLongerOpens):
        access.use_link(ctx, link=link)


@pytest.mark.parametrize(("minutes", "opens"), [(29, True), (31, False)])
def test_a_mailed_link_lives_half_an_hour(
    acting: Acting, world: World, clock: object, minutes: int, *, opens: bool
) -> None:
    ctx = acting("manager")
    link = access.request_link(ctx, membership_id=world.members["learner"], sent_to="learner@essai.test")
    assert ctx.session.info["wake"]  # its letter leaves at once, not at the next round
    clock.forward(minutes=minutes)  # type: ignore[attr-defined]
    assert access.is_open(link, ctx.now) is opens


@pytest.mark.parametrize(
    ("who", "whom"),
    [
        ("trainer", "manager"),
        ("trainer", "coach"),
        ("coach", "auditor"),
        ("manager", "administrator"),
        ("manager", "manager"),
        ("administrator", "administrator"),
    ],
)
def test_nobody_makes_a_way_in_for_their_equals_or_above(acting: Acting, world: World, who: str, whom: str) -> None:
    """Whoever holds a card or a link can enter as that person."""
    ctx = acting(who)
    with pytest.raises(Forbidden):
        access.show_link(ctx, membership=member(ctx, world, whom))
    with pytest.raises(Forbidden):
        access.print_cards(ctx, memberships=[member(ctx, world, whom)], signer=SIGNER, intent="x")


def test_a_role_to_come_counts_already(acting: Acting, world: World, clock: object) -> None:
    ctx = acting("manager")
    learner = member(ctx, world, "learner")
    clock.forward(days=1)  # type: ignore[attr-defined]
    later = ctx.now
    clock.forward(days=-1)  # type: ignore[attr-defined]
    operations.give_role(ctx, membership=learner, role=Role.MANAGER, starts_at=later)
    with pytest.raises(Forbidden):
        access.show_link(ctx, membership=learner)


# -------------------------------------------------------------------------------------------------------------- cards


def test_a_card_opens_until_it_is_revoked(acting: Acting, world: World) -> None:
    ctx = acting("trainer")
    learner = member(ctx, world, "learner")
    (_, code), *_rest = access.print_cards(ctx, memberships=[learner], signer=SIGNER, intent="one")
    card = card_with(ctx, SIGNER.card_hash(code))
    assert card is not None
    assert card.membership_id == learner.id
    assert code not in str(vars(card))
    access.use_card(ctx, card=card)
    access.revoke_card(ctx, membership=learner, key=card.key)
    ctx.session.flush()
    assert card_with(ctx, SIGNER.card_hash(code)) is None


def test_the_same_form_makes_the_same_card(acting: Acting, world: World) -> None:
    ctx = acting("trainer")
    learner = [member(ctx, world, "learner")]
    first = access.print_cards(ctx, memberships=learner, signer=SIGNER, intent="one")
    assert access.print_cards(ctx, memberships=learner, signer=SIGNER, intent="one") == first
    assert access.print_cards(ctx, memberships=learner, signer=SIGNER, intent="two") != first
    assert ctx.session.scalar(select(func.count()).select_from(AccessCard)) == 2


def test_a_closed_account_has_no_way_in(acting: Acting, world: World) -> None:
    ctx = acting("manager")
    learner = member(ctx, world, "learner")
    (_, code), *_rest = access.print_cards(ctx, memberships=[learner], signer=SIGNER, intent="one")
    operations.end_membership(ctx, membership=learner)
    ctx.session.flush()
    assert card_with(ctx, SIGNER.card_hash(code)) is None
    assert candidates(ctx, "email", "learner@essai.test") == []
    assert access.print_cards(ctx, memberships=[learner], signer=SIGNER, intent="two") == []
    with pytest.raises(NoLongerOpens):
        access.show_link(ctx, membership=learner)


def test_anothers_card_is_not_found(acting: Acting, world: World) -> None:
    ctx = acting("trainer")
    access.print_cards(ctx, memberships=[member(ctx, world, "learner")], signer=SIGNER, intent="one")
    key = ctx.session.scalars(select(AccessCard.key)).one()
    with pytest.raises(NotFound):
        access.revoke_card(ctx, membership=member(ctx, world, "company_head"), key=key)


def test_a_form_sent_twice_is_known_again(acting: Acting) -> None:
    ctx = acting("manager")
    assert access.is_first_time(ctx, "one")
    assert not access.is_first_time(ctx, "one")
    assert access.is_first_time(ctx, "")
    assert ctx.session.scalar(select(func.count()).select_from(SentForm)) == 1


# ---------------------------------------------------------------------------------------------------------- entering


def test_a_number_may_mean_several_people(acting: Acting) -> None:
    ctx = acting("manager")
    operations.invite_many(
        ctx,
        lines=[RosterLine(number, name, "Diallo", "", "+33612345678") for number, name in enumerate(("Moussa", "Awa"))],
    )
    ctx.session.flush()
    assert [one.short_name for one in candidates(ctx, "phone", "+33612345678")] == ["Awa D.", "Moussa D."]
    assert candidates(ctx, "phone", "") == []


def test_a_contact_opens_only_where_it_is_known(acting: Acting) -> None:
    """An organisation that wrote a number down cannot send itself a link into another one."""
    ctx = acting("manager")
    joined = operations.invite(ctx, line=RosterLine(2, "X", "Y", "other_learner@essai.test", "+33700000000")).membership
    joined.status = "active"
    ctx.session.flush()
    assert len(belongings(ctx, joined.person_id)) == 2
    assert [place.membership_id for place in belongings(ctx, joined.person_id, contact="+33700000000")] == [joined.id]


def test_signing_out_everywhere_puts_every_device_out(acting: Acting, world: World, platform: Platform) -> None:
    ctx = acting("learner")
    access.close_sessions(ctx)
    ctx.session.commit()
    with platform.database.read_session(world.organisation) as session:
        found = platform.identify(session, world.organisation, world.members["learner"], platform.clock(), DEVICE)
    assert found.device == ""  # type: ignore[union-attr]


# -------------------------------------------------------------------------------------------------------------- terms


def test_the_shipped_terms_are_five_easy_sentences_and_a_full_text() -> None:
    text = shipped_terms()
    assert 1 <= len(text.sentences.splitlines()) <= MOST_SENTENCES
    assert all(len(sentence.split()) <= 20 for sentence in text.sentences.splitlines())
    assert "à relire par un juriste" in text.full_text
    assert "<h2>" in readable(text.full_text)


def test_a_new_version_asks_everyone_again(acting: Acting, world: World, platform: Platform) -> None:
    ctx = acting("manager")
    publish_terms(ctx, text=TermsText("Une phrase.\n\n  Deux   mots. ", "Le texte."))
    found = terms_in_force(ctx)
    assert found is not None
    assert (found.version, found.sentences) == (2, "Une phrase.\nDeux mots.")
    assert publish_terms(ctx, text=TermsText("Une phrase.\nDeux mots.", "Le texte.")).version == 2
    ctx.session.commit()
    learner = acting("learner")
    accept_terms(learner, version=1)
    assert (
        learner.session.scalar(
            select(func.count())
            .select_from(TermsAcceptance)
            .where(TermsAcceptance.membership_id == world.members["learner"])
        )
        == 1
    )
    accept_terms(learner, version=2)
    accept_terms(learner, version=2)
    learner.session.commit()
    with platform.database.read_session(world.organisation) as session:
        asked = {
            who: platform.identify(session, world.organisation, world.members[who], platform.clock()).must_accept_terms  # type: ignore[union-attr]
            for who in ("learner", "coach")
        }
    assert asked == {"learner": False, "coach": True}


@pytest.mark.parametrize("sentences", ["", "\n".join("abcdef")])
def test_terms_have_one_to_five_sentences(acting: Acting, sentences: str) -> None:
    with pytest.raises(WrongTerms):
        publish_terms(acting("manager"), text=TermsText(sentences, "x"))


def test_a_trainer_does_not_publish_terms(acting: Acting) -> None:
    with pytest.raises(Forbidden):
        publish_terms(acting("trainer"), text=TermsText("a", "b"))


# ------------------------------------------------------------------------------------------------- the organisation


def test_only_those_who_lead_change_the_organisation(acting: Acting) -> None:
    ctx = acting("manager")
    change_organisation(ctx, details={"name": "Nouveau nom", "nda": "11751234575"})
    change_organisation(ctx, details={"name": "Nouveau nom"})
    ctx.session.flush()
    told = ctx.session.scalars(select(EventRow).where(EventRow.type == "accounts.organisation_changed")).all()
    assert [event.data["fields"] for event in told] == [["name", "nda"]]
    ctx.session.rollback()
    with pytest.raises(Forbidden):
        change_organisation(acting("trainer"), details={"name": "x"})


def test_words_change_per_audience_and_come_back(acting: Acting) -> None:
    ctx = acting("manager")
    assert word(ctx, "assessment", "learner") == "je vérifie"
    change_words(ctx, words={("learner", "assessment"): "mon point"})
    assert word(ctx, "assessment", "learner") == "mon point"
    assert word(ctx, "assessment", "staff") == "évaluation"
    change_words(ctx, words={("learner", "assessment"): ""})
    assert word(ctx, "assessment", "learner") == "je vérifie"


def test_the_shipped_words_are_those_that_people_asked_for(platform: Platform) -> None:
    shipped = {name: term.learner for name, term in platform.registry.terms.items()}
    assert shipped["training"] == "parcours"
    assert shipped["positioning"] == "d'où je pars"
    assert shipped["attendance"] == "je suis là"
    assert shipped["assessment"] == "je vérifie"
    assert (shipped["pause"], shipped["dropout"]) == ("pause", "j'arrête")


def test_a_new_organisation_has_its_terms(platform: Platform) -> None:
    with platform.database.writing() as session:
        row = create_organisation(session, name="Neuve", nda="11751234575")
    with platform.reading(row.id) as ctx:
        terms = terms_in_force(ctx)
    assert terms is not None
    assert terms.version == 1


# ----------------------------------------------------------------------------------------------- what is held, erasing


def test_a_person_reads_all_that_is_held(acting: Acting, world: World) -> None:
    ctx = acting("manager")
    learner = member(ctx, world, "learner")
    access.print_cards(ctx, memberships=[learner], signer=SIGNER, intent="one")
    access.show_link(ctx, membership=learner)
    labels = {label for row in held_on(ctx, learner.id).rows for label in row}
    assert {
        "Prénom",
        "E-mail",
        "Pour se connecter",
        "Rôle",
        "Carte d'accès faite le",
        "Lien pour entrer, fait le",
        "Conditions acceptées, version 1",
    } <= labels


def test_erasing_leaves_no_name_and_no_way_in(acting: Acting, world: World) -> None:
    ctx = acting("manager")
    learner = member(ctx, world, "learner")
    access.print_cards(ctx, memberships=[learner], signer=SIGNER, intent="one")
    access.show_link(ctx, membership=learner)
    erase(ctx, learner.id, frozenset({"account", "technical"}))
    ctx.session.flush()
    assert (learner.given_name, learner.email, learner.status) == ("Personne effacée", "", "ended")
    for model in (AccessCard, SignInLink):
        assert ctx.session.scalar(select(func.count()).select_from(model)) == 0
    assert (
        ctx.session.scalar(
            select(func.count()).select_from(Identifier).where(Identifier.person_id == learner.person_id)
        )
        == 0
    )
    person = ctx.session.get_one(Person, learner.person_id)
    assert (person.password_hash, person.epoch) == (None, 2)
    assert held_on(ctx, learner.id).rows, "the trail stays until its own term"
    erase(ctx, learner.id, frozenset({"trail"}))
    assert (
        ctx.session.scalar(
            select(func.count()).select_from(TermsAcceptance).where(TermsAcceptance.membership_id == learner.id)
        )
        == 0
    )
    erase(ctx, 999_999, frozenset({"account"}))


def test_erasing_here_keeps_the_way_in_elsewhere(acting: Acting) -> None:
    ctx = acting("manager")
    joined = operations.invite(ctx, line=RosterLine(2, "X", "Y", "other_learner@essai.test")).membership
    person_id = joined.person_id
    erase(ctx, joined.id, frozenset({"account"}))
    assert (
        ctx.session.scalar(select(func.count()).select_from(Identifier).where(Identifier.person_id == person_id)) == 1
    )
    assert joined.person_id != person_id, "nothing here leads to the person any more"
    again = operations.invite(ctx, line=RosterLine(3, "X", "Y", "other_learner@essai.test"))
    assert (again.is_new, again.membership.person_id) == (True, person_id)


# ------------------------------------------------------------------------------------------------------------ letters


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    """An application of another test may still be waiting for jobs."""
    monkeypatch.setattr(jobs, "_wakers", [])


def letters(platform: Platform) -> list[tuple[str, str, str]]:
    found = []
    for path in sorted((platform.settings.data_dir / "mail").glob("*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        found.append((str(mail["To"]), str(mail["Subject"]), mail.get_content()))
        path.unlink()
    return found


def test_letters_leave_once_in_the_readers_language(acting: Acting, world: World, platform: Platform) -> None:
    letters(platform)
    ctx = acting("manager")
    operations.invite(ctx, line=RosterLine(2, "Awa", email="awa@exemple.test"))
    trainer = member(ctx, world, "trainer")
    ctx.session.get_one(Person, trainer.person_id).language = "en"
    access.request_link(ctx, membership_id=trainer.id, sent_to="trainer@essai.test")
    ctx.session.commit()
    worker._work(platform)
    found = {to: (subject, text) for to, subject, text in letters(platform)}
    assert found["awa@exemple.test"][0] == "Association Essai vous invite"
    assert "/invitation/" in found["awa@exemple.test"][1]
    assert found["trainer@essai.test"][0] == "Your link to sign in"
    assert "/connexion/lien/" in found["trainer@essai.test"][1]
    with platform.writing(world.organisation) as system:
        for event in system.session.scalars(select(EventRow).where(EventRow.type == "accounts.person_invited")):
            platform.registry.tell(system, event)
    worker._work(platform)
    assert letters(platform) == []


def test_a_late_letter_is_not_sent(acting: Acting, world: World, platform: Platform, clock: object) -> None:
    letters(platform)
    ctx = acting("manager")
    access.request_link(ctx, membership_id=world.members["learner"], sent_to="learner@essai.test")
    ctx.session.commit()
    clock.forward(hours=1)  # type: ignore[attr-defined]
    worker._work(platform)
    assert letters(platform) == []


def test_a_text_message_goes_to_the_operators_address() -> None:
    got: list[dict[str, str]] = []

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Gateway) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        send_text_message(Settings(sms_url=f"http://127.0.0.1:{server.server_port}/"), to="+33612345678", text="é")
        thread.join(5)
    assert got == [{"to": "+33612345678", "text": "é"}]
    send_text_message(Settings(sms_url="file:///etc/passwd"), to="x", text="y")


def test_a_trainer_of_one_group_has_no_rights_over_people_at_large(
    acting: Acting, world: World, platform: Platform
) -> None:
    ctx = acting("manager")
    learner = member(ctx, world, "learner")
    operations.give_role(ctx, membership=learner, role=Role.TRAINER, scope=Scope.COHORT, scope_id=1)
    ctx.session.commit()
    with platform.writing(world.organisation, learner.id) as narrow:
        with pytest.raises(Forbidden):
            operations.invite(narrow, line=RosterLine(2, "A"))
        with pytest.raises(Forbidden):
            access.show_link(narrow, membership=member(narrow, world, "company_head"))
