"""What plugins contribute is complete, unique and documented."""

from __future__ import annotations

import inspect
from dataclasses import fields
from pathlib import Path

import pytest

from lms.contract.hooks import Hooks
from lms.contract.types import Scope
from lms.kernel.platform import Platform
from lms.kernel.registry import RefusedToBoot, load_registry
from lms.settings import Settings
from tools import settings_page

DOCS = Path(__file__).parents[2] / "docs"


def test_verbs_have_french_and_english_names(shared_platform: Platform, engine_name: str) -> None:
    for verb in shared_platform.registry.verbs.values():
        assert verb.fr
        assert verb.en
        assert verb.iri.startswith("http")


def test_rights_are_named_feature_object_action(shared_platform: Platform, engine_name: str) -> None:
    for right in shared_platform.registry.rights.values():
        assert len(right.name.split(":")) == 3, right.name
        assert right.roles, right.name
        assert right.scope in Scope


def test_every_hook_is_documented() -> None:
    page = (DOCS / "plugin.md").read_text()
    hooks = [name for name, value in vars(Hooks).items() if inspect.isfunction(value)]
    assert hooks
    for name in hooks:
        assert f"`{name}" in page, f"docs/plugin.md does not speak of {name}"


def test_every_setting_is_documented() -> None:
    assert (DOCS / "settings.md").read_text() == settings_page.page()
    assert all(f"`LMS_{field.name.upper()}`" in settings_page.page() for field in fields(Settings))


def test_two_plugins_that_claim_the_same_right_refuse_to_boot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one_thing", "other_thing"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        (folder / "plugin.py").write_text(
            "from lms.contract.hooks import hookimpl\nfrom lms.contract.types import Verb\n"
            "@hookimpl\ndef verbs():\n    return (Verb('http://example.org/v', 'a', 'b'),)\n"
        )
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(RefusedToBoot, match=r"one_thing.*other_thing"):
        load_registry(["one_thing", "other_thing"], third_party=False)


def test_a_misspelt_hook_refuses_to_boot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "misspelt"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "plugin.py").write_text(
        "from lms.contract.hooks import hookimpl\n@hookimpl\ndef permisions():\n    return ()\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(RefusedToBoot, match="permisions"):
        load_registry(["misspelt"], third_party=False)
