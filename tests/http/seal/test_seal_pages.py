"""The public page of roots; the page of staff: verify now, and what was found."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.accounts.api import actor_of
from lms.contract.types import Source
from lms.kernel import jobs
from lms.kernel.platform import Platform
from lms.seal.api import links, seal_now
from lms.xapi.api import COMPLETED, Said, record
from tests.factories.world import World

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def key(platform: Platform, world: World) -> str:
    """An organisation with three sealed statements: its key."""
    with platform.writing(world.organisation) as ctx:
        for _ in range(3):
            record(
                ctx,
                [
                    Said(
                        id=str(uuid.uuid4()), actor=actor_of(ctx, world.members["learner"]), verb=COMPLETED,
                        activity=f"{ctx.iri_prefix}/a/abcdefghij", activity_type="http://adlnet.gov/expapi/activities/lesson",
                        activity_name="Essai", source=Source.SERVER, occurred_at=ctx.now, timestamp=ctx.now,
                    )
                ],
            )  # fmt: skip
        found = ctx.here.key
    seal_now(platform, world.organisation)
    return found


def root_of(platform: Platform, world: World) -> str:
    with platform.reading(world.organisation) as ctx:
        return links(ctx)[-1].root.hex()


def test_anyone_compares_a_root_and_reads_nothing_else(
    engine_name: str, platform: Platform, world: World, client: FlaskClient, key: str
) -> None:
    root = root_of(platform, world)
    page = client.get(f"/sceau/{key}").text
    assert root in page
    for hidden in ("Learner", "Manager", "3 actes", "abcdefghij"):
        assert hidden not in page
    assert "est dans la liste" in client.get(f"/sceau/{key}?empreinte=+{root.upper()}+").text
    for wrong in ("0" * 64, "rien", "%00", "é" * 200):
        assert "pas dans la liste" in client.get(f"/sceau/{key}", query_string={"empreinte": wrong}).text
    assert client.get("/sceau/zzzzzzzzzz").status_code == 404
    assert client.get("/sceau/Association Essai").status_code == 404


def test_the_list_of_organisations_is_nobodys_business(engine_name: str, client: FlaskClient, key: str) -> None:
    page = client.get("/sceau").text
    assert "Association Essai" not in page
    assert key not in page


def test_staff_verify_now_and_read_the_result(
    engine_name: str, platform: Platform, world: World, signed_in_as: SignIn, key: str
) -> None:
    client = signed_in_as("manager")
    page = client.get("/registre/sceau").text
    assert root_of(platform, world) in page
    assert "Aucune vérification" in page
    job = client.post("/registre/sceau", data={"root": root_of(platform, world)}).headers["Location"]
    assert client.post("/registre/sceau").headers["Location"] == job, "asked twice, done once"
    jobs.sweep(platform)
    assert "/registre/sceau" in client.get(job).text
    assert "Rien n’a été changé" in client.get("/registre/sceau").text


def test_what_is_found_is_said_in_words(
    engine_name: str, platform: Platform, world: World, signed_in_as: SignIn, key: str
) -> None:
    with platform.database.engine.begin() as connection:
        connection.execute(text("UPDATE xapi_statement SET scaled = 1.0"))
    client = signed_in_as("auditor")
    client.post("/registre/sceau", data={"root": "0" * 64})
    jobs.sweep(platform)
    page = client.get("/registre/sceau").text
    assert "Quelque chose ne va pas" in page
    assert page.count("colonnes changées à côté du texte") == 3
    assert "l’empreinte donnée n’est pas dans la chaîne" in page


def test_each_sees_the_seal_of_their_own_organisation(
    engine_name: str, platform: Platform, world: World, signed_in_as: SignIn, key: str
) -> None:
    assert root_of(platform, world) not in signed_in_as("other_manager").get("/registre/sceau").text
    for who in ("learner", "trainer", "coach"):
        assert signed_in_as(who).get("/registre/sceau").status_code == 404
