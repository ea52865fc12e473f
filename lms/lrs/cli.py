"""`lms xapi client`, `lms xapi revoke`."""

from __future__ import annotations

import click

from lms.accounts.api import organisation_by_code
from lms.kernel.context import OrganisationInfo
from lms.kernel.platform import Platform
from lms.kernel.rights import NotFound
from lms.lrs.credentials import WrongName, add_client, organisation_of_client, revoke_client

_organisation = click.option("--organisation", default=None, help="Key or name; not needed while there is one.")


@click.group("xapi")
def xapi() -> None:
    """Machines that speak at /xapi/."""


@xapi.command()
@click.argument("name")
@_organisation
@click.pass_obj
def client(platform: Platform, name: str, organisation: str | None) -> None:
    """Give a machine credentials; the secret is shown this once."""
    try:
        with platform.writing(_here(platform, organisation).id) as ctx:
            given = add_client(ctx, name)
    except WrongName as wrong:
        raise click.ClickException(str(wrong)) from None
    click.echo(f"key: {given.key}")
    click.echo(f"secret: {given.secret}")


@xapi.command()
@click.argument("key")
@click.pass_obj
def revoke(platform: Platform, key: str) -> None:
    """Take credentials back, within seconds."""
    try:
        with platform.writing(organisation_of_client(platform.database, key)) as ctx:
            revoke_client(ctx, key)
    except NotFound as unknown:
        raise click.ClickException(str(unknown)) from None
    click.echo(f"revoked: {key}")


def _here(platform: Platform, code: str | None) -> OrganisationInfo:
    with platform.database.read_session() as session:
        try:
            return organisation_by_code(session, code)
        except NotFound as unknown:
            raise click.ClickException(str(unknown)) from None
