"""The tenant guard: an organisation sees its own rows only, whatever the query says.

Three nets, one below the other. A criterion is added to every statement that a session executes (selects with joins,
aliases, subqueries, EXISTS, unions and CTEs, bulk updates and deletes), inserts and the flush are checked row by row, and
a statement that still reads an organisation's table without the criterion once compiled is refused before it is sent. A
statement on such a table without an organisation raises `MissingTenant`. The only way out is `ctx.across(reason)`, which
is logged.
"""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    Delete,
    Engine,
    ForeignKey,
    Insert,
    Table,
    TextClause,
    TextualSelect,
    Update,
    bindparam,
    event,
    inspect,
)
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, UOWTransaction, mapped_column, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.selectable import SelectBase

from lms.kernel.compiling import TENANT, open_tables
from lms.kernel.database import Base, MissingTenant, TenantSession

__all__ = ["ForeignTenant", "MissingTenant", "OrganisationOwned", "across_tenants", "tenancy_of"]

log = logging.getLogger(__name__)
GUARDED = "lms_guarded"
OWNER = "organisation_id"


class ForeignTenant(Exception):
    """A row of one organisation was about to be written in the session of another."""


class OrganisationOwned:
    """A table whose rows each belong to one organisation."""

    __tenancy__ = "organisation"
    organisation_id: Mapped[int] = mapped_column(ForeignKey("accounts_organisation.id", ondelete="RESTRICT"))


@contextmanager
def across_tenants(session: Session, reason: str) -> Iterator[Session]:
    """Lift the guard for a moment: sign-in, jobs over all organisations, backup. Logged with its reason."""
    log.info("guard lifted: %s", reason)
    session.flush()  # what was written before is checked as before
    before = session.info.get("across")
    session.info["across"] = True
    try:
        yield session
        session.flush()  # and what was written inside is written inside
    finally:
        session.info["across"] = before


def tenancy_of(table: Table) -> str:
    """Whose the rows are: "site", "shared" or "organisation"; a table without a class is what its columns say."""
    mapped = _classes_by_table().get(table.name)
    return getattr(mapped, "__tenancy__", None) or ("organisation" if OWNER in table.c else "site")


_classes: dict[str, Any] = {}


def _classes_by_table() -> dict[str, type[Base]]:
    if _classes.get("") != len(Base.metadata.tables):
        _classes.clear()
        _classes.update({mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers})
        _classes[""] = len(Base.metadata.tables)  # counting the mappers themselves walks over all of them
    return _classes


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a statement is guarded: the organisations' tables in it, and the statement to send in its place."""

    tables: frozenset[str]
    replacement: Any = None


# Statements written at module level are guarded once, not at each execution: the parameter carries the organisation.
_plans: WeakKeyDictionary[Any, _Plan] = WeakKeyDictionary()


@event.listens_for(TenantSession, "do_orm_execute")
def _guard(state: ORMExecuteState) -> None:
    session = state.session
    if session.info.get("across"):
        return
    state.update_execution_options(**{GUARDED: True})
    statement: Any = state.statement
    plan = _kept_plan(statement)
    if not plan.tables:
        return
    organisation_id = session.info.get(OWNER)
    if organisation_id is None:
        raise MissingTenant(f"no organisation for {', '.join(sorted(plan.tables))}")
    if isinstance(statement, Insert):
        _check_insert(statement, state.parameters, organisation_id)
        state.statement = plan.replacement
        return
    if isinstance(statement, Update):
        _check_update(statement, state.parameters)
    state.statement = _refreshing(state) if state.is_column_load else plan.replacement
    _give_parameter(state, organisation_id)


def _give_parameter(state: ORMExecuteState, organisation_id: int) -> None:
    """Whose rows; and bulk writes ask the database what they changed: in Python the parameter would have no value."""
    parameters: Any = state.parameters
    if isinstance(parameters, list):
        state.parameters = [{**row, TENANT: organisation_id} for row in parameters]
        return
    state.parameters = {**(parameters or {}), TENANT: organisation_id}
    if not state.is_select and state.execution_options.get("synchronize_session", "auto") is not False:
        state.update_execution_options(synchronize_session="fetch")


def _refreshing(state: ORMExecuteState) -> Any:
    """Reading a loaded row again leaves `with_loader_criteria` out, so it is said plainly."""
    statement: Any = state.statement
    mapper = state.bind_mapper
    return statement if mapper is None else statement.where(_of_tenant(mapper.class_))


@event.listens_for(Engine, "before_cursor_execute")
def _refuse_open_tables(
    connection: Any,
    cursor: Any,
    statement: str,
    parameters: Any,
    context: Any,
    executemany: bool,  # noqa: FBT001
) -> None:
    """The last net: what is about to be sent names an organisation's table without the criterion."""
    if context is None or not context.execution_options.get(GUARDED) or context.compiled is None:
        return
    owned = sorted(table.name for table in open_tables(context.compiled) if tenancy_of(table) == "organisation")
    if owned:
        raise MissingTenant(f"write this query with mapped classes, the guard cannot follow {', '.join(owned)} in it")


_QUERY_IN_TEXT = re.compile(r"\b(select|from|table|with)\b", re.IGNORECASE)


def _kept_plan(statement: Any) -> _Plan:
    if not isinstance(statement, SelectBase | Update | Delete | Insert):
        return _plan(statement)
    found = _plans.get(statement)
    if found is None:
        found = _plans[statement] = _plan(statement)
    return found


