"""Checks what repo2docker makes of binder/: `python binder/dockerfile.py JUPYTER-REPO2DOCKER`, without docker.

Its exit code is not enough: a runtime.txt that it does not understand gives its default Python and no error.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

BINDER = Path(__file__).resolve().parent
ROOT = BINDER.parent


def main(repo2docker: Path) -> int:
    """Returns: 0 when the Dockerfile uses every file of binder/ and its Python, else 1."""
    command = [str(repo2docker), "--no-build", "--debug", str(ROOT)]  # --debug prints the Dockerfile
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
    if done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr)
        return 1
    version = python_version((BINDER / "runtime.txt").read_text())
    wrong = lacks(done.stdout, done.stderr, version, (BINDER / "apt.txt").read_text().split())
    wrong = wrong or [f"binder/base.txt: {pin} is not in the image" for pin in not_in_image(repo2docker, version)]
    for line in wrong:
        print(line, file=sys.stderr)
    if not wrong:
        print(f"repo2docker: Python {version}, apt.txt, requirements.txt, postBuild and start are in the Dockerfile")
    return 1 if wrong else 0


def python_version(runtime: str) -> str:
    """`python-3.12` → `3.12`; nothing for text that is no runtime.txt of ours."""
    found = re.fullmatch(r"python-(3\.\d+)\s*", runtime)
    return found[1] if found else ""


def lacks(dockerfile: str, log: str, version: str, apt: list[str]) -> list[str]:
    """What should be in the Dockerfile and its log, and is not; one line each."""
    wanted = {
        "apt.txt": f"apt-get install --yes --no-install-recommends {' '.join(apt)}",
        "requirements.txt": 'pip install --no-cache-dir -r "binder/requirements.txt"',
        "postBuild": "RUN ./binder/postBuild",
        "start": 'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"',
    }
    lines = [f"binder/{name}: not in the Dockerfile" for name, line in wanted.items() if line not in dockerfile]
    takes = re.search(r"Building conda environment for python=(\S+)", log)
    if not version or takes is None or takes[1] != version:
        lines.append(f"binder/runtime.txt: repo2docker takes Python {takes[1] if takes else '?'} instead")
    return lines


def not_in_image(repo2docker: Path, version: str) -> list[str]:
    """Pins of base.txt that the installed repo2docker's lock for this Python does not have."""
    folder = next(repo2docker.resolve().parents[1].glob("lib/python*/site-packages/repo2docker/buildpacks/conda"))
    lock = folder / f"environment.py-{version}-linux-64.lock"
    image = lock.read_text() if lock.exists() else ""
    pins = [line for line in (BINDER / "base.txt").read_text().splitlines() if "==" in line]
    return [pin for pin in pins if not re.search(rf"/{pin.replace('==', '(-base)?-')}-\w+\.conda", image)]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
