"""How learners of the demo pause and how their paths end: by the same operations as everyone's."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from lms.contract.types import Role, Scope
from lms.courses.api import end_enrolment, pause_enrolment, return_enrolment, say_end
from lms.demo.acts import DAY, Learner
from lms.kernel.context import Context
from lms.kernel.rights import Grant
from lms.outcomes.api import Said, answer_by_link, ask_for_news

ANSWERING = 0.7
"""Share of people who answer when they are asked for news."""
WORDS = {
    "created": "J'ai ma première cliente, et elle revient.",
    "testing": "Je vends au marché le samedi pour voir.",
    "employed": "J'ai un contrat dans une cuisine.",
    "other_training": "Je commence un cours de français le soir.",
    "chosen_stop": "Ce n'est pas le bon moment pour moi.",
}
RECENT_WEEKS = 4
"""Who asked for help longer ago has been called back."""
SINCE_WEEKS = 42
"""How far back news were asked for."""
SITUATIONS = (
    "created",
    "created",
    "testing",
    "testing",
    "employed",
    "employed",
    "learning",
    "looking",
    "other",
    "unsaid",
)
"""What people answer a month later, the frequent ones twice."""


def pause(ctx: Context, learner: Learner, now: datetime) -> None:
    """The learner pauses in one tap, and comes back after their days away, when these are over."""
    back = learner.moment + DAY * learner.temper.pauses_days
    enrolment = learner.enrolment
    if not enrolment.pauses and enrolment.paused_at is None:  # a demo that goes on has done it already
        pause_enrolment(_as(ctx, learner, learner.moment), enrolment=enrolment, reason="family")
        if back <= now:
            return_enrolment(_as(ctx, learner, back), enrolment=enrolment)
    learner.moment = back


def leave(ctx: Context, crowd: Sequence[Learner], now: datetime) -> None:
    """Ends: most are said by the person first, then confirmed; some wait for that; some people just stop coming."""
    for learner in crowd[1:]:  # the demo's own learner goes on
        silent = now - learner.moment
        reason = _reason(learner, now)
        if not reason or silent < timedelta(days=4):
            continue
        if reason != "lost_touch":
            theirs = _as(ctx, learner, learner.moment)
            say_end(theirs, enrolment=learner.enrolment, reason=reason, words=WORDS[reason])
        if silent > timedelta(days=8) and (reason != "lost_touch" or silent > timedelta(days=21)):
            noted = min(learner.moment + DAY * (30 if reason == "lost_touch" else 3), now)
            end_enrolment(_at(ctx, noted), enrolment=learner.enrolment, reason=reason)


def answer(ctx: Context, now: datetime, seed: int) -> None:
    """News are asked for after a month and after six; many answer by their link, some ask for help."""
    chance = random.Random(seed)
    for weeks in range(SINCE_WEEKS, -1, -3):
        then = _at(ctx, now - timedelta(weeks=weeks))
        for link in ask_for_news(then):
            if chance.random() < ANSWERING:
                said = Said(
                    chance.choice(SITUATIONS), needs_help=weeks < RECENT_WEEKS and chance.random() < 0.4, consents=True
                )
                answer_by_link(then, link=link, said=said)


def _reason(learner: Learner, now: datetime) -> str:
    """How the path of someone ends, who has stopped or has done everything; "" for who goes on."""
    chance = random.Random(learner.enrolment.id)
    if learner.enrolment.entered_at < now - timedelta(weeks=SINCE_WEEKS - 6):
        return chance.choice((*WORDS, "testing", "lost_touch"))
    if learner.left and learner.temper.stops_at < 1:
        return chance.choice(("employed", "chosen_stop", "other_training", "lost_touch"))
    if not learner.left and chance.random() < 0.6:
        return chance.choice(("created", "testing", "testing", "employed"))
    return ""


def _as(ctx: Context, learner: Learner, at: datetime) -> Context:
    grants = (Grant(Role.LEARNER, Scope.PERSON, learner.actor.membership_id),)
    return replace(_at(ctx, at), actor=learner.actor, grants=grants)


def _at(ctx: Context, moment: datetime) -> Context:
    return replace(ctx, clock=lambda: moment)
