"""Runs the analysis where nothing else is asked for: on DuckDB, within this process.

What DuckDB is told is compiled from the expressions beforehand, into statements.json: loading Ibis
and compiling take longer than a report of a season. Where the expressions have been changed since,
they are compiled anew.
"""

# What Ibis builds has no types before it runs.
# pyright: basic

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from basalt import facts

Rows = list[dict[str, Any]]
STATEMENTS = Path(__file__).with_name("statements.json")
_NAME = "facts"
_DAYS = "days"  # which other figures are made of: it is made once
_SOURCES = ("figures.py", "terms.py")
_TYPES = {
    "string": pa.string(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "boolean": pa.bool_(),
}


def run(table: facts.Arrow, *names: str) -> dict[str, Rows]:
    """The tables of figures.ALL with these names, or all of them, as rows."""
    known = _statements()
    wanted = names or tuple(known)
    connection = _connection()
    connection.register(_NAME, table)
    found: dict[str, Any] = {}
    try:
        for name in dict.fromkeys((_DAYS, *wanted)):
            # DuckDB sums whole numbers into a wider type than Ibis promises.
            columns = [(column, _TYPES[kind]) for column, kind in known[name]["columns"]]
            answer = connection.sql(known[name]["sql"]).to_arrow_table()
            found[name] = answer.cast(pa.schema(columns))
            if name == _DAYS:
                connection.register(_DAYS, found[_DAYS])
    finally:
        connection.unregister(_NAME)
        connection.unregister(_DAYS)
    return {name: found[name].to_pylist() for name in wanted}


def on(connection: Any, name: str = _NAME) -> dict[str, Rows]:
    """All tables of figures.ALL, on any engine that Ibis knows and that has the facts."""
    from basalt import figures

    table = connection.table(name)
    return {
        one: connection.to_pyarrow(make(table)).to_pylist() for one, make in figures.ALL.items()
    }


def compiled() -> dict[str, Any]:
    """What statements.json should hold: of each table the SQL and the types of its columns."""
    import ibis

    from basalt import figures

    tables: dict[str, Any] = {}
    source = ibis.table(facts.COLUMNS, name=_NAME)
    days = ibis.table(figures.days(source).schema(), name=_DAYS)
    for name, make in figures.ALL.items():
        of_days = figures.OF_DAYS.get(name)
        expression = of_days(days) if of_days else make(source)
        kinds = [[column, str(kind).lower()] for column, kind in expression.schema().items()]
        sql = ibis.to_sql(expression, dialect="duckdb")
        tables[name] = {"columns": kinds, "sql": str(sql)}
    return {"made_of": made_of(), "tables": tables}


def made_of() -> str:
    """A digest of what the statements come from: two files, and the columns of the facts."""
    texts = [Path(__file__).with_name(name).read_bytes() for name in _SOURCES]
    texts.append(repr(facts.COLUMNS).encode())
    return hashlib.sha256(b"\0".join(texts).replace(b"\r\n", b"\n")).hexdigest()


@cache
def _statements() -> dict[str, Any]:
    kept = json.loads(STATEMENTS.read_text(encoding="utf-8")) if STATEMENTS.exists() else {}
    return (kept if kept.get("made_of") == made_of() else compiled())["tables"]


@cache
def _connection() -> Any:
    return duckdb.connect()
