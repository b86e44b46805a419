"""What Binder's build is made of, and the figures that its imitation measures; the build itself is `make binder`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Binder is Linux; memory is read from /proc")
ROOT = Path(__file__).parents[1]
BINDER = ROOT / "binder"
sys.path.insert(0, str(BINDER))
try:
    import dockerfile
    import imitate
    import memory
finally:
    sys.path.remove(str(BINDER))

MB = 10**6
# Says that it has its memory, and keeps it until it is ended; alone after a minute, should a test have failed.
HOLD = "import signal; held = b'1' * int({size}); print('ready', flush=True); signal.alarm(60); signal.pause()"
# The same in a child that has a session of its own, as a kernel has.
HOLD_BELOW = """
import subprocess, sys
subprocess.run([sys.executable, "-c", {hold!r}], start_new_session=True)
"""


@contextmanager
def running(code: str) -> Iterator[int]:
    """A Python that has said that it is ready."""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            yield process.pid
        finally:
            memory.stop(process)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_the_memory_of_a_process_is_measured():
    with running(HOLD.format(size=0)) as empty, running(HOLD.format(size=200e6)) as full:
        grown = memory.used_bytes(full) - memory.used_bytes(empty)

    assert grown == pytest.approx(200 * MB, abs=10 * MB)


def test_memory_below_a_process_counts_also_in_another_session():
    with running(HOLD_BELOW.format(hold=HOLD.format(size=200e6))) as above:
        assert len(memory.tree(above)) == 2
        assert memory.used_bytes(above) > 200 * MB


def test_memory_beside_a_command_counts_and_is_left_alone():
    with running(HOLD.format(size=200e6)) as server:
        usage = memory.run(python("pass"), beside=[server])

        assert usage.peak_bytes > 200 * MB
        assert server in memory.tree(os.getpid())


def test_what_has_ended_uses_nothing():
    with running(HOLD.format(size=0)) as pid:
        pass

    assert memory.used_bytes(pid) == 0


@pytest.mark.parametrize("code", [HOLD.format(size=200e6), HOLD_BELOW.format(hold=HOLD.format(size=200e6))])
def test_a_tree_over_the_limit_is_ended(code: str):
    before = memory.tree(os.getpid())
    usage = memory.run(python(code), limit_bytes=100 * MB, stdout=subprocess.DEVNULL)

    assert usage.was_stopped
    assert usage.exit_code == -9
    assert usage.peak_bytes > 100 * MB
    assert memory.tree(os.getpid()) <= before


def test_a_command_within_the_limit_ends_by_itself():
    usage = memory.run(python("raise SystemExit(3)"), limit_bytes=1000 * MB)

    assert usage.exit_code == 3
    assert not usage.was_stopped


@pytest.mark.parametrize(
    ("exit_code", "was_stopped", "red"),
    [(0, False, 0), (1, False, 1), (-9, True, 1)],
    ids=["good", "failed", "stopped"],
)
def test_a_session_that_fails_or_is_stopped_is_red(
    exit_code: int, was_stopped: bool, red: int, capsys: pytest.CaptureFixture[str]
):
    usage = memory.Usage(1234 * MB, 5.0, exit_code, was_stopped)
    good = imitate.Session("good.ipynb", memory.Usage(MB, 1.0, 0, was_stopped=False))

    assert imitate.table(iter([imitate.Session("this.ipynb", usage, "NameError: x"), good])) == red
    printed = capsys.readouterr()
    assert re.search(r"^this\.ipynb +1234 +5\b", printed.out, re.MULTILINE)
    assert ("NameError" in printed.err) is bool(red)


def test_only_the_index_of_cpu_wheels_is_left_out_where_it_cannot_be_reached():
    requirements = (BINDER / "requirements.txt").read_text()
    without = imitate.for_this_machine(requirements, cpu=False)

    assert imitate.for_this_machine(requirements, cpu=True) == requirements
    assert set(requirements.splitlines()) - set(without.splitlines()) == {
        f"--extra-index-url {imitate.cpu_index(requirements)}"
    }


def test_a_session_sees_nothing_of_this_machine_but_where_packages_come_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HF_HOME", "/elsewhere")
    monkeypatch.setenv("XDG_DATA_HOME", "/elsewhere")
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple")
    monkeypatch.setenv("PATH", f"{ROOT / '.venv' / 'bin'}:/usr/bin")
    env = imitate.environment(tmp_path, tmp_path / "bin")

    assert env["HOME"] == str(tmp_path)
    assert env["PATH"] == f"{tmp_path / 'bin'}:/usr/bin"
    assert env["PIP_INDEX_URL"] == "https://index.example/simple"
    assert not {"HF_HOME", "XDG_DATA_HOME", "PYTHONPATH", "VIRTUAL_ENV"} & set(env)


def test_the_sidebar_must_be_enabled_and_fit():
    line = "        hfmagic-labextension v0.1.0 \x1b[32menabled\x1b[0m \x1b[{}m{}\x1b[0m (python, hfmagic)\n"

    assert imitate.has_sidebar("JupyterLab v4.6.6\n" + line.format(32, "OK"))
    assert not imitate.has_sidebar("JupyterLab v4.6.6\n" + line.format(31, "X"))
    assert not imitate.has_sidebar("JupyterLab v4.6.6\n")


@pytest.mark.parametrize(
    ("version", "new"), [("4.6.2", True), ("4.10.0", True), ("5.0.0rc1", True), ("4.6.1", False), ("4.6", False)]
)
def test_versions_are_compared_as_numbers(version: str, new: bool):
    assert imitate.at_least(version, (4, 6, 2)) is new


@pytest.mark.parametrize(
    ("runtime", "version"), [("python-3.12\n", "3.12"), ("pyhton-3.12", ""), ("python-3", ""), ("3.12", "")]
)
def test_a_runtime_that_is_not_understood_gives_no_version(runtime: str, version: str):
    assert dockerfile.python_version(runtime) == version


DOCKERFILE = """
apt-get install --yes --no-install-recommends fonts-noto-cjk && \\
RUN ${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir -r "binder/requirements.txt"
RUN chmod +x binder/postBuild
RUN ./binder/postBuild
ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"
"""


def test_each_file_of_binder_must_be_in_the_dockerfile():
    def names(text: str, python: str = "3.12") -> set[str]:
        log = f"Building conda environment for python={python}\n"
        return {line.split(":")[0] for line in dockerfile.lacks(text, log, "3.12", ["fonts-noto-cjk"])}

    assert names(DOCKERFILE) == set()
    assert names(DOCKERFILE, python="3.10") == {"binder/runtime.txt"}
    assert names("") == {f"binder/{name}" for name in ("apt.txt", "requirements.txt", "postBuild", "start")}


def test_the_scripts_of_the_build_are_executable():
    assert all(os.access(BINDER / name, os.X_OK) for name in ("postBuild", "start"))


def test_a_session_is_offline_and_passes_its_command_on():
    command = ["bash", BINDER / "start", "sh", "-c", 'echo "$HFMAGIC_OFFLINE $1"', "sh", "two words"]

    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "1 two words\n"
