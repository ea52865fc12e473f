"""The organisation itself: created by the operator, its details, logo, preferences and words changed by those who lead it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from zoneinfo import available_timezones

from sqlalchemy import delete

from lms.accounts.consent import publish_shipped_terms
from lms.accounts.events import LogoChanged, OrganisationChanged, PreferencesChanged, WordsChanged
from lms.accounts.grants import require_everywhere
from lms.accounts.models import Logo, Organisation
from lms.accounts.permissions import WRITE_ORGANISATION
from lms.contract.types import Scope
from lms.kernel.context import Context
from lms.kernel.database import TenantSession
from lms.kernel.preferences import WrongPreference, preference, set_preference
from lms.kernel.wording import choose_word

LA_POSTE = "356000000"
"""La Poste's establishments may add up differently: the sum of their digits is a multiple of 5."""


def create_organisation(
    session: TenantSession, *, name: str, timezone: str = "Europe/Paris", **details: str
) -> Organisation:
    """Create a tenant, with the shipped terms as its first version: an act of the operator, from the command line."""
    row = Organisation(name=name, timezone=timezone, **details)
    session.add(row)
    session.flush()
    publish_shipped_terms(session, organisation_id=row.id)
    return row


def change_organisation(ctx: Context, *, details: Mapping[str, str]) -> None:
    """Change what documents print of the organisation."""
    require_everywhere(ctx, WRITE_ORGANISATION)
    row = ctx.session.get_one(Organisation, ctx.here.id)
    changed = tuple(name for name, value in details.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, details[name])
    if changed:
        ctx.tell(OrganisationChanged(changed))


def change_preferences(ctx: Context, *, chosen: Mapping[str, str]) -> None:
    """Change what the organisation prefers. Raises `WrongPreference` for what is none of hers, or not one of its choices."""
    require_everywhere(ctx, WRITE_ORGANISATION)
    declared = ctx.registry.preferences
    wrong = [name for name in chosen if name not in declared or declared[name].scope is Scope.PERSON]
    if wrong:
        raise WrongPreference(wrong[0])
    changed = tuple(name for name, value in chosen.items() if preference(ctx, name) != value)
    for name in changed:
        set_preference(ctx, name, chosen[name])
    if changed:
        ctx.tell(PreferencesChanged(changed))


def change_logo(ctx: Context, *, picture: bytes) -> None:
    """Show another picture, made small and harmless beforehand (`lms.kernel.media`); without bytes, the name stands alone."""
    require_everywhere(ctx, WRITE_ORGANISATION)
    # Locked: of two logos sent at once, the second takes the place of the first.
    row = ctx.session.get_one(Organisation, ctx.here.id, with_for_update=True)
    if not picture and not row.logo:
        return
    ctx.session.execute(delete(Logo))
    row.logo = ""
    if picture:
        logo = Logo(organisation_id=ctx.here.id, picture=picture, set_at=ctx.now)
        ctx.session.add(logo)
        ctx.session.flush()
        row.logo = logo.key
    ctx.tell(LogoChanged())


def change_words(ctx: Context, *, words: Mapping[tuple[str, str], str]) -> None:
    """Change words of the interface: (audience, term) → the word, or "" for the shipped one."""
    for (audience, term), text in words.items():
        choose_word(ctx, audience=audience, term=term, text=text)
    if words:
        ctx.tell(WordsChanged(tuple(f"{audience}:{term}" for audience, term in words)))


WANTED = ("siret", "nda", "address", "representative", "contact")
"""What documents need beside the name."""


def missing_details(row: Organisation) -> list[str]:
    """Which columns stand empty although documents print them."""
    return [name for name in WANTED if not getattr(row, name)]


def is_siret(text: str) -> bool:
    """Whether 14 digits hold together (Luhn), as each SIRET does."""
    if not re.fullmatch(r"\d{14}", text):
        return False
    if text.startswith(LA_POSTE) and sum(map(int, text)) % 5 == 0:
        return True
    doubled = [int(digit) * (2 if index % 2 == 0 else 1) for index, digit in enumerate(text)]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def is_nda(text: str) -> bool:
    """Whether this has the form of a numéro de déclaration d'activité: 11 digits, or a letter of Corsica in them."""
    return len(text) == 11 and re.fullmatch(r"\d+[AB]?\d+", text) is not None


def is_timezone(text: str) -> bool:
    """Whether the time zone exists."""
    return text in available_timezones()
