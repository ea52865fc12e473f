"""The ledger keeps what was said, once, and computes what it touches."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from lms.contract.types import Source
from lms.kernel.context import Context
from lms.lrs.incoming import read_statements
from lms.xapi.api import COMPLETED, Said, record
from lms.xapi.models import StatementRow


def said(ctx: Any, key: Any = "abcdefghij", **values: Any) -> Any:
    base = {
        "id": str(uuid.uuid4()),
        "actor": ctx.subject,
        "verb": COMPLETED,
        "activity": f"{ctx.iri_prefix}/a/{key}",
        "activity_type": "http://adlnet.gov/expapi/activities/lesson",
        "activity_name": "Essai",
        "source": Source.SERVER,
        "occurred_at": ctx.now,
        "timestamp": ctx.now,
    }
    return Said(**{**base, **values})


def test_the_same_statement_twice_is_kept_once(engine_name: str, acting: Callable[[str], Context]) -> None:
    ctx = acting("learner")
    one = said(ctx)
    assert record(ctx, [one]) == 1
    assert record(ctx, [one]) == 0
    assert len(ctx.session.scalars(select(StatementRow)).all()) == 1


def test_another_organisation_sees_nothing(engine_name: str, acting: Callable[[str], Context]) -> None:
    ctx = acting("learner")
    record(ctx, [said(ctx)])
    ctx.session.commit()
    assert acting("other_learner").session.scalars(select(StatementRow)).all() == []


def test_each_statement_has_its_salt_and_its_leaf_from_the_first_one_on(
    engine_name: str, acting: Callable[[str], Context]
) -> None:
    ctx = acting("learner")
    record(ctx, [said(ctx), said(ctx)])
    rows = ctx.session.scalars(select(StatementRow)).all()
    assert len({row.salt for row in rows}) == 2
    for row in rows:
        assert len(row.salt) == 16
        assert row.leaf == hashlib.sha256(b"\x00" + row.salt + row.raw.encode()).digest()


def test_what_we_emit_names_nobody(engine_name: str, acting: Callable[[str], Context]) -> None:
    ctx = acting("learner")
    record(ctx, [said(ctx)])
    raw = ctx.session.scalars(select(StatementRow.raw)).one()
    assert ctx.subject.uuid in raw
    for hidden in ("Learner", "essai.test", "mbox"):
        assert hidden not in raw


def test_what_we_emit_follows_our_own_rules(engine_name: str, acting: Callable[[str], Context]) -> None:
    ctx = acting("learner")
    record(ctx, [said(ctx, scaled=0.5, seconds=90.5, success=True, attempt="a", response="k", revision="3")])
    raw = ctx.session.scalars(select(StatementRow.raw)).one()
    [read] = read_statements(raw.encode(), "1.0")
    assert read.said.result.duration == "PT90.50S"
