"""A saved notebook, run again in a fresh kernel with its recorded plans and models, and compared cell by cell."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .comparison import Comparison, Part, compare
from .errors import MissingFile, NotAvailable, StepFailed, one_line
from .planners.planner import RECORDED
from .planners.recorded import provenances

NO_OUTPUT = Comparison((Part("the cell", "differs", "gave no result of hfmagic"),))


def reproduce_notebook(path: Path, *, yes: bool = False) -> Iterator[tuple[int, Comparison]]:
    """Run a notebook as it is saved, but for who plans: each request gets its recorded plan. The file stays as it is.

    A model that the notebook tunes is tuned anew, and picked anew where its recorded hash is not there.

    Args:
        yes: agrees to large downloads.
    Returns: the number of each cell with a recorded result, from 1, and how the new one came out beside it.
    Raises: MissingFile where nothing is recorded; StepFailed with the first cell that fails; NotAvailable without
        nbclient, which comes with JupyterLab.
    """
    if os.environ.get("HFMAGIC_PLANNER", "").startswith(RECORDED):
        raise StepFailed(f"{path.name} is not run: the notebook that asks for it is itself being reproduced.")
    book = _read(path)
    saved = [(i, provenances(c)) for i, c in enumerate(book.cells) if c.cell_type == "code"]
    if not any(found for _, found in saved):
        raise MissingFile(f"{path.name} has no recorded result.", hint="run it with hfmagic, and save it")
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs = []  # a cell that is not run, such as one tagged skip-execution, keeps what it has
    _execute(book, path, {"HFMAGIC_ASK_DOWNLOAD": str(2**62)} if yes else {})
    for i, olds in saved:
        news = provenances(book.cells[i])
        for place, old in enumerate(olds):
            yield i + 1, compare(old, news[place]) if place < len(news) else NO_OUTPUT


def _read(path: Path) -> Any:
    try:
        import nbclient  # noqa: F401  what is missing is said before the notebook is read
        import nbformat
    except ImportError:
        raise NotAvailable(
            "this needs nbclient, which comes with JupyterLab.", hint='pip install "hfmagic[lab]"'
        ) from None
    try:
        return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError, AttributeError, RecursionError, nbformat.ValidationError) as error:
        raise MissingFile(f"{path} is no notebook that can be read ({type(error).__name__}).") from None


def _execute(book: Any, path: Path, settings: dict[str, str]) -> None:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    settings |= {"HFMAGIC_PLANNER": f"{RECORDED} {path.resolve()}", "HFMAGIC_CACHE_RESULTS": "0"}  # all is run anew
    client = NotebookClient(
        book,
        timeout=None,  # a model takes what it takes; an interrupt ends it
        resources={"metadata": {"path": str(path.resolve().parent)}},
        extra_arguments=["--Application.log_level=CRITICAL"],  # what fails in a cell is said by its output
        record_timing=False,
    )
    try:
        client.execute(env={**os.environ, **settings})
    except CellExecutionError as error:
        raise StepFailed(f"{path.name}: {one_line(f'{error.ename}: {error.evalue}')}") from None
    except AssertionError as error:  # nbclient's own, on its way out of an interrupt
        if _follows_interrupt(error):
            raise KeyboardInterrupt from None
        raise
    except DeadKernelError:
        raise StepFailed(f"{path.name}: its kernel died.", hint="is there enough memory?") from None


def _follows_interrupt(error: BaseException) -> bool:
    """True for an error that was raised while an interrupt was dealt with."""
    before = error.__context__
    return before is not None and (
        isinstance(before, KeyboardInterrupt | asyncio.CancelledError) or _follows_interrupt(before)
    )
