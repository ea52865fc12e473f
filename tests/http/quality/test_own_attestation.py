"""An attestation of what one can do, from "Ce que je sais faire": only what is acquired, only one's own."""

from __future__ import annotations

import io
import json
from typing import Any

import pikepdf
import pytest
from flask import Flask

from lms.competences.api import ACQUIRED, acquisitions
from lms.kernel.platform import Platform
from lms.quality.skills import own_attestation
from tests.conftest import TestClock
from tests.factories.quality import Followed, make_followed_cohort
from tests.factories.world import DEVICE, World


@pytest.fixture
def followed(platform: Platform, world: World) -> Followed:
    found = make_followed_cohort(platform, world, people=2, each=20)
    for number, enrolment in enumerate(found.enrolments):
        name = f"followed{number}"
        world.members[name], world.organisations[name] = enrolment.membership_id, world.organisation
        with platform.writing(world.organisation, enrolment.membership_id) as ctx:
            from lms.accounts.api import accept_terms
            from lms.accounts.devices import add_device

            accept_terms(ctx)
            add_device(ctx, key=DEVICE, way="password", kind="")
    return found


def client_of(app: Flask, world: World, who: str) -> Any:
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{world.organisations[who]}:{world.members[who]}:{DEVICE}"
        cookie["_fresh"] = True
    return client


def address_of(followed: Followed, number: int = 0) -> str:
    return f"/ce-que-je-sais-faire/attestation/{followed.enrolments[number].key}.pdf"


def test_it_holds_what_is_acquired_with_its_date_and_nothing_else(
    app: Flask, platform: Platform, world: World, followed: Followed
) -> None:
    client = client_of(app, world, "followed0")
    page = client.get("/ce-que-je-sais-faire").text
    assert address_of(followed) in page
    answer = client.get(address_of(followed), buffered=True)
    assert answer.mimetype == "application/pdf"
    with platform.reading(world.organisation, world.members["followed0"]) as ctx:
        standing = acquisitions(ctx, membership_ids=[world.members["followed0"]], version_id=followed.version_id)[
            world.members["followed0"]
        ]
    acquired = {one.competence.code for one in standing if one.state == ACQUIRED}
    assert acquired
    assert acquired != {one.competence.code for one in standing}
    with pikepdf.open(io.BytesIO(answer.data)) as document:
        attached = json.loads(next(iter(document.attachments.values())).get_file().read_bytes())
        assert "Attestation de compétences" in str(document.docinfo.get("/Title"))
    assert {one["code"] for one in attached["competences"]} == acquired
    assert attached["activities"] == []
    assert {one["state"] for one in attached["competences"]} == {"acquired"}


def test_it_is_made_again_at_any_time_and_says_its_day(
    app: Flask, platform: Platform, world: World, followed: Followed, clock: TestClock
) -> None:
    with platform.reading(world.organisation, world.members["followed0"]) as ctx:
        first = own_attestation(ctx, followed.enrolments[0].key)
    clock.forward(days=1)
    with platform.reading(world.organisation, world.members["followed0"]) as ctx:
        name, second = own_attestation(ctx, followed.enrolments[0].key)
    assert name.endswith("24-11-2026.pdf")
    assert first[1] != second


def test_anothers_attestation_is_not_found(app: Flask, world: World, followed: Followed) -> None:
    reference = client_of(app, world, "followed1").get("/ce-que-je-sais-faire/attestation/zzzzzzzzzz.pdf")
    for who in ("followed1", "learner", "trainer", "manager", "other_learner"):
        answer = client_of(app, world, who).get(address_of(followed))
        assert answer.status_code == 404, who
    assert client_of(app, world, "followed1").get(address_of(followed)).data == reference.data


def test_there_is_none_while_nothing_is_acquired(app: Flask, platform: Platform, world: World) -> None:
    found = make_followed_cohort(platform, world, people=1, each=0)
    world.members["followed0"], world.organisations["followed0"] = found.enrolments[0].membership_id, world.organisation
    with platform.writing(world.organisation, world.members["followed0"]) as ctx:
        from lms.accounts.api import accept_terms
        from lms.accounts.devices import add_device

        accept_terms(ctx)
        add_device(ctx, key=DEVICE, way="password", kind="")
    client = client_of(app, world, "followed0")
    assert "attestation" not in client.get("/ce-que-je-sais-faire").text
    assert client.get(address_of(found)).status_code == 404
