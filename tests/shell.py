"""A cell run in a shell, and what a user sees of it."""

from __future__ import annotations

from types import SimpleNamespace

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output


def run(shell: InteractiveShell, source: str) -> SimpleNamespace:
    """Run a cell: its error, what it printed, and its displayed MIME bundles."""
    with capture_output() as captured:
        result = shell.run_cell(source)
    bundles = [o.data for o in captured.outputs]
    plain = "\n".join(b.get("text/plain", "") for b in bundles)
    return SimpleNamespace(
        error=result.error_in_exec or result.error_before_exec,
        text=captured.stdout + captured.stderr + plain,
        html="\n".join(b.get("text/html", "") for b in bundles),
    )
