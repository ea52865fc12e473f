"""Commands on organisations, people and roles."""

from __future__ import annotations

from pathlib import Path

import click

from lms.accounts.contacts import WrongContact, clean_email, clean_phone
from lms.accounts.identity import organisation_by_code
from lms.accounts.operations import ensure_person, grant_role
from lms.accounts.organisations import create_organisation, is_nda, is_siret, is_timezone
from lms.accounts.passwords import WeakPassword, check_strength, hash_password
from lms.accounts.roles import USUAL_SCOPE, matrix_page
from lms.contract.types import Role
from lms.kernel.platform import Platform
from lms.kernel.rights import NotFound


@click.group()
def organisation() -> None:
    """Organisations."""


@organisation.command()
@click.argument("name")
@click.option("--siret", default="", help="14 digits.")
@click.option("--nda", default="", help="Numéro de déclaration d'activité, 11 characters.")
@click.option("--timezone", default="Europe/Paris", show_default=True)
@click.pass_obj
def create(platform: Platform, name: str, siret: str, nda: str, timezone: str) -> None:
    """Create an organisation, and print its key."""
    for value, test in ((siret, is_siret), (nda, is_nda), (timezone, is_timezone)):
        if value and not test(value):
            raise click.ClickException(f"{value!r} is not right")
    with platform.database.writing() as session:
        row = create_organisation(session, name=name, timezone=timezone, siret=siret, nda=nda)
        click.echo(row.key)


@click.group()
def person() -> None:
    """People."""


@person.command()
@click.argument("given_name")
@click.argument("family_name", default="")
@click.option("--email", default="")
@click.option("--phone", default="")
@click.option(
    "--role", "roles", multiple=True, default=(Role.LEARNER.value,), type=click.Choice([role.value for role in Role])
)
@click.option("--password", help="Visible in the list of processes: leave it out to be asked.")
@click.option("--organisation", "code", help="Key or name; optional while there is one.")
@click.pass_obj
def add(
    platform: Platform,
    given_name: str,
    family_name: str,
    *,
    email: str,
    phone: str,
    roles: tuple[str, ...],
    password: str | None,
    code: str | None,
) -> None:
    """Add someone with their roles, or give roles to who is already here; prints their key."""
    hashed = _hashed(_asked() if password is None else password)
    try:
        contacts = {"email": clean_email(email), "phone": clean_phone(phone)}
        with platform.database.read_session() as session:
            here = organisation_by_code(session, code)
    except (WrongContact, NotFound) as wrong:
        raise click.ClickException(str(wrong)) from wrong
    with platform.writing(here.id) as ctx:
        row = ensure_person(ctx, given_name=given_name, family_name=family_name, password_hash=hashed, **contacts)
        for role in map(Role, roles):
            grant_role(ctx, membership_id=row.id, role=role, scope=USUAL_SCOPE[role])
        click.echo(row.key)


def _asked() -> str:
    question = "Password (empty: they enter by a link or a card)"
    return str(click.prompt(question, hide_input=True, confirmation_prompt=True, default="", show_default=False))


def _hashed(password: str) -> str | None:
    if not password:
        return None
    try:
        check_strength(password)
    except WeakPassword as weak:
        raise click.ClickException(str(weak)) from weak
    return hash_password(password)


@click.command()
@click.option("--write", type=click.Path(dir_okay=False, path_type=Path), help="Write the page there.")
@click.pass_obj
def roles(platform: Platform, write: Path | None) -> None:
    """Print the matrix of roles and rights (docs/roles.md)."""
    page = matrix_page(platform.registry.rights.values())
    if write:
        write.write_text(page, encoding="utf-8")
    else:
        click.echo(page, nl=False)


COMMANDS = (organisation, person, roles)
