"""The child process in which foreign bytes are read: no network, no code of theirs. JSON lines in, JSON lines out.

Every connection and every look-up of a name is refused by an audit hook, which no Python code can take off again; the
Hub's own switch is set to offline as well. That keeps a library from fetching something unasked. It is no prison:
machine code could open a socket by itself. What is read here cannot bring any: weights are read by safetensors, by
`torch.load(weights_only=True)`, and as plain arrays.
"""

from __future__ import annotations

import importlib
import json
import os
import queue
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from ..errors import one_line
from .recipe import Job

REFUSED = frozenset({
    "socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg",
    "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo",
})  # fmt: skip
"""Audit events that mean the network."""


def refuse_network(event: str, args: tuple[Any, ...]) -> None:  # noqa: ARG001
    """An audit hook: a PermissionError for everything in REFUSED."""
    if event in REFUSED:
        raise PermissionError(f"{event}: the starter set is converted without network")


def main() -> None:
    """Do the jobs on standard input until it ends; answer each on standard output."""
    sys.addaudithook(refuse_network)
    # Only answers go to the parent: whatever a library prints joins standard error.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    import torch  # noqa: F401 - takes seconds, while the parent still downloads

    for job in _jobs():
        _answer(answers, **_done(job, answers))


def _jobs() -> Iterator[Job]:
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in sys.stdin:
            lines.put(line)
        os._exit(1)  # the parent is gone: nobody wants the rest

    threading.Thread(target=read, daemon=True).start()
    while True:
        job: dict[str, Any] = json.loads(lines.get())
        yield Job(**(job | {key: Path(job[key]) for key in ("source", "out", "finished")}))


def _done(job: Job, answers: IO[str]) -> dict[str, Any]:
    from .check import self_test

    def advance(stage: str, share: float) -> None:
        _answer(answers, stage=stage, share=share)

    try:
        recipe = importlib.import_module(f".{job.recipe}", __package__)
        figures = recipe.make(job, advance)
        advance("checking", 0.0)
        self_test(job)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent says it in one line
        import traceback

        traceback.print_exc()
        return {"error": one_line(f"{type(error).__name__}: {error}")}
    return {"figures": [asdict(figure) for figure in figures]}


def _answer(answers: IO[str], **fields: Any) -> None:
    answers.write(json.dumps(fields) + "\n")
    answers.flush()
