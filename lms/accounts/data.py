"""What other features and pages may see of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lms.contract.types import Role, Scope


@dataclass(frozen=True, slots=True)
class PersonInfo:
    """Someone in the organisation, as other features may show them."""

    membership_id: int
    key: str
    uuid: str
    name: str
    sort_name: str


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a letter is for: given name, e-mail ("" without one), language; `is_here` unless they have left."""

    given_name: str
    email: str
    language: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Someone in a list."""

    key: str
    name: str
    email: str
    phone: str
    status: str
    roles: tuple[Role, ...]
    has_card: bool = False


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of a list of people."""

    lines: tuple[PersonLine, ...]
    total: int
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A role of someone, with where and when."""

    key: str
    role: Role
    scope: Scope
    starts_at: datetime
    ends_at: datetime | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class CardLine:
    """An access card of someone."""

    key: str
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone whom an e-mail or a number may mean, before any proof."""

    person_id: int
    short_name: str
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class Belonging:
    """A membership that someone may enter, after their proof."""

    organisation_id: int
    membership_id: int
    key: str
    organisation_name: str
