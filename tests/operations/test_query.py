"""run_query: what it gives, what it refuses, and that no file, variable or setting can be reached."""

from __future__ import annotations

import sys
import threading
import time
from _thread import interrupt_main
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hfmagic.errors import HFMagicError, StepFailed, UnknownColumn
from hfmagic.operations.query import MAX_QUERY, run_query

REVIEWS = pa.table(
    {
        "product": ["phone", "camera", "phone", None],
        "stars": [1, 5, 2, 4],
        "label": ["negative", "positive", "negative", "positive"],
    }
)
FOREVER = "SELECT count(*) FROM range(100000000000)"
CANARY = "canary-5e1f"

_opened: list[str] = []
_watching = False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and event in ("open", "os.listdir", "os.scandir", "socket.connect", "subprocess.Popen", "os.putenv"):
        _opened.append(f"{event} {arguments[0]}")


sys.addaudithook(_watch)


def ask(query: str, *, max_rows: int = 100, timeout_seconds: float = 20.0, **tables: pa.Table) -> pa.Table:
    return run_query({"reviews": REVIEWS} | tables, query, max_rows=max_rows, timeout_seconds=timeout_seconds)


def test_select_counts_rows_of_the_frame() -> None:
    found = ask("SELECT product, count(*) AS n FROM reviews WHERE label = 'negative' GROUP BY product -- done")

    assert found.to_pylist() == [{"product": "phone", "n": 2}]


def test_two_frames_are_joined() -> None:
    prices = pa.table({"product": ["phone", "camera"], "price": [100, 300]})

    found = ask("SELECT sum(price) AS total FROM reviews JOIN prices USING (product)", prices=prices)

    assert found.to_pylist() == [{"total": 500}]


@pytest.mark.parametrize(
    "query",
    [
        "WITH w AS (SELECT * FROM reviews) SELECT count(*) AS n FROM w",
        "SELECT count(*) AS n FROM Reviews;",
        "FROM reviews SELECT count(*) AS n",
        "SELECT count(*) AS n FROM range(4)",
        "SELECT count(*) AS n FROM (SELECT unnest([1, 2, 3, 4]))",
    ],
)
def test_every_form_of_select_works(query: str) -> None:
    assert ask(query).to_pylist() == [{"n": 4}]


def test_order_of_the_query_is_kept() -> None:
    assert ask("SELECT stars FROM reviews ORDER BY stars DESC").column("stars").to_pylist() == [5, 4, 2, 1]


def test_a_sum_of_integers_is_an_integer_and_other_decimals_are_floats() -> None:
    found = ask("SELECT sum(stars) AS s, 0.5 * count(*) AS h, sum(9000000000000000000::HUGEINT) AS big FROM reviews")

    assert found.schema.types == [pa.int64(), pa.float64(), pa.float64()]
    assert found.to_pylist() == [{"s": 12, "h": 2.0, "big": 3.6e19}]


def test_decimals_of_the_frame_stay_decimals() -> None:
    money = pa.table({"price": pa.array([1, 2], pa.decimal128(10, 2))})

    assert pa.types.is_decimal(ask("SELECT price FROM money", money=money).schema.types[0])


