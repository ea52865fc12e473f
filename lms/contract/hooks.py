"""The hooks: everything that a plugin may add. A built-in feature uses the same ones as a third party's package.

Each hook is called once, at boot, without arguments, and returns values of `lms.contract.types`; those that take `ctx`
are called later, as their docstring says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pluggy

from lms.contract.naming import Naming
from lms.contract.results import ResultKind
from lms.contract.types import (
    ActivityType,
    ContentImporter,
    EvidenceProvider,
    Figure,
    IntentKind,
    JobKind,
    NavigationEntry,
    Panel,
    PeopleIn,
    PersonalData,
    Preference,
    Right,
    Schedule,
    Term,
    Verb,
)
from lms.contract.waits import WaitKind

PROJECT = "lms"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Hooks:
    """The specification, hook by hook."""

    @hookspec
    def permissions(self) -> Sequence[Right]:  # type: ignore[empty-body]
        """Rights of the feature, as data."""

    @hookspec
    def people_in(self) -> Sequence[PeopleIn]:  # type: ignore[empty-body]
        """Rows that put people in a scope: a role on a group then reaches the people of the group."""

    @hookspec
    def blueprints(self) -> Sequence[Any]:  # type: ignore[empty-body]
        """Flask blueprints with the feature's pages."""

    @hookspec
    def navigation(self) -> Sequence[NavigationEntry]:  # type: ignore[empty-body]
        """Entries of the navigation bar."""

    @hookspec
    def cli(self) -> Sequence[Any]:  # type: ignore[empty-body]
        """Click commands to hang under `lms`."""

    @hookspec
    def schedules(self) -> Sequence[Schedule]:  # type: ignore[empty-body]
        """Work that comes back by itself."""

    @hookspec
    def job_kinds(self) -> Sequence[JobKind]:  # type: ignore[empty-body]
        """Kinds of long work that people start."""

    @hookspec
    def preferences(self) -> Sequence[Preference]:  # type: ignore[empty-body]
        """What an organisation or a person may set."""

    @hookspec
    def terms(self) -> Sequence[Term]:  # type: ignore[empty-body]
        """Words of the interface that an organisation may change."""

    @hookspec
    def activity_types(self) -> Sequence[ActivityType]:  # type: ignore[empty-body]
        """Kinds of activity."""

    @hookspec
    def content_importers(self) -> Sequence[ContentImporter]:  # type: ignore[empty-body]
        """Kinds of content file, beside courses, that `lms content import` takes."""

    @hookspec
    def intents(self) -> Sequence[IntentKind]:  # type: ignore[empty-body]
        """Kinds of act that people send by form or outbox."""

    @hookspec
    def verbs(self) -> Sequence[Verb]:  # type: ignore[empty-body]
        """xAPI verbs that the feature emits or believes."""

    @hookspec
    def figures(self) -> Sequence[Figure]:  # type: ignore[empty-body]
        """Figures that are computed from statements."""

    @hookspec
    def evidence_providers(self) -> Sequence[EvidenceProvider]:  # type: ignore[empty-body]
        """What the feature adds to a bundle of evidence."""

    @hookspec
    def panels(self) -> Sequence[Panel]:  # type: ignore[empty-body]
        """Pieces for named places of other features' pages."""

    @hookspec
    def wait_kinds(self) -> Sequence[WaitKind]:  # type: ignore[empty-body]
        """What waits for the people who accompany: lines of "Ce soir"."""

    @hookspec
    def namings(self) -> Sequence[Naming]:  # type: ignore[empty-body]
        """How ids and codes that events carry are told to people."""

    @hookspec
    def result_kinds(self) -> Sequence[ResultKind]:  # type: ignore[empty-body]
        """Results of the organisation, each with how it is calculated."""

    @hookspec
    def course_problems(self, ctx: Any, course: Any) -> Sequence[str]:  # type: ignore[empty-body]
        """What is wrong with a draft (`lms.courses.data.PublishedCourse`), in sentences for its author."""

    @hookspec
    def course_published(self, ctx: Any, course: Any) -> None:
        """Pin what belongs to a version (`lms.courses.data.PublishedCourse`), in the transaction that publishes it."""

    @hookspec
    def enrolment_moved(self, ctx: Any, enrolment_ids: Sequence[int]) -> None:
        """Enrolments have entered or changed their version: mark their figures stale, in the same transaction."""

    @hookspec
    def on_event(self, ctx: Any, event: Any) -> None:
        """React to an event after its transaction; called by the worker, perhaps more than once for one event."""

    @hookspec
    def personal_data(self, ctx: Any, membership_id: int) -> PersonalData:  # type: ignore[empty-body]
        """Everything that the feature's tables hold on a person, with their own files; said in the language spoken now."""

    @hookspec
    def erase_personal_data(self, ctx: Any, membership_id: int, classes: frozenset[str]) -> None:
        """Erase what these retention classes hold on a person; again changes nothing. Features that stand on others go first."""
