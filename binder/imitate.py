"""Builds as mybinder.org would, without docker, then runs each notebook in its memory: `python binder/imitate.py`.

The order is that of the Dockerfile that `make repo2docker` looks at: the image's own packages, requirements.txt (the
build sees the file alone), the repository (it is the home folder there), postBuild, start. Not imitated: conda (a plain
venv of the Python that runs this), apt.txt, and a session's single core.

Linux; standard library only: nothing needs to be installed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dockerfile import BINDER, ROOT, python_version
from memory import Usage, run, stop, used_bytes

LIMIT_BYTES = 2 * 2**30  # singleuser.memory.limit of mybinder.org, whose guidelines promise 1 GB
CUDA_BYTES = 400 * 10**6  # what a CUDA build of torch takes more, without a GPU (chinese.ipynb: 1475 MB, not 1070)
RUN = ("jupyter", "execute", "--timeout=600")  # and the notebook; a cell that fails is an exit code
SKIPPED = {"with-an-llm.ipynb": "needs an LLM's endpoint"}
SERVER_SECONDS = 60  # until JupyterLab answers; it takes 3
# Where packages come from, and how to reach it, is this machine's; nothing else of its environment is used.
KEPT = re.compile(
    r"(LANG|TMPDIR|(LC|PIP|NPM_CONFIG)_\w+|(http|https|all|no)_proxy|\w+_CA_(BUNDLE|CERTS)|SSL_CERT_\w+)", re.I
)
ABOUT = """
import ipykernel, json, jupyterlab as lab, torch
print(json.dumps({"JupyterLab": lab.__version__, "ipykernel": ipykernel.__version__, "CUDA": torch.version.cuda}))
"""


class Red(Exception):
    """What is not as it should be on Binder; one line."""


def main() -> int:
    """Returns: 0 when the build is right and every notebook ran within the limit, else 1."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="build in this new folder, and leave it there")
    keep = parser.parse_args().keep
    folder = (keep or Path(tempfile.mkdtemp(prefix="binder-"))).resolve()
    try:
        folder.mkdir(exist_ok=keep is None)
        image = Image(folder)
        image.build()
        image.check()
        return table(image.sessions(), image.limit_bytes)
    except Red as error:
        print(f"binder: {error}", file=sys.stderr)
        return 1
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Session:
    """What a notebook used, and what running it said."""

    name: str
    usage: Usage
    words: str = ""

    @property
    def problem(self) -> str:
        """Why it is red; nothing when it is not."""
        if self.usage.was_stopped:
            return "over the limit, stopped"
        return "failed" if self.usage.exit_code else ""


