"""Prepare a bundle in a browser, fetch it, verify one; whoever may not know of it is told nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import GrantRow
from lms.contract.types import Role, Scope
from lms.kernel import jobs
from lms.kernel.platform import Platform
from lms.quality.models import Bundle
from lms.quality.verification import verify_bundle
from tests.factories.quality import Followed
from tests.factories.world import World

SignIn = Callable[[str], FlaskClient]


def page_of(followed: Followed) -> str:
    return f"/groupes/{followed.cohort.key}/preuves"


def prepared(platform: Platform, client: FlaskClient, followed: Followed) -> str:
    """The address of the job, once it is done."""
    answer = client.post(page_of(followed))
    assert answer.status_code == 303
    jobs.sweep(platform)
    return str(answer.headers["Location"])


def test_a_manager_prepares_a_bundle_and_fetches_it(
    engine_name: str, platform: Platform, world: World, followed: Followed, signed_in_as: SignIn
) -> None:
    client = signed_in_as("manager")
    assert "Aucun dossier pour ce groupe" in client.get(page_of(followed)).text
    job = prepared(platform, client, followed)
    assert page_of(followed) in client.get(job).text
    page = client.get(page_of(followed)).text
    with platform.reading(world.organisation) as ctx:
        bundle = ctx.session.scalars(select(Bundle)).one()
    assert bundle.manifest_sha256 in page
    assert "Manager Essai" in page
    answer = client.get(f"/preuves/{bundle.key}/dossier", buffered=True)
    assert answer.mimetype == "application/zip"
    assert "attachment; filename=preuves-pp-2026-2026-11-23.zip" in answer.headers["Content-Disposition"]
    assert verify_bundle(io.BytesIO(answer.data), manifest_hash=bundle.manifest_sha256).is_intact
    assert client.get("/preuves").text.count(bundle.manifest_sha256) >= 1


def test_a_button_pressed_twice_prepares_one_bundle(
    engine_name: str, platform: Platform, world: World, followed: Followed, signed_in_as: SignIn
) -> None:
    client = signed_in_as("manager")
    first, second = (client.post(page_of(followed)).headers["Location"] for _ in range(2))
    assert first == second
    jobs.sweep(platform)
    assert client.post(page_of(followed)).headers["Location"] != first


def test_the_group_s_page_leads_to_its_evidence(engine_name: str, followed: Followed, signed_in_as: SignIn) -> None:
    assert page_of(followed) in signed_in_as("manager").get(f"/groupes/{followed.cohort.key}").text
    assert page_of(followed) not in signed_in_as("trainer").get(f"/groupes/{followed.cohort.key}").text


@pytest.mark.parametrize("who", ["trainer", "coach", "learner", "company_head", "other_manager", "other_auditor"])
def test_whoever_may_not_know_of_it_sees_a_missing_page(
    engine_name: str, platform: Platform, world: World, followed: Followed, signed_in_as: SignIn, who: str
) -> None:
    prepared(platform, signed_in_as("manager"), followed)
    with platform.reading(world.organisation) as ctx:
        key = ctx.session.scalars(select(Bundle.key)).one()
    client = signed_in_as(who)
    assert client.get(page_of(followed)).status_code == 404
    assert client.post(page_of(followed)).status_code == 404
    assert client.get(f"/preuves/{key}/dossier").status_code == 404
    assert page_of(followed) not in client.get("/preuves").text


def test_an_auditor_of_one_group_sees_that_group_only(
    engine_name: str, platform: Platform, world: World, followed: Followed, signed_in_as: SignIn
) -> None:
    prepared(platform, signed_in_as("manager"), followed)
    with platform.writing(world.organisation) as ctx:
        for grant in ctx.session.scalars(select(GrantRow).where(GrantRow.membership_id == world.members["auditor"])):
            grant.ends_at = grant.starts_at
        ctx.session.add(
            GrantRow(
                organisation_id=world.organisation,
                membership_id=world.members["auditor"],
                role=Role.AUDITOR,
                scope=Scope.COHORT,
                scope_id=followed.cohort.id + 1,
                starts_at=ctx.now,
            )
        )
    client = signed_in_as("auditor")
    assert client.get(page_of(followed)).status_code == 404
    assert "Aucun dossier pour le moment" in client.get("/preuves").text
    with platform.writing(world.organisation) as ctx:
        ctx.session.scalars(select(GrantRow).where(GrantRow.scope == Scope.COHORT)).one().scope_id = followed.cohort.id
    assert client.get(page_of(followed)).status_code == 200
    assert "Automne 2026, Bobigny" in client.get("/preuves").text


def test_a_bundle_that_is_uploaded_is_verified_and_its_hash_looked_up(
    engine_name: str, platform: Platform, world: World, followed: Followed, signed_in_as: SignIn
) -> None:
    manager, trainer = signed_in_as("manager"), signed_in_as("trainer")
    prepared(platform, manager, followed)
    with platform.reading(world.organisation) as ctx:
        key = ctx.session.scalars(select(Bundle.key)).one()
    data = manager.get(f"/preuves/{key}/dossier", buffered=True).data

    def upload(client: FlaskClient, content: bytes) -> str:
        return client.post("/preuves/verifier", data={"file": (io.BytesIO(content), "x.zip")}).text

    page = upload(manager, data)
    assert "Intact" in page
    assert "La plateforme a gardé cette empreinte" in page
    altered = bytearray(data)
    altered[len(data) // 2] ^= 1
    page = upload(manager, bytes(altered))
    assert "Modifié ou abîmé" in page
    assert re.search(r"personnes/|traces/", page)
    assert "ne connaît pas cette empreinte" in upload(trainer, data)  # a trainer may verify, not know of bundles
    assert "pas un dossier de preuves lisible" in upload(manager, b"rien")


def test_a_hash_alone_can_be_looked_up(
    engine_name: str, platform: Platform, world: World, followed: Followed, signed_in_as: SignIn
) -> None:
    client = signed_in_as("auditor")
    prepared(platform, client, followed)
    with platform.reading(world.organisation) as ctx:
        digest = ctx.session.scalars(select(Bundle.manifest_sha256)).one()
    page = client.post("/preuves/verifier", data={"manifest_hash": f" {digest.upper()}\n"}).text
    assert "La plateforme a gardé cette empreinte" in page
    assert "ne connaît pas" in client.post("/preuves/verifier", data={"manifest_hash": "0" * 64}).text
    assert "64 caractères" in client.post("/preuves/verifier", data={"manifest_hash": "abc"}).text
    assert (
        "ne connaît pas" in signed_in_as("other_auditor").post("/preuves/verifier", data={"manifest_hash": digest}).text
    )


def test_pages_write_nothing_and_hold_no_inline_style(
    engine_name: str,
    platform: Platform,
    followed: Followed,
    signed_in_as: SignIn,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    client = signed_in_as("manager")
    job = prepared(platform, client, followed)
    for address in (page_of(followed), "/preuves", "/preuves/verifier", job):
        with count_queries() as sent:
            answer = client.get(address)
        assert answer.status_code == 200
        assert not [one for one in sent if re.match(r"(?i)\s*(insert|update|delete)", one)]
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)", answer.text)
        assert "conforme" not in answer.text.lower()


def test_a_page_has_no_more_queries_when_there_are_more_bundles(
    engine_name: str,
    platform: Platform,
    followed: Followed,
    signed_in_as: SignIn,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    client = signed_in_as("manager")
    counts = []
    for _ in range(2):
        prepared(platform, client, followed)
        with count_queries() as sent:
            client.get(page_of(followed))
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_the_interface_speaks_english_too(engine_name: str, followed: Followed, signed_in_as: SignIn) -> None:
    client = signed_in_as("manager")
    client.post("/langue", data={"language": "en"})
    page = client.get(page_of(followed)).text
    assert "Prepare the evidence bundle" in page
    assert "No bundle for this group" in page
