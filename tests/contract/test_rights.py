"""What every right promises to the people whom it reaches."""

from __future__ import annotations

from lms.accounts.erasing import GONE
from lms.accounts.keeping import KEPT
from lms.contract.types import Scope
from lms.kernel.platform import Platform
from tests.contract.test_tables import RETENTION

HOLD_PEOPLE = {Scope.PERSON, Scope.COHORT, Scope.SPACE}


def test_a_right_whose_scope_holds_people_says_what_it_lets_see_of_them(
    shared_platform: Platform, engine_name: str
) -> None:
    """ "" is an answer too: this right touches nobody. "Qui voit quoi de moi" is made of these sentences alone."""
    for right in shared_platform.registry.rights.values():
        if right.scope in HOLD_PEOPLE:
            assert right.about is not None, f"{right.name} does not say what it lets see of someone (`about`)"
        if right.about:
            assert right.about[:1].islower(), f"{right.name}: {right.about!r} follows a name"
            assert not right.about.endswith("."), f"{right.name}: {right.about!r} is an item of a list"


def test_every_retention_class_is_erased_or_kept_for_a_reason(shared_platform: Platform, engine_name: str) -> None:
    assert set(GONE).isdisjoint(KEPT)
    assert set(GONE) | set(KEPT) == RETENTION - {"content", "site"}, "a class of which erasure does not know"