class Image:
    """A venv and a home folder, as after the build."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home, self.venv = folder, folder / "home", folder / "venv"
        self.log, self.limit_bytes = folder / "build.log", LIMIT_BYTES
        self.env = environment(self.home, self.venv / "bin")

    def build(self) -> None:
        """The steps of the Dockerfile. Raises Red: one failed."""
        wanted = python_version((BINDER / "runtime.txt").read_text())
        here = f"{sys.version_info.major}.{sys.version_info.minor}"
        print(f"Python {here}" + ("" if here == wanted else f" (Binder's is {wanted})"), flush=True)
        cpu = reaches_cpu_index()
        (self.home / "binder").mkdir(parents=True)
        requirements = self.home / "binder" / "requirements.txt"
        requirements.write_text(for_this_machine((BINDER / "requirements.txt").read_text(), cpu))
        if not cpu:
            print("the index of CPU wheels cannot be reached: torch is what the package index has", flush=True)
        pip = ("pip", "install", "--disable-pip-version-check", "-r")
        self.step("venv", sys.executable, "-m", "venv", str(self.venv))
        self.step("the image's own packages", *pip, str(BINDER / "base.txt"))
        self.step("requirements.txt", *pip, str(requirements))
        self.step("pip check", "pip", "check")
        copy_repository(self.home)
        self.step("postBuild", "binder/postBuild")
        print(f"disk: environment {megabytes_of(self.venv)} MB, home {megabytes_of(self.home)} MB", flush=True)

    def step(self, name: str, *command: str) -> None:
        """Run a command of the build in the home folder; its words go to the log. Raises Red."""
        with self.log.open("ab") as log:
            usage = run(command, cwd=self.home, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if usage.exit_code:
            raise Red(f"{name} failed\n" + "\n".join(self.log.read_text(errors="replace").splitlines()[-30:]))
        print(f"{name}: {usage.seconds:.0f} s, peak {usage.peak_bytes / 1e6:.0f} MB", flush=True)

    def check(self) -> None:
        """Versions, a CPU build of torch, the sidebar, `%load_ext hfmagic`. Raises Red."""
        about = json.loads(self.said("python", "-c", ABOUT))
        print(", ".join(f"{name} {version}" for name, version in about.items()), flush=True)
        if not at_least(about["JupyterLab"], (4, 6, 2)):
            raise Red("JupyterLab is older than 4.6.2")
        if not at_least(about["ipykernel"], (7,)):
            raise Red("ipykernel is older than 7")
        if about["CUDA"] is not None:
            if reaches_cpu_index():
                raise Red("torch is a CUDA build: the image would be 4 GB larger")
            self.limit_bytes += CUDA_BYTES
            print(
                f"torch is the CUDA build of the package index: {CUDA_BYTES // 10**6} MB are allowed for it", flush=True
            )
        if not has_sidebar(self.said("jupyter", "labextension", "list")):
            raise Red("`jupyter labextension list` does not say that hfmagic-labextension is enabled and OK")
        self.said("ipython", "--no-banner", "-c", "%load_ext hfmagic")

    def said(self, *command: str) -> str:
        """What a command says in a session. Raises Red: it failed."""
        done = subprocess.run(  # noqa: S603 - a fixed command
            ["bash", "binder/start", *command],  # noqa: S607
            cwd=self.home,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if command[0] == "jupyter" else None,  # the list of extensions goes there
            text=True,
            check=False,
        )
        if done.returncode:
            raise Red(f"`{' '.join(command)}` failed: {done.stdout[-2000:]}")
        return done.stdout

    def sessions(self) -> Iterator[Session]:
        """JupyterLab alone, then each notebook beside it."""
        with self.server() as pid:
            yield Session("JupyterLab alone", Usage(used_bytes(pid), 0.0, 0, was_stopped=False))
            for notebook in sorted((self.home / "notebooks").glob("*.ipynb")):
                if notebook.name in SKIPPED:
                    print(f"{notebook.name}: skipped, it {SKIPPED[notebook.name]}", flush=True)
                else:
                    yield self.session(notebook, beside=pid)

    def session(self, notebook: Path, *, beside: int) -> Session:
        """Run a notebook as one that a user has opened; it stays as it is."""
        command = ["bash", "binder/start", *RUN, str(notebook)]
        words = self.folder / f"{notebook.stem}.log"
        with words.open("wb") as log:
            usage = run(
                command,
                limit_bytes=self.limit_bytes,
                beside=[beside],
                cwd=self.home,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return Session(notebook.name, usage, words.read_text(errors="replace"))

    @contextmanager
    def server(self) -> Iterator[int]:
        """The process of a JupyterLab that answers. Raises Red: it does not."""
        command = [
            "bash",
            "binder/start",
            "jupyter",
            "lab",
            "--no-browser",
            "--allow-root",
            "--ip=127.0.0.1",
            "--port=0",
        ]
        with (self.folder / "lab.log").open("wb") as log:
            lab = subprocess.Popen(  # noqa: S603 - a fixed command
                command, cwd=self.home, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            end = time.monotonic() + SERVER_SECONDS
            answers = self.home / ".local" / "share" / "jupyter" / "runtime" / f"jpserver-{lab.pid}.json"
            while not answers.exists():
                if lab.poll() is not None or time.monotonic() > end:
                    raise Red("JupyterLab did not start\n" + (self.folder / "lab.log").read_text()[-3000:])
                time.sleep(0.1)
            yield lab.pid
        finally:
            stop(lab)


def environment(home: Path, first: Path) -> dict[str, str]:
    """The variables of the build and the sessions: a fresh home, `first` before the system's commands."""
    kept = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
    user = Path.home()
    for name, file in (("PIP_CONFIG_FILE", ".config/pip/pip.conf"), ("NPM_CONFIG_USERCONFIG", ".npmrc")):
        if (user / file).exists():
            kept.setdefault(name, str(user / file))
    # Wheels that this user's pip has fetched already; Binder fetches them.
    kept.setdefault("PIP_CACHE_DIR", str(Path(os.environ.get("XDG_CACHE_HOME", user / ".cache")) / "pip"))
    # `make` puts the project's own environment on the path: Binder has none.
    system = [p for p in os.environ["PATH"].split(os.pathsep) if not Path(p).is_relative_to(ROOT)]
    return kept | {"HOME": str(home), "PATH": os.pathsep.join([str(first), *system])}


def reaches_cpu_index() -> bool:
    """Whether the index of CPU wheels that requirements.txt names answers."""
    try:
        with urllib.request.urlopen(cpu_index((BINDER / "requirements.txt").read_text()) + "/torch/", timeout=3):  # noqa: S310
            return True
    except OSError:
        return False


def cpu_index(requirements: str) -> str:
    """The address behind `--extra-index-url`."""
    return next(line.split()[1] for line in requirements.splitlines() if line.startswith("--extra-index-url "))


def for_this_machine(requirements: str, cpu: bool) -> str:
    """The requirements, less the index of CPU wheels where it cannot be reached."""
    return requirements if cpu else re.sub(r"^--extra-index-url .*\n", "", requirements, flags=re.MULTILINE)


def copy_repository(home: Path) -> None:
    """What git knows or would add, as it is now: nothing built, nothing ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    # Binder would fetch the same requirements.txt again; ours may be without the index that cannot be reached.
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not (home / name).exists():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, home / name)


def at_least(version: str, least: tuple[int, ...]) -> bool:
    """Whether a version such as 4.6.6 is that or newer."""
    return tuple(map(int, re.findall(r"\d+", version)))[: len(least)] >= least


def has_sidebar(listed: str) -> bool:
    """Whether `jupyter labextension list` says that the sidebar is enabled and fits this JupyterLab."""
    plain = re.sub(r"\x1b\[\d*m", "", listed)
    return re.search(r"hfmagic-labextension v\S+ enabled OK\b", plain) is not None


def megabytes_of(folder: Path) -> int:
    """What a folder takes on the disk."""
    return sum(p.lstat().st_blocks * 512 for p in folder.rglob("*")) // 10**6


def table(sessions: Iterator[Session], limit_bytes: int = LIMIT_BYTES) -> int:
    """Print each session as it ends, and the last words of the red ones. Returns: 0 when none is red, else 1."""
    print(f"\n{f'limit {limit_bytes / 1e6:.0f} MB':<28}{'peak MB':>8}{'seconds':>9}", flush=True)
    red = []
    for session in sessions:
        usage = session.usage
        row = f"{session.name:<28}{usage.peak_bytes / 1e6:>8.0f}{usage.seconds:>9.0f}  {session.problem}"
        print(row.rstrip(), flush=True)
        red += [session] if session.problem else []
    for session in red:
        print(f"\n{session.name} {session.problem}:\n{session.words[-3000:]}", file=sys.stderr)
    return 1 if red else 0


if __name__ == "__main__":
    sys.exit(main())
