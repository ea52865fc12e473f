"""A learner of the small course, seen from operations."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.courses.api import CohortInfo, EnrolmentInfo, progress_of
from lms.kernel.context import Context
from lms.xapi.api import Reply, submit
from lms.xapi.models import StatementRow
from tests.factories.courses import MadeCourse, enrol, make_cohort, make_course


@dataclass
class Studio:
    """The course, the group, "learner" in it, and a context that writes as them."""

    ctx: Context
    course: MadeCourse
    cohort: CohortInfo
    enrolment: EnrolmentInfo
    acting: Callable[[str], Context]

    def send(self, kind: str, *, intent: str | None = None, **payload: Any) -> Reply:
        return submit(self.ctx, kind=kind, payload=payload, intent_id=intent or str(uuid.uuid4()))

    def figure(self, name: str) -> Any:
        return progress_of(self.ctx, self.enrolment.id).get(self.course.keys[name])

    def statements(self, name: str = "") -> list[StatementRow]:
        query = select(StatementRow).order_by(StatementRow.id)
        if name:
            query = query.where(StatementRow.activity == f"{self.ctx.iri_prefix}/a/{self.course.keys[name]}")
        return list(self.ctx.session.scalars(query))

    def count(self) -> int:
        return self.ctx.session.scalar(select(func.count()).select_from(StatementRow)) or 0

    def become(self, who: str) -> None:
        self.ctx.session.commit()
        self.ctx = self.acting(who)


@pytest.fixture
def studio(acting, world) -> Studio:
    ctx = acting("manager")
    course = make_course(ctx)
    cohort = make_cohort(ctx, course)
    enrolment = enrol(ctx, cohort, membership_id=world.members["learner"])
    ctx.session.commit()
    return Studio(acting("learner"), course, cohort, enrolment, acting)
