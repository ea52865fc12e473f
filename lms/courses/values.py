"""Named values: which ones learners may read, and the named persons who answer for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.api import members
from lms.courses.events import ValueConfirmed, ValueWithdrawn
from lms.courses.models import PUBLISHED, Course, CourseVersion, NamedValue, ValueConfirmation
from lms.courses.permissions import CONFIRM_VALUE
from lms.kernel.context import Context
from lms.kernel.statements import once_for

_IS_CONFIRMED = exists().where(
    ValueConfirmation.course_id == bindparam("course_id"),
    ValueConfirmation.name == NamedValue.name,
    ValueConfirmation.text == NamedValue.text,
    ValueConfirmation.source == NamedValue.source,
    ValueConfirmation.withdrawn_at.is_(None),
)
_CONFIRMED = select(NamedValue.name, NamedValue.text).where(
    NamedValue.version_id == bindparam("version_id"), or_(NamedValue.checked.is_not(None), _IS_CONFIRMED)
)


def confirmed_values(ctx: Context, *, course_id: int, version_id: int) -> Mapping[str, str]:
    """Name → text of the values that learners of a version may read: checked by its authors, or confirmed as they stand."""
    rows = ctx.session.execute(_CONFIRMED, {"course_id": course_id, "version_id": version_id})
    return {row.name: row.text for row in rows}


_THAT_IS_CONFIRMED = exists().where(
    ValueConfirmation.course_id == Course.id,
    ValueConfirmation.name == NamedValue.name,
    ValueConfirmation.text == NamedValue.text,
    ValueConfirmation.source == NamedValue.source,
    ValueConfirmation.withdrawn_at.is_(None),
)
_newest = aliased(CourseVersion)
_IS_NEWEST = CourseVersion.number == (
    select(func.max(_newest.number))
    .where(_newest.course_id == Course.id, _newest.state == PUBLISHED)
    .correlate(Course)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A course whose learners do not read some of its values yet: how many, since its publication."""

    course_key: str
    title: str
    count: int
    since: datetime


def unconfirmed(ctx: Context) -> list[Unconfirmed]:
    """The courses in force, of those for which the actor may answer, that have values to confirm. One query."""
    rows = ctx.session.execute(once_for(ctx, CONFIRM_VALUE, "courses: unconfirmed", lambda: _unconfirmed(ctx)))
    return [Unconfirmed(row.key, row.title, row.how_many, row.published_at or ctx.now) for row in rows]


def _unconfirmed(ctx: Context) -> Select[Any]:
    query: Any = (
        select(Course.key, CourseVersion.title, func.count().label("how_many"), CourseVersion.published_at)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .join(NamedValue, NamedValue.version_id == CourseVersion.id)
        .where(
            ctx.visible(CONFIRM_VALUE, Course),
            Course.archived_at.is_(None),
            _IS_NEWEST,
            NamedValue.checked.is_(None),
            ~_THAT_IS_CONFIRMED,
        )
        .group_by(Course.key, CourseVersion.title, CourseVersion.published_at)
    )
    ordered: Select[Any] = query.order_by(Course.key)
    return ordered


class ValueHasChanged(Exception):
    """The value is no longer what the person has read."""


@dataclass(frozen=True, slots=True)
class ValueLine:
    """A value, with who answers for it."""

    name: str
    label: str
    text: str
    territory: str
    source: str
    checked: date | None
    confirmed_by: str
    confirmed_at: datetime | None
    is_in_draft_only: bool

    @property
    def is_shown(self) -> bool:
        """Whether learners read it."""
        return self.checked is not None or self.confirmed_at is not None


def value_lines(ctx: Context, course: Course) -> list[ValueLine]:
    """The values of the version in force, then those that only the draft has or has changed."""
    rows = ctx.session.execute(
        select(NamedValue, CourseVersion.state, CourseVersion.number)
        .join(CourseVersion, CourseVersion.id == NamedValue.version_id)
        .where(CourseVersion.course_id == course.id)
        .order_by(CourseVersion.number, NamedValue.position)
    ).all()
    in_force = max((row.number for row in rows if row.state == PUBLISHED), default=0)
    kept: dict[tuple[str, str, str], tuple[NamedValue, bool]] = {}
    for value, _state, number in rows:
        if number >= in_force:
            kept.setdefault((value.name, value.text, value.source), (value, number > in_force > 0))
    confirmations = _standing(ctx, course)
    names = members(ctx, [one.confirmed_by_id for one in confirmations.values()])
    return [_line(value, is_new, confirmations.get(named), names) for named, (value, is_new) in kept.items()]


def _standing(ctx: Context, course: Course) -> dict[tuple[str, str, str], ValueConfirmation]:
    rows = ctx.session.scalars(
        select(ValueConfirmation).where(
            ValueConfirmation.course_id == course.id, ValueConfirmation.withdrawn_at.is_(None)
        )
    )
    return {(row.name, row.text, row.source): row for row in rows}


def _line(value: NamedValue, is_new: bool, found: ValueConfirmation | None, names: Mapping[int, object]) -> ValueLine:  # noqa: FBT001
    person = names.get(found.confirmed_by_id) if found else None
    return ValueLine(
        name=value.name,
        label=value.label,
        text=value.text,
        territory=value.territory,
        source=value.source,
        checked=value.checked,
        confirmed_by=str(getattr(person, "name", "")),
        confirmed_at=found.confirmed_at if found else None,
        is_in_draft_only=is_new,
    )


def confirm_value(ctx: Context, *, course: Course, name: str, text: str, source: str) -> None:
    """The actor answers for a value as they read it; one that has changed since raises `ValueHasChanged`."""
    ctx.require(CONFIRM_VALUE, on=course)
    ctx.session.execute(select(Course.id).where(Course.id == course.id).with_for_update()).one()
    known = select(NamedValue.id).join(CourseVersion, CourseVersion.id == NamedValue.version_id)
    same = (NamedValue.name == name, NamedValue.text == text, NamedValue.source == source)
    if (
        ctx.actor is None
        or ctx.session.scalar(known.where(CourseVersion.course_id == course.id, *same).limit(1)) is None
    ):
        raise ValueHasChanged
    if (name, text, source) in _standing(ctx, course):
        return
    row = ValueConfirmation(
        course_id=course.id,
        name=name,
        text=text,
        source=source,
        confirmed_by_id=ctx.actor.membership_id,
        confirmed_at=ctx.now,
    )
    ctx.session.add(row)
    ctx.session.flush()
    ctx.tell(ValueConfirmed(course_id=course.id, name=name, confirmation_id=row.id))


def withdraw_value(ctx: Context, *, course: Course, name: str) -> None:
    """Take every standing confirmation of a value back; who had confirmed it, and when, stays known."""
    ctx.require(CONFIRM_VALUE, on=course)
    for row in _standing(ctx, course).values():
        if row.name == name:
            row.withdrawn_at = ctx.now
            ctx.tell(ValueWithdrawn(course_id=course.id, name=name, confirmation_id=row.id))
