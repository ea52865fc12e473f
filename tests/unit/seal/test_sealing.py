"""Sealing: in pieces, once, whoever else seals, whatever dies; and the way from one statement to the latest root."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import text

from lms.kernel.rights import NotFound
from lms.kernel.writers import earlier_writers_ended
from lms.seal import proofs, sealing
from lms.seal.proofs import check_chain, check_line, proof, proofs_of
from lms.seal.reading import links
from lms.seal.tree import path_of, root_by_path, root_of
from lms.xapi.api import EXPERIENCED, raw_statements, record
from tests.unit.seal.conftest import Sealed


def plain_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + plain_root(leaves[:k]) + plain_root(leaves[k:])).digest()


@settings(max_examples=150, deadline=None)
@given(some.integers(0, 70), some.data())
def test_the_tree_is_that_of_the_specification(count: int, data: Any) -> None:
    leaves = [hashlib.sha256(bytes([0, number])).digest() for number in range(count)]
    root = root_of(leaves)
    assert root == plain_root(leaves)
    if count:
        index = data.draw(some.integers(0, count - 1))
        path = path_of(leaves, index)
        assert root_by_path(leaves[index], index=index, count=count, path=path) == root
        wrong = data.draw(some.integers(0, count - 1).filter(lambda one: one != index)) if count > 1 else count
        assert root_by_path(leaves[index], index=wrong, count=count, path=path) != root
        assert root_by_path(leaves[index], index=index, count=count, path=[*path, root]) != root


def test_nothing_new_makes_no_link(engine_name: str, sealed: Sealed) -> None:
    assert sealed.seal() == []
    sealed.say(2)
    assert [link.count for link in sealed.seal()] == [2]
    assert sealed.verify()[0].sealed == 27


def test_each_organisation_has_a_chain_of_its_own(engine_name: str, sealed: Sealed) -> None:
    other = Sealed(sealed.platform, sealed.school.world.other_organisation, [], sealed.school)
    assert other.seal() == []
    assert other.verify()[0].links == 0
    assert other.verify()[0].root == ""


def test_two_who_seal_at_once_make_one_chain(engine_name: str, sealed: Sealed) -> None:
    sealed.say(60)
    with ThreadPoolExecutor(4) as pool:
        made = [one.result(timeout=120) for one in [pool.submit(sealed.seal) for _ in range(4)]]
    assert sum(link.count for links in made for link in links) == 60
    verdict, found = sealed.verify()
    assert (verdict.sealed, verdict.unsealed, found) == (85, 0, [])


def test_sealing_while_others_write_skips_nobody(engine_name: str, sealed: Sealed) -> None:
    """Numbers are drawn in one order and committed in another (PostgreSQL): whoever comes late finds a place."""
    over = threading.Event()

    def write(who: str) -> None:
        for _ in range(12):
            sealed.say(3, who)

    def keep_sealing() -> None:
        while not over.is_set():
            sealed.seal()

    with ThreadPoolExecutor(5) as pool:
        keeping = pool.submit(keep_sealing)
        for one in [pool.submit(write, who) for who in ("learner", "coach", "auditor")]:
            one.result(timeout=300)
        over.set()
        keeping.result(timeout=60)
    sealed.seal()
    verdict, found = sealed.verify()
    assert (verdict.sealed, verdict.unsealed, found) == (25 + 108, 0, [])


def test_a_number_that_is_drawn_and_not_committed_yet_is_waited_for(engine_name: str, sealed: Sealed) -> None:
    """A slow transaction has drawn a number; a fast one comes after it and commits before."""
    if sealed.platform.database.is_sqlite:
        return  # one writer: the second one waits for the first
    slow = sealed.platform.database.write_session(sealed.organisation)
    ctx = sealed.platform.context_in(slow, sealed.organisation)
    record(ctx, [sealed.school.said(ctx, "learner", verb=EXPERIENCED)])
    sealed.say(2, "coach")
    with ThreadPoolExecutor(1) as pool:
        sealing_now = pool.submit(sealed.seal)
        time.sleep(0.5)
        assert not sealing_now.done()
        slow.commit()
        assert [link.count for link in sealing_now.result(timeout=30)] == [3]
    slow.close()
    assert sealed.verify()[1] == []


def test_a_transaction_that_never_ends_holds_the_seal_back_and_nothing_else(
    engine_name: str, sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sealed.platform.database.is_sqlite:
        return  # its writers end, or wait for thirty seconds at the most
    monkeypatch.setattr(sealing, "earlier_writers_ended", partial(earlier_writers_ended, patience=0.2))
    slow = sealed.platform.database.write_session(sealed.organisation)
    ctx = sealed.platform.context_in(slow, sealed.organisation)
    record(ctx, [sealed.school.said(ctx, "learner", verb=EXPERIENCED)])
    sealed.say(2, "coach")
    assert sealed.seal() == []
    slow.rollback()
    slow.close()
    assert [link.count for link in sealed.seal()] == [2]


KILLED = """
import os, sys
from lms.app import build_platform
from lms.settings import Settings
from lms.seal import sealing
from pathlib import Path
platform = build_platform(Settings(database_url=sys.argv[1], data_dir=Path(sys.argv[2]), secret_key="s" * 40, development=True))
sealing.BATCH, sealing.PIECE = 4, 4
def report(done, total):
    print(done, flush=True)