def test_columns_of_one_name_are_told_apart() -> None:
    assert ask("SELECT 1 AS a, 2 AS a").column_names == ["a", "a_1"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "found nothing"),
        ("SELECT 1; SELECT 2", "found SELECT, SELECT"),
        ("COPY reviews TO 'x.csv'", "found COPY"),
        ("ATTACH 'x.db'", "found ATTACH"),
        ("PRAGMA version", "found PRAGMA"),
        ("INSTALL httpfs", "found LOAD"),
        ("LOAD httpfs", "found LOAD"),
        ("SET threads = 1", "found SET"),
        ("RESET lock_configuration", "found SET"),
        ("CREATE TABLE x AS SELECT 1", "found CREATE"),
        ("INSERT INTO reviews VALUES (1) RETURNING *", "found INSERT"),
        ("EXPORT DATABASE 'x'", "found EXPORT"),
        ("CALL duckdb_settings()", "found CALL"),
        ("PIVOT reviews ON label USING count(*)", "found MULTI"),
        ("EXPLAIN ANALYZE SELECT 1", "found EXPLAIN"),
        ("DESCRIBE reviews", "found SHOW"),
        ("SUMMARIZE reviews", "found SHOW"),
        ("SELECT * FROM duckdb_secrets()", "may not call 'duckdb_secrets'"),
        ("SELECT * FROM duckdb_settings()", "may not call"),
        ("SELECT * FROM query('SELECT 1')", "may not call 'query'"),
        ("SELECT * FROM query_table('reviews')", "may not call"),
        ("SELECT * FROM enable_logging('QueryLog')", "may not call"),
        ("SELECT getenv('HOME')", "may not call 'getenv'"),
        ("SELECT current_setting('home_directory')", "may not call"),
        ("SELECT write_log('x')", "may not call"),
        ("SELECT * FROM information_schema.tables", "not one of its tables"),
        ("SELECT * FROM pg_catalog.pg_class", "not one of its tables"),
        ("SELECT * FROM duckdb_tables", "not one of its tables"),
        ("SELECT * FROM tables", "not one of its tables"),
        ("SELECT ?", "not provided"),
        ("SELECT 1) UNION (SELECT 2", "syntax error"),
        ("SELECT " + "(" * 3000 + "1" + ")" * 3000, "depth"),
        ("SELECT '" + "x" * MAX_QUERY + "'", "characters"),
        ("SELECT '\0'", "null byte"),
    ],
)
@pytest.mark.rule(10)
def test_anything_but_one_select_of_the_frames_is_refused(query: str, said: str) -> None:
    with pytest.raises(StepFailed, match=said):
        ask(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('{path}')",
        "SELECT * FROM read_text('{path}')",
        "SELECT * FROM read_blob('{path}')",
        "SELECT * FROM read_json_auto('{path}')",
        "SELECT * FROM parquet_scan('{path}')",
        "SELECT * FROM sniff_csv('{path}')",
        "SELECT * FROM read_duckdb('{path}')",
        "SELECT * FROM '{path}'",
        'SELECT * FROM "{path}"',
        "SELECT * FROM glob('{folder}/*')",
        "SELECT (SELECT content FROM read_text('{path}'))",
        "WITH w AS (SELECT * FROM read_text('{path}')) SELECT * FROM w",
        "SELECT * FROM reviews WHERE EXISTS (FROM read_text('{path}'))",
        "SELECT * FROM reviews, LATERAL read_text('{path}')",
        "SELECT * FROM reviews ORDER BY (SELECT content FROM read_text('{path}'))",
        "SELECT * FROM (VALUES (1)) t(a) JOIN read_text('{path}') ON true",
        "SELECT 1 UNION ALL SELECT content FROM read_text('{path}')",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "ATTACH '{folder}/new.db' AS n",
        "EXPORT DATABASE '{folder}/dump'",
        "SELECT * FROM 'https://example.org/x.csv'",
        "SELECT * FROM read_csv('https://example.org/x.csv')",
    ],
)
def test_no_file_is_read_or_written(query: str, tmp_path: Path) -> None:
    global _watching
    secret = tmp_path / "secret.csv"
    secret.write_text(f"a\n{CANARY}\n", "utf-8")
    ask("SELECT 1")  # the imports of a first query do open files
    _opened.clear()
    _watching = True

    try:
        with pytest.raises(HFMagicError) as error:
            ask(query.format(path=secret, folder=tmp_path))
    finally:
        _watching = False

    assert _opened == []
    assert list(tmp_path.iterdir()) == [secret]
    assert CANARY not in str(error.value)


