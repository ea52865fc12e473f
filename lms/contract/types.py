"""The values that plugins hand to the platform. All frozen; gathered once, at boot, into the registry.

`ctx` stands for `lms.kernel.context.Context`, which lives one layer above the contract, hence `Any` here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

Key = tuple[str, ...]
"""What names one figure, such as (enrolment, activity). Text only, so that it can be stored and sorted."""


class Role(StrEnum):
    """The seven roles, as they are granted."""

    LEARNER = "learner"
    COMPANY_HEAD = "company_head"
    TRAINER = "trainer"
    COACH = "coach"
    MANAGER = "manager"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


STAFF = frozenset({Role.TRAINER, Role.COACH, Role.MANAGER, Role.ADMINISTRATOR})
"""Roles that work for the organisation."""


class Scope(StrEnum):
    """Where a right may be granted, from the widest to the narrowest."""

    SITE = "site"
    ORGANISATION = "organisation"
    COURSE = "course"
    COHORT = "cohort"
    SPACE = "space"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Right:
    """One thing that may be allowed. `name` is `feature:object:action`; `title` is French, for the matrix page."""

    name: str
    title: str
    scope: Scope
    roles: frozenset[Role]
    about: str | None = None
    """What its holder sees or may do of someone, told to that person after the holder's name: "voit votre avancée". "" for a
    right that touches nobody. Rights whose scope holds people say one or the other: "Qui voit quoi de moi" is made of it."""


@dataclass(frozen=True, slots=True)
class PeopleIn:
    """Rows that put people in a scope: an enrolment puts its person in its group. `model.__scopes__` says whom and where."""

    model: Any
    in_force: Any
    """The condition under which such a row counts now."""


class Source(StrEnum):
    """Who says what a statement says; it decides what the statement can prove (DESIGN §6)."""

    SERVER = "server"
    STAFF = "staff"
    LEARNER_DEVICE = "learner_device"
    LAUNCHED_UNIT = "launched_unit"
    PARTNER = "partner"


class Modality(StrEnum):
    """How an activity is lived."""

    ASYNCHRONOUS = "asynchronous"
    LIVE_ONLINE = "live_online"
    FACE_TO_FACE = "face_to_face"
    COACHING = "coaching"
    WORK_SITUATION = "work_situation"


@dataclass(frozen=True, slots=True)
class Verb:
    """An xAPI verb that we emit or believe, with its past-tense words ("a terminé", "completed"); the French begins with "a"."""

    iri: str
    fr: str
    en: str

    @property
    def display(self) -> dict[str, str]:
        """The xAPI language map."""
        return {"fr": self.fr, "en": self.en}

    def to_person(self, language: str) -> str:
        """The words after "Vous" or "You": "avez terminé", "completed"."""
        if language == "en":
            return self.en
        return re.sub(r"^(n'|n’)?a\b", lambda found: f"{found[1] or ''}avez", self.fr)


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """An entry of the bar, in the order of `position`: for who holds `right` (None: everyone) and does not hold `unless`."""

    label: str
    endpoint: str
    icon: str
    position: int
    right: Right | None = None
    audience: str = "all"
    """"learner", "staff" or "all"."""
    unless: Right | None = None


@dataclass(frozen=True, slots=True)
class Preference:
    """A setting that an organisation, or a person, changes in the interface."""

    name: str
    title: str
    default: str
    choices: tuple[str, ...] = ()
    scope: Scope = Scope.ORGANISATION


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the interface that an organisation may change, per audience ("learner", "staff")."""

    name: str
    learner: str
    staff: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """Work that comes back: `run(platform)` every `minutes`, in the worker; with `on_wake`, also whenever it is woken.

    With `in_server` it runs in the process that serves pages instead, and once more when that stops: for what is kept in its
    memory.
    """

    name: str
    minutes: int
    run: Callable[..., None]
    on_wake: bool = False
    in_server: bool = False


@dataclass(frozen=True, slots=True)
class JobKind:
    """Long work: `run(ctx, job)` in short transactions; `title` is what its owner reads."""

    name: str
    title: str
    run: Callable[..., None]


@dataclass(frozen=True, slots=True)
class IntentKind:
    """A kind of act that people send by form or outbox.

    `payload` is a msgspec Struct; `operation(ctx, *, intent, payload)` checks the right, grades and records; it returns
    an `Outcome` of `lms.xapi.api`, or raises its `Refused`.
    """

    name: str
    payload: type[Any]
    operation: Callable[..., Any]
    is_anonymous: bool = False
    """What was sent leaves no trace of who sent it: the ledger keeps a hash of the act's UUID and the day, nothing else."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A piece of page for a named place of another feature. `render(ctx, subject)` returns safe HTML, or "" for nothing."""

    place: str
    position: int
    render: Callable[..., str]


