"""Imports every module of the installed hfmagic and its magics, and prints each socket: `python -I no_socket.py`.

Exit code 1 when one did. A module that needs an extra which is not installed is counted and left out.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

opened: list[str] = []
watched = {"socket.__new__", "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "socket.sendmsg"}


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: the events of https://docs.python.org/3/library/audit_events.html that a socket raises."""
    if event in watched:
        opened.append(f"{event} {arguments[1:]}")


def main() -> int:
    """Returns: 0 when nothing opened a socket, else 1."""
    sys.addaudithook(watch)
    import hfmagic

    without, count = [], 0
    for module in pkgutil.walk_packages(hfmagic.__path__, "hfmagic."):
        try:
            importlib.import_module(module.name)
            count += 1
        except ModuleNotFoundError as error:
            without.append(f"{module.name} (needs {error.name})")
    from IPython.core.interactiveshell import InteractiveShell

    InteractiveShell.instance().run_line_magic("load_ext", "hfmagic")
    told = f"{count} modules imported, and the extension loaded: {len(opened)} sockets"
    print("; ".join([told, *(["left out: " + ", ".join(without)] if without else [])]))
    for line in opened:
        print(line)
    return 1 if opened else 0


if __name__ == "__main__":
    sys.exit(main())
