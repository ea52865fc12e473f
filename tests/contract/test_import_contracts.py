"""Each import contract catches a forbidden import: one is planted for each, in a copy of the code."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LAYERS = "1 Layers, top to bottom"
MIGRATIONS = "1 Migrations import only alembic and sqlalchemy"
ONLY_API = "2 Features meet only through each other's api"
CYCLES = "3 No cycles"
INSIDE = "4 Layers inside a feature"
NO_FLASK = "5 Business code imports no Flask"
ACTIVITIES = "6 Activity types do not know each other"
ROOMS = "6 Rooms do not know each other"
PLUGGY = "7 pluggy is spoken in two files"


@dataclass(frozen=True)
class Plant:
    """Files to write, and the contract that they must break."""

    name: str
    breaks: str
    files: dict[str, str]


PLANTS = [
    Plant(
        "the kernel imports a feature", LAYERS, {"kernel/planted.py": "import lms.accounts.api", "accounts/api.py": ""}
    ),
    Plant("a lower feature imports a higher one", LAYERS, {"xapi/planted.py": "from lms.courses import api"}),
    Plant("a course imports the editor", LAYERS, {"courses/planted.py": "import lms.authoring.fields"}),
    Plant("the editor imports what only courses know", ONLY_API, {"authoring/planted.py": "import lms.courses.models"}),
    Plant(
        "the interface imports the kernel",
        LAYERS,
        {"ui/planted.py": "import lms.kernel.planted", "kernel/planted.py": ""},
    ),
    Plant("the contract imports the kernel", LAYERS, {"contract/planted.py": "import lms.kernel"}),
    Plant("an activity type imports a room", LAYERS, {"activities/planted/views.py": "import lms.rooms.planted.api"}),
    Plant("a new package has no declared place", LAYERS, {"planted/__init__.py": ""}),
    Plant("a migration imports a model", MIGRATIONS, {"migrations/versions/x.py": "import lms.accounts.models"}),
    Plant("a migration imports another package", MIGRATIONS, {"migrations/versions/20990101_0000_x.py": "import yaml"}),
    Plant("a feature imports another's models", ONLY_API, {"courses/planted.py": "import lms.accounts.models"}),
    Plant(
        "a feature imports a name from another's queries",
        ONLY_API,
        {"courses/views.py": "from lms.accounts.queries import x", "accounts/queries.py": "x = 1"},
    ),
    Plant(
        "an activity type imports a feature's data for its types alone",
        ONLY_API,
        {
            "activities/planted/views.py": (
                "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from lms.courses.data import x"
            ),
            "courses/data.py": "x = 1",
        },
    ),
    Plant(
        "a feature imports another inside a function",
        ONLY_API,
        {"courses/planted.py": "def f():\n    import lms.accounts.data"},
    ),
    Plant(
        "two things of a feature import each other",
        CYCLES,
        {
            "activities/planted/one.py": "import lms.activities.planted.two",
            "activities/planted/two.py": "import lms.activities.planted.one",
        },
    ),
    Plant(
        "two features import each other's api",
        CYCLES,
        {
            "courses/planted.py": "import lms.competences.api",
            "competences/planted.py": "import lms.courses.api",
            "competences/api.py": "",
        },
    ),
    Plant(
        "operations import views",
        INSIDE,
        {"activities/planted/operations.py": "from lms.activities.planted import views"},
    ),
    Plant(
        "queries import operations",
        INSIDE,
        {"activities/planted/queries.py": "import lms.activities.planted.operations"},
    ),
    Plant(
        "views import their neighbour rest",
        INSIDE,
        {"activities/planted/views.py": "import lms.activities.planted.rest"},
    ),
    Plant(
        "permissions import models",
        INSIDE,
        {"activities/planted/permissions.py": "import lms.activities.planted.models"},
    ),
    Plant(
        "a thing imports operations",
        INSIDE,
        {"activities/planted/grading.py": "import lms.activities.planted.operations"},
    ),
    Plant(
        "models import a thing", INSIDE, {"courses/models.py": "import lms.courses.planted", "courses/planted.py": ""}
    ),
    Plant("operations import flask", NO_FLASK, {"activities/planted/operations.py": "import flask"}),
    Plant(
        "a thing imports werkzeug", NO_FLASK, {"activities/planted/grading.py": "from werkzeug.http import http_date"}
    ),
    Plant(
        "queries reach flask through the kernel",
        NO_FLASK,
        {"activities/planted/queries.py": "import lms.kernel.planted", "kernel/planted.py": "import flask"},
    ),
    Plant(
        "an activity type imports another",
        ACTIVITIES,
        {"activities/planted/plugin.py": "import lms.activities.other.api"},
    ),
    Plant("a room imports another", ROOMS, {"rooms/planted/plugin.py": "import lms.rooms.other.api"}),
    Plant("a third file speaks pluggy", PLUGGY, {"kernel/planted.py": "import pluggy"}),
]

# What the plants rely on, whether or not the code has it.
SCENERY = {
    "migrations/__init__.py": "",
    "migrations/versions/__init__.py": "",
    "accounts/models.py": "",
    "accounts/data.py": "",
    "courses/api.py": "",
    "rooms/__init__.py": "",
    **{
        f"{shelf}/{feature}/{module}.py": ""
        for shelf in ("activities", "rooms")
        for feature in ("planted", "other")
        for module in ("__init__", "api", "operations", "views", "rest", "models")
    },
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The Python code, the rules and what the plants rely on."""
    shutil.copytree(
        ROOT / "lms",
        tmp_path / "lms",
        ignore=shutil.ignore_patterns("static", "templates", "translations", "__pycache__"),
    )
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, text in SCENERY.items():
        if not (tmp_path / "lms" / path).exists():
            write(tmp_path / "lms" / path, text)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{text}\n", encoding="utf-8")


def broken_contracts(folder: Path) -> set[str]:
    """The names of the contracts that import-linter reports as broken there."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()"]
    done = subprocess.run(
        [*command, "--no-logo", "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert "Contracts: " in done.stdout, done.stdout + done.stderr
    verdicts = re.findall(r"^(\d .+) (KEPT|BROKEN)", done.stdout, re.MULTILINE)
    assert {name for name, _ in verdicts} == {plant.breaks for plant in PLANTS}, "a contract without a plant"
    return {name for name, verdict in verdicts if verdict == "BROKEN"}


def test_the_code_keeps_every_contract(copy: Path) -> None:
    assert broken_contracts(copy) == set()


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_planted_import_is_caught(copy: Path, plant: Plant) -> None:
    for path, text in plant.files.items():
        write(copy / "lms" / path, text)
    assert plant.breaks in broken_contracts(copy)


def test_there_is_no_list_of_exceptions() -> None:
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    assert not [contract["name"] for contract in rules["contracts"] if "ignore_imports" in contract]
