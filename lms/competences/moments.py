"""Moments counted from another, inside a query: each database has its own way of adding days."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from lms.kernel.database import UTCDateTime


class days_later(GenericFunction[Any]):  # noqa: N801 - used like a function of SQL
    """`days_later(moment, days)`: the moment so many days after."""

    type = UTCDateTime()
    inherit_cache = True
    name = "days_later"


@compiles(days_later, "sqlite")
def _in_sqlite(element: days_later, compiler: SQLCompiler, **options: Any) -> str:
    moment, days = (compiler.process(one, **options) for one in element.clauses)
    # Written as SQLAlchemy stores moments, so that they compare as texts.
    return f"strftime('%Y-%m-%d %H:%M:%f000', {moment}, {days} || ' days')"


@compiles(days_later, "postgresql")
def _in_postgresql(element: days_later, compiler: SQLCompiler, **options: Any) -> str:
    moment, days = (compiler.process(one, **options) for one in element.clauses)
    return f"({moment} + make_interval(days => {days}))"
