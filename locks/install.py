"""Installs locks into this Python's environment: `python locks/install.py [--torch INDEX] [--editable FOLDER] LOCK…`.

A file that its lock does not name by hash is refused, and so is what would have to be built first: no code of a package
runs. Standard library only: nothing is installed yet.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
# A lock names all that is needed: nothing is looked for beside it.
INSTALL = (*PIP, "install", "--quiet", "--no-deps")
NONE = re.compile(r"No matching distribution found for torch==")


def main() -> int:
    """Returns: 0 when all is installed and fits together, else 1."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--torch", metavar="INDEX", help="torch first: a CPU build, from this index where it answers")
    parser.add_argument("--editable", metavar="FOLDER", help="the project last, built with what the locks brought")
    parser.add_argument("lock", nargs="+", help="the name of a lock beside this file")
    given = parser.parse_args()
    done = given.torch is None or torch(given.torch)
    for name in given.lock:
        done = done and run(*INSTALL, "-r", HERE / f"{name}.txt") is None
    if given.editable is not None:
        done = done and run(*INSTALL, "--no-build-isolation", "--editable", given.editable) is None
    return 0 if done and run(*PIP, "check") is None else 1


def torch(index: str) -> bool:
    """Install a CPU build, or, where none is to be had, that of the package index. Returns: whether that went well."""
    beside = ("--extra-index-url", index) if answers(index) else ()
    said = run(*INSTALL, "-r", HERE / "torch-cpu.txt", *beside, expected=NONE)
    if said is None or not NONE.search(said):  # other bytes than the lock's are no reason to take another build
        return said is None
    print("no CPU build of torch is to be had here: the package index's own, on Linux of several GB", flush=True)
    return run(*INSTALL, "-r", HERE / "torch.txt") is None


def answers(index: str) -> bool:
    """Whether an index has a page of torch."""
    try:
        with urllib.request.urlopen(f"{index}/torch/", timeout=3):  # noqa: S310 - the Makefile's
            return True
    except OSError:
        return False


def run(*command: str | Path, expected: re.Pattern[str] | None = None) -> str | None:
    """Returns: nothing where it went well, else what it said; that is shown, unless it was expected."""
    done = subprocess.run(
        [*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if not done.returncode:
        return None
    if expected is None or not expected.search(done.stdout):
        print(done.stdout, file=sys.stderr, flush=True)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
