"""The registry: what all plugins contribute, gathered once at boot, frozen and typed. One of the two files that speak pluggy."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pluggy

from lms.contract.hooks import PROJECT, Hooks
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
from lms.kernel.events import Event, events_in


class RefusedToBoot(Exception):
    """Two plugins claim the same thing, or a plugin is misspelt: the message names the culprits."""


@dataclass(frozen=True)
class Registry:
    """Everything that the features add."""

    features: tuple[str, ...] = ()
    rights: Mapping[str, Right] = field(default_factory=dict)
    people_in: tuple[PeopleIn, ...] = ()
    blueprints: tuple[Any, ...] = ()
    navigation: tuple[NavigationEntry, ...] = ()
    commands: tuple[Any, ...] = ()
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    job_kinds: Mapping[str, JobKind] = field(default_factory=dict)
    preferences: Mapping[str, Preference] = field(default_factory=dict)
    terms: Mapping[str, Term] = field(default_factory=dict)
    activity_types: Mapping[str, ActivityType] = field(default_factory=dict)
    content_importers: Mapping[str, ContentImporter] = field(default_factory=dict)
    intents: Mapping[str, IntentKind] = field(default_factory=dict)
    verbs: Mapping[str, Verb] = field(default_factory=dict)
    figures: tuple[Figure, ...] = ()
    evidence_providers: tuple[EvidenceProvider, ...] = ()
    panels: tuple[Panel, ...] = ()
    wait_kinds: Mapping[str, WaitKind] = field(default_factory=dict)
    events: Mapping[str, type[Event]] = field(default_factory=dict)
    """By type; found in each plugin's `events.py`."""
    namings: tuple[Naming, ...] = ()
    result_kinds: Mapping[str, ResultKind] = field(default_factory=dict)
    _manager: Any = None

    def tell(self, ctx: Any, event: Any) -> None:
        """Hand an event to every plugin that reacts to events."""
        self._manager.hook.on_event(ctx=ctx, event=event)

    def course_problems(self, ctx: Any, course: Any) -> list[str]:
        """What plugins find wrong with a draft."""
        return [
            problem for problems in self._manager.hook.course_problems(ctx=ctx, course=course) for problem in problems
        ]

    def course_published(self, ctx: Any, course: Any) -> None:
        """Tell plugins that a version is being published."""
        self._manager.hook.course_published(ctx=ctx, course=course)

    def enrolment_moved(self, ctx: Any, enrolment_ids: Sequence[int]) -> None:
        """Tell plugins that enrolments have entered or changed their version."""
        self._manager.hook.enrolment_moved(ctx=ctx, enrolment_ids=enrolment_ids)

    def personal_data(self, ctx: Any, membership_id: int) -> list[PersonalData]:
        """What each feature holds on a person."""
        return list(self._manager.hook.personal_data(ctx=ctx, membership_id=membership_id))

    def erase_personal_data(self, ctx: Any, membership_id: int, classes: frozenset[str]) -> None:
        """Ask each feature to erase what it holds of these retention classes."""
        self._manager.hook.erase_personal_data(ctx=ctx, membership_id=membership_id, classes=classes)

    def plugins_with(self, hook: str) -> frozenset[str]:
        """The plugins that implement a hook."""
        return frozenset(one.plugin_name for one in getattr(self._manager.hook, hook).get_hookimpls())

    def panels_at(self, place: str, ctx: Any, subject: Any = None) -> list[str]:
        """The pieces of page that plugins put in a named place, in order, empty ones left out."""
        rendered = (panel.render(ctx, subject) for panel in self.panels if panel.place == place)
        return [piece for piece in rendered if piece]


def load_registry(features: Sequence[str], *, third_party: bool = True) -> Registry:
    """Load `<feature>.plugin` of each feature, then installed packages of the entry-point group `lms`."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    for name in KERNEL_TABLES:
        importlib.import_module(name)
    for name in features:
        load_models(name)
        manager.register(importlib.import_module(f"{name}.plugin"), name)
    if third_party:
        manager.load_setuptools_entrypoints(PROJECT)
    _refuse_misspelt(manager)
    return _gather(manager, tuple(features))


KERNEL_TABLES = (
    "lms.kernel.events",
    "lms.kernel.files",
    "lms.kernel.jobs",
    "lms.kernel.media",
    "lms.kernel.preferences",
    "lms.kernel.wording",
)


def load_models(feature: str) -> None:
    """Import `<feature>.models`, where there is one: tables are found by file name."""
    if importlib.util.find_spec(f"{feature}.models") is not None:
        importlib.import_module(f"{feature}.models")


def _refuse_misspelt(manager: pluggy.PluginManager) -> None:
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as wrong:
        raise RefusedToBoot(str(wrong)) from wrong


def _gather(manager: pluggy.PluginManager, features: tuple[str, ...]) -> Registry:
    def named(hook: str, key: Callable[[Any], str]) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        owners: dict[str, str] = {}
        for plugin, values in _values(manager, hook):
            for value in values:
                name = key(value)
                if name in found:
                    raise RefusedToBoot(f"{hook}: {name!r} is claimed by {owners[name]} and by {plugin}")
                found[name], owners[name] = value, plugin
        return MappingProxyType(found)

    def listed(hook: str) -> tuple[Any, ...]:
        return tuple(value for _plugin, values in _values(manager, hook) for value in values)

    return Registry(
        features=features,
        rights=named("permissions", lambda right: right.name),
        people_in=listed("people_in"),
        blueprints=tuple(named("blueprints", lambda blueprint: blueprint.name).values()),
        navigation=tuple(sorted(listed("navigation"), key=lambda entry: entry.position)),
        commands=tuple(named("cli", lambda command: command.name).values()),
        schedules=named("schedules", lambda schedule: schedule.name),
        job_kinds=named("job_kinds", lambda kind: kind.name),
        preferences=named("preferences", lambda preference: preference.name),
        terms=named("terms", lambda term: term.name),
        activity_types=named("activity_types", lambda kind: kind.name),
        content_importers=named("content_importers", lambda importer: importer.name),
        intents=named("intents", lambda kind: kind.name),
        verbs=named("verbs", lambda verb: verb.iri),
        figures=tuple(named("figures", lambda figure: figure.name).values()),
        evidence_providers=tuple(named("evidence_providers", lambda provider: provider.name).values()),
        panels=tuple(sorted(listed("panels"), key=lambda panel: (panel.place, panel.position))),
        wait_kinds=named("wait_kinds", lambda kind: kind.name),
        events=_events(manager),
        namings=listed("namings"),
        result_kinds=named("result_kinds", lambda kind: kind.name),
        _manager=manager,
    )


def _events(manager: pluggy.PluginManager) -> Mapping[str, type[Event]]:
    found: dict[str, type[Event]] = {}
    for package in sorted(filter(None, (getattr(plugin, "__package__", "") for plugin in manager.get_plugins()))):
        name = f"{package}.events"
        for one in events_in(importlib.import_module(name)) if importlib.util.find_spec(name) else ():
            if found.setdefault(one.type, one) is not one:
                raise RefusedToBoot(f"events: {one.type!r} is claimed twice")
    return MappingProxyType(found)


def _values(manager: pluggy.PluginManager, hook: str) -> Iterable[tuple[str, Iterable[Any]]]:
    caller = getattr(manager.hook, hook)
    for implementation in caller.get_hookimpls():
        yield implementation.plugin_name, implementation.function()
