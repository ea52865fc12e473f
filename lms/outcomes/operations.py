"""Writes on contacts, answers and the rule: check, change, tell.

What comes by a link needs no right but the link: `answer_by_link` and `refuse_by_link` take it once, whoever tries twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update

from lms.accounts.api import addressee, lock_memberships
from lms.contract.types import Right
from lms.courses.api import END_WORDS, LEARN
from lms.kernel.context import Context
from lms.kernel.rights import Forbidden, NotFound
from lms.outcomes.data import MONTHS, SITUATIONS, LinkInfo
from lms.outcomes.events import (
    AnswerErased,
    ContactAnswered,
    ContactMade,
    ContactMissed,
    ContactRefused,
    HelpGiven,
    LinkShown,
    RuleSet,
)
from lms.outcomes.models import Answer, Contact, Rule
from lms.outcomes.permissions import SET_RULE, WRITE
from lms.outcomes.queries import answer_to, due_ends, rule_in_force

LIVES = timedelta(days=45)
"""How long a link may be answered."""
SHOWN_LIVES = timedelta(days=14)
"""How long a link lives at the least when staff pass it on."""
MOST_WORDS = 1000


class NoLongerOpens(Exception):
    """The link was answered, refused, or is too old."""


class NoConsent(Exception):
    """The person does not agree that their answer is kept: nothing is."""


@dataclass(frozen=True, slots=True)
class Said:
    """What someone says of themselves."""

    situation: str
    needs_help: bool = False
    words: str = ""
    consents: bool = False
    intent: str = ""


def set_rule(ctx: Context, *, reasons: Iterable[str], situations: Iterable[str], month: int) -> None:
    """Say what counts as a positive end from now on; what counted before stays written."""
    ctx.require(SET_RULE)
    if not ctx.holds_everywhere(SET_RULE):
        raise Forbidden(SET_RULE.name)
    ends, later = sorted(set(reasons)), sorted(set(situations))
    if not set(ends) <= set(END_WORDS) or not set(later) <= set(SITUATIONS) or month not in (0, *MONTHS):
        raise NotFound
    before = rule_in_force(ctx)
    asked = (frozenset(ends), frozenset(later), month)
    if before.since is not None and asked == (before.reasons, before.situations, before.month):
        return
    by = ctx.actor.membership_id if ctx.actor else None
    row = Rule(reasons=ends, situations=later, month=month, set_at=ctx.now, set_by_id=by)
    ctx.session.add(row)
    ctx.session.flush()
    ctx.tell(RuleSet(rule_id=row.id))


def make_contacts(ctx: Context) -> list[Contact]:
    """Make the contacts that are due today: work of the system, at its own hour. Made again, it finds them made."""
    made = []
    for end, month, due in due_ends(ctx):
        to = addressee(ctx, end.membership_id).email
        row = Contact(
            enrolment_id=end.enrolment_id,
            membership_id=end.membership_id,
            cohort_id=end.cohort_id,
            course_id=end.course_id,
            ended_at=end.ended_at,
            month=month,
            due_on=due,
            made_at=ctx.now,
            expires_at=ctx.now + LIVES,
            sent_to=to,
            sent_at=ctx.now if to else None,
        )
        ctx.session.add(row)
        made.append(row)
    ctx.session.flush()
    for row in made:
        ctx.tell(ContactMade(contact_id=row.id, membership_id=row.membership_id, month=row.month))
    return made


def answer_by_link(ctx: Context, *, link: LinkInfo, said: Said) -> None:
    """The person answers, once; the same form sent twice is one answer. `NoConsent`, `NoLongerOpens`: nothing is kept."""
    _check(said)
    taken = _take(ctx, link.contact_id, answered_at=ctx.now)
    if taken is None:
        before = answer_to(ctx, link.contact_id)
        if before is None or not said.intent or before.intent != said.intent:
            raise NoLongerOpens
        return
    _keep(ctx, taken, said, noted_by_id=None)


def refuse_by_link(ctx: Context, *, link: LinkInfo) -> None:
    """The person asks to be left in peace: no news are asked for any more."""
    taken = _take(ctx, link.contact_id, refused_at=ctx.now)
    if taken is None:
        raise NoLongerOpens
    _close_others(ctx, taken)
    ctx.tell(ContactRefused(contact_id=taken.id, membership_id=taken.membership_id))


def note_answer(ctx: Context, *, contact: Contact, said: Said) -> None:
    """Staff write down what the person told them, with the person's word that it may be kept."""
    ctx.require(WRITE, on=contact)
    _check(said)
    _lock(ctx, contact)
    if contact.answered_at is not None or contact.refused_at is not None:
        return
    if not addressee(ctx, contact.membership_id).is_here:
        raise NoLongerOpens
    contact.answered_at = ctx.now
    _keep(ctx, contact, said, noted_by_id=ctx.actor.membership_id if ctx.actor else None)


def note_refused(ctx: Context, *, contact: Contact) -> None:
    """Staff write down that the person wants no more questions."""
    ctx.require(WRITE, on=contact)
    _lock(ctx, contact)
    if contact.refused_at is None:
        contact.refused_at = ctx.now
        _close_others(ctx, contact)
        ctx.tell(ContactRefused(contact_id=contact.id, membership_id=contact.membership_id))


