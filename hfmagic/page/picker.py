"""The picker: one widget, in a cell's output and, unchanged, in the sidebar. What it shows comes from its desk."""

from __future__ import annotations

from collections import deque
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from ..errors import NotAvailable
from ..session import Session
from ..tags import runnable_task
from .desk import Desk

MOST_INLINE = 4  # pickers in cells; one more closes the oldest
STATIC = Path(__file__).parents[1] / "static"


_inline: deque[ModelPicker] = deque()


class ModelPicker(anywidget.AnyWidget):
    """A view of a session: its models, its last plan and its memory."""

    _esm = STATIC / "picker.js"
    _css = STATIC / "picker.css"
    tab = traitlets.Enum(["models", "plan", "memory"], "models").tag(sync=True)
    task = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self, session: Session, namespace: MutableMapping[str, Any], *, in_page: bool = True, **traits: Any
    ) -> None:
        if not (STATIC / "picker.js").is_file():
            raise NotAvailable("hfmagic's page was not built.", hint="make labextension, or install the wheel")
        super().__init__(**traits)
        self.desk = Desk(session, namespace, self.send, in_page=in_page)
        self.on_msg(lambda _, content, __: self.desk.take(content))

    def __repr__(self) -> str:
        return "hfmagic's model picker; where no widgets are shown: %hf models TASK"

    def close(self) -> None:
        """The page has gone."""
        desk = getattr(self, "desk", None)
        if desk is not None:
            desk.close()
            self.layout.close()  # a widget of its own, with a comm: ipywidgets leaves it
        super().close()


def open_picker(session: Session, namespace: MutableMapping[str, Any], task: str = "") -> ModelPicker:
    """A picker for a cell's output.

    The cell runs on the main thread, and since ipykernel 7.4 so would its answers: clicks would wait for the running
    cell (comm.BaseComm._reply_subshell_for). With the method taken away they come on the subshell that the page asked.

    Raises: UnknownTask.
    """
    if task:
        runnable_task(task)
    picker = ModelPicker(session, namespace, in_page=False, task=task)
    _inline.append(picker)
    if len(_inline) > MOST_INLINE:
        _inline.popleft().close()
    if hasattr(picker.comm, "_reply_subshell_for"):
        picker.comm._reply_subshell_for = lambda _, default: default
    return picker


def close_pickers() -> None:
    """Close those in cells; the extension is unloaded."""
    while _inline:
        _inline.pop().close()
