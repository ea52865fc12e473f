"""`lms serve --demo`: one process fills an empty platform, then serves it."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

from lms import cli
from lms.accounts.api import organisations
from lms.kernel.platform import Platform


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The applications that were served, each for no time at all."""
    found: list[Any] = []
    for name in ("lms.cli.migrate_database", "lms.demo.cli.migrate_database", "lms.cli.signal.signal"):
        monkeypatch.setattr(name, lambda *_arguments: None)
    monkeypatch.setattr("lms.cli.waitress.serve", lambda app, **_options: found.append(app))
    return found


def number_of_organisations(platform: Platform) -> int:
    with platform.database.read_session() as session:
        return len(organisations(session))


def test_an_empty_platform_is_filled_once_and_served_each_time(
    engine_name: str, platform: Platform, served: list[Any]
) -> None:
    for _start in range(2):
        done = CliRunner().invoke(cli.serve, ["--demo"], obj=platform)
        assert done.exit_code == 0, done.output
    assert number_of_organisations(platform) == 1
    assert len(served) == 2


def test_nothing_is_made_where_nobody_asked_for_a_demo(engine_name: str, platform: Platform, served: list[Any]) -> None:
    assert CliRunner().invoke(cli.serve, [], obj=platform).exit_code == 0
    assert number_of_organisations(platform) == 0
    assert len(served) == 1
