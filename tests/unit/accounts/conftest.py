"""What tests of accounts share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event

from lms.kernel.context import Context
from lms.kernel.platform import Platform


@pytest.fixture
def count_statements(platform: Platform) -> Iterator[Callable[[Context], list[str]]]:
    """`count_statements(ctx)`: a list that fills with the statements sent from now on."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    def start(_ctx: Context) -> list[str]:
        event.listen(platform.database.engine, "before_cursor_execute", note)
        return seen

    yield start
    if event.contains(platform.database.engine, "before_cursor_execute", note):
        event.remove(platform.database.engine, "before_cursor_execute", note)
