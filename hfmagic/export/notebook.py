"""Code as the JSON of a notebook. Knows nbformat 4, no plan."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any


def to_notebook(title: str, cells: Iterable[str]) -> str:
    """A notebook (nbformat 4.5) without outputs: a title in markdown, then the cells of code."""
    found = [_cell("markdown", f"# {title.partition(' (')[0]}\n\n{title}", 0)]
    found += [_cell("code", code, number) for number, code in enumerate(cells, 1)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    book = {"cells": found, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, ensure_ascii=False, indent=1) + "\n"


def _cell(kind: str, text: str, number: int) -> dict[str, Any]:
    code = text if kind == "code" else ""
    identity = hashlib.sha256(f"{number}\n{code}".encode()).hexdigest()[:12]  # the same plan, the same file
    more: dict[str, Any] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "id": identity, "metadata": {}, "source": text.splitlines(keepends=True), **more}
