"""Whoever changes the database is found out, and what was touched is named."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from lms.seal.chain import root_of_link
from lms.seal.reading import links
from lms.xapi.api import void
from lms.xapi.data import NewStatement
from lms.xapi.ledger import append
from tests.unit.seal.conftest import Sealed

HIT = 6
"""Which statement is attacked: in the second piece of the first link."""
COLUMNS = {
    "verb": "'http://adlnet.gov/expapi/verbs/passed'",
    "activity": "activity || 'x'",
    "registration": "NULL",
    "membership_id": "NULL",
    "actor": "actor || 'x'",
    "timestamp": "'2020-01-01T00:00:00Z'",
    "occurred_at": "'2020-01-01 00:00:00'",
    "stored": "'2020-01-01 00:00:00'",
    "source": "'server'",
    "authority": "'someone'",
    "scaled": "0.99",
    "success": "true",
    "completion": "true",
    "seconds": "3600.0",
    "attempt": "'other'",
    "instructor_id": "1",
    "version": "'2.0.0'",
}


def test_an_untouched_ledger_is_in_order(engine_name: str, sealed: Sealed) -> None:
    verdict, found = sealed.verify()
    assert found == []
    assert (verdict.links, verdict.sealed, verdict.unsealed, verdict.alarms) == (3, 25, 0, 0)
    assert sealed.alarms(root=verdict.root.upper()) == set()


@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_column_is_named(engine_name: str, sealed: Sealed, column: str) -> None:
    sealed.attack(
        f"UPDATE xapi_statement SET {column} = {COLUMNS[column]} WHERE statement_id = :name", name=sealed.names[HIT]
    )
    assert sealed.alarms() == {("columns", sealed.names[HIT])}


def test_one_changed_letter_of_the_bytes_is_named(engine_name: str, sealed: Sealed) -> None:
    sealed.attack(
        "UPDATE xapi_statement SET raw = replace(raw, '\"id\"', '\"iD\"') WHERE statement_id = :name",
        name=sealed.names[HIT],
    )
    assert sealed.alarms() == {("changed", sealed.names[HIT])}


@pytest.mark.parametrize("column", ["salt", "leaf"])
@pytest.mark.parametrize("bit", [0, 77, 127])
def test_a_flipped_bit_of_salt_or_leaf_is_named(engine_name: str, sealed: Sealed, column: str, bit: int) -> None:
    name = sealed.names[HIT]
    data = bytearray(bytes(sealed.value(f"SELECT {column} FROM xapi_statement WHERE statement_id = :name", name=name)))
    data[bit // 8] ^= 1 << bit % 8
    sealed.attack(f"UPDATE xapi_statement SET {column} = :data WHERE statement_id = :name", data=bytes(data), name=name)
    assert {one[1] for one in sealed.alarms()} == {name}


def test_bytes_changed_with_a_leaf_that_fits_are_named(engine_name: str, sealed: Sealed) -> None:
    name, raw, salt = sealed.names[HIT], '{"id":"forged"}', b"s" * 16
    leaf = hashlib.sha256(b"\x00" + salt + raw.encode()).digest()
    sealed.attack(
        "UPDATE xapi_statement SET raw = :raw, salt = :salt, leaf = :leaf WHERE statement_id = :name",
        raw=raw, salt=salt, leaf=leaf, name=name,
    )  # fmt: skip
    assert ("changed", name) in sealed.alarms()


def test_two_rows_that_swap_their_numbers_are_named(engine_name: str, sealed: Sealed) -> None:
    one, other = sealed.names[HIT], sealed.names[20]
    ids = [sealed.value("SELECT id FROM xapi_statement WHERE statement_id = :name", name=name) for name in (one, other)]
    sealed.attack("DELETE FROM xapi_mention")
    for name, row_id in ((one, 900_000), (other, ids[0]), (one, ids[1])):
        sealed.attack("UPDATE xapi_statement SET id = :id WHERE statement_id = :name", id=row_id, name=name)
    assert sealed.alarms() == {("moved", one), ("moved", other)}


def test_a_row_that_moves_to_the_end_is_named(engine_name: str, sealed: Sealed) -> None:
    sealed.attack("DELETE FROM xapi_mention")
    sealed.attack("UPDATE xapi_statement SET id = 900000 WHERE statement_id = :name", name=sealed.names[HIT])
    assert sealed.alarms() == {("moved", sealed.names[HIT])}


def test_a_removed_row_is_named(engine_name: str, sealed: Sealed) -> None:
    sealed.attack("DELETE FROM xapi_mention")
    for name in (sealed.names[HIT], sealed.names[-1]):
        sealed.attack("DELETE FROM xapi_statement WHERE statement_id = :name", name=name)
    assert sealed.alarms() == {("removed", sealed.names[HIT]), ("removed", sealed.names[-1])}


def test_a_forged_row_in_the_place_of_another_is_named_with_it(engine_name: str, sealed: Sealed) -> None:
    """Its leaf is right for its bytes; the id is new."""
    forged = "11111111-1111-4111-8111-111111111111"
    raw, salt = '{"id":"' + forged + '"}', b"s" * 16
    sealed.attack(
        "UPDATE xapi_statement SET statement_id = :forged, raw = :raw, salt = :salt, leaf = :leaf WHERE statement_id = :name",
        forged=forged, raw=raw, salt=salt, leaf=hashlib.sha256(b"\x00" + salt + raw.encode()).digest(), name=sealed.names[HIT],
    )  # fmt: skip
    assert sealed.alarms() == {("removed", sealed.names[HIT]), ("inserted", forged)}


def test_a_forged_row_slipped_in_between_is_named(engine_name: str, sealed: Sealed) -> None:
    """Numbers have gaps, where a transaction was given up or another organisation wrote."""
    sealed.attack("DELETE FROM xapi_mention")
    more = sealed.say(2)
    sealed.attack("DELETE FROM xapi_mention")
    sealed.attack("UPDATE xapi_statement SET id = 900000 WHERE statement_id = :name", name=more[1])
    sealed.seal()
    assert sealed.alarms() == set()
    forged = "22222222-2222-4222-8222-222222222222"
    names = ", ".join(sorted(sealed.columns() - {"id", "statement_id"}))
    sealed.attack(
        f"INSERT INTO xapi_statement (id, statement_id, {names}) SELECT 800000, :forged, {names} FROM xapi_statement WHERE statement_id = :name",
        forged=forged, name=more[0],
    )  # fmt: skip
    assert sealed.alarms() == {("inserted", forged)}


def test_a_statement_that_is_hidden_as_voided_is_named(engine_name: str, sealed: Sealed) -> None:
    name = sealed.names[HIT]
    sealed.attack("UPDATE xapi_statement SET voided_by = :by WHERE statement_id = :name", by=sealed.names[0], name=name)
    assert sealed.alarms() == {("hidden", name)}


def test_a_voiding_that_is_taken_back_is_named(engine_name: str, sealed: Sealed) -> None:
    name = sealed.names[HIT]
    with sealed.platform.writing(sealed.organisation, sealed.school.world.members["trainer"]) as ctx:
        assert void(ctx, [name]) == 1
    sealed.seal()
    assert sealed.alarms() == set()
    sealed.attack("UPDATE xapi_statement SET voided_by = NULL WHERE statement_id = :name", name=name)
    assert sealed.alarms() == {("shown_again", name)}


def test_a_row_erased_without_a_request_is_an_alarm(engine_name: str, sealed: Sealed) -> None:
    sealed.attack(
        "UPDATE xapi_statement SET raw = '', salt = :none, erased_at = stored WHERE statement_id = :name",
        none=b"", name=sealed.names[HIT],
    )  # fmt: skip
    assert sealed.alarms() == {("erased_without_event", sealed.names[HIT])}


def test_a_row_emptied_as_if_it_had_been_pruned_is_an_alarm(engine_name: str, sealed: Sealed) -> None:
    sealed.attack(
        "UPDATE xapi_statement SET raw = '', closed_at = stored WHERE statement_id = :name", name=sealed.names[HIT]
    )
    assert sealed.alarms() == {("pruned_without_closing", sealed.names[HIT])}


def test_a_link_that_is_gone_is_named(engine_name: str, sealed: Sealed) -> None:
    sealed.attack("DELETE FROM seal_piece WHERE link_id IN (SELECT id FROM seal_link WHERE number = 2)")
    sealed.attack("DELETE FROM seal_link WHERE number = 2")
    assert {one[0] for one in sealed.alarms()} == {"link_missing"}


def test_the_end_cut_off_is_known_by_the_root_of_a_mail(engine_name: str, sealed: Sealed) -> None:
    root = sealed.verify()[0].root
    sealed.attack("DELETE FROM seal_piece WHERE link_id IN (SELECT id FROM seal_link WHERE number = 3)")
    sealed.attack("DELETE FROM seal_link WHERE number = 3")
    assert sealed.alarms() == set(), "nothing inside the server can tell"
    assert sealed.alarms(root=root) == {("unknown_root", "")}


@pytest.mark.parametrize("column", ["previous", "merkle", "facts", "closing", "root"])
def test_a_changed_link_is_named(engine_name: str, sealed: Sealed, column: str) -> None:
    sealed.attack(f"UPDATE seal_link SET {column} = :other WHERE number = 2", other=b"o" * 32)
    assert {"link_changed"} <= {one[0] for one in sealed.alarms()}


@pytest.mark.parametrize("column", ["first_row", "last_row", "count"])
def test_a_link_with_another_number_is_named(engine_name: str, sealed: Sealed, column: str) -> None:
    sealed.attack(f"UPDATE seal_link SET {column} = {column} + 1 WHERE number = 2")
    assert {"link_changed"} <= {one[0] for one in sealed.alarms()}


def test_a_piece_rewritten_with_its_rows_is_named(engine_name: str, sealed: Sealed) -> None:
    content = bytes(sealed.value("SELECT content FROM seal_piece WHERE position = 1 ORDER BY id LIMIT 1"))
    changed = bytearray(content)
    changed[30] ^= 1
    sealed.attack("UPDATE seal_piece SET content = :new WHERE content = :old", new=bytes(changed), old=content)
    assert "list_changed" in {one[0] for one in sealed.alarms()}
    sealed.attack("UPDATE seal_piece SET content = :new WHERE content = :old", new=content[:-88], old=bytes(changed))
    assert "list_changed" in {one[0] for one in sealed.alarms()}


def test_a_whole_chain_made_again_is_known_by_the_root_of_a_mail(engine_name: str, sealed: Sealed) -> None:
    """Who holds the database can forge everything inside of it: that is why a root leaves by mail."""
    root = sealed.verify()[0].root
    sealed.attack("UPDATE xapi_statement SET scaled = 1.0")
    sealed.attack("DELETE FROM seal_piece")
    sealed.attack("DELETE FROM seal_link")
    sealed.seal()
    assert sealed.alarms() == set()
    assert sealed.alarms(root=root) == {("unknown_root", "")}


def test_a_changed_row_that_is_not_sealed_yet_is_named_by_its_own_leaf(engine_name: str, sealed: Sealed) -> None:
    [late] = sealed.say(1)
    assert sealed.verify()[0].unsealed == 1
    sealed.attack("UPDATE xapi_statement SET raw = '{}' WHERE statement_id = :name", name=late)
    assert sealed.alarms() == {("changed", late)}


def test_another_organisations_chain_cannot_be_put_in_its_place(engine_name: str, sealed: Sealed) -> None:
    other = sealed.school.world.other_organisation
    for table in ("xapi_mention", "xapi_stale"):
        sealed.attack(f"DELETE FROM {table}")
    for table in ("xapi_statement", "seal_piece", "seal_link"):
        sealed.attack(f"UPDATE {table} SET organisation_id = :other", other=other)
    elsewhere = Sealed(sealed.platform, other, sealed.names, sealed.school)
    assert ("link_changed", "") in elsewhere.alarms()


def test_the_root_says_what_the_documentation_says(engine_name: str, sealed: Sealed) -> None:
    with sealed.platform.reading(sealed.organisation) as ctx:
        chain: list[Any] = links(ctx)
    assert all(root_of_link(link) == link.root for link in chain)


def test_whose_a_partners_statement_is_may_be_said_later(engine_name: str, sealed: Sealed) -> None:
    """The partner's own words stay under the seal, with the source that makes it a partner's."""
    theirs = {"statement_id": "44444444-4444-4444-8444-444444444444", "raw": "{}", "verb": "http://example.org/did"}
    theirs |= {"activity": "http://example.org/1", "actor": "mailto:a@example.org", "timestamp": "2026-11-23T09:00:00Z"}
    with sealed.platform.writing(sealed.organisation) as ctx:
        append(ctx, [NewStatement(**theirs, occurred_at=ctx.now, source="partner:Moodle", version="1.0.3")])
    sealed.seal()
    name, member = theirs["statement_id"], sealed.school.world.members["learner"]
    sealed.attack("UPDATE xapi_statement SET membership_id = :id WHERE statement_id = :name", id=member, name=name)
    assert sealed.alarms() == set()
    for column, value in (("source", "'staff'"), ("actor", "'mailto:b@example.org'")):
        sealed.attack(f"UPDATE xapi_statement SET {column} = {value} WHERE statement_id = :name", name=name)
        assert sealed.alarms() == {("columns", name)}
        sealed.attack("UPDATE xapi_statement SET source = 'partner:Moodle' WHERE statement_id = :name", name=name)
