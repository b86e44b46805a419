"""One SELECT over frames, by DuckDB. Knows nothing of plans; it touches no file, no network and no Python variable.

Three fences, each enough by itself for what it stops: the syntax tree may name only the frames given and a few table
functions; DuckDB runs without external access, replacement scans, extensions or a temporary folder, and locked; rows,
seconds, threads and memory are capped. The settings are those of DuckDB's own guide:
https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ..errors import HFMagicError, StepFailed, UnknownColumn, clip, did_you_mean

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MAX_QUERY = 20_000  # characters
MEMORY_LIMIT = "2GB"
POLL_SECONDS = 0.05
STOP_SECONDS = 2.0  # how long an interrupted query may take to stop before it is left to end by itself

TABLE_FUNCTIONS = frozenset({"unnest", "range", "generate_series"})
FORBIDDEN_FUNCTIONS = re.compile(
    r"__internal.*|getenv|current_setting|getvariable|write_log|sleep_ms|pg_sleep|nextval|setval"
)

Given: TypeAlias = "pa.Table | tuple[Path, ...]"
"""A table in memory, or the Parquet files that it lies in."""

_MISSING_COLUMN = re.compile(r'Referenced column "(.+?)" (?:was )?not found|does not have a column named "(.+?)"')
_MISSING_TABLE = re.compile(r"Table with name (.+?) does not exist")


def run_query(tables: Mapping[str, Given], query: str, *, max_rows: int, timeout_seconds: float) -> pa.Table:
    """The rows of one SELECT.

    Args:
        tables: what the query may read, by name: in memory, or the Parquet files that a table lies in.
        max_rows: most rows that it may give.
        timeout_seconds: longest time to run; an interrupt stops it as soon.
    Returns: a table; sums and other decimals are int64 or float64, unless a table given holds decimals itself.
    Raises: StepFailed, UnknownColumn: one line, without DuckDB's stack.
    """
    import duckdb

    connection = duckdb.connect(":memory:", config=_settings())

    def work() -> pa.Table:
        try:
            _register(connection, tables)
            _check(connection, query, tables)
            return connection.sql(query).limit(max_rows + 1).to_arrow_table()
        except duckdb.Error as error:
            raise _told(error, tables) from None
        finally:
            connection.close()

    found = _plain_numbers(_in_time(work, connection.interrupt, timeout_seconds), tables)
    if found.num_rows > max_rows:
        raise StepFailed(f"the query gives more than {max_rows:,} rows.", hint="add LIMIT, or group the rows")
    return found


def _settings() -> dict[str, str | bool | int | float | list[str]]:
    return {
        "python_enable_replacements": False,  # a frame of this function's own variables would do as a table
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "temp_directory": "",  # no spill to disk
        "memory_limit": MEMORY_LIMIT,
        "threads": max(1, min(4, os.cpu_count() or 1)),
    }


def _register(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Given]) -> None:
    for name, table in tables.items():
        columns = _columns(table)
        if twice := next((c for c in columns if columns.count(c) > 1), None):
            raise StepFailed(f"{name}: the column {twice!r} occurs twice.", hint="rename one")
        if isinstance(table, tuple):
            files = [str(path) for path in table]
            connection.read_parquet(files, hive_partitioning=False).create_view(name)
        else:
            connection.register(name, table)
    files = [str(path) for table in tables.values() if isinstance(table, tuple) for path in table]
    connection.execute("SET allowed_paths = ?", [files])  # these and no other, from the next line but one on
    connection.execute("SET enable_progress_bar = false")  # on by itself in Jupyter
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _check(connection: duckdb.DuckDBPyConnection, query: str, tables: Iterable[str]) -> None:
    """StepFailed unless the query is one SELECT whose syntax tree reads nothing but `tables`."""
    import duckdb

    if len(query) > MAX_QUERY or "\0" in query:
        raise StepFailed(f"the query has {len(query):,} characters or a null byte, wanted at most {MAX_QUERY:,}.")
    statements = connection.extract_statements(query)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        found = ", ".join(s.type.name for s in statements[:5]) or "nothing"
        raise StepFailed(f"the query must be one SELECT, found {found}.")
    _check_tree(_syntax_tree(query), tables)


def _columns(table: Given) -> list[str]:
    return list(_schema(table).names)


def _schema(table: Given) -> pa.Schema:
    import pyarrow.parquet as pq

    return pq.read_schema(table[0]) if isinstance(table, tuple) else table.schema


def _syntax_tree(query: str) -> Any:
    import duckdb

    with duckdb.connect(":memory:", config=_settings()) as connection:
        row = connection.execute("SELECT json_serialize_sql(?)", [query]).fetchone()
    try:
        tree = json.loads(row[0]) if row else {}
    except RecursionError:
        raise StepFailed("the query is nested too deeply.") from None
    if not tree or tree["error"]:
        raise StepFailed(f"the query must be one SELECT: {tree.get('error_message', 'it cannot be read')}")
    return tree


def _check_tree(tree: Any, tables: Iterable[str]) -> None:
    nodes = list(_nodes(tree))
    named = {entry["key"].casefold() for node in nodes for entry in node.get("cte_map", {}).get("map", ())}
    known = {name.casefold() for name in tables} | named
    for node in nodes:
        match node:
            case {"type": "BASE_TABLE", "table_name": name, "schema_name": schema}:
                if schema or name.casefold() not in known:
                    full = f"{schema}.{name}" if schema else name
                    raise _unknown_table(full, tables)
            case {"type": "TABLE_FUNCTION", "function": {"function_name": name}}:
                if name.casefold() not in TABLE_FUNCTIONS:
                    raise StepFailed(f"the query may not call {name!r}: it can read only {_listed(tables)}.")
            case {"type": "SHOW_REF"}:
                raise StepFailed("the query must be one SELECT, found SHOW, DESCRIBE or SUMMARIZE.")
            case {"class": "FUNCTION", "function_name": name} if FORBIDDEN_FUNCTIONS.fullmatch(name.casefold()):
                raise StepFailed(f"the query may not call {name!r}.")


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of the tree; a stack of its own, as queries nest deeper than Python calls may."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            yield node
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)


def _in_time(work: Callable[[], pa.Table], interrupt: Callable[[], None], timeout_seconds: float) -> pa.Table:
    """Run in a worker, so that the main thread stays free for an interrupt and the clock."""
    done: list[pa.Table] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:  # noqa: BLE001  raised again by the main thread
            failed.append(error)

    worker = threading.Thread(target=run, daemon=True, name="hfmagic-query")
    stop = time.monotonic() + timeout_seconds
    worker.start()
    try:
        while worker.is_alive():
            worker.join(POLL_SECONDS)
            if worker.is_alive() and time.monotonic() > stop:
                raise StepFailed(
                    f"the query took longer than {timeout_seconds:g} s.", hint="ask for less, or raise sql_seconds"
                )
    except BaseException:
        interrupt()
        worker.join(STOP_SECONDS)
        raise
    if failed:
        raise failed[0]
    return done[0]


def _plain_numbers(table: pa.Table, given: Mapping[str, Given]) -> pa.Table:
    """DuckDB's sum of integers is a HUGEINT, in Arrow a decimal, in pandas an object: give int64 or float64."""
    import pyarrow as pa

    if any(pa.types.is_decimal(t) for g in given.values() for t in _schema(g).types):
        return table
    for i, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            column = table.column(i)
            try:
                plain = column.cast(pa.int64()) if field.type.scale == 0 else column.cast(pa.float64())
            except pa.ArrowInvalid:
                plain = column.cast(pa.float64())
            table = table.set_column(i, field.name, plain)
    return table


def _told(error: duckdb.Error, tables: Mapping[str, Given]) -> HFMagicError:
    """DuckDB's first line, as one of ours."""
    message = str(error).split("\n\n")[0].split("\n")[0]
    if found := _MISSING_COLUMN.search(message):
        name = found[1] or found[2]
        columns = {c for t in tables.values() for c in _columns(t)}
        hint = did_you_mean(name, columns) or f"it has {clip(', '.join(sorted(columns)), 60)}"
        return UnknownColumn(f"the query reads a column {name!r} that is not there.", hint=hint)
    if found := _MISSING_TABLE.search(message):
        return _unknown_table(found[1], tables)
    _, _, said = message.partition(": ")
    return StepFailed(f"the query failed: {said or message}")


def _unknown_table(name: str, tables: Iterable[str]) -> StepFailed:
    hint = did_you_mean(name, tables) or f"it can read {_listed(tables)}"
    return StepFailed(f"the query reads {name!r}, which is not one of its tables.", hint=hint)


def _listed(tables: Iterable[str]) -> str:
    return clip(", ".join(tables), 60) or "nothing"
