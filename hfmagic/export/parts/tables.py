"""One SELECT over a frame."""

from __future__ import annotations

import duckdb
import pandas as pd
import pyarrow as pa


def select(query: str, name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """One SELECT over a frame that the query knows by its name; DuckDB may read nothing else."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    with duckdb.connect(config={"python_enable_replacements": False}) as connection:
        connection.register(name, table)
        connection.execute("SET enable_external_access = false")
        found = connection.sql(query).to_arrow_table()
    if not any(pa.types.is_decimal(kind) for kind in table.schema.types):
        for i, field in enumerate(found.schema):  # DuckDB's sum of integers is a decimal: a plain number again
            if pa.types.is_decimal(field.type):
                plain = pa.int64() if field.type.scale == 0 else pa.float64()
                found = found.set_column(i, field.name, found.column(i).cast(plain))
    return pd.DataFrame(found.to_pandas())
