"""Runs notebooks in fresh kernels with the starter models and saves them in place, outputs included.

`python notebooks/execute.py` takes every tutorial but `with-an-llm`, whose LLM is elsewhere; or name some. One that
fails is left as it was, and the others are still run.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from hfmagic.config import HFMagic
from hfmagic.errors import HFMagicError
from hfmagic.starter import build_starter

HERE = Path(__file__).parent
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
FAILURES = (CellExecutionError, CellTimeoutError, DeadKernelError)
QUIET = ["--Application.log_level=ERROR"]  # ipykernel warns of unencrypted traffic, which stays on this machine


def main(*names: str) -> int:
    """Returns: 0 when every notebook ran, 1 when one failed."""
    config = HFMagic()
    try:
        build_starter(config)
    except HFMagicError as error:
        print(error.line, file=sys.stderr)
        return 1
    paths = [Path(name) for name in names] or [p for p in sorted(HERE.glob("*.ipynb")) if p.stem != "with-an-llm"]
    return max([save(path, config.starter_path) for path in paths], default=0)


def save(path: Path, models: Path) -> int:
    """Run a notebook and put it in the place of the old one. Returns: 0, or 1 when it failed."""
    start = time.perf_counter()
    book = nbformat.read(path, as_version=4)
    try:
        execute(book, models)
    except FAILURES as error:
        print(f"{path.name} failed and is left as it was: {error}", file=sys.stderr, flush=True)
        return 1
    fresh = path.with_suffix(".tmp")
    nbformat.write(book, fresh)
    fresh.replace(path)
    print(f"{path.name}: {time.perf_counter() - start:.0f} s, {path.stat().st_size:,} bytes", flush=True)
    return 0


def execute(book: NotebookNode, models: Path, *, seconds: int = 300) -> NotebookNode:
    """Run a notebook in a fresh kernel that has these models alone and remembers nothing of this machine's user.

    Args:
        book: its old outputs are dropped; the new ones are put in.
        models: folder of `org/name` model folders.
        seconds: longest time for one cell.
    Raises: CellExecutionError, CellTimeoutError, DeadKernelError.
    """
    for cell in book.cells:
        cell.metadata = nbformat.from_dict({name: cell.metadata[name] for name in ("tags",) if name in cell.metadata})
        if cell.cell_type == "code":
            cell.update({"outputs": [], "execution_count": None})
    with tempfile.TemporaryDirectory() as own:
        # A planner that was chosen, ratings and downloaded models would change plans and picks. Each cell computes what
        # it shows; a tutorial about the cache turns it on by itself.
        settings = {"OFFLINE": "1", "HUB_DIRS": str(models), "HUB_CACHE": f"{own}/hub", "CACHE_DIR": own}
        settings |= {"CACHE_RESULTS": "0"}
        client = NotebookClient(
            book,
            timeout=seconds,
            resources={"metadata": {"path": str(HERE)}},
            extra_arguments=QUIET,
            record_timing=False,
            coalesce_streams=True,
        )
        others = {name: value for name, value in os.environ.items() if not name.startswith("HFMAGIC_")}
        client.execute(env=others | {f"HFMAGIC_{name}": value for name, value in settings.items()})
    book.metadata = nbformat.from_dict(METADATA)
    return book


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
