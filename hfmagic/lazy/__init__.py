"""Tables that are read a part at a time, because they may be larger than memory. Knows no task and no plan."""

from .files import SUFFIXES, files_of, is_table_file, table_of_files
from .table import HEAD_ROWS, LARGE_BYTES, LazyTable, Library, is_lazy, lazy_table, regrouped

__all__ = [
    "HEAD_ROWS",
    "LARGE_BYTES",
    "SUFFIXES",
    "LazyTable",
    "Library",
    "files_of",
    "is_lazy",
    "is_table_file",
    "lazy_table",
    "regrouped",
    "table_of_files",
]
