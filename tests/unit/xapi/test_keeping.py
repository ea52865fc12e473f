"""Voiding, erasing, reading back, replay: what happens to the ledger after something was said."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from lms.cli import lms
from lms.contract.types import Source
from lms.courses.api import progress_of
from lms.courses.models import Progress
from lms.kernel.context import Context
from lms.kernel.events import EventRow
from lms.kernel.platform import Platform
from lms.kernel.rights import Forbidden, NotFound
from lms.xapi import tasks
from lms.xapi.api import PASSED, Refused, mark_stale, raw_statements, record, stale_count, traces, void_statement
from lms.xapi.figures import MAX_INLINE_KEYS
from lms.xapi.models import IntentRow, StatementRow
from tests.factories.world import World
from tests.unit.xapi.conftest import Class


def progress(platform: Platform, school: Class, who: Any = "learner") -> Any:
    with platform.reading(school.world.organisation) as ctx:
        return progress_of(ctx, school.enrolments[who].id)


@pytest.fixture
def said(school: Class, platform: Platform, world: World) -> Any:
    """One thing said of the learner, with its figure."""
    with platform.writing(world.organisation, world.members["learner"]) as ctx:
        one = school.said(ctx, seconds=60.0)
        record(ctx, [one])
    assert school.course.keys["lesson"] in progress(platform, school)
    return one


# -------------------------------------------------------------------------------------------------------------- voiding


def test_staff_void_what_is_wrong_and_the_figure_follows(
    engine_name: str, school: Class, said: Any, acting: Callable[[str], Context], platform: Platform, world: World
) -> None:
    ctx = acting("trainer")
    void_statement(ctx, said.id, reason="mistake")
    ctx.session.commit()
    assert progress(platform, school) == {}
    rows = {row.statement_id: row for row in ctx.session.scalars(select(StatementRow))}
    word = rows[rows[said.id].voided_by]
    assert (word.source, word.voids, word.membership_id) == (Source.STAFF, said.id, world.members["trainer"])
    assert json.loads(word.raw)["context"]["extensions"][f"{ctx.iri_prefix}/x/reason"] == "mistake"
    assert ctx.session.scalars(select(EventRow.type)).all().count("xapi.statement_voided") == 1


@pytest.mark.parametrize("who", ["learner", "company_head", "auditor"])
def test_who_has_not_the_right_does_not_even_find_it(
    engine_name: str, school: Class, said: Any, acting: Callable[[str], Context], who: Any
) -> None:
    with pytest.raises((NotFound, Forbidden)):
        void_statement(acting(who), said.id, reason="mistake")


def test_another_organisation_voids_nothing_here(
    engine_name: str, school: Class, said: Any, acting: Callable[[str], Context], platform: Platform
) -> None:
    with pytest.raises(NotFound):
        void_statement(acting("other_manager"), said.id, reason="mistake")
    assert progress(platform, school)


def test_a_reason_is_a_code_and_twice_is_once(
    engine_name: str, school: Class, said: Any, acting: Callable[[str], Context]
) -> None:
    ctx = acting("manager")
    for reason in ("", "Une phrase avec un nom", "x" * 50):
        with pytest.raises(Refused):
            void_statement(ctx, said.id, reason=reason)
    void_statement(ctx, said.id, reason="test")
    void_statement(ctx, said.id, reason="test")
    rows = {row.statement_id: row for row in ctx.session.scalars(select(StatementRow))}
    with pytest.raises(NotFound):
        void_statement(ctx, rows[said.id].voided_by, reason="test")


# -------------------------------------------------------------------------------------------------------------- erasing


def test_erasing_leaves_the_leaf_and_nothing_that_says_who(
    engine_name: str, school: Class, said: Any, acting: Callable[[str], Context], platform: Platform, world: World
) -> None:
    with platform.writing(world.organisation, world.members["learner"]) as ctx:
        ctx.session.add(
            IntentRow(
                uuid=str(uuid.uuid4()), kind="x", membership_id=ctx.subject.membership_id, sent_by_id=ctx.subject.membership_id,
                payload={"answers": "secret"}, made_at=ctx.now, sent_at=ctx.now, received_at=ctx.now,
            )
        )  # fmt: skip
        leaf = ctx.session.scalars(select(StatementRow.leaf)).one()
    with platform.writing(world.organisation) as ctx:
        ctx.registry.erase_personal_data(ctx, world.members["learner"], frozenset({"raw"}))
        row = ctx.session.scalars(select(StatementRow)).one()
        assert (row.leaf, row.statement_id, row.stored) == (leaf, said.id, ctx.now)
        assert (row.raw, row.salt, row.actor, row.activity, row.verb, row.timestamp) == ("", b"", "", "", "", "")
        assert (row.membership_id, row.registration, row.seconds, row.intent_id) == (None, None, None, None)
        assert ctx.session.scalars(select(IntentRow.payload)).all() == [{}]
        assert stale_count(ctx) >= 1
    tasks.refold(platform)
    assert progress(platform, school) == {}
    with platform.writing(world.organisation, world.members["learner"]) as ctx:
        assert record(ctx, [said]) == 0  # sent again, it does not come back
        assert traces(ctx, membership_id=world.members["learner"]) == []
        assert ctx.session.execute(raw_statements(ctx, [said.registration])).all() == []
    assert progress(platform, school) == {}


def test_other_classes_and_other_people_are_left_alone(
    engine_name: str, school: Class, said: Any, platform: Platform, world: World
) -> None:
    with platform.writing(world.organisation) as ctx:
        ctx.registry.erase_personal_data(ctx, world.members["learner"], frozenset({"account", "technical"}))
        ctx.registry.erase_personal_data(ctx, world.members["coach"], frozenset({"raw"}))
    with platform.writing(world.other_organisation) as ctx:
        ctx.registry.erase_personal_data(ctx, world.members["learner"], frozenset({"raw"}))
    assert progress(platform, school)


def test_a_person_reads_everything_that_is_kept_of_them(
    engine_name: str, school: Class, said: Any, platform: Platform, world: World
) -> None:
    with platform.reading(world.organisation) as ctx:
        [held] = [
            one
            for one in ctx.registry.personal_data(ctx, world.members["learner"])
            if one.title == "Ce que vous avez fait"
        ]
        rows = list(held.rows)
        assert [row["Ce que nous avons noté"] for row in rows] == ["Vous avez terminé « Essai »"]
        file, sent = held.files
        assert [json.loads(line)["payload"] for line in b"".join(sent.chunks).splitlines()] == []
        assert [json.loads(line)["id"] for line in b"".join(file.chunks).splitlines()] == [said.id]


# --------------------------------------------------------------------------------------------------------- reading back


def test_traces_say_what_was_done_in_words(
    engine_name: str, school: Class, said: Any, acting: Callable[[str], Context], world: World
) -> None:
    ctx = acting("trainer")
    [trace] = traces(ctx, registration=said.registration, activity=said.activity)
    assert (trace.verb, trace.name, trace.source, trace.seconds) == ("a terminé", "Essai", "learner_device", 60.0)
    assert traces(ctx, statement_ids=[said.id]) == [trace]
    assert traces(ctx, membership_id=world.members["coach"]) == []
    assert traces(acting("other_trainer"), statement_ids=[said.id]) == []


# --------------------------------------------------------------------------------------------------------------- replay


@pytest.fixture
def command(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(lms, "platform", platform)
    return lambda *arguments: CliRunner().invoke(lms, list(arguments))


def test_replay_finds_no_difference_then_names_each(
    engine_name: str, school: Class, said: Any, platform: Platform, world: World, command: Callable[..., Any]
) -> None:
    before = progress(platform, school)
    answer = command("replay", "--check")
    assert answer.exit_code == 0, answer.output
    assert "progress: 1 keys, 0 differences" in answer.output
    assert "differences: 0" in answer.output
    with platform.writing(world.organisation) as ctx:
        ctx.session.execute(update(Progress).values(seconds=1.0))
    answer = command("replay", "--check")
    assert answer.exit_code == 1
    assert f"{said.registration} {school.course.keys['lesson']}" in answer.output
    assert "differences: 1" in answer.output
    answer = command("replay")
    assert answer.exit_code == 0, answer.output
    assert command("replay", "--check").exit_code == 0
    assert progress(platform, school) == before


def test_replay_finds_a_row_without_statements_and_one_that_is_missing(
    engine_name: str, school: Class, said: Any, platform: Platform, world: World, command: Callable[..., Any]
) -> None:
    with platform.writing(world.organisation) as ctx:
        ctx.session.execute(update(StatementRow).values(verb="http://x.fr/other"))
    assert command("replay", "--check").exit_code == 1
    assert command("replay").exit_code == 0
    assert progress(platform, school) == {}
    assert command("replay", "--check").exit_code == 0


def test_what_waits_is_counted_apart(
    engine_name: str, school: Class, said: Any, platform: Platform, world: World, command: Callable[..., Any]
) -> None:
    with platform.writing(world.organisation) as ctx:
        ctx.session.execute(update(Progress).values(seconds=1.0))
        mark_stale(ctx, "progress", [(said.registration, school.course.keys["lesson"])])
    answer = command("replay", "--check", "--organisation", "Association Essai")
    assert answer.exit_code == 0
    assert "1 of them waiting" in answer.output
    assert command("replay", "--check", "--organisation", "Inconnue").exit_code == 1


def test_too_much_at_once_is_left_to_the_worker(
    engine_name: str, school: Class, platform: Platform, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.xapi.figures.MAX_INLINE_KEYS", 2)
    assert MAX_INLINE_KEYS == 500
    with platform.writing(world.organisation, world.members["trainer"]) as ctx:
        record(ctx, [school.said(ctx, who) for who in school.enrolments])
        assert stale_count(ctx) >= 4
    assert progress(platform, school) == {}
    tasks.refold(platform)
    assert progress(platform, school)
    with platform.reading(world.organisation) as ctx:
        assert stale_count(ctx) == 0


def test_a_figure_that_fails_waits_and_harms_no_statement(
    engine_name: str, school: Class, platform: Platform, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = platform.registry.figures[0]
    compute = type(figure).compute

    def failing(_self: Any, ctx: Any, keys: Any) -> None:
        raise RuntimeError("a bug in a fold")

    monkeypatch.setattr(type(figure), "compute", failing)
    with platform.writing(world.organisation, world.members["learner"]) as ctx:
        assert record(ctx, [school.said(ctx, verb=PASSED, source=Source.SERVER)]) == 1
        assert stale_count(ctx) == 1
    tasks.refold(platform)
    monkeypatch.setattr(type(figure), "compute", compute)
    tasks.refold(platform)
    with platform.reading(world.organisation) as ctx:
        assert stale_count(ctx) == 0
