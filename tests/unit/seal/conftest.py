"""A ledger with something in it, and what an attacker with the database in hand can do to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from lms.kernel.database import Base
from lms.kernel.platform import Platform
from lms.seal import sealing
from lms.seal.data import Finding, Verdict
from lms.seal.sealing import seal_now
from lms.seal.verifying import verify
from lms.xapi.api import EXPERIENCED, record
from tests.factories.world import World
from tests.unit.xapi.conftest import Class, school

__all__ = ["school"]


@dataclass
class Sealed:
    """A sealed ledger."""

    platform: Platform
    organisation: int
    names: list[str]
    school: Class

    def verify(self, **options: Any) -> tuple[Verdict, list[Finding]]:
        """What a verification says."""
        found: list[Finding] = []
        verdict = verify(self.platform, self.organisation, report=found.append, **options)
        assert Counter(one.kind for one in found) == verdict.counts
        return verdict, found

    def alarms(self, **options: Any) -> set[tuple[str, str]]:
        """(kind, statement) of what should not be."""
        return {(one.kind, one.statement_id) for one in self.verify(**options)[1] if one.is_alarm}

    def attack(self, command: str, **values: Any) -> None:
        """Past the platform, in the database itself."""
        with self.platform.database.engine.begin() as connection:
            if self.platform.database.is_sqlite:
                connection.execute(text("PRAGMA defer_foreign_keys=ON"))
            connection.execute(text(command), values)

    def value(self, command: str, **values: Any) -> Any:
        """One value of the database."""
        with self.platform.database.engine.connect() as connection:
            return connection.execute(text(command), values).scalar()

    def columns(self) -> set[str]:
        """The columns of a statement."""
        return {one.name for one in Base.metadata.tables["xapi_statement"].columns}

    def say(self, count: int, who: str = "learner", **values: Any) -> list[str]:
        """More statements, committed."""
        with self.platform.writing(self.organisation) as ctx:
            said = [self.school.said(ctx, who, verb=EXPERIENCED, seconds=1.0, **values) for _ in range(count)]
            record(ctx, said)
        return [one.id for one in said]

    def seal(self) -> list[Any]:
        """Seal what is new."""
        return seal_now(self.platform, self.organisation)


@pytest.fixture
def small_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """Links of 12 statements and pieces of 4: what takes 100,000 statements takes 25."""
    monkeypatch.setattr(sealing, "BATCH", 12)
    monkeypatch.setattr(sealing, "PIECE", 4)
    monkeypatch.setattr("lms.seal.proofs.PIECE", 4)


@pytest.fixture
def sealed(small_links: None, platform: Platform, world: World, school: Class) -> Sealed:
    """25 statements under three links, the last of one statement."""
    found = Sealed(platform, world.organisation, [], school)
    found.names = found.say(15) + found.say(10, "coach")
    assert [link.count for link in found.seal()] == [12, 12, 1]
    return found


Attack = Callable[[Sealed], None]
