"""hfmagic: describe a task in a cell, get it done with Hugging Face models on your own hardware."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from .page.picker import ModelPicker
    from .session import Session

    hf: Session

from .api import choose_models, make_plan, run_plan, show, to_app, to_python, tune_model

__version__ = "0.1.0"
__all__ = [
    "__version__",
    "choose_models",
    "hf",
    "load_ipython_extension",
    "make_plan",
    "picker",
    "run_plan",
    "show",
    "to_app",
    "to_python",
    "tune_model",
    "unload_ipython_extension",
]


def __getattr__(name: str) -> Any:
    """`hf`: the session of this kernel or process, made when it is first asked for."""
    if name == "hf":
        from .api import session

        return session()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def picker(task: str = "") -> ModelPicker:
    """The model picker of this kernel's session, to be shown in a cell; `task` is listed first.

    Raises: NotAvailable where `%load_ext hfmagic` has not run; UnknownTask.
    """
    from .magics import session_here
    from .page.picker import open_picker

    shell, session = session_here()
    return open_picker(session, shell.user_ns, task)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register `%%hf` and `%hf`; called by `%load_ext hfmagic`."""
    from .magics import register

    register(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Remove the magics and their completion; called by `%unload_ext hfmagic`."""
    from .magics import unregister

    unregister(shell)
