"""An audit hook: this process talks to no other machine, starts no shell or browser, and opens no database of the user.

Python imports a module of this name when it starts, where its folder is on PYTHONPATH: tests/conftest.py puts it there,
so that processes that a test starts are held to it as well (not one that is started isolated, by `-I`). What is refused
is also written to the file that HFMAGIC_TEST_EGRESS names: a library may catch the error, and the test fails all the
same.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from typing import Any

LOG = "HFMAGIC_TEST_EGRESS"
CACHE = "HFMAGIC_TEST_CACHE"
"""Names the user's own cache folder: a planner that a test chose in the store there would plan the user's next cell."""
NEVER = frozenset({"os.system", "webbrowser.open", "ftplib.connect", "smtplib.connect"})
_ADDRESSED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_NAMED = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})


def is_here(host: object) -> bool:
    """True for this machine's loopback, and for its own name."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name is None or name in ("", "localhost", socket.gethostname()):
        return True
    try:
        found = ipaddress.ip_address(str(name).partition("%")[0])
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback


def refusal(event: str, arguments: tuple[Any, ...]) -> str:
    """Why an event is refused; an empty string where it is not."""
    if event in NEVER:
        return f"{event} {arguments!r:.200}"
    if event in _ADDRESSED and arguments[0].family in (socket.AF_INET, socket.AF_INET6):
        address = arguments[1]  # none where the socket is connected
        return "" if not address or is_here(address[0]) else f"{event} {address!r:.200}"
    if event == "sqlite3.connect":
        folder = os.environ.get(CACHE)
        is_users = folder and os.fsdecode(arguments[0]).startswith(folder + os.sep)
        return f"{event} {arguments[0]!r:.200}" if is_users else ""
    return f"{event} {arguments[0]!r:.200}" if event in _NAMED and not is_here(arguments[0]) else ""


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """The hook. Raises PermissionError."""
    if (event.startswith(("socket.", "sqlite3.")) or event in NEVER) and (why := refusal(event, arguments)):
        if path := os.environ.get(LOG):
            with open(path, "a", encoding="utf-8") as log:  # noqa: PTH123 - pathlib takes long to import
                log.write(f"{why} by {sys.orig_argv!r:.200}\n")
        raise PermissionError(f"not in a test: {why}")


if LOG in os.environ and not hasattr(sys, LOG):
    setattr(sys, LOG, True)  # once a process, under whatever name it is imported
    sys.addaudithook(watch)
