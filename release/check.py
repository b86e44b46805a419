"""Checks what a release would ship, and leaves it in dist/: `python release/check.py [--tag vX.Y.Z]`.

A commit's tree → sdist and wheel → a wheel from the sdist, without node → the same files, valid metadata → a fresh
environment without node: the import, the command, a cell, the sidebar. RELEASING.md says what each step looks at.
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path

import contents

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT / "binder"))
from imitate import KEPT, environment, has_sidebar, reaches_cpu_index  # noqa: E402 - what is said of a fresh environment

STARTER = "bert-tiny-sentiment"  # the smallest that labels texts: 2 MB to fetch
CPU_INDEX = "https://download.pytorch.org/whl/cpu"


class Red(Exception):
    """What is not as it should be; a line, and what was said."""


def main() -> int:
    """Returns: 0 when all is as it should be, else 1."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tree", default="HEAD", help="what git exports; default: HEAD")
    parser.add_argument("--tag", default="", help="hold it, the changelog and the citation against the version")
    parser.add_argument("--torch", choices=("index", "here"), default="index", help="here: that of this Python")
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", metavar="FOLDER", help="where the archives go")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="release-"))
    try:
        release = Release(folder, given.tree)
        with step("the tree"):
            release.export(given.tag)
        with step("sdist, and a wheel from the tree"):
            release.build()
        with step("a wheel from the sdist, without node"):
            release.build_from_sdist()
        with step("contents and metadata"):
            release.look()
        installed = Installed(folder, release.wheel, release.version)
        installed.check(torch_here=given.torch == "here")
        release.keep(given.dist)
    except Red as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say how long a step took, when it went well."""
    start = time.monotonic()
    yield
    print(f"{name}: {time.monotonic() - start:.0f} s", flush=True)


def said(*command: str | Path, cwd: Path, env: dict[str, str]) -> str:
    """What a command says. Raises Red: it failed."""
    done = subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Red(f"`{' '.join(map(str, command))}` failed\n{done.stdout[-3000:]}")
    return done.stdout


def refuse(what: str, lines: Sequence[str]) -> None:
    """Raise Red with the lines, where there are some."""
    if lines:
        raise Red("\n  ".join([f"{what}:", *lines[:20], *([f"and {len(lines) - 20} more"] if len(lines) > 20 else [])]))


class Release:
    """The archives of one tree."""

    def __init__(self, folder: Path, tree: str) -> None:
        self.folder, self.tree, self.source = folder, tree, folder / "source"
        self.built, self.version, self.known = folder / "built", "", set[str]()
        home = folder / "home"
        home.mkdir()
        self.env = environment(home, Path(sys.executable).parent)
        # The folder of a Python of its own is the whole path; an npm that pip brought along would reach no registry.
        venv.create(folder / "nodeless", with_pip=True)
        bare = folder / "nodeless" / "bin"
        self.nodeless = {**self.env, "PATH": str(bare), "NPM_CONFIG_REGISTRY": "http://127.0.0.1:9/"}

    def export(self, tag: str) -> None:
        """The tree in a folder of its own, its versions checked. Raises Red."""
        git = ["git", "-C", str(ROOT)]
        archive = subprocess.run([*git, "archive", "--format=tar", self.tree], capture_output=True, check=False)
        if archive.returncode:
            raise Red(f"git has no {self.tree}: {archive.stderr.decode(errors='replace').strip()}")
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
            tar.extractall(self.source, filter="data")
        self.known = {p.relative_to(self.source).as_posix() for p in self.source.rglob("*") if p.is_file()}
        changed = said(*git, "diff", "--name-only", self.tree, cwd=ROOT, env=self.env).splitlines()
        if changed:
            print(f"  note: {len(changed)} files here are not as in {self.tree}, which alone is looked at", flush=True)
        refuse("versions", [*contents.wrong_versions(self.source, tag), *contents.wrong_changelog(self.source)])
        self.version = contents.versions(self.source)["hfmagic/__init__.py"]

    def build(self) -> None:
        """The sdist, and a wheel of the same tree. Raises Red."""
        for kind, place in (("--sdist", self.built), ("--wheel", self.folder / "direct")):
            said(
                sys.executable,
                "-m",
                "build",
                "--no-isolation",
                kind,
                "--outdir",
                place,
                self.source,
                cwd=self.folder,
                env=self.env,
            )

    def build_from_sdist(self) -> None:
        """The wheel that is shipped. Raises Red."""
        with tarfile.open(self.sdist) as tar:
            tar.extractall(self.folder / "unpacked", filter="data")
        for name in ("node", "npm", "npx"):
            if shutil.which(name, path=self.nodeless["PATH"]):
                raise Red(f"{name} is on a path that should be without it")
        source = self.folder / "unpacked" / f"hfmagic-{self.version}"
        said("python", "-m", "pip", "wheel", "--no-deps", "-w", self.built, source, cwd=self.folder, env=self.nodeless)

    def look(self) -> None:
        """Raises Red: an archive has what it should not have, or lacks something."""
        direct = self.folder / "direct" / self.wheel.name
        refuse("the wheel from the sdist and that from the tree differ", contents.differing(self.wheel, direct))
        names = contents.names_in(self.sdist)
        refuse(self.sdist.name, contents.wrong_in_sdist(names, self.known))
        names = contents.names_in(self.wheel)
        refuse(self.wheel.name, contents.wrong_in_wheel(names, self.known, self.version))
        for archive in (self.sdist, self.wheel):
            refuse(archive.name, contents.wrong_metadata(contents.metadata_of(archive, self.version), self.version))
            size, most = archive.stat().st_size, contents.MOST_BYTES[archive.suffix]
            refuse(archive.name, [f"{size:,} bytes, more than {most:,}"] if size > most else [])
            print(f"  {archive.name}: {size:,} bytes, {len(contents.names_in(archive))} files", flush=True)

    def keep(self, dist: Path) -> None:
        """What was checked, and nothing else, in a folder."""
        shutil.rmtree(dist, ignore_errors=True)
        shutil.copytree(self.built, dist)
        print(f"checked, in {dist.name}/: {', '.join(sorted(p.name for p in dist.iterdir()))}")

    @property
    def sdist(self) -> Path:
        """The source archive."""
        return self.built / f"hfmagic-{self.version}.tar.gz"

    @property
    def wheel(self) -> Path:
        """The wheel that was built from it."""
        return self.built / f"hfmagic-{self.version}-py3-none-any.whl"


class Installed:
    """The wheel in an environment of its own, as `pip install` or `pipx install` makes it, without node."""

    def __init__(self, folder: Path, wheel: Path, version: str) -> None:
        self.wheel, self.version, self.venv = wheel, version, folder / "venv"
        self.elsewhere = folder / "elsewhere"  # where commands run: nothing of the project is there
        self.elsewhere.mkdir()
        home = folder / "user"
        home.mkdir()
        kept = environment(home, self.venv / "bin")
        self.env = {name: value for name, value in kept.items() if KEPT.fullmatch(name)}
        self.env |= {"HOME": str(home), "PATH": str(self.venv / "bin"), "HFMAGIC_CACHE_DIR": str(folder / "cache")}

    def check(self, *, torch_here: bool) -> None:
        """Raises Red: something does not work."""
        with step("a fresh environment" + (", its torch that of this one" if torch_here else "")):
            venv.create(self.venv, with_pip=True)
            if torch_here:
                self.lend("torch")
            self.install()
            self.run("pip", "check")
        with step("the import"):
            print(f"  {self.run('python', '-I', HERE / 'no_socket.py').strip()}", flush=True)
        with step("the command"):
            self.command()
        with step("a cell"):
            self.install("starter")
            self.run("hfmagic", "starter", STARTER)
            print(f"  {self.run('python', '-I', HERE / 'cell.py').strip().splitlines()[-1]}", flush=True)
        with step("the sidebar"):
            if missing := [
                n for n in ("package.json", "install.json") if not (self.venv / contents.SIDEBAR / n).exists()
            ]:
                raise Red(f"{', '.join(missing)} is not where JupyterLab looks")
            self.install("lab")
            if not has_sidebar(self.run("jupyter", "labextension", "list")):
                raise Red("`jupyter labextension list` does not say that hfmagic-labextension is enabled and OK")

    def command(self) -> None:
        """`hfmagic` by its name and in isolated Python, from a folder that is not the project's. Raises Red."""
        if not (found := self.run("hfmagic", "--version")).split()[-1] == self.version:
            raise Red(f"hfmagic --version says {found.strip()}, not {self.version}")
        self.run("python", "-I", "-c", "import sys; from hfmagic.cli import main; sys.exit(main(['--version']))")
        for words in (("--help",), ("doctor",)):
            self.run("hfmagic", *words)

    def install(self, extra: str = "") -> None:
        """The wheel, with what an extra adds. Raises Red."""
        cpu = ("--extra-index-url", CPU_INDEX) if reaches_cpu_index() else ()
        wheel = f"hfmagic[{extra}] @ {self.wheel.as_uri()}" if extra else str(self.wheel)
        self.run("pip", "install", "--quiet", *cpu, "-c", ROOT / "constraints.txt", wheel)

    def lend(self, package: str) -> None:
        """Make a package of this Python, and it alone, one of the environment: pip takes it as installed."""
        site = next((self.venv / "lib").glob("python*/site-packages"))
        found = distribution(package)
        tops = {file.parts[0] for file in found.files or () if file.parts[0] != ".."}
        for name in sorted(tops):
            (site / name).symlink_to(str(found.locate_file(name)))

    def run(self, *command: str | Path) -> str:
        """What a command of the environment says. Raises Red."""
        return said(self.venv / "bin" / command[0], *command[1:], cwd=self.elsewhere, env=self.env)


if __name__ == "__main__":
    sys.exit(main())
