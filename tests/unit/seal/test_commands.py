"""`lms ledger`, as an operator runs it, and the day's work."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from lms.kernel import jobs
from lms.kernel.platform import Platform
from lms.seal.cli import ledger
from lms.seal.models import LinkRow
from lms.seal.tasks import SCHEDULES
from tests.conftest import TestClock
from tests.unit.seal.conftest import Sealed


def run(sealed: Sealed, *words: str, fails: bool = False) -> str:
    result = CliRunner().invoke(ledger, [*words, "--organisation", "Association Essai"], obj=sealed.platform)
    assert (result.exit_code != 0) == fails, result.output
    return result.output


def test_seal_verify_and_prove(engine_name: str, sealed: Sealed) -> None:
    sealed.say(1)
    assert "1 statements, root " in run(sealed, "seal")
    assert "nothing new" in run(sealed, "seal")
    said = run(sealed, "verify")
    assert "4 links, 26 statements sealed, 0 not yet" in said
    root = said.rpartition("root: ")[2].strip()
    assert "alarms: 0" in run(sealed, "verify", "--root", root)
    assert "ALARM unknown_root" in run(sealed, "verify", "--root", "0" * 64, fails=True)
    found = json.loads(run(sealed, "proof", sealed.names[4]))
    assert found["statement"] == sealed.names[4]
    assert found["chain"][-1]["root"] == root
    assert "no such statement" in run(sealed, "proof", "33333333-3333-4333-8333-333333333333", fails=True)


def test_verify_names_what_it_finds_and_fails(engine_name: str, sealed: Sealed) -> None:
    sealed.attack("UPDATE xapi_statement SET success = true WHERE statement_id = :name", name=sealed.names[9])
    said = run(sealed, "verify", fails=True)
    assert f"ALARM columns: {sealed.names[9]} in link 1" in said


def test_prune_says_first_and_does_then(engine_name: str, sealed: Sealed) -> None:
    assert "25 statements" in run(sealed, "prune", "--verb", "experienced", "--dry-run")
    assert "progress: 2 figures stand on them" in run(sealed, "prune", "--verb", "experienced", "--dry-run")
    assert "0 statements" in run(sealed, "prune", "--before", "2020-01-01")
    assert "0 verbs are called so" in run(sealed, "prune", "--verb", "danced", fails=True)
    assert "Say what to prune" in run(sealed, "prune", fails=True)
    assert "closing 4: 25 statements" in run(sealed, "prune", "--verb", "experienced")
    assert "1 closings; alarms: 0" in run(sealed, "verify")


def by_day(platform: Platform) -> None:
    [day] = SCHEDULES
    day.run(platform)
    jobs.sweep(platform)


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_wakers", [])


def mailed(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr("lms.seal.tasks.send_mail", lambda _settings, **letter: sent.append(letter))
    return sent


def test_the_latest_root_leaves_once_a_day_when_there_is_a_new_one(
    engine_name: str, sealed: Sealed, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = mailed(sealed.platform, monkeypatch)
    by_day(sealed.platform)
    by_day(sealed.platform)
    [letter] = sent
    root = sealed.verify()[0].root
    assert letter["to"] == "manager@essai.test"
    assert root in letter["text"]
    assert "Gardez cet e-mail" in letter["text"]
    assert "/sceau/" in letter["text"]
    clock.forward(days=1)
    by_day(sealed.platform)
    assert len(sent) == 1, "nothing has changed: no mail"
    sealed.say(2)
    by_day(sealed.platform)
    assert len(sent) == 2
    assert sealed.verify()[0].unsealed == 0
    sealed.say(2)
    by_day(sealed.platform)
    assert len(sent) == 2, "once a day"
    assert sealed.verify()[0].unsealed == 2, "the day's acts are sealed together"


def test_no_letter_leaves_in_the_night(
    engine_name: str, sealed: Sealed, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = mailed(sealed.platform, monkeypatch)
    clock.forward(hours=16)  # 2 in the morning in Paris
    sealed.say(1)
    by_day(sealed.platform)
    assert sent == []
    assert sealed.verify()[0].unsealed == 0
    clock.forward(hours=7)
    by_day(sealed.platform)
    assert len(sent) == 1


def test_what_fails_in_one_organisation_does_not_hold_back_the_others(
    engine_name: str, sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed.attack("DELETE FROM seal_piece")
    sealed.attack("DELETE FROM seal_link")
    done: list[int] = []

    def seal(_platform: Platform, organisation_id: int) -> list[LinkRow]:
        done.append(organisation_id)
        raise OSError("the disk is full")

    monkeypatch.setattr("lms.seal.tasks.seal_now", seal)
    by_day(sealed.platform)
    assert done == [sealed.organisation]
