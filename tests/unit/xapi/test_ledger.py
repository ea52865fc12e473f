"""The ledger keeps what was said, once, and computes what it touches."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from lms.contract.types import Source
from lms.xapi.api import COMPLETED, Said, record
from lms.xapi.models import StatementRow


def said(ctx, key="abcdefghij", **values):
    base = dict(
        id=str(uuid.uuid4()), actor=ctx.subject, verb=COMPLETED, activity=f"{ctx.iri_prefix}/a/{key}",
        activity_type="http://adlnet.gov/expapi/activities/lesson", activity_name="Essai", source=Source.SERVER,
        occurred_at=ctx.now, timestamp=ctx.now,
    )  # fmt: skip
    return Said(**{**base, **values})


def test_the_same_statement_twice_is_kept_once(engine_name, acting):
    ctx = acting("learner")
    one = said(ctx)
    assert record(ctx, [one]) == 1
    assert record(ctx, [one]) == 0
    assert len(ctx.session.scalars(select(StatementRow)).all()) == 1


def test_another_organisation_sees_nothing(engine_name, acting):
    ctx = acting("learner")
    record(ctx, [said(ctx)])
    ctx.session.commit()
    assert acting("other_learner").session.scalars(select(StatementRow)).all() == []