@dataclass(frozen=True, slots=True)
class PersonalFile:
    """A file of a person, for the download of all their data: kept by the platform, or made of pieces that are read once."""

    name: str
    file_id: int | None = None
    chunks: Iterable[bytes] = ()


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What a feature holds on a person: a heading in French, rows that the person can read, and their own files.

    Rows and files are read once, in order: what may be long is a generator that reads page by page.
    """

    title: str
    rows: Iterable[Mapping[str, object]]
    files: Iterable[PersonalFile] = ()


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """The extracted columns of one valid statement: all that a fold may look at."""

    id: int
    verb: str
    activity: str
    registration: str | None
    membership_id: int | None
    occurred_at: datetime
    source: str
    success: bool | None = None
    completion: bool | None = None
    scaled: float | None = None
    seconds: float | None = None
    attempt: str | None = None
    instructor_id: int | None = None
    statement_id: str = ""


class Figure(Protocol):
    """A figure that is computed from statements and stored (DESIGN §6, Folds).

    `compute` is a pure fold of the set of valid statements of a key. The ledger locks the people concerned, in sorted
    order, before it calls anything here.
    """

    name: str

    def touched(self, ctx: Any, entries: Sequence[LedgerEntry]) -> Iterable[Key]:
        """The keys that these statements may change."""

    def compute(self, ctx: Any, keys: Sequence[Key]) -> Mapping[Key, Mapping[str, Any]]:
        """The value of each key, from the ledger alone. A key without statements may be absent."""

    def stored(self, ctx: Any, keys: Sequence[Key]) -> Mapping[Key, Mapping[str, Any]]:
        """The values as stored now."""

    def store(self, ctx: Any, values: Mapping[Key, Mapping[str, Any] | None]) -> None:
        """Write the values; None removes the row."""

    def all_keys(self, ctx: Any) -> Iterator[Key]:
        """Every key that has statements or a stored row, for replay."""


@dataclass(frozen=True, slots=True)
class Believed:
    """A verb that an activity type believes from these sources; what else comes is kept and proves nothing."""

    verb: str
    sources: frozenset[Source]


@dataclass(frozen=True, slots=True)
class ActivityView:
    """What an activity type needs to show or play one activity."""

    key: str
    title: str
    body: Mapping[str, Any]
    compiled: Mapping[str, Any]
    iri: str
    course_key: str
    version: int
    version_id: int = 0
    modality: str = "asynchronous"
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class PlayState:
    """Where a person stands in an activity, when its page is drawn."""

    enrolment_id: int
    registration: str
    status: str
    attempts: int
    best: float | None
    seed: str
    shown: str = ""
    """The UUID of an act of theirs whose result the page shows."""
    is_preview: bool = False
    """Staff look at it: nothing can be sent."""


class ContentProblem(Exception):
    """Content cannot be shown as its author wrote it; the message is a sentence in French that says what to do."""


@dataclass(frozen=True, slots=True)
class ContentFile:
    """A file of a module, as an activity may show it: its address once published, its type by content, its size."""

    address: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around the content that an activity type checks and compiles.

    `render(markdown)` gives safe HTML, with markers where named values stand, or raises `ContentProblem`. Pages pass that
    HTML through `lms.kernel.text.show_values(html, confirmed)`. `files` goes from the author's path (`files/name.pdf`).
    """

    render: Callable[[str], str]
    files: Mapping[str, ContentFile] = field(default_factory=dict)
    values: frozenset[str] = frozenset()
    glossary: frozenset[str] = frozenset()
    module: str = ""


@dataclass(frozen=True, slots=True)
class ContentImporter:
    """A kind of content file that `lms content import` hands to a feature: a framework, for instance.

    `load(ctx, path)` writes it in the caller's transaction and returns sentences that say what was done; content that cannot
    be taken raises `ContentRefused` with all its problems, and nothing is written.
    """

    name: str
    matches: Callable[[Path], bool]
    load: Callable[[Any, Path], list[str]]


class ContentRefused(Exception):
    """Content files are wrong: each problem is one line, "file: sentence"."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class ActivityType(Protocol):
    """A kind of activity. Each is a plugin of about four short files (docs/plugin.md).

    `body` holds the fields of the content file that are the type's own; in a `.md` file the Markdown is the field `text`.
    A type that its learner only declares done says `declares`, the name of its intent: `courses` lends it the form and the
    page that receives it (docs/plugin.md). One that asks several questions may say `questions(activity, state)`: (key, words)
    of those that stand before the person, so that help is asked about one of them. One that authors change in the
    browser says `form`, a tuple of `lms.contract.forms.FormField`.
    """

    name: str
    title: str
    icon: str
    activity_type_iri: str
    believes: tuple[Believed, ...]
    template: str

    def problems(self, body: Mapping[str, Any], surroundings: Surroundings) -> Iterator[str]:
        """What is wrong with the content as written by the author: sentences that say where and what to do."""

    def canonical(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The content with its fields in the documented order and missing keys made."""

    def compile(self, body: Mapping[str, Any], surroundings: Surroundings) -> dict[str, Any]:
        """What pages show (HTML and so on), made once when the content is written."""

    def page(self, ctx: Any, activity: ActivityView, state: PlayState) -> dict[str, Any]:
        """What the template needs beside `activity` and `state`. Never writes."""

    def parts(self, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """(key, title) of the parts that coverage may name, such as a quiz's pools."""


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """One file of a bundle: its path inside and its bytes in pieces."""

    path: str
    chunks: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class EvidenceProvider:
    """What a feature adds to a bundle: `files(ctx, enrolment_ids)` for the Qualiopi `indicators` that it answers."""

    name: str
    title: str
    indicators: tuple[int, ...]
    files: Callable[..., Iterator[EvidenceFile]] = field(repr=False)