sealing.seal_now(platform, int(sys.argv[3]), report=report)
"""


def test_a_seal_that_is_killed_is_taken_up_where_it_was(engine_name: str, sealed: Sealed) -> None:
    """Kill -9 in the middle of making links: what is there is whole, and the rest is sealed the next time."""
    sealed.say(400)
    database = sealed.platform.database
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", KILLED, url, str(sealed.platform.settings.data_dir), str(sealed.organisation)]
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(Path.cwd())}, text=True
    )
    assert child.stdout is not None
    for _ in range(5):
        child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.wait(20)
    child.stdout.close()
    verdict, found = sealed.verify()
    assert found == []
    assert 25 + 20 <= verdict.sealed < 425
    sealed.seal()
    verdict, found = sealed.verify()
    assert (verdict.sealed, verdict.unsealed, found) == (425, 0, [])


# --------------------------------------------------------------------------------------------------------------- proofs


def test_a_proof_leads_from_the_bytes_to_the_latest_root(engine_name: str, sealed: Sealed) -> None:
    with sealed.platform.reading(sealed.organisation) as ctx:
        latest = links(ctx)[-1].root.hex()
        for name in sealed.names:
            found = json.loads(json.dumps(proof(ctx, name)))
            whole = check_chain(found["organisation"], found["chain"], root=latest)
            assert check_line(whole, found, found["raw"])
            assert not check_line(whole, found, found["raw"] + " ")
            assert not check_line(whole, {**found, "index": found["index"] ^ 1}, found["raw"])


def test_what_is_not_sealed_has_no_proof(engine_name: str, sealed: Sealed) -> None:
    [late] = sealed.say(1)
    with sealed.platform.reading(sealed.organisation) as ctx:
        for name in (late, "33333333-3333-4333-8333-333333333333"):
            with pytest.raises(NotFound):
                proof(ctx, name)


def test_the_proofs_of_a_registration_are_in_the_order_of_its_traces(engine_name: str, sealed: Sealed) -> None:
    registration = sealed.school.enrolments["coach"].uuid
    with sealed.platform.database.snapshot_session(sealed.organisation) as session:
        ctx = sealed.platform.context_in(session, sealed.organisation)
        lines = list(proofs_of(ctx, registration))
        rows = session.execute(raw_statements(ctx, [registration])).all()
        whole = check_chain(ctx.here.key, [proofs.chain.as_json(link) for link in links(ctx)])
    assert [line["statement"] for line in lines] == [row.statement_id for row in rows]
    assert len(lines) == 10
    assert all(check_line(whole, line, row.raw) for line, row in zip(lines, rows, strict=True))


def test_a_chain_with_another_beginning_or_a_changed_link_is_refused(engine_name: str, sealed: Sealed) -> None:
    with sealed.platform.reading(sealed.organisation) as ctx:
        said = [proofs.chain.as_json(link) for link in links(ctx)]
        key = ctx.here.key
    assert len(check_chain(key, said)) == 3
    for other, changed, root in (
        ("autre", said, ""),
        (key, said[1:], ""),
        (key, [said[0], said[2]], ""),
        (key, [said[0], {**said[1], "count": 11}, said[2]], ""),
        (key, [said[0], {**said[1], "sealed_at": "hier"}, said[2]], ""),
        (key, [said[0], {**said[1], "merkle": "00"}, said[2]], ""),
        (key, said, "0" * 64),
    ):
        with pytest.raises(ValueError, match="chain"):
            check_chain(other, changed, root=root)


@pytest.mark.sqlite_only
def test_memory_does_not_grow_with_the_ledger(
    engine_name: str, sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link is in memory while it is made, a piece while it is verified; the bytes of statements never are."""
    monkeypatch.setattr(sealing, "BATCH", 1_000)
    monkeypatch.setattr(sealing, "PIECE", 128)
    peaks = []
    for _ in range(2):
        with sealed.platform.database.engine.begin() as connection:
            columns = sorted(sealed.columns() - {"id", "statement_id"})
            names = ", ".join(columns)
            for _times in range(1_500):
                connection.execute(
                    text(
                        f"INSERT INTO xapi_statement (statement_id, {names}) SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))), {names} FROM xapi_statement WHERE id = 3"
                    )
                )
        sealed.seal()
        tracemalloc.start()
        sealed.verify()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000, peaks
