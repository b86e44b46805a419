"""Writes the locks: `python locks/write.py [--upgrade]`, with uv; `make lock` brings it.

A lock names each package of an environment, with the sha256 of each of its files, for every platform. What is pinned
stays as it is unless a requirement, or --upgrade, asks for another.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OLDEST = "3.11.5"  # of Python: what the docs' theme needs is refused by older ones of 3.11
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
CUDA_ONLY = re.compile(r"torch|triton|(nvidia|cuda)-.+")  # what the package index's torch brings along on Linux
# pip reads these from a lock: it refuses a file that the lock does not name, and whatever would have to be built.
STRICT = "--require-hashes\n--only-binary :all:\n"
WRITTEN = "# Written by `make lock`"


def main() -> int:
    """Returns: 0 when every lock is written, else 1."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--upgrade", action="store_true", help="take the newest of everything")
    upgrade = ("--upgrade",) if parser.parse_args().upgrade else ()
    project = (ROOT / "pyproject.toml", "--extra", "dev", "-c", ROOT / "constraints.txt", "--no-emit-package", "pip")
    everything = compiled([*project, *upgrade], [HERE / "dev.txt", HERE / "torch.txt"])
    cuda, rest = parted(everything)
    write("dev", "what pyproject.toml's `dev` needs, but torch, which comes first.", rest)
    write("torch", "torch of the package index: where no CPU build is to be had, and on macOS and Windows.", cuda)
    write_cpu(cuda)
    for name, source in (("olah", "tests/hubserver/olah.txt"), ("repo2docker", "binder/repo2docker.txt")):
        write(name, f"what {source} needs.", compiled([ROOT / source, *upgrade], [HERE / f"{name}.txt"]))
    return 0


def compiled(words: list[str | Path], pinned: list[Path], given: str = "") -> dict[str, str]:
    """Each package with its lines; `given` is what uv reads as `-`. Raises SystemExit: uv has said why."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "lock.txt"
        out.write_text("\n".join(entry for lock in pinned if lock.exists() for entry in packages(lock).values()))
        uv = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", OLDEST]
        strict = ["--generate-hashes", "--only-binary", ":all:", "--no-header", "--no-annotate", "--output-file", out]
        command = [*map(str, [*uv, *strict, *words])]
        done = subprocess.run(command, cwd=ROOT, input=given, stdout=subprocess.DEVNULL, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.returncode)
        return packages(out)


def packages(lock: Path) -> dict[str, str]:
    """Each requirement line of a lock, such as `torch==2.13.0`, and its lines with the hashes."""
    entries = re.findall(r"^[a-z0-9].*(?:\n    --hash=.*)*", lock.read_text("utf-8"), re.MULTILINE)
    return {entry.partition(" \\\n")[0]: entry for entry in entries}


def parted(everything: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What belongs to the package index's torch, and all the rest."""
    cuda = {line: entry for line, entry in everything.items() if CUDA_ONLY.fullmatch(name_of(line))}
    return cuda, {line: entry for line, entry in everything.items() if line not in cuda}


def name_of(line: str) -> str:
    """`torch==2.13.0 ; …` → `torch`."""
    return re.split(r"[=\[ ]", line, maxsplit=1)[0]


def write(name: str, about: str, entries: dict[str, str]) -> None:
    """One lock."""
    text = "\n".join([f"{WRITTEN}: {about}", STRICT.strip(), *entries.values()]) + "\n"
    (HERE / f"{name}.txt").write_text(text, "utf-8")
    print(f"locks/{name}.txt: {len(entries)} packages")


def write_cpu(cuda: dict[str, str]) -> None:
    """The lock of torch's CPU wheels, from their own index; that of the same version stays where it does not answer."""
    pin = next(line for line in cuda if name_of(line) == "torch").partition(" ")[0] + "+cpu"
    try:
        entries = compiled(["--no-deps", "--default-index", CPU_INDEX, "-"], [], pin)
    except SystemExit:
        if pin in packages(HERE / "torch-cpu.txt"):
            print(f"locks/torch-cpu.txt: as it was; {CPU_INDEX} does not answer", file=sys.stderr)
            return
        raise
    write("torch-cpu", "CPU builds of torch, which are on an index of their own.", entries)


if __name__ == "__main__":
    sys.exit(main())