def test_a_table_of_python_is_no_table_of_the_query() -> None:
    hidden = pa.table({"a": [1]})

    with pytest.raises(StepFailed, match="'hidden'"):
        ask("SELECT * FROM hidden")
    assert hidden.num_rows == 1


def test_a_misspelt_column_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownColumn, match=r"'prodct'.*did you mean 'product'"):
        ask("SELECT prodct FROM reviews")


def test_a_misspelt_table_is_named_with_the_nearest() -> None:
    with pytest.raises(StepFailed, match=r"'revews'.*did you mean 'reviews'"):
        ask("SELECT * FROM revews")


def test_an_error_of_the_query_is_one_line_without_duckdbs_stack() -> None:
    with pytest.raises(StepFailed) as error:
        ask("SELECT stars + label\nFROM reviews")

    assert "No function matches" in error.value.line
    assert "LINE" not in error.value.line
    assert len(error.value.line) <= 200
    assert error.value.__cause__ is None


@pytest.mark.rule(14)
def test_too_many_rows_are_refused_not_cut() -> None:
    with pytest.raises(StepFailed, match=r"more than 3 rows.*LIMIT"):
        ask("SELECT * FROM reviews", max_rows=3)
    assert ask("SELECT * FROM reviews", max_rows=4).num_rows == 4


def test_a_frame_with_a_column_twice_is_refused() -> None:
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])

    with pytest.raises(StepFailed, match="'a' occurs twice"):
        ask("SELECT * FROM twice", twice=twice)


def test_a_slow_query_is_stopped_in_time() -> None:
    start = time.monotonic()

    with pytest.raises(StepFailed, match=r"longer than 0\.3 s"):
        ask(FOREVER, timeout_seconds=0.3)

    assert time.monotonic() - start < 2


def test_an_interrupt_stops_a_query_within_a_second() -> None:
    start = time.monotonic()
    timer = threading.Timer(0.5, interrupt_main)
    timer.start()

    with pytest.raises(KeyboardInterrupt):
        ask(FOREVER)

    timer.join()
    assert time.monotonic() - start < 1.5
    assert not any(t.is_alive() for t in threading.enumerate() if t.name == "hfmagic-query")


FRAGMENTS = """SELECT * FROM reviews WHERE stars > 1 GROUP BY product ORDER LIMIT ( ) , ; -- /* */ ' " AS w WITH UNION
    ALL RECURSIVE JOIN ON count(*) unnest([1]) read_csv('/etc/passwd') '/etc/passwd' glob('*') getenv('HOME') COPY TO
    SET VALUES (1) NULL = IN EXISTS LATERAL PIVOT FOR range(3) INSTALL httpfs LOAD $1 ? :: INT [ ] { } x.a ATTACH"""


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(FRAGMENTS.split()), max_size=14).map(" ".join)))
def test_any_text_gives_a_table_or_one_line(query: str) -> None:
    line, found = "", None
    try:
        found = ask(query)
    except HFMagicError as error:
        line = error.line

    assert len(line) <= 200
    assert "\n" not in line
    assert line or isinstance(found, pa.Table)
    assert "root:" not in str(found)


def test_a_query_reads_the_file_of_a_table_and_no_other(tmp_path: Path):
    import pyarrow.parquet as pq

    for name in ("it's.parquet", "other.parquet"):
        pq.write_table(pa.table({"n": [1, 2, 3]}), tmp_path / name)
    given = {"rows": (tmp_path / "it's.parquet",)}
    other = tmp_path / "other.parquet"

    found = run_query(given, "SELECT sum(n) AS s FROM rows", max_rows=9, timeout_seconds=9)

    assert found.to_pydict() == {"s": [6]}
    for query in (f"SELECT * FROM '{other}'", f"SELECT * FROM read_parquet('{other}')"):  # noqa: S608  it is refused
        with pytest.raises(StepFailed):
            run_query(given, query, max_rows=9, timeout_seconds=9)
