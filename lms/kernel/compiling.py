"""What a compiled statement reads without saying for which organisation: the second half of the tenant guard.

`lms.kernel.tenancy` adds a criterion to each statement; here SQLAlchemy's own compiler notes every table that stands in a
FROM, an UPDATE or a DELETE without it. Whatever way a query was written, the text that goes to the database is what counts.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Alias, BindParameter, Column, Engine, Table
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import False_

TENANT = "lms_tenant"
"""The parameter of the criterion `organisation_id = :lms_tenant`."""


def watch_compiler(engine: Engine) -> None:
    """Compile this engine's statements with a compiler that notes `open_tables`."""
    dialect: Any = engine.dialect
    dialect.statement_compiler = type("Watched", (_Watched, dialect.statement_compiler), {})


def open_tables(compiled: Any) -> frozenset[Table]:
    """The tables of a compiled statement that stand somewhere without the criterion."""
    return frozenset(getattr(compiled, "open_tables", ()))


class _Level:
    """One SELECT, UPDATE or DELETE: names in its FROM, and names that have the criterion."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self.closed: set[str] = set()
        self.is_empty = False


class _Watched:
    """Mixed into the dialect's compiler."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.open_tables: set[Table] = set()
        self._levels: list[_Level] = []
        self._named: Any = None
        super().__init__(*arguments, **options)

    def _level(self, visit: str, statement: Any, options: Any) -> str:
        self._levels.append(_Level())
        try:
            return cast("str", getattr(super(), visit)(statement, **options))
        finally:
            level = self._levels.pop()
            if not level.is_empty:
                self.open_tables.update(table for name, table in level.tables.items() if name not in level.closed)

    def visit_select(self, select_stmt: Any, **options: Any) -> str:
        return self._level("visit_select", select_stmt, options)

    def visit_update(self, update_stmt: Any, **options: Any) -> str:
        return self._level("visit_update", update_stmt, options)

    def visit_delete(self, delete_stmt: Any, **options: Any) -> str:
        return self._level("visit_delete", delete_stmt, options)

    def visit_table(self, table: Any, asfrom: bool = False, **options: Any) -> str:  # noqa: FBT001, FBT002 - SQLAlchemy's
        if asfrom and self._levels and self._named is not table:
            self._levels[-1].tables[table.name] = table
        compiler = cast("SQLCompiler", super())
        return compiler.visit_table(table, asfrom=asfrom, **options)  # type: ignore[no-untyped-call, no-any-return]

    def visit_alias(self, alias: Any, asfrom: bool = False, **options: Any) -> str:  # noqa: FBT001, FBT002 - SQLAlchemy's
        before = self._named
        if asfrom and self._levels and isinstance(alias, Alias) and isinstance(alias.element, Table):
            self._levels[-1].tables[alias.name] = alias.element
            self._named = alias.element
        try:
            compiler = cast("SQLCompiler", super())
            return compiler.visit_alias(alias, asfrom=asfrom, **options)  # type: ignore[no-untyped-call, no-any-return]
        finally:
            self._named = before

    def visit_binary(self, binary: Any, *arguments: Any, **options: Any) -> str:
        if self._levels and binary.operator is operators.eq:
            left, right = binary.left, binary.right
            is_owner = isinstance(left, Column) and left.name == "organisation_id"
            if is_owner and isinstance(right, BindParameter) and right.key == TENANT:
                self._levels[-1].closed.add(left.table.name)
        compiler = cast("SQLCompiler", super())
        return compiler.visit_binary(binary, *arguments, **options)  # type: ignore[no-untyped-call, no-any-return]

    def _generate_delimited_and_list(self, clauses: Any, **options: Any) -> str:
        # `WHERE false AND …` is written `WHERE false`: the criterion is gone, and so is every row.
        if self._levels and any(isinstance(one, False_) for one in clauses):
            self._levels[-1].is_empty = True
        compiler = cast("Any", super())
        return cast("str", compiler._generate_delimited_and_list(clauses, **options))  # noqa: SLF001 - writes WHERE
