"""`lms organisation`, `lms person`, `lms roles`."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from lms.accounts.cli import organisation, person, roles
from lms.accounts.identity import organisations
from lms.accounts.models import GrantRow, Membership, Person
from lms.accounts.passwords import is_password
from lms.kernel.platform import Platform


def run(platform: Platform, command: object, *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(command, arguments, obj=platform, input=typed)  # type: ignore[arg-type]


def test_an_organisation_is_created_then_its_manager(platform: Platform) -> None:
    made = run(platform, organisation, "create", "Les Ateliers", "--nda", "11751234575")
    assert made.exit_code == 0, made.output
    added = run(
        platform,
        person,
        "add",
        "Nadia",
        "Benali",
        "--email",
        "nadia@exemple.test",
        "--role",
        "manager",
        typed="une petite phrase\nune petite phrase\n",
    )
    assert added.exit_code == 0, added.output
    with platform.database.read_session() as session:
        here = organisations(session)[0]
    assert here.key == made.output.strip()
    with platform.reading(here.id) as ctx:
        row = ctx.session.scalars(select(Membership)).one()
        assert row.key == added.output.strip().splitlines()[-1]
        assert is_password("une petite phrase", ctx.session.get_one(Person, row.person_id).password_hash)
        assert [(grant.role, grant.scope) for grant in ctx.session.scalars(select(GrantRow))] == [
            ("manager", "organisation")
        ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Nadia", "--email", "x", "--password", "une petite phrase"), "bonne forme"),
        (("Nadia", "--password", "court"), "10 caractères"),
        (("Nadia", "--password", "une petite phrase", "--organisation", "zzz"), "0 found"),
        (("Nadia", "--role", "king"), "king"),
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_added(platform: Platform, arguments: tuple[str, ...], said: str) -> None:
    run(platform, organisation, "create", "Les Ateliers")
    refused = run(platform, person, "add", *arguments)
    assert refused.exit_code != 0
    assert said in refused.output
    with platform.database.read_session() as session:
        session.info["across"] = True
        assert session.scalars(select(Membership)).all() == []


def test_a_wrong_number_makes_no_organisation(platform: Platform) -> None:
    assert run(platform, organisation, "create", "X", "--siret", "1").exit_code != 0
    with platform.database.read_session() as session:
        assert organisations(session) == []


def test_the_matrix_is_printed_or_written(platform: Platform, tmp_path: Path) -> None:
    printed = run(platform, roles).output
    assert "`accounts:person:read`" in printed
    run(platform, roles, "--write", str(tmp_path / "roles.md"))
    assert (tmp_path / "roles.md").read_text(encoding="utf-8") == printed
