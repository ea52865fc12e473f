"""Why a figure of progress is what it is: the statements behind it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lms.accounts.api import members
from lms.contract.types import ActivityType, LedgerEntry, Source
from lms.courses.data import ActivityInfo, EnrolmentInfo, ProgressInfo, Structure
from lms.courses.folds import DONE_VERBS, RULE, believed
from lms.courses.progress import activity_iri
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark
from lms.kernel.rights import NotFound
from lms.xapi.api import VoidedEntry, entries_by_registration, told_to_person, voided_entries

_SAID_BY = {
    Source.SERVER: mark("calculé par Tremplin"),
    Source.STAFF: mark("noté par l'équipe"),
    Source.LEARNER_DEVICE: mark("dit par la personne"),
    Source.LAUNCHED_UNIT: mark("envoyé par un contenu ouvert dans la page"),
    Source.PARTNER: mark("envoyé par un partenaire"),
}
_SAID_TO_THEM = {**_SAID_BY, Source.LEARNER_DEVICE: mark("dit par vous")}
_COUNTS = {
    Source.LEARNER_DEVICE: mark("quand la personne dit l'avoir fait"),
    Source.SERVER: mark("quand Tremplin a corrigé les réponses"),
    Source.STAFF: mark("quand l'équipe l'a noté"),
    Source.LAUNCHED_UNIT: mark("quand le contenu ouvert dans la page le dit"),
    Source.PARTNER: mark("quand un partenaire le dit"),
}
_COUNTS_FOR_THEM = {
    **_COUNTS,
    Source.LEARNER_DEVICE: mark("quand vous dites l'avoir fait"),
    Source.SERVER: mark("quand Tremplin a corrigé vos réponses"),
}
"""The same, said to the person."""


VOID_REASONS = {
    "mistake": mark("c'est une erreur"),
    "wrong_person": mark("ce n'était pas cette personne"),
    "twice": mark("c'était noté deux fois"),
    "test": mark("c'était un essai"),
}
"""Why something noted is voided: a code in the ledger, words on pages."""


@dataclass(frozen=True, slots=True)
class Voiding:
    """That a statement was voided: when, by whom and why, in words."""

    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement, as people read it. `counts`: the figure believes it."""

    statement_id: str

    at: datetime
    said: str
    by: str
    score: float | None
    instructor: str
    counts: bool
    voiding: Voiding | None = None


@dataclass(frozen=True, slots=True)
class Reasons:
    """A figure with everything that it rests on."""

    whole: Structure
    info: ActivityInfo
    progress: ProgressInfo | None
    facts: tuple[Fact, ...]
    rules: tuple[str, ...]
    rule_version: int

    def together(self, statement_id: str) -> tuple[Fact, ...]:
        """What was noted in one gesture with this statement and still counts; `NotFound` when nothing like it was noted."""
        known = next((one for one in self.facts if one.statement_id == statement_id), None)
        if known is None:
            raise NotFound
        gesture = (known.at, known.by, known.instructor, None)
        return tuple(one for one in self.facts if (one.at, one.by, one.instructor, one.voiding) == gesture)


def reasons(
    ctx: Context, enrolment: EnrolmentInfo, *, whole: Structure, info: ActivityInfo, progress: ProgressInfo | None
) -> Reasons:
    """The statements about an activity and its parts, the newest first; said to the person, when it is theirs.

    The caller has asked for the right.
    """
    is_own = ctx.subject.membership_id == enrolment.membership_id
    kind = ctx.registry.activity_types[info.type]
    names = {info.key: info.title, **{key: title for key, (owner, title) in whole.parts.items() if owner == info.key}}
    by_iri = {activity_iri(ctx, key): name for key, name in names.items()}
    found = entries_by_registration(ctx, [(enrolment.uuid, iri) for iri in by_iri])
    entries = [entry for said in found.values() for entry in said]
    counted = {
        entry.statement_id
        for entry in believed(entries, kind.believes)
        if entry.activity == activity_iri(ctx, info.key)
    }
    voided = {
        one.entry.statement_id: one for one in voided_entries(ctx, registration=enrolment.uuid, activities=by_iri)
    }
    entries += [one.entry for one in voided.values()]
    known = [*(entry.instructor_id for entry in entries), *(one.by_id for one in voided.values())]
    names_of = {key: one.name for key, one in members(ctx, (one for one in known if one is not None)).items()}
    facts = tuple(
        _fact(ctx, entry, by_iri, names_of, entry.statement_id in counted, voided.get(entry.statement_id), is_own)
        for entry in sorted(entries, key=lambda one: (one.occurred_at, one.id), reverse=True)
    )
    return Reasons(whole, info, progress, facts, _rules(kind, is_own), RULE)


def _fact(
    ctx: Context,
    entry: LedgerEntry,
    names: Mapping[str, str],
    people: Mapping[int, str],
    counts: bool,  # noqa: FBT001
    voided: VoidedEntry | None,
    is_own: bool,  # noqa: FBT001
) -> Fact:
    name = names.get(entry.activity, "")
    return Fact(
        statement_id=entry.statement_id,
        at=entry.occurred_at,
        said=told_to_person(ctx, entry.verb, name) if is_own else _told(ctx, entry.verb, name),
        by=_said_by(entry.source, is_own=is_own),
        score=entry.scaled,
        instructor=people.get(entry.instructor_id or 0, ""),
        counts=counts,
        voiding=_voiding(voided, people, is_own=is_own) if voided else None,
    )


def _told(ctx: Context, verb: str, name: str) -> str:
    known = ctx.registry.verbs.get(verb)
    words = (known.en if ctx.language == "en" else known.fr) if known else verb.rpartition("/")[2]
    return f"{words} « {name} »"


def _voiding(voided: VoidedEntry, people: Mapping[int, str], *, is_own: bool) -> Voiding:
    reason = VOID_REASONS.get(voided.reason)
    by = people.get(voided.by_id or 0) or _said_by(voided.source, is_own=is_own)
    return Voiding(voided.at, by, gettext(reason) if reason else voided.reason)


def _said_by(source: str, *, is_own: bool) -> str:
    kind, words = source.split(":", 1)[0], _SAID_TO_THEM if is_own else _SAID_BY
    return gettext(words[Source(kind)]) if kind in words else kind


def _rules(kind: ActivityType, is_own: bool) -> tuple[str, ...]:  # noqa: FBT001
    """When this type of activity counts as done, from what it believes."""
    sources = {source for one in kind.believes if one.verb in DONE_VERBS for source in one.sources}
    words = _COUNTS_FOR_THEM if is_own else _COUNTS
    return tuple(gettext(text) for source, text in words.items() if source in sources)
