"""Apps on loopback, all in one process that knows nothing of hfmagic, and Gradio's own client of each."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

HOST = """
import runpy, sys
sys.modules["hfmagic"] = None  # code that imports it fails
pages = [runpy.run_path(path, run_name="app")["page"].queue() for path in sys.argv[1:]]
for page in pages:
    print(page.launch(prevent_thread_lock=True, quiet=True)[1], flush=True)
sys.stdin.read()
"""


def started(*command: str, cwd: Path, **env: str) -> subprocess.Popen[str]:
    """Python with these arguments; its input and output are pipes."""
    env = {**os.environ, "PYTHONUNBUFFERED": "1", "MPLBACKEND": "svg", **env}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, *command], cwd=cwd, env=env, stdin=pipe, stdout=pipe, text=True)


@contextmanager
def hosted(folders: Mapping[str, Path]) -> Iterator[dict[str, Any]]:
    """A client of the app in each folder, by name."""
    from gradio_client import Client

    process = started("-c", HOST, *(str(f / "app.py") for f in folders.values()), cwd=next(iter(folders.values())))
    assert process.stdout is not None
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)  # a client would tell the Hub of itself
        yield {name: Client(process.stdout.readline().strip(), verbose=False) for name in folders}
    process.communicate("")
    assert process.returncode == 0


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """A new folder with these files."""
    folder.mkdir(parents=True)
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    return folder
