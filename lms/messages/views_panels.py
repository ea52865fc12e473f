"""Messages on other pages: help asked from an activity, news on the home page, a person's threads, a group's figures."""

from __future__ import annotations

from typing import Any

from lms.accounts.api import PersonInfo
from lms.contract.waits import Wait
from lms.courses.api import CohortInfo, Play
from lms.kernel.context import Context
from lms.kernel.web import render
from lms.messages.folds import HelpCount
from lms.messages.permissions import ANSWER, ASK, COUNT
from lms.messages.phrases import delay_words, first_words, short_moment
from lms.messages.placing import questions_at
from lms.messages.queries import help_count, thread_list, unread_threads
from lms.messages.reading import accompanies

SHOWN = 5


def help_panel(ctx: Context, play: Play) -> str:
    """At the foot of each activity: how to ask for help."""
    if not ctx.holds(ASK) or play.state.is_preview:
        return ""
    return render("messages/help_panel.html", play=play, questions=questions_at(ctx, play))


def today_panel(ctx: Context, _subject: Any) -> str:
    """Who has written to one."""
    found = unread_threads(ctx) if ctx.holds(ASK) else []
    return render("messages/today_panel.html", found=found) if found else ""


def person_panel(ctx: Context, subject: PersonInfo) -> str:
    """On a person's page: their conversations, for who accompanies them; figures, for who may count."""
    may_write = ctx.holds(ANSWER) and accompanies(ctx, subject.membership_id)
    listed = thread_list(ctx, membership_id=subject.membership_id, most=SHOWN)
    count = help_count(ctx, membership_id=subject.membership_id) if ctx.holds(COUNT) else HelpCount(0, 0, None)
    if not (may_write or listed.lines or count.asked):
        return ""
    values = {"person": subject, "may_write": may_write, "listed": listed, "count": count}
    return render("messages/person_panel.html", **values, **_words(ctx, count))


def cohort_panel(ctx: Context, cohort: CohortInfo) -> str:
    """On a group's page: how much help was asked and given, and how fast."""
    count = help_count(ctx, cohort_id=cohort.id) if ctx.holds(COUNT, on=cohort) else HelpCount(0, 0, None)
    return render("messages/cohort_panel.html", count=count, **_words(ctx, count)) if count.asked else ""


def answer_form(ctx: Context, wait: Wait) -> str:
    """Answer in place."""
    return render("messages/answer_in_place.html", key=wait.key.partition(":")[2])


def handover_form(ctx: Context, wait: Wait) -> str:
    """Accept or decline in place."""
    return render("messages/handover_in_place.html", key=wait.key.partition(":")[2])


def _words(ctx: Context, count: HelpCount) -> dict[str, Any]:
    return {
        "middle": delay_words(count.middle) if count.middle else "",
        "moment": lambda at: short_moment(at, ctx.now, ctx.here.timezone),
        "waited": lambda since: delay_words(ctx.now - since),
        "first_words": first_words,
    }
