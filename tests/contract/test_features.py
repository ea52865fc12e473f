"""Any feature but accounts, xapi and courses can be taken out, together with those that stand on it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from lms.app import FEATURES, build_platform, create_app
from lms.kernel.assets import feature_folder
from lms.kernel.database import Base
from lms.kernel.migrating import migrate_database
from lms.settings import Settings
from tests.factories.world import make_world

STAYING = {"lms.accounts", "lms.xapi", "lms.courses"}
PAGES = {
    "learner": ["/", "/moi", "/moi/donnees"],
    "trainer": ["/groupes", "/parcours-equipe", "/personnes", "/roles"],
    "manager": ["/mots", "/organisme"],
}


def needs(feature: str) -> set[str]:
    """The features whose `api` it imports."""
    found = set()
    for path in feature_folder(feature).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.endswith(".api"):
                found.add(node.module.removesuffix(".api"))
    return (found & set(FEATURES)) - {feature}


def without(feature: str) -> tuple[str, ...]:
    """The features left when one is taken out with all that stand on it."""
    gone = {feature}
    while more := {one for one in FEATURES if one not in gone and needs(one) & gone}:
        gone |= more
    return tuple(one for one in FEATURES if one not in gone)


def optional() -> Iterator[str]:
    yield from (feature for feature in FEATURES if feature not in STAYING)


@pytest.mark.parametrize("feature", list(optional()))
def test_the_platform_lives_without(feature: str, tmp_path: Path) -> None:
    left = without(feature)
    assert set(left) >= STAYING
    platform = build_platform(
        Settings(data_dir=tmp_path, secret_key="s" * 40, narrative_keys="c" * 43 + "=", development=True), features=left
    )
    migrate_database(platform)
    assert Base.metadata.tables
    world = make_world(platform)
    app = create_app(platform)
    for who, addresses in PAGES.items():
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = f"{world.organisation}:{world.members[who]}:1"
            cookie["_fresh"] = True
        for address in addresses:
            assert client.get(address).status_code == 200, f"{address} without {feature}"
    platform.database.close()


def test_features_stand_in_the_order_in_which_they_need_each_other() -> None:
    for place, feature in enumerate(FEATURES):
        assert needs(feature) <= set(FEATURES[:place]), f"{feature} comes before what it needs"
