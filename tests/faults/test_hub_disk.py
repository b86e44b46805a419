"""Real disks that are too small, fill up or cannot be written, under the models that are fetched and what is kept."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hfmagic.errors import NoSpace
from hfmagic.results import Downloading, Event
from tests.hub.bench import MODEL, Bench, check_line, error_of
from tests.hubserver import TestHub, stall
from tests.interrupted import unmeasured

pytest_plugins = ["tests.hubserver.fixtures"]
pytestmark = [
    pytest.mark.usefixtures("no_hub_settings"),
    pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs to mount and to become nobody"),
]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a short name that everybody may look into: a line has room for it, and nobody's kernel finds it."""
    with tempfile.TemporaryDirectory(prefix="hfm-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def disk(place: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a disk of its own of a size."""
    folder = place / "disk"
    folder.mkdir()

    def mount(size: str) -> Path:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)], check=False).returncode:
            pytest.skip("may not mount here")
        return folder

    yield mount
    subprocess.run(["umount", "-l", str(folder)], check=False, stderr=subprocess.DEVNULL)


@pytest.mark.fault(20)
def test_20_a_disk_that_is_too_small_is_said_before_a_byte_with_what_is_needed_and_free_and_where(
    tiny_hub: TestHub, disk: Callable[[str], Path], tmp_path: Path
):
    models = disk("20k")
    bench = Bench(tiny_hub, tmp_path, hub_cache=str(models))
    proposal = bench.propose()
    tiny_hub.log_clear()

    error = error_of(bench.go(proposal))

    assert type(error) is NoSpace
    check_line(error, f"{MODEL} needs 36 kB, 20 kB is free in {models}", "free some, or %config HFMagic.hub_cache = ")
    assert bench.session.proposal is not None
    assert tiny_hub.log == []
    assert list(models.rglob("*.*")) == []


@pytest.mark.fault(20)
def test_20_a_disk_that_another_fills_meanwhile_is_one_line_and_nothing_half_written_stays(
    tiny_hub: TestHub, disk: Callable[[str], Path], tmp_path: Path
):
    models = disk("100k")
    bench = Bench(tiny_hub, tmp_path, hub_cache=str(models))
    proposal = bench.propose()
    halfway = tiny_hub.faults.add("filename=model", stall(0.5), times=1)

    def fill(event: Event) -> None:
        if isinstance(event, Downloading) and event.total and not (models / "another").exists():
            assert halfway.reached.wait(60)
            with pytest.raises(OSError, match="No space left"):
                (models / "another").write_bytes(b"x" * 100_000)
            halfway.release()

    error = error_of(bench.go(proposal, on=fill))
    left = [path.name for path in models.rglob("*") if ".incomplete" in path.name]
    here = bench.session.hub.cached.models()
    (models / "another").unlink()
    again = bench.run()

    assert type(error) is NoSpace
    check_line(
        error, "the disk is full (No space left on device)", f"of {MODEL} does not fit into {models}", "free some"
    )
    assert left == []
    assert here == ()
    assert bench.session.proposal is not None
    assert not again.failed


@pytest.mark.fault(21)
def test_21_what_is_on_a_read_only_disk_runs_and_what_would_be_written_there_is_said_once(
    tiny_hub: TestHub, disk: Callable[[str], Path]
):
    folder = disk("10m")
    Bench(tiny_hub, folder).run()
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    bench = Bench(tiny_hub, folder)

    first, second = bench.run(), bench.run("Label the sentiment of each review again")
    error = error_of(bench.run(models={"sentiment": "acme/tiny-all-formats"}))

    assert not first.failed
    assert not second.failed
    assert [note for note in first.notes if str(folder / "cache") in note]
    assert "Read-only" in " ".join(first.notes) or "readonly" in " ".join(first.notes)
    assert second.notes == ()
    assert type(error) is NoSpace
    check_line(error, f"the folder for models {folder}/models cannot be written (Read-only file system)", "hub_cache")


CELLS = """
import json
import pandas as pd
from IPython.core.interactiveshell import InteractiveShell
from tests.shell import run
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "hfmagic")
shell.push({"reviews": pd.DataFrame({"review": ["good phone, I like it", "it broke at once, awful"]})})
for line in ("--offline", "--offline", "--model sentiment=acme/tiny-all-formats"):
    ran = run(shell, f"%%hf reviews -o found {line}\\nLabel the sentiment of each review")
    print(json.dumps([str(ran.error or ""), ran.text, len(shell.user_ns.pop("found", ()))]))
"""


@pytest.mark.fault(21)
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv")
def test_21_who_may_not_write_at_home_gets_results_and_is_told_once_which_folder_it_is(
    tiny_hub: TestHub, tiny_models: Path, place: Path
):
    home, models = place / "home", place / "models"
    shutil.copytree(tiny_models / MODEL, models / MODEL)
    for path in models.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    home.mkdir(0o555)
    (place / "ipython").mkdir(0o777)
    (place / "ipython").chmod(0o777)
    settings = {"HFMAGIC_OFFLINE": "0", "HFMAGIC_HUB_ENDPOINT": tiny_hub.url, "HFMAGIC_HUB_DIRS": str(models)}
    env = unmeasured(HOME=str(home), IPYTHONDIR=str(place / "ipython"), PYTHONDONTWRITEBYTECODE="1", **settings)
    others = ("XDG_", "HF_HOME", "HF_HUB", "HFMAGIC_CACHE", "HFMAGIC_TEST")
    env = {k: v for k, v in env.items() if not k.startswith(others)}

    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
    ran = subprocess.run(
        [*nobody, sys.executable, "-c", CELLS],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    if ran.returncode and not ran.stdout and ("Permission denied" in ran.stderr or "No module named" in ran.stderr):
        pytest.skip("nobody may read this checkout, or Python")
    assert ran.returncode == 0, ran.stderr
    first, second, third = map(json.loads, ran.stdout.splitlines()[-3:])
    assert [first[0], first[2]] == [second[0], second[2]] == ["", 2]
    assert f"{home}/.cache/hfmagic" in first[1]
    assert "Permission denied" in first[1]
    assert str(home) not in second[1]
    assert "cannot be kept" not in second[1]
    assert f"the folder for models {home}/.cache/huggingface/hub cannot be written" in third[1]
    assert list(home.iterdir()) == []
