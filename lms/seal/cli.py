"""`lms ledger`: seal, verify, proof, prune."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

import click

from lms.accounts.api import organisation_by_code, organisations
from lms.kernel.context import OrganisationInfo
from lms.kernel.platform import Platform
from lms.kernel.rights import NotFound
from lms.seal.closing import NothingAsked, plan, prune
from lms.seal.data import Finding, Rule
from lms.seal.proofs import proof
from lms.seal.sealing import seal_now
from lms.seal.verifying import verify

_organisation = click.option("--organisation", default=None, help="Key or name; all of them without it.")


@click.group()
def ledger() -> None:
    """The ledger's seal: make it, verify it, prove a statement, prune."""


@ledger.command("seal")
@_organisation
@click.pass_obj
def seal_ledger(platform: Platform, organisation: str | None) -> None:
    """Seal what is not sealed yet; prints each new root."""
    for here in _some(platform, organisation):
        links = seal_now(platform, here.id)
        for link in links:
            click.echo(f"{here.name}: {link.number}: {link.count} statements, root {link.root.hex()}")
        if not links:
            click.echo(f"{here.name}: nothing new")


@ledger.command("verify")
@_organisation
@click.option("--root", default="", help="A root that you have, from a mail: it has to be in the chain.")
@click.pass_obj
def verify_ledger(platform: Platform, organisation: str | None, root: str) -> None:
    """Recompute every leaf and every root; names what was changed, removed, inserted or moved, and then exits with 1."""
    some = _some(platform, organisation)
    if root and len(some) > 1:
        raise click.ClickException("--root: say of which organisation (--organisation KEY)")
    alarms = 0
    for here in some:
        verdict = verify(platform, here.id, report=_say, root=root)
        alarms += verdict.alarms
        erased, pruned = verdict.counts.get("erased", 0), verdict.counts.get("pruned", 0)
        click.echo(
            f"{here.name}: {verdict.links} links, {verdict.sealed} statements sealed, {verdict.unsealed} not yet; "
            f"{erased} erased with their event, {pruned} closings; alarms: {verdict.alarms}"
        )
        click.echo(f"root: {verdict.root or '-'}")
    sys.exit(1 if alarms else 0)


@ledger.command("proof")
@click.argument("statement_id")
@click.option("--organisation", default=None, help="Key or name; not needed while there is one.")
@click.pass_obj
def prove_statement(platform: Platform, statement_id: str, organisation: str | None) -> None:
    """Print the inclusion proof of a statement, as JSON."""
    with platform.reading(_one(platform, organisation).id) as ctx:
        try:
            found = proof(ctx, statement_id)
        except NotFound as unknown:
            raise click.ClickException(str(unknown)) from None
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))


@ledger.command("prune")
@click.option("--verb", default="", help="An IRI, or the last word of a verb that the platform knows (answered).")
@click.option("--course", default="", help="The key of a course.")
@click.option("--before", default=None, type=click.DateTime(["%Y-%m-%d"]), help="Stored before this day (UTC).")
@click.option("--dry-run", is_flag=True, help="Only say how many, and which figures stand on them.")
@click.option("--organisation", default=None, help="Key or name; not needed while there is one.")
@click.pass_obj
def prune_ledger(platform: Platform, /, organisation: str | None, *, dry_run: bool, **asked: Any) -> None:
    """Let a sealed closing snapshot take the place of the bytes of old statements; the figures stay."""
    here = _one(platform, organisation)
    before: datetime | None = asked["before"]
    rule = Rule(_verb(platform, asked["verb"]), asked["course"], before.replace(tzinfo=UTC) if before else None)
    try:
        found = plan(platform, here.id, rule)
        click.echo(f"{here.name}: {found.statements} statements")
        for name, count in found.figures.items():
            click.echo(f"{name}: {count} figures stand on them")
        for closed in () if dry_run else prune(platform, here.id, rule):
            click.echo(f"closing {closed.link.number}: {closed.count} statements, root {closed.link.root.hex()}")
    except NothingAsked:
        raise click.ClickException("Say what to prune: --verb, --course or --before") from None


def _verb(platform: Platform, said: str) -> str:
    known = [iri for iri in platform.registry.verbs if iri.rpartition("/")[2] == said]
    if said and "://" not in said and len(known) != 1:
        raise click.ClickException(f"--verb {said}: {len(known)} verbs are called so; give the IRI")
    return known[0] if known else said


def _say(one: Finding) -> None:
    place = f" in link {one.number}" if one.number else ""
    click.echo(f"{'ALARM ' if one.is_alarm else ''}{one.kind}: {one.statement_id or '-'}{place} {one.detail}".rstrip())


def _one(platform: Platform, code: str | None) -> OrganisationInfo:
    with platform.database.read_session() as session:
        try:
            return organisation_by_code(session, code)
        except NotFound as unknown:
            raise click.ClickException(str(unknown)) from None


def _some(platform: Platform, code: str | None) -> list[OrganisationInfo]:
    if code is not None:
        return [_one(platform, code)]
    with platform.database.read_session() as session:
        return organisations(session)
