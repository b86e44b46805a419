"""Chat templates are tried in a process of their own before they are rendered here. Renders none itself."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import DamagedModel, clip, one_line
from ..processes import start, stop, without_secrets

MOST_BYTES = 65_536  # the longest of well-known models has 20 kB
SECONDS, MEGABYTES = 2, 512  # of all conversations; an ordinary template takes 10 ms
START_SECONDS = 60  # that Python and transformers' templates may take to be imported, on a machine that is busy
# Not `-m`: that would import the modules of the folder in which the notebook is before the libraries' own.
_CHILD = (
    f"import sys; sys.path.append({str(Path(__file__).parents[2])!r}); from {__package__}.rendered import main; main()"
)
_fine: set[str] = set()  # hashes of those that were rendered, in this kernel


@contextlib.contextmanager
def tried(prepare: Any) -> Iterator[None]:
    """Try the chat templates of a tokenizer or processor while the block runs, and wait for the outcome at its end.

    Raises: DamagedModel for a template that is too long, takes too long or too much memory, or reaches for Python.
    """
    templates = _templates(prepare)
    if any(len(t.encode("utf-8", "replace")) > MOST_BYTES for t in templates):
        raise _bad(f"has more than {MOST_BYTES // 1024} kB")
    key = hashlib.sha256("\0".join(templates).encode("utf-8", "replace")).hexdigest()
    if not templates or key in _fine:
        yield
        return
    asked = {"templates": templates, "tokens": _tokens(prepare), "seconds": SECONDS, "megabytes": MEGABYTES}
    with tempfile.TemporaryFile() as log, tempfile.TemporaryDirectory() as folder:
        env = without_secrets(os.environ)
        process = start([sys.executable, "-P", "-c", _CHILD], cwd=Path(folder), env=env, log=log, pipes=True)
        try:
            _send(process, asked)
            yield
            _judge(process)
        finally:
            stop(process)
    _fine.add(key)


def _judge(process: subprocess.Popen[bytes]) -> None:
    """Raise what the process found; one that ended by its limits found that."""
    until = time.monotonic() + START_SECONDS
    while process.poll() is None:  # in steps, so that an interrupt comes through on every system
        if time.monotonic() > until:
            raise _bad("takes too long")
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    assert process.stdout is not None  # noqa: S101 - pipes were asked for
    line = process.stdout.readline()
    if not line:
        raise _bad("takes too long, or too much memory")
    if refused := json.loads(line)["refused"]:
        raise _bad(clip(one_line(refused), 80))


def _send(process: subprocess.Popen[bytes], asked: dict[str, Any]) -> None:
    assert process.stdin is not None  # noqa: S101 - pipes were asked for
    with contextlib.suppress(BrokenPipeError):  # it has ended: that is said by its missing answer
        process.stdin.write(json.dumps(asked).encode() + b"\n")
        process.stdin.flush()


def _templates(prepare: Any) -> list[str]:
    """Those of a processor and of its tokenizer; one may have several, by name."""
    found: list[Any] = []
    for part in (prepare, getattr(prepare, "tokenizer", None)):
        given = getattr(part, "chat_template", None)
        found += given.values() if isinstance(given, dict) else [given]
    return sorted({t for t in found if isinstance(t, str) and t})


def _tokens(prepare: Any) -> dict[str, str]:
    """The special tokens, which a template may write."""
    given = getattr(getattr(prepare, "tokenizer", prepare), "special_tokens_map", None) or {}
    return {k: str(v) for k, v in given.items() if isinstance(k, str) and k.endswith("_token")}


def _bad(why: str) -> DamagedModel:
    return DamagedModel(f"its chat template {why}", hint="%hf models shows others")