def _plan(statement: Any) -> _Plan:
    tables = set()
    for element in visitors.iterate(statement):
        if isinstance(element, TextClause | TextualSelect):
            raise MissingTenant("SQL as text is not guarded: lift the guard with ctx.across(reason)")
        if isinstance(element, ColumnClause) and element.is_literal and _QUERY_IN_TEXT.search(element.name):
            raise MissingTenant("SQL as text is not guarded: lift the guard with ctx.across(reason)")
        if isinstance(element, Table) and tenancy_of(element) == "organisation":
            tables.add(element.name)
    target = getattr(statement, "table", None) if isinstance(statement, Update | Delete | Insert) else None
    if isinstance(target, Table) and tenancy_of(target) == "organisation":
        tables.add(target.name)
    names = frozenset(tables)
    if not names:
        return _Plan(names)
    if isinstance(statement, Insert):
        return _Plan(names, _with_own_rows_only(statement))
    if getattr(statement, "_propagate_attrs", {}).get("compile_state_plugin") == "orm":
        return _Plan(
            names, statement.options(*(_criterion(name) for name in sorted(names) if name in _classes_by_table()))
        )
    return _Plan(names, _guard_core(statement, target))


@cache
def _criterion(table: str) -> Any:
    return with_loader_criteria(
        _classes_by_table()[table], _of_tenant, include_aliases=True, propagate_to_loaders=False
    )


def _of_tenant(cls: Any) -> Any:
    """The criterion, on a class or on an alias of it."""
    return cls.organisation_id == bindparam(
        "lms_tenant"
    )  # a literal: SQLAlchemy tracks the variables of such functions


def _guard_core(statement: Any, target: Table | None) -> Any:
    """A Core statement gets the criterion on the tables that it names plainly; the last net refuses anything cleverer."""
    sources = [target] if target is not None else getattr(statement, "get_final_froms", list)()
    for table in sources:
        if isinstance(table, Table) and tenancy_of(table) == "organisation":
            statement = statement.where(table.c.organisation_id == bindparam(TENANT))
    return statement


def _with_own_rows_only(statement: Insert) -> Insert:
    """The same insert; an upsert changes the conflicting row only when it is of the same organisation."""
    guarded = statement._generate()  # noqa: SLF001 - a copy; on_conflict_do_update refuses to be called twice
    conflict: Any = copy.copy(getattr(statement, "_post_values_clause", None))
    if hasattr(conflict, "update_values_to_set"):
        table: Any = statement.table
        if OWNER in _named(conflict.update_values_to_set):
            raise ForeignTenant(f"an upsert may not move a row of {table.name} to another organisation")
        same = table.c[OWNER] == statement.excluded[OWNER]  # type: ignore[attr-defined]
        conflict.update_whereclause = (
            same if conflict.update_whereclause is None else conflict.update_whereclause & same
        )
        guarded._post_values_clause = conflict  # noqa: SLF001
    return guarded


def _check_insert(statement: Insert, parameters: Any, organisation_id: int) -> None:
    """Every row says the session's organisation, in the statement or in its parameters."""
    table: Any = statement.table
    if statement.select is not None:
        raise MissingTenant(f"insert rows, not a query, into {table.name}: the guard cannot follow it")
    own = _named(statement._values)  # noqa: SLF001 - no public reader
    many = [_named(row) for group in statement._multi_values for row in group]  # noqa: SLF001
    given = [_named(row) for row in parameters] if isinstance(parameters, list) else [_named(parameters)]
    for row in many or given:
        owner = {**own, **row}.get(OWNER)
        if type(owner) is not int or owner != organisation_id:
            raise ForeignTenant(f"insert into {table.name} for organisation {owner}")


def _check_update(statement: Update, parameters: Any) -> None:
    """No row moves to another organisation, and rows are not found by key alone."""
    table: Any = statement.table
    if isinstance(parameters, list) and not statement._where_criteria:  # noqa: SLF001 - no public reader
        raise MissingTenant(f"update {table.name} with a condition: by keys alone the guard cannot follow it")
    values: list[Any] = [statement._values, *(parameters if isinstance(parameters, list) else [parameters])]  # noqa: SLF001
    if any(OWNER in _named(one) for one in values):
        raise ForeignTenant(f"an update may not move a row of {table.name} to another organisation")


def _named(values: Any) -> dict[str, Any]:
    """Column or name → value, as name → plain value."""
    if not isinstance(values, Mapping):
        return {}
    return {str(getattr(key, "key", key)): getattr(value, "value", value) for key, value in values.items()}


@event.listens_for(TenantSession, "before_flush")
def _check_flush(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    if session.info.get("across"):
        return
    organisation_id = session.info.get(OWNER)
    for row in [*session.new, *session.dirty, *session.deleted]:
        kind = getattr(row, "__tenancy__", "site")
        if kind == "shared" and organisation_id is not None and session.is_modified(row):
            raise ForeignTenant(f"{type(row).__name__} is shared: only the site writes it")
        if kind != "organisation":
            continue
        if organisation_id is None:
            raise MissingTenant(f"no organisation for {type(row).__name__}")
        if row.organisation_id is None:
            row.organisation_id = organisation_id
        state: Any = inspect(row)
        before = state.committed_state.get(OWNER, organisation_id) if state.persistent else organisation_id
        if row.organisation_id != organisation_id or before != organisation_id:
            raise ForeignTenant(f"{type(row).__name__} of organisation {row.organisation_id}")
