"""Some learners of the demo ask for help from where they are; they are answered soon, late, or not yet."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from lms.accounts.api import person
from lms.contract.types import Role, Scope
from lms.courses.api import play
from lms.demo.acts import Learner
from lms.kernel.context import Actor, Context
from lms.kernel.platform import Platform
from lms.kernel.rights import Grant
from lms.messages.api import Words, mark_read, open_thread, place_at, write_message

BATCH = 50
SHARE = 3
"""One learner in three asks."""
TALKS = (
    ("Je ne comprends pas la différence entre le prix et le coût.", "Le coût, c'est ce que vous payez. Le prix, c'est ce que le client paie. Comptez d'abord le coût."),
    ("Est-ce que je peux faire cette partie sur mon téléphone ? L'image est petite.", "Oui. Touchez l'image : elle s'ouvre en grand. Dites-moi si cela ne marche pas."),
    ("Mon mari m'aide le samedi. Je dois compter ses heures ?", "Oui, comptez-les : c'est du travail. On en parle ensemble à la prochaine rencontre."),
    ("J'ai peur de me tromper dans les chiffres.", "C'est normal. Une erreur ici ne coûte rien. Essayez, puis envoyez-moi une photo de vos calculs."),
    ("Où est-ce que je trouve le prix d'un stand au marché ?", "À la mairie, au service des marchés. Demandez la liste des tarifs, elle est gratuite."),
    ("Je n'ai pas pu venir à l'atelier, mon fils était malade. Comment je rattrape ?", "Pas de souci. Lisez les deux premières lectures, et on se voit jeudi à 17 h si cela vous va."),
)  # fmt: skip
DELAYS = (timedelta(minutes=25), timedelta(hours=3), timedelta(hours=19), timedelta(days=2, hours=4), None)
"""How long an answer takes; None: it is still awaited."""


def ask_and_answer(
    platform: Platform, organisation_id: int, people: Mapping[str, Actor], crowd: Sequence[Learner], now: datetime
) -> None:
    """Threads of some learners, the demo's own among them. Made again after an interruption, they are the same."""
    asking = [one for number, one in enumerate(crowd) if number % SHARE == 0]
    for start in range(0, len(asking), BATCH):
        with platform.writing(organisation_id, people["formateur"].membership_id) as ctx:
            for number, learner in enumerate(asking[start : start + BATCH], start):
                _talk(ctx, learner, number, now)


def _talk(staff: Context, learner: Learner, number: int, now: datetime) -> None:
    chance = random.Random(str(learner.enrolment.uuid))
    question, answer = TALKS[number % len(TALKS)]
    delay = DELAYS[(number + 1) % len(DELAYS)]
    asked_at = _moment(now, delay, number, chance)
    info = learner.left[0] if learner.left else None
    asking = _at(staff, asked_at, learner.actor)
    place = place_at(asking, play(asking, info.key)) if info else None
    me = person(asking, learner.actor.membership_id)
    key = open_thread(asking, person=me, words=_words(learner, question, "asked"), place=place).key
    if delay is None:
        return
    write_message(replace(staff, clock=lambda: asked_at + delay), key, words=_words(learner, answer, "answered"))
    if number:  # the demo's own learner finds a new answer
        mark_read(_at(staff, asked_at + delay + timedelta(hours=1), learner.actor), key)


def _moment(now: datetime, delay: timedelta | None, number: int, chance: random.Random) -> datetime:
    """When help was asked: what is still awaited, some hours or some days ago."""
    if delay is None:
        return now - timedelta(hours=chance.choice((2, 26, 75)))
    return now - delay - timedelta(hours=2 if number == 0 else chance.uniform(20, 24 * 20))


def _at(staff: Context, moment: datetime, actor: Actor) -> Context:
    """The learner, at that moment."""
    grants = (Grant(Role.LEARNER, Scope.PERSON, actor.membership_id),)
    return replace(staff, actor=actor, grants=grants, clock=lambda: moment)


def _words(learner: Learner, text: str, name: str) -> Words:
    return Words(text, intent=str(uuid.uuid5(uuid.UUID(learner.actor.uuid), name)))
