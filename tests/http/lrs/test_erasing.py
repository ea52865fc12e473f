"""After an erasure, nothing that machines said of the person is left: no row, no file, no key of the search; the chain holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts import erasing
from lms.accounts.api import actor_of, ensure_person, grant_role
from lms.accounts.tasks import TIDY
from lms.contract.types import Role, Scope
from lms.kernel import jobs
from lms.kernel.database import Base
from lms.kernel.delivery import deliver_events
from lms.kernel.platform import Platform
from lms.seal.api import seal_now
from lms.seal.data import Finding
from lms.seal.verifying import verify
from lms.xapi.api import identifiers_of, thing_of
from lms.xapi.models import AttachmentRow, StatementRow
from tests.conftest import PREFIX, TestClock
from tests.factories.machines import Machine, make_machine, new_id, statement
from tests.factories.world import World

NAME, FAMILY, EMAIL = "Zénobie", "Quatremère", "zenobie.q@essai.test"
SECRET = b"Attestation de Zenobie Quatremere, PDF"


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_wakers", [])


def dumped(platform: Platform) -> Iterator[tuple[str, bytes]]:
    """(where, bytes) of every column of every table, whatever its type; and of every file of the data folder."""
    with platform.database.read_session() as session:
        session.info["across"] = True
        for mapper in Base.registry.mappers:
            columns = list(mapper.local_table.columns)
            for row in session.execute(select(*columns)):
                for column, value in zip(columns, row, strict=True):
                    held = (
                        value
                        if isinstance(value, bytes)
                        else json.dumps(value, ensure_ascii=False, default=str).encode()
                    )
                    yield f"{mapper.local_table.name}.{column.name}", held
    for path in platform.settings.data_dir.rglob("*"):
        if path.is_file() and "mail" not in path.parts and not path.name.startswith(("lms.db", "queue.db")):
            yield str(path), path.name.encode() + path.read_bytes()


def left(platform: Platform, pseudonym: str) -> set[str]:
    """Where something of the person is, by any sign of them."""
    identifiers = [*identifiers_of(EMAIL), f"account:{PREFIX}|{pseudonym}"]
    signs = [NAME.encode(), b"Zenobie", b"zenobie", FAMILY.encode(), EMAIL.encode(), pseudonym.encode(), SECRET]
    signs += [one.rpartition(":")[2].encode() for one in identifiers_of(EMAIL)]
    signs += [thing_of("agent", one) for one in identifiers]
    signs += [json.dumps(one)[1:-1].encode() for one in (NAME, FAMILY)]
    return {where for where, held in dumped(platform) if any(sign in held for sign in signs)}


def named(**who: Any) -> dict[str, Any]:
    return {"objectType": "Agent", "name": f"{NAME} {FAMILY}", **who}


def all_ways(pseudonym: str) -> list[dict[str, Any]]:
    """Every place of a statement in which a machine can name someone."""
    mail, account = named(mbox=f"mailto:{EMAIL}"), named(account={"homePage": PREFIX, "name": pseudonym})
    digest = hashlib.sha1(f"mailto:{EMAIL}".encode(), usedforsecurity=False).hexdigest()
    other = {"mbox": "mailto:awa@example.org"}
    parent = {"contextActivities": {"grouping": [{"id": "http://example.org/course"}]}}
    return [
        statement(actor=mail),
        statement(actor=account),
        statement(actor=named(mbox_sha1sum=digest)),
        statement(actor={"objectType": "Group", "member": [mail, other]}),
        statement(actor={"objectType": "Group", "name": "Le lundi", "mbox": "mailto:lundi@example.org", "member": [account]}),
        statement(object=mail),
        statement(object=account),
        statement(context={"instructor": mail}),
        statement(context={"instructor": account, **parent}),
        statement(context={"team": {"objectType": "Group", "member": [mail]}}),
        statement(
            object={
                "objectType": "SubStatement",
                "actor": mail,
                "verb": {"id": "http://example.org/verbs/planned"},
                "object": {"id": "http://example.org/unit/2"},
            }
        ),
    ]  # fmt: skip


def with_attachment(pseudonym: str) -> tuple[bytes, str]:
    """A statement with bytes that name the person, as multipart/mixed."""
    sha2 = hashlib.sha256(SECRET).hexdigest()
    told = statement(
        actor=named(account={"homePage": PREFIX, "name": pseudonym}),
        attachments=[
            {
                "usageType": "http://example.org/attestation", "display": {"fr": "Attestation"},
                "contentType": "application/octet-stream", "length": len(SECRET), "sha2": sha2,
            }
        ],
    )  # fmt: skip
    head = b"--x\r\nContent-Type: application/json\r\n\r\n" + json.dumps(told).encode()
    part = (
        b"\r\n--x\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n"
        b"X-Experience-API-Hash: " + sha2.encode() + b"\r\n\r\n" + SECRET + b"\r\n--x--\r\n"
    )
    return head + part, "multipart/mixed; boundary=x"


def tell_everything(machine: Machine, pseudonym: str) -> None:
    answer = machine.post(all_ways(pseudonym))
    assert answer.status_code == 200, answer.text
    body, kind = with_attachment(pseudonym)
    assert machine.post(body, content_type=kind).status_code == 200
    for agent in ({"mbox": f"mailto:{EMAIL}"}, {"account": {"homePage": PREFIX, "name": pseudonym}}):
        place = {"agent": json.dumps(agent)}
        state = {**place, "activityId": "http://example.org/unit/1", "stateId": "suspend"}
        for path, asked in (("/activities/state", state), ("/agents/profile", {**place, "profileId": "prefers"})):
            put = machine.send(
                "PUT", path, {"name": f"{NAME} {FAMILY}"}, query_string=asked, headers={"If-None-Match": "*"}
            )
            assert put.status_code == 204, put.text


def test_nothing_that_machines_said_is_left_and_the_chain_holds(
    engine_name: str, app: Flask, platform: Platform, world: World, clock: TestClock
) -> None:
    machine = make_machine(app, platform, world.organisation)
    with platform.writing(world.organisation) as ctx:
        me = ensure_person(ctx, given_name=NAME, family_name=FAMILY, email=EMAIL)
        grant_role(ctx, membership_id=me.id, role=Role.LEARNER, scope=Scope.PERSON)
        pseudonym = actor_of(ctx, me.id).uuid
    tell_everything(machine, pseudonym)
    kept = [new_id(), new_id()]
    machine.post([statement(id=kept[0]), statement(id=kept[1], actor={"mbox": "mailto:z@example.org", "name": "Zoé"})])
    seal_now(platform, world.organisation)
    before = left(platform, pseudonym)
    assert {"xapi_statement.raw", "xapi_mention.thing", "lrs_document.content", "lrs_document.agent"} <= before
    assert any("/files/" in where for where in before), "the search finds what is there"

    with platform.writing(world.organisation, me.id) as ctx:
        key = erasing.ask_erasure(ctx).key
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        erasing.confirm_erasure(ctx, key=key)
    clock.forward(days=7, minutes=1)
    TIDY.run(platform)
    for _ in range(3):
        deliver_events(platform)
        jobs.sweep(platform)

    assert left(platform, pseudonym) == {"accounts_membership.uuid"}, (
        "the number under which proofs are kept, and nothing more"
    )
    found: list[Finding] = []
    verdict = verify(platform, world.organisation, report=found.append)
    assert (verdict.alarms, verdict.counts) == (0, {"erased": 12})
    assert verdict.sealed == 14
    assert [machine.get(statementId=one).status_code for one in kept] == [200, 200], "what names others only is there"
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.scalars(select(AttachmentRow)).all() == []
        assert len(ctx.session.scalars(select(StatementRow).where(StatementRow.raw != "")).all()) == 2
