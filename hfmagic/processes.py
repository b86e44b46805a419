"""Processes in a session of their own: Ctrl-C reaches only us, and we end them."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_SECRET = re.compile(r"(?:^|_)(?:token|key|secret|password|passwd|credentials?)s?(?:_|$)", re.IGNORECASE)


def without_secrets(env: Mapping[str, str]) -> dict[str, str]:
    """An environment without what its names say to be keys: HF_TOKEN, OPENAI_API_KEY, …"""
    return {name: value for name, value in env.items() if not _SECRET.search(name)}


def start(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: IO[bytes], pipes: bool = False
) -> subprocess.Popen[bytes]:
    """Start a command that a terminal's Ctrl-C does not reach; its words go to `log`, or are read through pipes.

    Args:
        log: takes standard error and, without `pipes`, standard output.
        pipes: talk to the command through its standard input and output.
    """
    # Windows has no sessions; a process group of its own keeps Ctrl-C away there.
    flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    return subprocess.Popen(  # noqa: S603 - a fixed command of this Python, no shell
        list(command),
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.PIPE if pipes else subprocess.DEVNULL,
        stdout=subprocess.PIPE if pipes else log,
        stderr=log,
        start_new_session=True,
        creationflags=flags,
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it started, at once; one that has ended already is left alone."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            # Closing flushes what a dead reader will never take.
            with contextlib.suppress(OSError):
                pipe.close()
