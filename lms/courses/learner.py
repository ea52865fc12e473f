"""A path as a learner sees it: what is done, what comes now, what is closed and why. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from lms.contract.types import ActivityType, Source
from lms.courses.adjusting import is_expected
from lms.courses.data import ActivityInfo, EnrolmentInfo, ModuleInfo, ProgressInfo, Structure
from lms.courses.folds import DONE as DONE_STATUS
from lms.courses.folds import WAITING as WAITING_STATUS
from lms.courses.opening import Opened, due_after, opened
from lms.courses.pauses import Stop, days_at_work, stops_of

DONE, NOW, OPEN, LATE, CLOSED, WAITING = "done", "now", "open", "late", "closed", "waiting"
"""Waiting: handed in; it is someone else's turn."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides what is open and done for someone: figures by activity, and what a trainer's word has opened."""

    progress: Mapping[str, ProgressInfo]
    granted: Collection[str]


@dataclass(frozen=True, slots=True)
class Step:
    """One activity for one person."""

    info: ActivityInfo
    state: str
    door: Opened
    due_at: datetime | None
    is_late: bool
    progress: ProgressInfo | None

    @property
    def is_done(self) -> bool:
        """Whether it counts."""
        return self.state == DONE


@dataclass(frozen=True, slots=True)
class Stage:
    """One module for one person. `done` of `total` expected activities; optional ones are shown and not counted."""

    module: ModuleInfo
    steps: tuple[Step, ...]
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Way:
    """The whole path for one person; `next` is the one act to do now, if there is any."""

    whole: Structure
    stages: tuple[Stage, ...]
    next: Step | None
    week: int
    weeks: int
    enrolment: EnrolmentInfo | None = None
    """Whose it is; None when staff look at the course."""

    @property
    def done(self) -> int:
        """Expected activities that are done."""
        return sum(stage.done for stage in self.stages)

    @property
    def total(self) -> int:
        """Expected activities."""
        return sum(stage.total for stage in self.stages)

    def steps(self) -> Iterator[Step]:
        """All of them, in order."""
        for stage in self.stages:
            yield from stage.steps

    def around(self, key: str) -> tuple[Step | None, Step | None]:
        """The steps before and after an activity."""
        steps = list(self.steps())
        place = next((index for index, step in enumerate(steps) if step.info.key == key), 0)
        return steps[place - 1] if place else None, steps[place + 1] if place + 1 < len(steps) else None

    def at(self, key: str) -> tuple[Stage, Step]:
        """The module and the step of an activity of this path."""
        return next((stage, step) for stage in self.stages for step in stage.steps if step.info.key == key)

    def meeting(self) -> Step | None:
        """The next part with someone that is open and is not the next act."""
        return next(
            (step for step in self.steps() if step.state in (OPEN, LATE) and step.info.modality != "asynchronous"), None
        )

    def waits_for(self, step: Step) -> ActivityInfo | None:
        """The activity that opens this one."""
        return self.whole.activities.get(step.door.after)


def way_of(
    whole: Structure,
    enrolment: EnrolmentInfo,
    *,
    progress: Mapping[str, ProgressInfo],
    granted: Collection[str],
    now: datetime,
    zone: str,
    alone: Collection[str],
) -> Way:
    """The path of an enrolment. `alone`: the types of activity that a person can do without anyone's word."""
    stops = stops_of(enrolment, now=now, zone=zone)
    steps = [
        _step(info, enrolment, Standing(progress, granted), now, zone, stops)
        for module in whole.modules
        for info in module.activities
    ]
    coming = _next(steps, alone)
    if coming is not None:
        here = steps.index(coming)
        steps[here] = coming = replace(coming, state=NOW)
    days = days_at_work(enrolment, now=now, zone=zone)
    return Way(whole, _stages(whole, steps), coming, days // 7 + 1, int(whole.head.get("weeks", 0)), enrolment)


def done_alone(types: Mapping[str, ActivityType]) -> frozenset[str]:
    """The types of activity that believe something else than the word of staff."""
    return frozenset(name for name, kind in types.items() if any(one.sources - {Source.STAFF} for one in kind.believes))


def preview_of(whole: Structure) -> Way:
    """The path as staff look at it: all open, nothing done."""
    steps = [
        Step(info, OPEN, Opened(is_open=True), None, is_late=False, progress=None)
        for module in whole.modules
        for info in module.activities
    ]
    return Way(whole, _stages(whole, steps), None, 0, int(whole.head.get("weeks", 0)))


def _step(
    info: ActivityInfo,
    enrolment: EnrolmentInfo,
    standing: Standing,
    now: datetime,
    zone: str,
    stops: list[Stop],
) -> Step:
    if info.optional == is_expected(info, enrolment.adjusted):
        info = replace(info, optional=not info.optional)
    own = standing.progress.get(info.key)
    door = opened(
        info,
        entered_at=enrolment.entered_at,
        now=now,
        zone=zone,
        progress=standing.progress,
        granted=standing.granted,
    )
    due = due_after(info, enrolment.entered_at, zone=zone, stops=stops)
    if own is not None and own.status == DONE_STATUS:
        state = DONE
    elif own is not None and own.status == WAITING_STATUS:
        state = WAITING
    elif not door.is_open:
        state = CLOSED
    else:
        state = LATE if due is not None and now > due else OPEN
    return Step(info, state, door, due, is_late=state == LATE, progress=own)


def _next(steps: list[Step], alone: Collection[str]) -> Step | None:
    """The first expected step to do: those that wait for someone else's word come only when nothing else is left."""
    waiting = [step for step in steps if step.state in (OPEN, LATE) and not step.info.optional]
    return next((step for step in waiting if step.info.type in alone), waiting[0] if waiting else None)


def _stages(whole: Structure, steps: list[Step]) -> tuple[Stage, ...]:
    by_key = {step.info.key: step for step in steps}
    stages = []
    for module in whole.modules:
        own = tuple(by_key[info.key] for info in module.activities)
        expected = [step for step in own if not step.info.optional]
        stages.append(Stage(module, own, sum(step.is_done for step in expected), len(expected)))
    return tuple(stages)
