"""`lms xapi client`, `clients`, `rotate`, `revoke`."""

from __future__ import annotations

from datetime import date, timedelta

import click

from lms.accounts.api import organisation_by_code
from lms.kernel.clock import local_day, start_of_day
from lms.kernel.context import OrganisationInfo
from lms.kernel.platform import Platform
from lms.kernel.rights import NotFound
from lms.lrs.clients import GRACE, Machine, WrongClient, add_client, machines, revoke_client, rotate_client
from lms.lrs.credentials import organisation_of_client
from lms.lrs.data import Scope

_organisation = click.option("--organisation", default=None, help="Key or name; not needed while there is one.")


@click.group("xapi")
def xapi() -> None:
    """Machines that speak at /xapi/."""


@xapi.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([one.value for one in Scope]),
    help="What it may do; again for more. Default: all.",
)
@click.option(
    "--expires", default=None, metavar="YYYY-MM-DD", help="The last day on which it may speak. Default: none."
)
@click.option(
    "--drop-verb",
    "verbs",
    multiple=True,
    metavar="IRI",
    help="Acknowledge its statements of this verb and do not keep them.",
)
@_organisation
@click.pass_obj
def client(
    platform: Platform,
    name: str,
    scopes: tuple[str, ...],
    expires: str | None,
    verbs: tuple[str, ...],
    organisation: str | None,
) -> None:
    """Give a machine credentials; the secret is shown this once."""
    here = _here(platform, organisation)
    try:
        ends = start_of_day(date.fromisoformat(expires) + timedelta(days=1), here.timezone) if expires else None
    except (ValueError, OverflowError):
        raise click.ClickException(f"--expires: write a day as 2027-03-31, not {expires}") from None
    try:
        with platform.writing(here.id) as ctx:
            given = add_client(ctx, name, scopes=scopes or (Scope.ALL,), expires_at=ends, dropped_verbs=verbs)
    except WrongClient as wrong:
        raise click.ClickException(str(wrong)) from None
    click.echo(f"key: {given.key}")
    click.echo(f"secret: {given.secret}")


@xapi.command()
@_organisation
@click.pass_obj
def clients(platform: Platform, organisation: str | None) -> None:
    """List the machines: key, name, state, what they may do, last use, what is dropped."""
    here, number, pages = _here(platform, organisation), 1, 1
    while number <= pages:
        with platform.reading(here.id) as ctx:
            listed = machines(ctx, number=number)
        for one in listed.lines:
            click.echo("\t".join(_columns(one, here.timezone)))
        number, pages = number + 1, listed.pages


@xapi.command()
@click.argument("key")
@click.option("--at-once", is_flag=True, help="The old secret ends now: others have seen it.")
@click.pass_obj
def rotate(platform: Platform, key: str, *, at_once: bool) -> None:
    """Give a machine a new secret, shown this once; the old one is good for some hours more."""
    try:
        with platform.writing(organisation_of_client(platform.database, key)) as ctx:
            given = rotate_client(ctx, key, is_old_lost=at_once)
    except NotFound as unknown:
        raise click.ClickException(str(unknown)) from None
    click.echo(f"key: {given.key}")
    click.echo(f"secret: {given.secret}")
    if not at_once:
        click.echo(f"The old secret is good for {GRACE.total_seconds() / 3600:.0f} hours more.", err=True)


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


def _columns(one: Machine, zone: str) -> list[str]:
    last = f"used {local_day(one.last_used_at, zone)}" if one.last_used_at else "never used"
    state = "revoked" if one.revoked_at else "expired" if one.is_expired else "good"
    if one.last_day and one.is_good:
        state += f" until {local_day(one.last_day, zone)}"
    return [one.key, one.name, state, " ".join(one.scopes), last, " ".join(one.dropped_verbs)]


def _here(platform: Platform, code: str | None) -> OrganisationInfo:
    with platform.database.read_session() as session:
        try:
            return organisation_by_code(session, code)
        except NotFound as unknown:
            raise click.ClickException(str(unknown)) from None
