"""The widget on a page of its own, before a kernel that is made up: labextension/widget/dev, served on loopback."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, Page

LABEXTENSION = Path(__file__).parents[2] / "labextension"
DEV = LABEXTENSION / "widget" / "dev"
FLAGS = (
    "--bundle",
    "--format=esm",
    "--target=es2022",
    "--jsx=automatic",
    "--jsx-import-source=preact",
    "--ignore-annotations",
    "--log-level=error",
)
# The labextension declares its modules free of side effects; the page is one.
# The dev page, and its parts for tests that draw the widget themselves.
ENTRY = """
import './page';
import picker from '../picker';
import { FakeKernel } from './fake';
import { planIn } from './plans';
import { relabelled, trialIn } from './trials';
Object.assign(window, { picker, FakeKernel, planIn, trialIn, relabelled });
"""


class Harness:
    """Opens the page in a browser profile."""

    def __init__(self, address: str) -> None:
        self.address = address

    def open(self, context: BrowserContext, **scene: object) -> Page:
        """A page with the scene that the words say (labextension/widget/dev/page.ts); the widget in it is drawn."""
        page = context.new_page()
        page.goto(f"{self.address}/index.html?{urlencode(scene)}")
        page.locator(".hfp [role=tab]").first.wait_for()
        return page


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Harness]:
    """Bundle the page into the folder and serve it."""
    esbuild = str(LABEXTENSION / "node_modules" / ".bin" / "esbuild")
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))  # where node may be
    env: Mapping[str, str] = {**os.environ, "PATH": path}
    script = [esbuild, *FLAGS, "--loader=ts", "--sourcefile=harness.ts", f"--outfile={folder / 'page.js'}"]
    subprocess.run(script, cwd=DEV, env=env, check=True, text=True, input=ENTRY)
    style = [
        esbuild,
        str(DEV.parent / "picker.css"),
        "--bundle",
        "--log-level=error",
        f"--outfile={folder / 'picker.css'}",
    ]
    subprocess.run(style, cwd=DEV, env=env, check=True)
    shutil.copy(DEV / "index.html", folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Harness(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing of what is fetched is worth a line."""
