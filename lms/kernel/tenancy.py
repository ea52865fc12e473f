"""The tenant guard: an organisation sees its own rows only, whatever the query says.

It covers ORM selects (subqueries, joins, aliases), Core statements, bulk inserts, updates and deletes, and the flush.
A statement on an organisation's table without an organisation raises `MissingTenant`. The only way out is
`ctx.across(reason)`, which is logged.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Delete, ForeignKey, Insert, Table, Update, bindparam, event
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, UOWTransaction, mapped_column, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.base import Executable

from lms.kernel.database import Base, TenantSession

log = logging.getLogger(__name__)
TENANT = "lms_tenant"


class MissingTenant(Exception):
    """A statement touches an organisation's table, and no organisation was given."""


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
    before = session.info.get("across")
    session.info["across"] = True
    try:
        yield session
        session.flush()  # what was changed here is written here, not later under the guard
    finally:
        session.info["across"] = before


def tenancy_of(table: Table) -> str:
    """ "site", "shared" or "organisation"."""
    return _classes_by_table().get(table.name, Base).__dict__.get("__tenancy__") or _inherited(table)


def _inherited(table: Table) -> str:
    mapped = _classes_by_table().get(table.name)
    return getattr(mapped, "__tenancy__", "site") if mapped else "site"


_classes: dict[str, type[Base]] = {}


def _classes_by_table() -> dict[str, type[Base]]:
    if len(_classes) != len(Base.registry.mappers):
        _classes.clear()
        _classes.update({mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers})
    return _classes


# Statements written at module level are guarded once, not at each execution: the parameter carries the organisation.
_guarded: WeakKeyDictionary[Any, tuple[Any, frozenset[str]]] = WeakKeyDictionary()


@event.listens_for(TenantSession, "do_orm_execute")
def _guard(state: ORMExecuteState) -> None:
    session = state.session
    if session.info.get("across"):
        return
    statement = state.statement
    known = _guarded.get(statement)
    if known is None:
        known = _guard_statement(statement)
        _guarded[statement] = known
    guarded, tables = known
    if not tables:
        return
    organisation_id = session.info.get("organisation_id")
    if organisation_id is None:
        raise MissingTenant(f"no organisation for {', '.join(sorted(tables))}")
    if isinstance(statement, Insert):
        _check_insert(statement, state.parameters, organisation_id)
        return
    state.statement = guarded
    parameters: Any = state.parameters
    if isinstance(parameters, list):
        state.parameters = [{**row, TENANT: organisation_id} for row in parameters]
    else:
        state.parameters = {**(parameters or {}), TENANT: organisation_id}


def _guard_statement(statement: Executable) -> tuple[Executable, frozenset[str]]:
    """The statement with a criterion for each organisation's table in it, and these tables' names."""
    tables = {
        element
        for element in visitors.iterate(statement)
        if isinstance(element, Table) and tenancy_of(element) == "organisation"
    }
    if isinstance(statement, Update | Delete | Insert) and isinstance(statement.table, Table):
        if tenancy_of(statement.table) == "organisation":
            tables.add(statement.table)
    names = frozenset(table.name for table in tables)
    if not tables or isinstance(statement, Insert):
        return statement, names
    if not _is_orm(statement):
        return _guard_core(statement, tables), names
    classes = _classes_by_table()
    criteria = [with_loader_criteria(classes[name], _of_tenant, include_aliases=True) for name in sorted(names)]
    return statement.options(*criteria), names


def _of_tenant(cls: Any) -> Any:
    """The criterion, on a class or on an alias of it."""
    return cls.organisation_id == bindparam(
        "lms_tenant"
    )  # a literal: SQLAlchemy tracks the variables of such functions


def _is_orm(statement: Any) -> bool:
    plugin = getattr(statement, "_propagate_attrs", {}).get("compile_state_plugin")
    return bool(plugin == "orm")


def _guard_core(statement: Any, tables: Iterable[Table]) -> Executable:
    """Core statements get the criterion when they name the table plainly; anything cleverer is refused."""
    for table in tables:
        if isinstance(statement, Update | Delete):
            plain = statement.table is table
        else:
            plain = table in getattr(statement, "get_final_froms", list)()
        if not plain:
            raise MissingTenant(f"write this query with mapped classes, the guard cannot follow {table.name} in it")
        statement = statement.where(table.c.organisation_id == bindparam(TENANT))
    return statement  # type: ignore[no-any-return]


def _check_insert(statement: Insert, parameters: Any, organisation_id: int) -> None:
    rows: list[Mapping[str, Any]] = list(parameters) if isinstance(parameters, list) else [parameters or {}]
    own = {getattr(column, "key", column): value for column, value in (statement._values or {}).items()}  # noqa: SLF001 - no public reader
    many = [row for group in statement._multi_values for row in group]  # noqa: SLF001
    for row in [*rows, *many] if many else rows:
        merged = {
            **{getattr(k, "key", k): getattr(v, "value", v) for k, v in own.items()},
            **{getattr(k, "key", k): v for k, v in row.items()},
        }
        if many and not merged:
            continue
        if merged.get("organisation_id") != organisation_id:
            raise ForeignTenant(f"insert into {statement.table.name} for organisation {merged.get('organisation_id')}")


@event.listens_for(TenantSession, "before_flush")
def _check_flush(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    if session.info.get("across"):
        return
    organisation_id = session.info.get("organisation_id")
    for row in [*session.new, *session.dirty, *session.deleted]:
        if getattr(row, "__tenancy__", "site") != "organisation":
            continue
        if organisation_id is None:
            raise MissingTenant(f"no organisation for {type(row).__name__}")
        if row.organisation_id is None:
            row.organisation_id = organisation_id
        if row.organisation_id != organisation_id:
            raise ForeignTenant(f"{type(row).__name__} of organisation {row.organisation_id}")
