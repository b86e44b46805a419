"""What the checks of security and reliability take of a cell: the seconds inside them, of the seconds of the cell.

    python bench/guards.py [--out build/guards.json]

Each cell runs in a process of its own, twice: in a new kernel, whose models are loaded and whose chat templates are
tried, and once more over other rows. Every check of GUARDS is timed wherever hfmagic calls it, one within another once;
a check on the thread that makes batches ready counts as if the cell had waited for it. Both figures are of one run, so
other work on the machine lengthens them alike. The hash of a model's files is reckoned once in the life of a download,
and is timed by itself.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

GUARDS: Mapping[str, tuple[str, ...]] = {
    "files by their hash": ("hub.blobs:is_whole", "hub.blobs:_stamp"),
    "chat templates": (
        "processes:start",
        "models.templates:_templates",
        "models.templates:_send",
        "models.templates:_judge",
    ),
    "heads": ("models.check:head_problem", "models.check:missing_weights"),
    "plans": ("scope:validate",),
    "paths": ("media:checked_path",),
    "sounds": ("sounds:_check", "sounds:_check_length", "sounds:_check_whole", "sounds:_check_read"),
    "markup": ("render.html:clean", "render.html:_attribute"),
    "secrets": ("errors:hide_secrets", "errors:secrets_in"),
}
CELLS = {
    "2,000 texts labelled": ("texts", "Label the sentiment of each text."),
    "64 texts answered": ("some", "Answer each text with text generation in a few words."),
    "300 pictures classified": ("photos", "Classify each photo."),
    "16 recordings transcribed": ("clips", "Transcribe each clip."),
}


class Clock:
    """Seconds inside of the guards, by name; a guard that another calls is the other's."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(GUARDS, 0.0)
        self._inside = threading.local()

    def timed(self, name: str, guard: Callable[..., Any]) -> Callable[..., Any]:
        """The guard, its seconds added to its name's."""

        @wraps(guard)
        def run(*args: Any, **kwargs: Any) -> Any:
            if getattr(self._inside, "yes", False):
                return guard(*args, **kwargs)
            self._inside.yes, start = True, time.perf_counter()
            try:
                return guard(*args, **kwargs)
            finally:
                self.seconds[name] += time.perf_counter() - start
                self._inside.yes = False

        return run

    def wind(self) -> None:
        """Put a timed guard in the place of each, in every module that has its name."""
        for name, places in GUARDS.items():
            for place in places:
                module, _, attribute = place.partition(":")
                found = getattr(importlib.import_module(f"hfmagic.{module}"), attribute)
                guard = getattr(found, "__wrapped__", found)  # where it is timed already, in modules that came later
                timed = self.timed(name, guard)
                for other in [m for key, m in sys.modules.items() if key.startswith("hfmagic")]:
                    for held in [key for key, value in vars(other).items() if value is guard]:
                        setattr(other, held, timed)


def cell(name: str) -> dict[str, Any]:
    """One cell in this process, as in a new kernel, then over other rows; the seconds of each, and of its guards."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    from hfmagic.config import HFMagic

    given, request = CELLS[name]
    with tempfile.TemporaryDirectory() as folder:
        shell = InteractiveShell.instance()
        shell.run_cell("%load_ext hfmagic")
        shell.run_cell(f"%config HFMagic.hub_dirs = [{str(HFMagic().starter_path)!r}]")
        shell.run_cell(f"%config HFMagic.cache_dir = {folder!r}")
        shell.run_cell(f"%config HFMagic.allowed_dirs = [{folder!r}]")
        found, clock = [], Clock()
        for part, frame in enumerate(frames(given, Path(folder))):
            shell.user_ns[given] = frame
            clock.wind()  # also what the first run imported
            before, start = dict(clock.seconds), time.perf_counter()
            with capture_output() as said:
                done = shell.run_cell(f"%%hf {given} --yes\n{request}")
            seconds = time.perf_counter() - start
            if not done.success or not said.outputs:
                raise SystemExit(f"{name}: {done.error_in_exec or said.stdout}")
            inside = {key: value - before[key] for key, value in clock.seconds.items()}
            found.append({"new_kernel": part == 0, "seconds": seconds, "guards": inside})
        return {"cell": name, "runs": found}


def frames(given: str, folder: Path) -> list[Any]:
    """Two frames of different rows: the first for a new kernel, the other once its models are there."""
    import pandas as pd

    if given in ("texts", "some"):
        from engine_cases import Bench

        bench, rows = Bench(folder, quick=True), 2_000 if given == "texts" else 64
        return [pd.DataFrame({"text": bench.texts(rows, 0.2, seed)}) for seed in (0, 1)]
    from media import clips, photos

    make, rows, column = (photos, 300, "photo") if given == "photos" else (clips, 16, "clip")
    made = []
    for seed in (0, 1):
        (where := folder / str(seed)).mkdir()
        made.append(pd.DataFrame({column: pd.Series(make(where, rows, seed), dtype=object)}))
    return made


def hashing() -> dict[str, float]:
    """How long the hash of 100 MB takes; each file of a model is read once for it, after its download."""
    from hfmagic.hub.blobs import is_whole

    with tempfile.NamedTemporaryFile() as file:
        file.write(os.urandom(100_000_000))
        file.flush()
        start = time.perf_counter()
        is_whole(Path(file.name), "0" * 64)
    return {"seconds_of_100_MB": time.perf_counter() - start}


def table(report: Mapping[str, Any]) -> str:
    """The report as Markdown: of each cell its seconds, the guards' share, and what took most of that."""
    lines = ["| cell | kernel | seconds | in checks | most of it |", "|---|---|---|---|---|"]
    for one in report["cells"]:
        for run in one["runs"]:
            inside, kernel = run["guards"], "new" if run["new_kernel"] else "warm"
            share, most = sum(inside.values()) / run["seconds"], max(inside, key=lambda key: inside[key])
            lines.append(
                f"| {one['cell']} | {kernel} | {run['seconds']:.1f} | {share:.2%} | {most}: {inside[most]:.3f} s |"
            )
    once = report["hashing"]["seconds_of_100_MB"]
    return "\n".join([*lines, "", f"Files by their hash: {once:.2f} s for 100 MB, once after a download."])


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("build/guards.json"))
    parser.add_argument("--cell", help=argparse.SUPPRESS)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    os.environ |= {"TRANSFORMERS_VERBOSITY": "error", "HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"}
    if given.cell:
        print(json.dumps(cell(given.cell)))
        return
    report: dict[str, Any] = {"cells": [], "hashing": hashing()}
    for name in CELLS:
        call = [sys.executable, __file__, "--cell", name]
        made = subprocess.run(call, check=True, stdout=subprocess.PIPE, text=True, timeout=900)  # noqa: S603  ourselves
        report["cells"].append(json.loads(made.stdout.splitlines()[-1]))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    print(table(report))


if __name__ == "__main__":
    main()
