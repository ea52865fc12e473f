"""Keys: made apart in development, asked for in production with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from lms.app import build_platform, create_app
from lms.settings import MissingSetting, Settings

SECRET = "s" * 40


def test_in_development_each_key_lies_in_a_file_of_its_own_and_stays(tmp_path: Path) -> None:
    environment = {"LMS_DEVELOPMENT": "1", "LMS_DATA_DIR": str(tmp_path)}
    first, again = Settings.from_environment(environment), Settings.from_environment(environment)
    assert first.required_narrative_keys() == again.required_narrative_keys()
    assert first.narrative_keys != first.secret_key
    assert (tmp_path / "narrative_keys").stat().st_mode & 0o777 == 0o600
    Fernet(first.required_narrative_keys()[0])


def test_several_keys_are_separated_by_commas() -> None:
    one, other = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    assert Settings(narrative_keys=f"{one}, {other}").required_narrative_keys() == (one, other)


@pytest.mark.parametrize("keys", ["", ",", "short", "é" * 44, "c" * 43 + "=,short"])
def test_without_a_key_production_refuses_to_start_and_says_what_to_do(tmp_path: Path, keys: str) -> None:
    settings = Settings(data_dir=tmp_path, secret_key=SECRET, narrative_keys=keys)
    platform = build_platform(settings)
    with pytest.raises(MissingSetting, match=r"LMS_NARRATIVE_KEYS.*Make one.*urlsafe_b64encode"):
        create_app(platform)
    platform.database.close()


def test_the_secret_key_does_not_serve_twice() -> None:
    key = Fernet.generate_key().decode()
    with pytest.raises(MissingSetting):
        Settings(secret_key=key, narrative_keys=key).required_narrative_keys()
