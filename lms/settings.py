"""What an operator can set: one frozen `Settings`, read from the environment variables `LMS_*`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path


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
        return _with_key(cls(**values))  # type: ignore[arg-type]

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


def _with_key(settings: Settings) -> Settings:
    """In development, a key made once in the data folder."""
    if settings.secret_key or not settings.development:
        return settings
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    kept = settings.data_dir / "secret_key"
    if not kept.exists():
        kept.write_text(secrets.token_urlsafe(48))
        kept.chmod(0o600)
    return replace(settings, secret_key=kept.read_text().strip())


def _read(name: str, text: str, kind: str) -> object:
    try:
        if kind == "bool":
            return {"1": True, "true": True, "0": False, "false": False, "": False}[text.lower()]
        if kind == "int":
            return int(text)
    except (KeyError, ValueError) as wrong:
        raise WrongSetting(f"{name}={text!r} is not a {kind}") from wrong
    return Path(text) if kind == "Path" else text
