"""What the tests are run with is locked: each file by its hash, nothing that is built, nothing beside the lock."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

pytestmark = pytest.mark.rule(16)

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / "locks"
STRICT = "--require-hashes\n--only-binary :all:\n"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
CLOSED = "http://127.0.0.1:9"  # no index of CPU wheels answers


def entries(name: str) -> dict[Requirement, list[str]]:
    """Each requirement of a lock and its hashes."""
    _, strict, body = (LOCKS / f"{name}.txt").read_text("utf-8").partition(STRICT)
    assert strict, f"locks/{name}.txt is not strict"
    listed = [entry.split(" \\\n    --hash=") for entry in re.split(r"\n(?=\S)", body.rstrip("\n"))]
    return {Requirement(line): hashes for line, *hashes in listed}


def versions(*names: str) -> dict[str, set[Version]]:
    """The versions that locks have of each package, those for other machines too."""
    found: dict[str, set[Version]] = {}
    for line in (line for name in names for line in entries(name)):
        found.setdefault(canonicalize_name(line.name), set()).add(Version(next(iter(line.specifier)).version))
    return found


def wanted(extra: str) -> Iterator[Requirement]:
    """What an extra asks for, with the extras that it names."""
    for line in map(Requirement, EXTRAS[extra]):
        if line.name != "hfmagic":
            yield line
        for named in sorted(line.extras) if line.name == "hfmagic" else ():
            yield from wanted(named)


def pinned(path: Path) -> set[str]:
    return {canonicalize_name(line.partition("==")[0]) + line[line.index("==") :].strip() for line in _lines(path)}


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").splitlines() if "==" in line and not line.startswith("#")]


# The locks


@pytest.mark.parametrize("name", sorted(path.stem for path in LOCKS.glob("*.txt")))
def test_a_lock_pins_each_package_names_the_hashes_of_its_files_and_no_host(name: str):
    found = entries(name)

    assert len(found) >= (1 if name == "torch-cpu" else 15)
    assert [str(line) for line in found if not re.fullmatch(r"==[^*,]+", str(line.specifier))] == []
    sha256 = re.compile(r"sha256:[0-9a-f]{64}")
    assert [str(line) for line, hashes in found.items() if not hashes or not all(map(sha256.fullmatch, hashes))] == []
    assert "://" not in (LOCKS / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("torch", ["torch-cpu", "torch"])
def test_the_lock_has_all_that_the_project_its_tests_and_its_build_ask_for(torch: str):
    """A requirement that was added or raised wants `make lock`."""
    locked = versions("dev", torch) | {"pip": {Version("23")}}  # pip is the environment's own
    asked = [*map(Requirement, PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"])]
    asked += wanted("dev")

    assert len(asked) > 60
    unmet = [
        line
        for line in asked
        if not all(map(line.specifier.contains, locked.get(canonicalize_name(line.name), [Version("0")])))
    ]
    assert [str(line) for line in unmet] == []


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("torch", "2.9.1"),
        ("transformers", "5.4.0"),
        ("jinja2", "3.1.5"),
        ("jupyterlab", "4.6.1"),
        ("jupyter_server", "2.19.0"),
    ],
)
def test_a_version_with_a_known_hole_is_not_let_in(name: str, held: str):
    """The last one that has it; what it is stands beside the requirement."""
    asked = [*map(Requirement, PROJECT["project"]["dependencies"]), *wanted("lab")]

    found = next(line for line in asked if canonicalize_name(line.name) == canonicalize_name(name))
    assert not found.specifier.contains(held)
    line = next(one for one in (ROOT / "pyproject.toml").read_text("utf-8").splitlines() if f'"{name}>=' in one)
    assert re.search(r"# .*(CVE-|before)", line)


def test_nothing_stands_between_hfmagic_and_an_llm():
    """No router of LLMs: one of them was released with a thief inside (litellm 1.82.7)."""
    assert not {"litellm", "langchain", "langchain-core", "llama-index", "aisuite"} & versions("dev").keys()


def test_the_locks_agree_with_the_other_pins():
    def held(*names: str) -> set[str]:
        return {f"{name}=={version.public}" for name, found in versions(*names).items() for version in found}

    assert pinned(ROOT / "constraints.txt") <= held("dev", "torch-cpu")
    assert pinned(ROOT / "constraints.txt") <= held("dev", "torch")
    assert pinned(ROOT / "tests" / "hubserver" / "olah.txt") <= held("olah")
    assert pinned(ROOT / "binder" / "repo2docker.txt") <= held("repo2docker")


def test_these_tests_run_with_what_is_locked():
    here = {canonicalize_name(found.name): Version(found.version) for found in distributions()}
    due = {
        canonicalize_name(line.name): line for line in entries("dev") if line.marker is None or line.marker.evaluate()
    }

    assert len(due) > 200
    other = {
        name: here.get(name) for name, line in due.items() if not line.specifier.contains(here.get(name, Version("0")))
    }
    assert other == {}, "run: make .venv/.installed"


def test_the_makefile_installs_by_the_locks():
    """But for what CI does not run: uv, which writes them, and what benchmarks compare with."""
    made = (ROOT / "Makefile").read_text("utf-8")

    beside = [line.split()[-1] for line in made.splitlines() if "pip install" in line]
    assert sorted(beside) == ["'.[bench]'", "'uv>=0.9'"]
    assert len(re.findall(r"locks/install\.py", made)) >= 3


# Installing


class Index:
    """A folder that pip finds packages in, locks, and where they are installed."""

    def __init__(self, folder: Path) -> None:
        self.files, self.site, self.locks = folder / "files", folder / "site", folder / "locks"
        self.files.mkdir()
        self.locks.mkdir()
        shutil.copy(LOCKS / "install.py", self.locks)

    def wheel(self, name: str, version: str = "1.0", text: str = "") -> str:
        """A package of one file; returns its requirement with its hash."""
        path, info = self.files / f"{name}-{version}-py3-none-any.whl", f"{name}-{version}.dist-info"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr(f"{name}.py", text)
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
        return f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"

    def sdist(self, name: str, code: str) -> str:
        """A package whose code runs as it is built, needing nothing for it; returns its requirement with its hash."""
        path = self.files / f"{name}-1.0.tar.gz"
        backend = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        about = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
        with tarfile.open(path, "w:gz") as sdist:
            for file, text in (("backend.py", code), ("pyproject.toml", backend), ("PKG-INFO", about)):
                member = tarfile.TarInfo(f"{name}-1.0/{file}")
                member.size = len(text)
                sdist.addfile(member, io.BytesIO(text.encode()))
        return f"{name}==1.0 \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"

    def lock(self, name: str, *lines: str) -> None:
        (self.locks / f"{name}.txt").write_text(STRICT + "".join(lines), "utf-8")

    def install(self, *words: str) -> tuple[int, str]:
        """What `locks/install.py` says, with pip that knows this folder alone. Only its exit code counts as success."""
        kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("PIP_")}
        pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.files)}
        pip |= {"PIP_TARGET": str(self.site), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        command = [sys.executable, self.locks / "install.py", *words]
        done = subprocess.run(command, env=kept | pip, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    @property
    def installed(self) -> list[str]:
        return sorted(path.name for path in self.site.glob("*.py"))


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path)


def test_a_file_with_another_byte_is_refused_and_nothing_of_its_lock_is_installed(index: Index):
    index.lock("dev", index.wheel("sound"), index.wheel("changed"))
    index.wheel("changed", text="import os")

    code, said = index.install("dev")

    assert (code, index.installed) == (1, [])
    assert "DO NOT MATCH THE HASHES" in said
    assert "changed==1.0" in said


def test_what_would_be_built_is_refused_before_its_code_runs(index: Index, tmp_path: Path):
    code = f"open({str(tmp_path / 'ran')!r}, 'w').close()\n"
    index.lock("dev", index.wheel("sound"), index.sdist("built", code))

    assert index.install("dev")[0] == 1
    assert (index.installed, (tmp_path / "ran").exists()) == ([], False)


def test_a_line_without_a_hash_is_refused(index: Index):
    index.lock("dev", index.wheel("sound").partition(" ")[0] + "\n")

    code, said = index.install("dev")

    assert (code, index.installed) == (1, [])
    assert "Hashes are required" in said


@pytest.fixture
def torches(index: Index) -> Callable[..., Index]:
    """The locks of a CPU build and of the package index's, which are there or not."""

    def made(*, cpu: bool, changed: bool = False) -> Index:
        index.lock("torch-cpu", index.wheel("torch", "2.13.0+cpu", "build = 'cpu'"))
        index.lock("torch", index.wheel("torch", "2.13.0", "build = 'index'"))
        index.lock("dev", index.wheel("sound"))
        if changed:
            index.wheel("torch", "2.13.0+cpu", "build = 'changed'")
        if not cpu:
            (index.files / "torch-2.13.0+cpu-py3-none-any.whl").unlink()
        return index

    return made


@pytest.mark.parametrize("cpu", [True, False])
def test_torch_is_a_cpu_build_where_one_is_to_be_had_and_else_the_index_s_own(torches: Callable[..., Index], cpu: bool):
    index = torches(cpu=cpu)

    code, said = index.install("--torch", CLOSED, "dev")

    assert code == 0, said
    assert (index.site / "torch.py").read_text() == f"build = '{'cpu' if cpu else 'index'}'"
    assert index.installed == ["sound.py", "torch.py"]
    assert ("no CPU build" in said) is not cpu


def test_a_changed_cpu_build_of_torch_is_an_error_and_no_reason_for_another_build(torches: Callable[..., Index]):
    index = torches(cpu=True, changed=True)

    code, said = index.install("--torch", CLOSED, "dev")

    assert (code, index.installed) == (1, [])
    assert "DO NOT MATCH THE HASHES" in said
    assert "no CPU build" not in said