def note_missed(ctx: Context, *, contact: Contact) -> None:
    """Staff tried, and did not reach the person: it stays unknown, and waits no more."""
    ctx.require(WRITE, on=contact)
    _lock(ctx, contact)
    if contact.missed_at is None and contact.answered_at is None:
        contact.missed_at = ctx.now
        ctx.tell(ContactMissed(contact_id=contact.id, membership_id=contact.membership_id))


def show_link(ctx: Context, *, contact: Contact) -> None:
    """Staff take the link to pass it on; it lives two weeks more at the least."""
    ctx.require(WRITE, on=contact)
    _lock(ctx, contact)
    if contact.answered_at is not None or contact.refused_at is not None:
        raise NoLongerOpens
    contact.expires_at = max(contact.expires_at, ctx.now + SHOWN_LIVES)
    contact.shown_at = ctx.now
    ctx.tell(LinkShown(contact_id=contact.id, membership_id=contact.membership_id))


def note_help(ctx: Context, *, contact: Contact) -> None:
    """Who asked for help was called back."""
    ctx.require(WRITE, on=contact)
    _lock(ctx, contact)
    row = answer_to(ctx, contact.id)
    if row is None or not row.needs_help or row.helped_at is not None or ctx.actor is None:
        return
    row.helped_at, row.helped_by_id = ctx.now, ctx.actor.membership_id
    ctx.tell(HelpGiven(contact_id=contact.id, membership_id=contact.membership_id))


def erase_answer(ctx: Context, *, contact: Contact, is_whole: bool) -> None:
    """Erase what someone wrote, or their whole answer: theirs to ask for, staff do it for them. Then it is unknown."""
    _require_own_or(ctx, WRITE, contact)
    _lock(ctx, contact)
    row = answer_to(ctx, contact.id)
    if row is None:
        return
    if is_whole:
        ctx.session.delete(row)
    else:
        row.words = ""
    ctx.tell(AnswerErased(contact_id=contact.id, membership_id=contact.membership_id, is_whole=is_whole))


def erase_on(ctx: Context, membership_id: int, *, classes: frozenset[str]) -> None:
    """Words go with the account, contacts and answers with the evidence."""
    mine = Answer.membership_id == membership_id
    if "account" in classes:
        ctx.session.execute(update(Answer).where(mine).values(words=""))
        ctx.session.execute(update(Contact).where(Contact.membership_id == membership_id).values(sent_to=""))
        # A link that is still in a mailbox brings nothing back of someone who was erased.
        still = (Contact.membership_id == membership_id, Contact.expires_at > ctx.now)
        ctx.session.execute(update(Contact).where(*still).values(expires_at=ctx.now))
    if "evidence" in classes:
        ctx.session.execute(delete(Answer).where(mine))
        ctx.session.execute(delete(Contact).where(Contact.membership_id == membership_id))


def _check(said: Said) -> None:
    if said.situation not in SITUATIONS:
        raise NotFound
    if not said.consents:
        raise NoConsent


def _take(ctx: Context, contact_id: int, **taken: Any) -> Contact | None:
    """Use a link up: of two who try at once, one is heard."""
    still = (Contact.answered_at.is_(None), Contact.refused_at.is_(None), Contact.expires_at > ctx.now)
    used = update(Contact).where(Contact.id == contact_id, *still).values(**taken).returning(Contact.id)
    found = ctx.session.execute(used.execution_options(synchronize_session=False)).one_or_none()
    return ctx.session.get_one(Contact, contact_id, populate_existing=True) if found else None


def _close_others(ctx: Context, contact: Contact) -> None:
    """Who wants no more questions is asked none: the other links of theirs close, and nobody calls."""
    others = (Contact.membership_id == contact.membership_id, Contact.id != contact.id)
    still = (Contact.answered_at.is_(None), Contact.refused_at.is_(None), Contact.expires_at > ctx.now)
    ctx.session.execute(update(Contact).where(*others, *still).values(refused_at=ctx.now))


def _keep(ctx: Context, contact: Contact, said: Said, *, noted_by_id: int | None) -> None:
    ctx.session.add(
        Answer(
            contact_id=contact.id,
            membership_id=contact.membership_id,
            situation=said.situation,
            needs_help=said.needs_help,
            words=said.words.strip()[:MOST_WORDS],
            consented_at=ctx.now,
            given_at=ctx.now,
            noted_by_id=noted_by_id,
            intent=said.intent[:36],
        )
    )
    ctx.tell(ContactAnswered(contact_id=contact.id, membership_id=contact.membership_id))


def _lock(ctx: Context, contact: Contact) -> None:
    lock_memberships(ctx, [contact.membership_id])
    query = select(Contact).where(Contact.id == contact.id).execution_options(populate_existing=True)
    ctx.session.execute(query).one()


def _require_own_or(ctx: Context, right: Right, contact: Contact) -> None:
    own = ctx.actor is not None and ctx.subject.membership_id == contact.membership_id
    if not (own and ctx.holds(LEARN, on=contact)):
        ctx.require(right, on=contact)
