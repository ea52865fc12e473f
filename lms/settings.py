"""What an operator can set: one frozen `Settings`, read from the environment variables `LMS_*`."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

NARRATIVE_KEY_BYTES = 32


class MissingSetting(Exception):
    """A setting without which the platform refuses to start."""


class WrongSetting(Exception):
    """A setting whose value cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Each field is read from `LMS_<NAME IN CAPITALS>`; the text under it is its documentation."""

    database_url: str = ""
    """Where the data lives: `sqlite:////path/file.db` or `postgresql://user@host/name`. Empty: `lms.db` in the data folder."""
    data_dir: Path = Path("var")
    """Folder for the SQLite database, files, the job queue and, in development, mails and the secret key."""
    secret_key: str = ""
    """Signs cookies and links, 32 characters or more. Required by `lms serve`, made in the data folder in development."""
    narrative_keys: str = ""
    """Lock what is sensitive: keys separated by commas, the first locks, each unlocks. Required, made as the secret key is."""
    base_url: str = ""
    """The address that people type, such as `https://parcours.example.org`. Used in mails and, at first start, as IRI prefix."""
    development: bool = False
    """`1` for a developer's machine: a key is made, mails become files, cookies travel over plain HTTP."""
    mail_url: str = ""
    """`smtp://user:password@host:587`. Empty: each mail becomes an `.eml` file in the data folder."""
    mail_sender: str = "Tremplin <ne-pas-repondre@localhost>"
    """The sender of mails."""
    sms_url: str = ""
    """Address that receives `{"to", "text"}` by POST to send a text message. Empty: no text messages."""
    threads: int = 8
    """Threads of the embedded server."""
    workers: int = 1
    """Threads of the child process that runs jobs; 0 starts none."""
    max_upload_mb: int = 20
    """The largest request that is read, in megabytes."""
    trust_proxy: int = 0
    """How many reverse proxies stand in front and set `X-Forwarded-*`; 0: none is believed."""
    log_level: str = "INFO"
    """`DEBUG`, `INFO`, `WARNING` or `ERROR`. Logs carry no names, addresses or keys of people."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read `LMS_*`; an unknown name or an unreadable value raises `WrongSetting`."""
        known = {f"LMS_{field.name.upper()}": field for field in fields(cls)}
        values: dict[str, object] = {}
        for name, text in environment.items():
            if not name.startswith("LMS_") or name in {"LMS_SOAK", "LMS_TEST"}:
                continue
            if name not in known:
                raise WrongSetting(f"{name}: no such setting. Known: {', '.join(sorted(known))}")
            values[known[name].name] = _read(name, text, str(known[name].type))
        return _with_keys(cls(**values))  # type: ignore[arg-type]

    @property
    def resolved_database_url(self) -> str:
        """The database's address with the driver that we use."""
        url = self.database_url or f"sqlite:///{self.data_dir.resolve() / 'lms.db'}"
        return url.replace("postgresql://", "postgresql+psycopg://", 1)

    def required_secret_key(self) -> str:
        """The secret key, or `MissingSetting` with what to do."""
        if len(self.secret_key) < 32:
            raise MissingSetting(
                "LMS_SECRET_KEY is missing or shorter than 32 characters. "
                "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        return self.secret_key

    def required_narrative_keys(self) -> tuple[str, ...]:
        """The keys that lock sensitive texts, or `MissingSetting` with what to do."""
        found = tuple(key.strip() for key in self.narrative_keys.split(",") if key.strip())
        if not found or not all(_is_narrative_key(key) for key in found) or self.secret_key in found:
            raise MissingSetting(
                "LMS_NARRATIVE_KEYS is missing, or holds something other than keys of 32 bytes in base64, or the secret key. "
                "Make one, and keep it apart from the database and its backups, with: "
                "python3 -c 'import base64, secrets; print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())' "
                "To change it, put the new one first and leave the old one behind it, after a comma."
            )
        return found


def _is_narrative_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, altchars=b"-_", validate=True)) == NARRATIVE_KEY_BYTES
    except ValueError:
        return False


def _new_narrative_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(NARRATIVE_KEY_BYTES)).decode()


def _with_keys(settings: Settings) -> Settings:
    """In development, keys made once, each in a file of its own in the data folder."""
    if not settings.development:
        return settings
    secret = settings.secret_key or _kept_key(settings.data_dir / "secret_key", lambda: secrets.token_urlsafe(48))
    narrative = settings.narrative_keys or _kept_key(settings.data_dir / "narrative_keys", _new_narrative_key)
    return replace(settings, secret_key=secret, narrative_keys=narrative)


def _kept_key(path: Path, make: Callable[[], str]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(0o600)
        path.write_text(make())
    return path.read_text().strip()


def _read(name: str, text: str, kind: str) -> object:
    try:
        if kind == "bool":
            return {"1": True, "true": True, "0": False, "false": False, "": False}[text.lower()]
        if kind == "int":
            return int(text)
    except (KeyError, ValueError) as wrong:
        raise WrongSetting(f"{name}={text!r} is not a {kind}") from wrong
    return Path(text) if kind == "Path" else text
