"""The guard: whatever way a query is written, an organisation reads and writes its own rows only."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import (
    Integer,
    bindparam,
    case,
    cast,
    delete,
    exists,
    false,
    func,
    insert,
    join,
    literal,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    update,
)  # fmt: skip
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InvalidRequestError, NoResultFound
from sqlalchemy.orm import Bundle, aliased

from lms.accounts.models import GrantRow, Membership, Organisation
from lms.kernel.context import Context
from lms.kernel.platform import Platform
from lms.kernel.preferences import PreferenceRow
from lms.kernel.tenancy import ForeignTenant, MissingTenant, across_tenants, tenancy_of
from tests.factories.world import World

pytestmark = pytest.mark.filterwarnings("ignore:.*has a cartesian product")
M, G, ORG = Membership, GrantRow, Organisation
M2, G2 = aliased(M), aliased(G)
TM, TG = M.__table__, G.__table__
PEOPLE = 7
sub = select(M.email, M.id).subquery()
cte = select(M.email).cte()
recursive = select(M.id, M.email).where(M.given_name == "Learner").cte(recursive=True)
older = aliased(recursive)

# Each gives e-mail addresses; those of the other organisation begin with "other_".
READS = {
    "rows": select(M.email),
    "an alias": select(M2.email),
    "a condition that is true of all": select(M.email).where(or_(M.id > 0, M2.id > 0)),
    "an entity in the condition only": select(M.email).where(M.id == G.membership_id),
    "a join": select(M.email).join(G, G.membership_id == M.id),
    "a join from the other side": select(M.email).select_from(G).join(M, M.id == G.membership_id),
    "a join on anything": select(M2.email).select_from(M).join(M2, M2.id > 0),
    "an outer join": select(M2.email).select_from(M).outerjoin(M2, M2.id > 0),
    "an outer join of an alias and a condition": select(M2.email).select_from(G).outerjoin(M2, M2.id != G.membership_id),
    "a full join": select(M2.email).select_from(G).join(M2, M2.id != G.membership_id, full=True),
    "from a site's table": select(M.email).select_from(ORG).join(M, M.organisation_id == ORG.id),
    "from a site's table, outer": select(M.email).select_from(ORG).outerjoin(M, M.organisation_id == ORG.id),
    "a subquery": select(sub.c.email),
    "a join with a subquery": select(sub.c.email).select_from(ORG).join(sub, sub.c.id > 0),
    "an entity of a subquery": select(aliased(M, select(M).subquery()).email),
    "a CTE": select(cte.c.email),
    "a recursive CTE": select(recursive.union_all(select(M.id, M.email).join(older, M.id == older.c.id + 1)).c.email),
    "a union": select(M.email).union_all(select(M2.email)),
    "a union inside": select(select(M.email).union(select(M2.email)).subquery()),
    "an entity from a union": select(M).from_statement(select(M).union_all(select(M))),
    "a scalar subquery": select(select(func.max(M.email)).scalar_subquery()),
    "a correlated subquery": select(select(M.email).where(M.id == G.membership_id).scalar_subquery()).select_from(G),
    "a function": select(func.max(M.email)),
    "a case": select(case((M.id > 0, M.email))),
    "a bundle": select(Bundle("one", M.email)),
    "a window": select(func.first_value(M.email).over(order_by=M.id.desc())),
    "distinct, grouped, ordered": select(M.email).group_by(M.email).having(func.max(M.id) > 0).order_by(M.email).distinct(),
    "a limit from the end": select(M.email).order_by(M.id.desc()).limit(3),
    "a locked row": select(M.email).with_for_update(),
    "tuples": select(M.email).where(tuple_(M.id, M.organisation_id).in_(select(G.membership_id, G.organisation_id))),
    "a Core table": select(TM.c.email),
    "the legacy query": None,
}  # fmt: skip


@pytest.mark.parametrize("name", READS)
def test_a_read_shows_our_own_rows_only(
    engine_name: str, acting: Callable[[str], Context], world: World, name: str
) -> None:
    ctx = acting("trainer")
    statement = READS[name]
    rows = ctx.session.query(M).all() if statement is None else ctx.session.execute(statement).all()
    found = [getattr(row, "email", None) or (row[0] if not hasattr(row[0], "email") else row[0].email) for row in rows]
    assert found
    assert not [email for email in found if email is not None and email.startswith("other_")]


COUNTS = {
    "count of a table": (select(func.count()).select_from(M), PEOPLE),
    "count of a column": (select(func.count(M.id)), PEOPLE),
    "count of distinct": (select(func.count(M.id.distinct())), PEOPLE),
    "EXISTS": (select(func.count()).select_from(ORG).where(exists().where(M.id > 0, M.organisation_id == ORG.id)), 1),
    "EXISTS of a select": (select(func.count()).select_from(ORG).where(select(M.id).where(M.organisation_id == ORG.id).exists()), 1),
    "NOT EXISTS": (select(func.count()).select_from(ORG).where(~exists().where(M.organisation_id == ORG.id)), 1),
    "IN": (select(func.count()).select_from(ORG).where(ORG.id.in_(select(M.organisation_id))), 1),
    "IN, nested": (select(func.count()).select_from(ORG).where(ORG.id.in_(select(M.organisation_id).where(M.id.in_(select(G.membership_id))))), 1),
    "a literal": (select(func.sum(literal(1))).where(M.id > 0), PEOPLE),
    "a cast": (select(func.count(cast(M.id, Integer))), PEOPLE),
    "the inner side of an outer join": (select(func.count(G.id)).select_from(ORG).outerjoin(G, G.organisation_id == ORG.id), PEOPLE),
    "organisations stay in an outer join": (select(func.count(ORG.id.distinct())).outerjoin(G, G.organisation_id == ORG.id), 2),
}  # fmt: skip


@pytest.mark.parametrize("name", COUNTS)
def test_nothing_is_counted_that_is_not_ours(engine_name: str, acting: Callable[[str], Context], name: str) -> None:
    statement, expected = COUNTS[name]
    assert acting("trainer").session.scalar(statement) == expected


def test_a_condition_that_never_holds_finds_nothing(engine_name: str, acting: Callable[[str], Context]) -> None:
    session = acting("trainer").session
    assert session.execute(select(M.email).where(false(), M.id > 0)).all() == []
    assert session.scalar(select(func.count()).select_from(M).where(false())) == 0
    inside = select(ORG.name).where(ORG.id.in_(select(TM.c.organisation_id)), select(M.id).where(false()).exists())
    with pytest.raises(MissingTenant):
        session.execute(inside)


REFUSED_READS = {
    "a Core table beside a class": select(M.email, TG.c.role),
    "a Core table joined to a class": select(M.email).join(TG, TG.c.membership_id == M.id),
    "a Core table inside": select(M.email).where(M.id.in_(select(TG.c.membership_id))),
    "a Core join": select(TM.c.email).select_from(join(TM, TG, TG.c.membership_id == TM.c.id)),
    "a Core alias": select(TM.alias()),
    "a Core subquery": select(select(TM.c.email).subquery()),
    "a Core EXISTS": select(ORG.name).where(select(TM.c.id).exists()),
    "text": text("SELECT email FROM accounts_membership"),
    "an entity from text": select(M).from_statement(text("SELECT * FROM accounts_membership")),
    "a query in a literal column": select(literal_column("(SELECT max(email) FROM accounts_membership)")),
}


@pytest.mark.parametrize("name", REFUSED_READS)
def test_what_the_guard_cannot_follow_is_refused(engine_name: str, acting: Callable[[str], Context], name: str) -> None:
    with pytest.raises(MissingTenant):
        acting("trainer").session.execute(REFUSED_READS[name])


@pytest.mark.parametrize("name", READS)
def test_without_an_organisation_nothing_is_read(engine_name: str, platform: Platform, world: World, name: str) -> None:
    with platform.database.read_session() as session, pytest.raises(MissingTenant):
        session.query(M).all() if READS[name] is None else session.execute(READS[name])


def test_a_statement_written_once_serves_each_organisation_its_own(
    engine_name: str, acting: Callable[[str], Context]
) -> None:
    for who, start in (("trainer", "trainer@"), ("other_trainer", "other_"), ("trainer", "trainer@")):
        found = acting(who).session.scalars(READS["rows"].where(M.given_name == "Trainer")).all()
        assert len(found) == 1
        assert found[0].startswith(start)


def test_a_guarded_statement_is_not_kept_for_ever(engine_name: str, acting: Callable[[str], Context]) -> None:
    session = acting("trainer").session
    for statement in (select(M.email).where(M.id == 1), select(ORG.name).where(ORG.id == 1)):
        session.execute(statement).all()
    kept = weakref.ref(insert(M))
    session.execute(select(M.id)).all()
    del statement
    gc.collect()
    assert kept() is None


# --------------------------------------------------------------------------------------------------------- by identity


def test_get_does_not_find_a_row_of_another_organisation(
    engine_name: str, acting: Callable[[str], Context], world: World
) -> None:
    session = acting("trainer").session
    assert session.get(M, world.members["learner"]).email == "learner@essai.test"
    assert session.get(M, world.members["other_learner"]) is None
    with pytest.raises(NoResultFound):
        session.get_one(M, world.members["other_learner"])


def test_get_does_not_hand_out_what_was_loaded_across(
    engine_name: str, acting: Callable[[str], Context], world: World
) -> None:
    session = acting("trainer").session
    with across_tenants(session, "a test"):
        kept = session.get(M, world.members["other_learner"])
    assert kept is not None
    assert session.get(M, world.members["other_learner"]) is None


def test_a_loaded_row_is_read_again_only_when_it_is_ours(
    engine_name: str, acting: Callable[[str], Context], world: World
) -> None:
    session = acting("trainer").session
    mine = session.get(M, world.members["learner"])
    session.expire(mine)
    assert mine.email == "learner@essai.test"
    session.refresh(mine, ["email"])
    with across_tenants(session, "a test"):
        theirs = session.get(M, world.members["other_learner"])
    with pytest.raises(InvalidRequestError):
        session.refresh(theirs)


def test_merge_does_not_reach_another_organisation(
    engine_name: str, acting: Callable[[str], Context], world: World
) -> None:
    session = acting("trainer").session
    merged = session.merge(M(id=world.members["other_learner"], organisation_id=world.organisation, given_name="Volé"))
    assert merged in session.new  # a new row, whose key the database refuses


# --------------------------------------------------------------------------------------------------------------- writes


def everyone(platform: Platform) -> Any:
    """(organisation, address, name) of all, read across organisations."""
    with platform.database.read_session() as session, across_tenants(session, "a test"):
        return session.execute(select(M.organisation_id, M.email, M.given_name).order_by(M.id)).all()


def other_people(platform: Platform, world: World) -> Any:
    return [row for row in everyone(platform) if row.organisation_id == world.other_organisation]


BULK_WRITES = {
    "an update": update(M).values(given_name="Volé"),
    "an update with a condition": update(M).where(or_(M.id > 0, M.email != "")).values(given_name="Volé"),
    "an update of theirs": update(M).where(M.email.like("other_%")).values(given_name="Volé"),
    "an update where EXISTS": update(M).where(exists().where(G.membership_id == M.id)).values(given_name="Volé"),
    "an update of a Core table": update(TM).values(given_name="Volé"),
    "a delete": delete(M).where(M.email.like("other_%")),
    "a delete of a Core table": delete(TM).where(TM.c.email.like("other_%")),
    "a delete where IN": delete(M).where(M.email.like("other_%"), M.id.in_(select(G.membership_id))),
}


@pytest.mark.parametrize("name", BULK_WRITES)
def test_a_bulk_write_leaves_other_organisations_alone(
    engine_name: str, platform: Platform, acting: Callable[[str], Context], world: World, name: str
) -> None:
    before = other_people(platform, world)
    ctx = acting("trainer")
    ctx.session.execute(BULK_WRITES[name])
    ctx.session.commit()
    assert other_people(platform, world) == before


def test_a_bulk_update_is_seen_by_rows_that_were_loaded_before(
    engine_name: str, acting: Callable[[str], Context], world: World
) -> None:
    session = acting("trainer").session
    mine = session.get(M, world.members["learner"])
    session.execute(update(M).where(M.id == mine.id).values(given_name="Nouveau"))
    assert mine.given_name == "Nouveau"


def test_a_value_taken_from_elsewhere_is_our_own(
    engine_name: str, platform: Platform, acting: Callable[[str], Context], world: World
) -> None:
    ctx = acting("trainer")
    ctx.session.execute(update(M).values(given_name=select(func.max(M2.email)).scalar_subquery()))
    ctx.session.commit()
    assert {row.given_name for row in everyone(platform) if row.organisation_id == world.organisation} == {
        "trainer@essai.test"
    }


@pytest.mark.parametrize(
    ("statement", "parameters"),
    [
        (update(M).where(M.id == G.membership_id).values(given_name=G.role), None),
        (update(M), [{"id": 1, "given_name": "Volé"}]),
        (delete(TM).where(TM.c.id.in_(select(TG.c.membership_id))), None),
        (delete(aliased(M)), None),
        (update(aliased(M)).values(given_name="Volé"), None),
    ],
)
def test_a_bulk_write_that_cannot_be_followed_is_refused(
    engine_name: str, acting: Callable[[str], Context], statement: Any, parameters: Any
) -> None:
    options = {"synchronize_session": False}
    with pytest.raises((MissingTenant, RuntimeError)):  # SQLite has no multiple-table DELETE
        acting("trainer").session.execute(statement, parameters, execution_options=options)


@pytest.mark.parametrize(
    ("statement", "parameters"),
    [
        (update(M).values(organisation_id=2), None),
        (update(M).values({M.organisation_id: 2}), None),
        (update(M).where(M.id == 1), {"organisation_id": 2}),
        (update(M).ordered_values((M.organisation_id, 2)), None),
        (update(TM).values(organisation_id=select(func.max(ORG.id)).scalar_subquery()), None),
    ],
)
def test_no_row_moves_to_another_organisation(
    engine_name: str, acting: Callable[[str], Context], statement: Any, parameters: Any
) -> None:
    with pytest.raises(ForeignTenant):
        acting("trainer").session.execute(statement, parameters)


# -------------------------------------------------------------------------------------------------------------- inserts

P = PreferenceRow


def row(organisation: Any, name: Any = "essai") -> Any:
    return {"organisation_id": organisation, "name": name, "value": "1"}


@pytest.mark.parametrize("table", [P, P.__table__])
def test_an_insert_says_our_organisation_on_every_row(
    engine_name: str, acting: Callable[[str], Context], world: World, table: Any
) -> None:
    session, here, there = acting("trainer").session, world.organisation, world.other_organisation
    session.execute(insert(table), [row(here, "a"), row(here, "b")])
    session.execute(insert(table), row(here, "c"))
    session.execute(insert(table).values(**row(here, "d")))
    session.execute(insert(table).values([row(here, "e"), row(here, "f")]))
    session.execute(insert(table).values(organisation_id=here), [{"name": "g", "value": ""}])
    assert session.scalar(select(func.count()).select_from(P)) == 7
    for statement, rows in [
        (insert(table), [row(here), row(there)]),
        (insert(table), [row(there)]),
        (insert(table), row(there)),
        (insert(table), [{"name": "x", "value": ""}]),
        (insert(table).values(**row(there)), None),
        (insert(table).values(name="x", value=""), None),
        (insert(table).values([row(here), row(there)]), None),
        (insert(table).values(organisation_id=here), [row(there)]),
        (insert(table).values(organisation_id=here), [row(here), row(there)]),
        (insert(table).values(organisation_id=select(func.max(ORG.id)).scalar_subquery(), name="x", value=""), None),
        (insert(table).values({P.__table__.c.organisation_id: there, "name": "x", "value": ""}), None),
        (insert(table).values(organisation_id=True, name="x", value=""), None),
    ]:
        with pytest.raises(ForeignTenant):
            session.execute(statement, rows)


def test_an_insert_from_a_query_is_refused(engine_name: str, acting: Callable[[str], Context]) -> None:
    statement = insert(P).from_select(["organisation_id", "name", "value"], select(M.organisation_id, M.email, M.key))
    with pytest.raises(MissingTenant):
        acting("trainer").session.execute(statement)


def test_a_value_of_an_insert_reads_nothing_of_others(
    engine_name: str, acting: Callable[[str], Context], world: World
) -> None:
    value = select(func.max(TM.c.email)).scalar_subquery()
    with pytest.raises(MissingTenant):
        acting("trainer").session.execute(insert(P).values(organisation_id=world.organisation, name="x", value=value))


def test_an_upsert_does_not_change_a_row_of_another_organisation(
    engine_name: str, platform: Platform, acting: Callable[[str], Context], world: World
) -> None:
    dialect = sqlite if platform.database.is_sqlite else postgresql
    with platform.writing(world.other_organisation) as theirs:
        theirs.session.add(P(id=1, **row(world.other_organisation)))
    upsert = dialect.insert(P).on_conflict_do_update(index_elements=["id"], set_={"value": "volé"})
    session = acting("trainer").session
    session.execute(upsert, [{"id": 1, **row(world.organisation)}])
    session.execute(upsert.values(id=1, **row(world.organisation)))
    session.execute(upsert, [{"id": 2, **row(world.organisation)}])
    assert session.scalars(upsert.returning(P.id), [{"id": 2, **row(world.organisation)}]).all() == [2]
    session.commit()
    with platform.database.read_session() as everywhere, across_tenants(everywhere, "a test"):
        assert dict(everywhere.execute(select(P.id, P.value)).all()) == {1: "1", 2: "volé"}
    with pytest.raises(ForeignTenant):
        session.execute(
            dialect.insert(P).on_conflict_do_update(index_elements=["id"], set_={"organisation_id": 1}),
            [{"id": 2, **row(world.organisation)}],
        )


# ------------------------------------------------------------------------------------------------------------- the flush


def test_the_flush_writes_our_organisation_where_none_is_said(
    engine_name: str, acting: Callable[[str], Context], world: World
) -> None:
    session = acting("trainer").session
    added = P(name="essai", value="1")
    session.add(added)
    session.flush()
    assert added.organisation_id == world.organisation


def test_the_flush_refuses_rows_of_another_organisation(
    engine_name: str, acting: Callable[[str], Context], world: World
) -> None:
    session = acting("trainer").session
    session.add(P(**row(world.other_organisation)))
    with pytest.raises(ForeignTenant):
        session.flush()


@pytest.mark.parametrize("change", ["edit", "take", "take expired", "delete", "give away"])
def test_what_was_loaded_across_is_not_written_outside(
    engine_name: str, platform: Platform, acting: Callable[[str], Context], world: World, change: Any
) -> None:
    before = other_people(platform, world)
    session = acting("trainer").session
    with across_tenants(session, "a test"):
        theirs = session.get(M, world.members["other_learner"])
    mine = session.get(M, world.members["learner"])
    if change == "delete":
        session.delete(theirs)
    elif change == "give away":
        mine.organisation_id = world.other_organisation
    else:
        if change == "take expired":
            session.expire(theirs)
        theirs.given_name = "Volé"
        if change.startswith("take"):
            theirs.organisation_id = world.organisation
    with pytest.raises(ForeignTenant):
        session.commit()
    session.rollback()
    assert other_people(platform, world) == before


def test_the_flush_needs_an_organisation(engine_name: str, platform: Platform, world: World) -> None:
    with platform.database.write_session() as session:
        session.add(P(**row(world.organisation)))
        with pytest.raises(MissingTenant):
            session.flush()


@pytest.mark.parametrize("way", ["bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings", "connection"])
def test_ways_that_pass_by_the_guard_are_closed(engine_name: str, acting: Callable[[str], Context], way: Any) -> None:
    arguments = {"bulk_save_objects": ([],), "connection": ()}.get(way, (P, []))
    with pytest.raises(MissingTenant):
        getattr(acting("trainer").session, way)(*arguments)


# --------------------------------------------------------------------------------------------------------------- across


def test_across_sees_all_and_is_logged_with_its_reason(
    engine_name: str, acting: Callable[[str], Context], caplog: pytest.LogCaptureFixture
) -> None:
    ctx = acting("trainer")
    with caplog.at_level("INFO"), ctx.across("pour un essai") as session:
        assert session.scalar(select(func.count()).select_from(M)) == 2 * PEOPLE
    assert "pour un essai" in caplog.text
    assert ctx.session.scalar(select(func.count()).select_from(M)) == PEOPLE


def test_across_ends_with_a_failure_too(engine_name: str, acting: Callable[[str], Context]) -> None:
    ctx = acting("trainer")
    with pytest.raises(ZeroDivisionError), ctx.across("a failure"):
        _ = 1 // 0
    assert ctx.session.scalar(select(func.count()).select_from(M)) == PEOPLE


def test_what_is_changed_across_is_written_before_it_ends(engine_name: str, platform: Platform, world: World) -> None:
    with platform.database.writing() as session, across_tenants(session, "a test"):
        session.get(M, world.members["other_learner"]).given_name = "Corrigé"
    assert "Corrigé" in {found.given_name for found in other_people(platform, world)}


def test_across_does_not_let_through_what_was_changed_before(
    engine_name: str, acting: Callable[[str], Context], world: World
) -> None:
    session = acting("trainer").session
    session.get(M, world.members["learner"]).organisation_id = world.other_organisation
    with pytest.raises(ForeignTenant), across_tenants(session, "a test"):
        pass


def test_a_statement_known_from_across_is_guarded_afterwards(
    engine_name: str, acting: Callable[[str], Context]
) -> None:
    session = acting("trainer").session
    statement = select(M.email).where(M.id > bindparam("least"))
    for _ in range(2):
        with across_tenants(session, "a test"):
            assert len(session.execute(statement, {"least": 0}).all()) == 2 * PEOPLE
        assert len(session.execute(statement, {"least": 0}).all()) == PEOPLE


def test_a_table_without_a_class_is_what_its_columns_say() -> None:
    assert tenancy_of(TM) == "organisation"
    assert tenancy_of(ORG.__table__) == "site"
