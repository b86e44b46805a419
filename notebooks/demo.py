"""`make demo`: the starter set where it is missing, then the quickstart, executed for real in a fresh kernel.

Prints each request with what the cell showed and its seconds; writes the executed notebook and an HTML page to build/.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

from hfmagic.config import HFMagic
from hfmagic.errors import HFMagicError
from hfmagic.starter import build_starter

HERE = Path(__file__).parent
BUILD = HERE.parent / "build"


def main(notebook: Path = HERE / "quickstart.ipynb") -> int:
    """Returns: 0 when every cell ran, 1 when one failed."""
    start = time.perf_counter()
    os.environ.setdefault("HFMAGIC_OFFLINE", "1")  # its outputs are the starter models', also where the Hub answers
    os.environ.setdefault("HFMAGIC_PLANNER", "rules")  # and its plans the rules', whatever was chosen in this home
    try:
        build_starter(HFMagic())
    except HFMagicError as error:
        print(error.line, file=sys.stderr)
        return 1
    book = nbformat.read(notebook, as_version=4)
    quiet = ["--Application.log_level=ERROR"]  # ipykernel warns of unencrypted traffic, which stays on this machine
    client = NotebookClient(
        book, timeout=600, resources={"metadata": {"path": str(HERE)}}, extra_arguments=quiet, record_timing=False
    )
    began: dict[int, float] = {}

    def starts(cell: nbformat.NotebookNode, cell_index: int) -> None:
        began[cell_index] = time.perf_counter()

    def ends(cell: nbformat.NotebookNode, cell_index: int, execute_reply: object) -> None:
        if cell.source.startswith("%%hf"):
            print(_said(cell, time.perf_counter() - began[cell_index]), flush=True)

    client.on_cell_start, client.on_cell_executed = starts, ends
    try:
        client.execute()
    except CellExecutionError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        BUILD.mkdir(exist_ok=True)
        nbformat.write(book, BUILD / notebook.name)
        page, _ = HTMLExporter().from_notebook_node(book)
        (BUILD / notebook.with_suffix(".html").name).write_text(page, encoding="utf-8")
    print(f"{time.perf_counter() - start:.0f} s in all. Look at build/{notebook.stem}.html and build/{notebook.name}")
    return 0


def _said(cell: nbformat.NotebookNode, seconds: float) -> str:
    """The request, then what the cell shows as plain text: plan with models, answer, preview."""
    rule = "─" * 100
    shown = [o.data["text/plain"] for o in cell.outputs if "data" in o and "text/plain" in o.data]
    return "\n".join((rule, cell.source, "", *shown, f"⏱ {seconds:.1f} s"))


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
