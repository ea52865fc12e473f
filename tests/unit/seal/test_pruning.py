"""Pruning: the bytes go, a sealed closing snapshot takes their place, and every figure stays what it was."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.courses.api import progress_of
from lms.kernel.platform import Platform
from lms.kernel.rights import NotFound
from lms.seal import closing
from lms.seal.closing import NothingAsked, plan, prune
from lms.seal.data import Rule
from lms.seal.models import ClosingRow
from lms.xapi import tasks
from lms.xapi.api import (
    ANSWERED,
    COMPLETED,
    EXPERIENCED,
    Filter,
    check,
    matching_statements,
    record,
    statement_by_id,
    traces,
    void,
)
from lms.xapi.models import StatementRow
from tests.conftest import TestClock
from tests.unit.seal.conftest import Sealed


@pytest.fixture(autouse=True)
def small_closings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "CLOSING", 7)
    monkeypatch.setattr(closing, "_PAGE", 5)


def differences(sealed: Sealed) -> list[Any]:
    tasks.refold(sealed.platform)
    with sealed.platform.reading(sealed.organisation) as ctx:
        return [one for figure in ctx.registry.figures for one in check(ctx, figure)]


def figures(sealed: Sealed) -> Any:
    with sealed.platform.reading(sealed.organisation) as ctx:
        return {who: progress_of(ctx, one.id) for who, one in sealed.school.enrolments.items()}


def test_the_figures_stay_and_replay_holds_across(engine_name: str, sealed: Sealed, clock: TestClock) -> None:
    clock.forward(days=400)
    later = sealed.say(3)
    before = figures(sealed)
    rule = Rule(before=clock.now - timedelta(days=30))
    found = plan(sealed.platform, sealed.organisation, rule)
    assert found.statements == 25
    assert found.figures["progress"] == 2
    assert sealed.verify()[0].counts == {}, "to ask changes nothing"
    closed = list(prune(sealed.platform, sealed.organisation, rule))
    assert [one.count for one in closed] == [7, 7, 7, 4]
    assert figures(sealed) == before
    assert differences(sealed) == []
    with sealed.platform.reading(sealed.organisation) as ctx:
        left = ctx.session.scalar(select(func.count()).where(StatementRow.raw != "").select_from(StatementRow))
        assert left == len(later)
        records = [json.loads(one) for one in ctx.session.scalars(select(ClosingRow.record))]
    assert sum(one["count"] for one in records) == 25
    assert all(one["figures"][0]["rules"] for one in records), "the versions of the rules are written"
    verdict, notes = sealed.verify()
    assert verdict.alarms == 0
    assert verdict.counts == {"pruned": 4}
    assert notes[0].detail.startswith("7, 1-7"), "verify says which range is pruned"
    assert list(prune(sealed.platform, sealed.organisation, rule)) == []


def test_a_new_statement_is_folded_with_those_that_were_pruned(
    engine_name: str, sealed: Sealed, clock: TestClock
) -> None:
    clock.forward(days=400)
    seconds = figures(sealed)["learner"][sealed.school.course.keys["lesson"]].seconds
    list(prune(sealed.platform, sealed.organisation, Rule(verb=EXPERIENCED.iri)))
    sealed.say(1)
    found = figures(sealed)["learner"][sealed.school.course.keys["lesson"]]
    assert found.seconds == seconds + 1
    assert differences(sealed) == []


def test_a_pruned_statement_can_still_be_voided(engine_name: str, sealed: Sealed) -> None:
    [done] = said(sealed, verb=COMPLETED)
    assert figures(sealed)["learner"][sealed.school.course.keys["lesson"]].status == "done"
    list(prune(sealed.platform, sealed.organisation, Rule(verb=COMPLETED.iri)))
    with sealed.platform.writing(sealed.organisation, sealed.school.world.members["trainer"]) as ctx:
        assert void(ctx, [done]) == 1
    assert figures(sealed)["learner"][sealed.school.course.keys["lesson"]].status != "done"
    assert differences(sealed) == []
    assert sealed.verify()[0].alarms == 0


def said(sealed: Sealed, **values: Any) -> list[str]:
    with sealed.platform.writing(sealed.organisation) as ctx:
        one = sealed.school.said(ctx, "learner", **values)
        record(ctx, [one])
    return [one.id]


def test_a_rule_takes_one_verb_one_course_one_age_and_no_more(
    engine_name: str, sealed: Sealed, clock: TestClock
) -> None:
    prefix = "https://essai.invalid/a/"
    course, lesson = prefix + sealed.school.course.key, prefix + sealed.school.course.keys["lesson"]
    whole = said(sealed, verb=COMPLETED, parents=(course,))
    part = said(sealed, verb=ANSWERED, activity=f"{prefix}unepartie1", parents=(lesson,))
    elsewhere = said(sealed, verb=ANSWERED, activity=f"{prefix}ailleurs12", parents=(f"{prefix}autre12345",))
    ask = {"platform": sealed.platform, "organisation_id": sealed.organisation}
    assert plan(**ask, rule=Rule(verb=ANSWERED.iri)).statements == 2
    assert plan(**ask, rule=Rule(verb=ANSWERED.iri, course=sealed.school.course.key)).statements == 1
    assert plan(**ask, rule=Rule(course=sealed.school.course.key)).statements == 27
    assert plan(**ask, rule=Rule(course="inconnu123")).statements == 0
    assert plan(**ask, rule=Rule(before=clock.now)).statements == 0
    list(prune(**ask, rule=Rule(verb=ANSWERED.iri, course=sealed.school.course.key)))
    with sealed.platform.reading(sealed.organisation) as ctx:
        assert statement_by_id(ctx, whole[0]).raw
        assert statement_by_id(ctx, elsewhere[0]).raw
        with pytest.raises(NotFound):
            statement_by_id(ctx, part[0])
    with pytest.raises(NothingAsked):
        plan(**ask, rule=Rule())


def test_who_asks_for_what_was_pruned_is_told_the_truth(engine_name: str, sealed: Sealed, platform: Platform) -> None:
    """Not by a machine's read; in a person's own list in words; and its id is not taken a second time."""
    name = sealed.names[0]
    list(prune(platform, sealed.organisation, Rule(verb=EXPERIENCED.iri)))
    with platform.reading(sealed.organisation) as ctx:
        found, _more = matching_statements(ctx, Filter())
        assert found == []
        [line] = traces(ctx, statement_ids=[name])
        assert line.verb == "a lu ou vu"
        personal = ctx.registry.personal_data(ctx, sealed.school.world.members["learner"])
        assert sum(1 for one in personal for _row in one.rows) > 10
        assert all(chunk != b"" for one in personal for file in one.files for chunk in file.chunks)
    with platform.writing(sealed.organisation) as ctx:
        again = sealed.school.said(ctx, "learner", id=name, verb=EXPERIENCED)
        assert record(ctx, [again]) == 0


def test_an_attacker_can_neither_take_a_closing_away_nor_widen_it(engine_name: str, sealed: Sealed) -> None:
    list(prune(sealed.platform, sealed.organisation, Rule(verb=EXPERIENCED.iri)))
    assert sealed.verify()[0].alarms == 0
    sealed.attack("UPDATE xapi_statement SET scaled = 1.0 WHERE statement_id = :name", name=sealed.names[3])
    assert sealed.alarms() == {("columns", sealed.names[3])}, "the entries of a closing are under the seal"
    sealed.attack("UPDATE xapi_statement SET scaled = NULL WHERE statement_id = :name", name=sealed.names[3])
    sealed.attack("UPDATE seal_closing SET record = replace(record, '\"count\"', '\"Count\"') WHERE count = 4")
    assert sealed.alarms() == {("closing_changed", "")}
    sealed.attack("DELETE FROM seal_closing")
    kinds = {one[0] for one in sealed.alarms()}
    assert kinds == {"closing_changed", "pruned_without_closing"}


def test_someone_whose_statements_were_pruned_is_erased_all_the_same(engine_name: str, sealed: Sealed) -> None:
    world = sealed.school.world
    list(prune(sealed.platform, sealed.organisation, Rule(verb=EXPERIENCED.iri)))
    with sealed.platform.writing(sealed.organisation) as ctx:
        ctx.registry.erase_personal_data(ctx, world.members["learner"], frozenset({"raw"}))
    verdict, _found = sealed.verify()
    assert verdict.alarms == 0
    assert verdict.counts == {"erased": 15, "pruned": 4}
    assert differences(sealed) == []


def test_a_rule_that_names_a_machine_s_noise_leaves_every_figure(
    engine_name: str, sealed: Sealed, platform: Platform
) -> None:
    """Statements on which no figure stands are pruned too, and none is counted."""
    with platform.writing(sealed.organisation) as ctx:
        noise = sealed.school.said(ctx, "learner", verb=ANSWERED, activity="http://ailleurs.test/x", registration=None)
        record(ctx, [noise])
    found = plan(platform, sealed.organisation, Rule(verb=ANSWERED.iri))
    assert found.statements == 1
    assert found.figures == dict.fromkeys(found.figures, 0)
