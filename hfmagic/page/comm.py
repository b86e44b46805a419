"""The line to the sidebar: it opens a comm, gets a picker of its own, and sends the clicks on a cell's buttons.

ipykernel answers a comm on the thread (subshell) of the message that it last had to do with, so the picker is made in
the handler: its messages are then answered while a cell runs. A marker comm tells pages that are open, and those that
will be, that hfmagic is there: to ask for a target that nobody registered puts a warning into the kernel's log.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the rest of this room is imported when a page opens: `%load_ext hfmagic` stays quick
    from IPython.core.interactiveshell import InteractiveShell

    from ..session import Session
    from .desk import Desk
    from .picker import ModelPicker

TARGET, MARKER = "hfmagic.page", "hfmagic.ready"
_CLICKS = frozenset({"approve", "dismiss", "cancel"})


@dataclass(frozen=True)
class _Page:
    """An open page: `client` is its browser tab, the same after a reload; `subshell` the thread that answers it."""

    line: Any
    picker: ModelPicker
    client: str
    subshell: str


class Pages:
    """The pages of one kernel. Where there is no kernel, such as in a terminal, there are none."""

    def __init__(self, shell: InteractiveShell, session: Session) -> None:
        self._shell, self._session = shell, session
        self._marker: Any = None
        self._open: dict[str, _Page] = {}  # by comm id

    def register(self) -> None:
        """Take pages from now on, and tell those that are open."""
        if getattr(self._shell, "kernel", None) is None:
            return
        import comm

        comm.get_comm_manager().register_target(TARGET, self._opened)
        self._marker = comm.create_comm(target_name=MARKER)

    def unregister(self) -> None:
        """Take no more pages, and close those that are open."""
        if self._marker is None:
            return
        import comm

        comm.get_comm_manager().unregister_target(TARGET, self._opened)
        from .picker import close_pickers

        self._marker.close()
        self._marker = None
        close_pickers()
        for comm_id, page in tuple(self._open.items()):
            self._closed(comm_id)
            page.line.close()

    def _opened(self, line: Any, message: dict[str, Any]) -> None:
        """A page has opened: it gets a picker, and hears which subshells its browser tab has left behind."""
        from .picker import ModelPicker

        data = message["content"].get("data")
        client = str(data.get("client") or "")[:64] if isinstance(data, dict) else ""
        subshell = str(message["header"].get("subshell_id") or "")[:64]
        left = [i for i, page in self._open.items() if client and page.client == client]
        stale = [s for s in map(self._closed, left) if s and s != subshell]
        picker = ModelPicker(self._session, self._shell.user_ns)
        self._open[line.comm_id] = _Page(line, picker, client, subshell)
        line.on_msg(lambda message: _clicked(picker.desk, message["content"].get("data")))
        line.on_close(lambda _: self._closed(line.comm_id))
        line.send({"model_id": picker.model_id, "stale_subshells": stale})

    def _closed(self, comm_id: str) -> str:
        """A page has gone; its subshell."""
        page = self._open.pop(comm_id, None)
        if page is None:
            return ""
        page.picker.close()
        return page.subshell


def _clicked(desk: Desk, data: object) -> None:
    """A click on a button in a cell's output: to run or to dismiss the plan that waits, or to stop what runs."""
    body = data.get("ask") if isinstance(data, dict) else None
    if isinstance(body, dict) and isinstance(body.get("ask"), str) and body["ask"] in _CLICKS:
        desk.take({"id": 0, "body": body})


def somebody_looks() -> bool:
    """True where a widget is seen: a notebook that is run headless would keep the whole page in its file for nothing.

    Jupyter's server names the session of each kernel that it starts for a notebook; VS Code and Colab have their own
    marks.
    """
    return bool({"JPY_SESSION_NAME", "VSCODE_PID", "VSCODE_CWD"} & os.environ.keys()) or "google.colab" in sys.modules
