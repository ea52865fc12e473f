"""A course that is being written."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.content import publish_fixture


@pytest.fixture
def made(engine_name: Any, platform: Any, world: Any) -> Any:
    return publish_fixture(platform, world)


@pytest.fixture
def author(made: Any, signed_in_as: Any) -> Any:
    """A manager's browser, with a draft begun."""
    browser = signed_in_as("manager")
    assert browser.post(f"/ecrire/{made.key}/commencer").status_code == 303
    return browser
