"""A Jupyter server of the tests' own: settings, kernels and models in a folder that goes with it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

FLAGS = (
    "--ServerApp.token=",
    "--ServerApp.password=",
    "--ServerApp.open_browser=False",
    "--ServerApp.log_level=ERROR",
    "--LabApp.expose_app_in_browser=True",
    "--LabApp.extension_manager=readonly",  # the other one asks pypi.org
    "--JupyterNotebookApp.expose_app_in_browser=True",
)


@contextlib.contextmanager
def jupyter(app: str, folder: Path, env: Mapping[str, str]) -> Iterator[str]:
    """Run `jupyter lab` or `jupyter notebook` over a folder; its address."""
    port = _free_port()
    home = folder.parent / f"{folder.name}-home"
    dirs = {
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        "IPYTHONDIR": home / "ipython",
        "JUPYTER_DATA_DIR": home / "data",
    }
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [sys.executable, "-m", "jupyter", app, *FLAGS, *root, f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}"]
    quiet = home / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True, exist_ok=True)
    # Else it asks whether to, in front of the sidebar; and pypi.org for newer versions.
    quiet.write_text('{"fetchNews": "false", "checkForUpdates": false}', encoding="utf-8")
    log = (folder.parent / f"{folder.name}.log").open("wb")
    process = subprocess.Popen(
        command,
        env={**os.environ, **{k: str(v) for k, v in dirs.items()}, **env},
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process)
        yield address
    finally:
        _stop(address, process)
        log.close()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    """Until it answers; the ear of the socket is asked, so that there is nothing to sleep for but its start."""
    import time

    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/api/status", timeout=5):
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
    raise AssertionError("the Jupyter server did not start")


def end_kernels(address: str, *, but: str = "") -> None:
    """End the kernels of a server, but for that of one notebook."""
    with contextlib.suppress(OSError, ValueError):
        with urllib.request.urlopen(f"{address}/api/sessions", timeout=5) as answer:
            kept = {s["kernel"]["id"] for s in json.load(answer) if s["name"] == but}
        with urllib.request.urlopen(f"{address}/api/kernels", timeout=5) as answer:
            kernels = {k["id"] for k in json.load(answer)}
        for kernel in kernels - kept:
            request = urllib.request.Request(f"{address}/api/kernels/{kernel}", method="DELETE")
            with contextlib.suppress(OSError):
                urllib.request.urlopen(request, timeout=10).close()


def _stop(address: str, process: subprocess.Popen[bytes]) -> None:
    """Kernels first: a server that is told to stop while one restarts would wait for it."""
    end_kernels(address)
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, stop)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(2 if stop == signal.SIGINT else 10)
            return


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
