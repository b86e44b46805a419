"""The parent's side of the child process: starts it, hands it jobs, ends it. Knows no model format."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self, cast

from ..errors import StarterError
from ..processes import start, stop
from .progress import Progress
from .recipe import Figure, Job

_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from hfmagic.starter.child import main; main()"
_QUIET = {
    "HF_HUB_OFFLINE": "1",
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that spin while they wait took four times as long on a busy machine
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "true",
    "TRANSFORMERS_VERBOSITY": "error",
}


# A model that is trained here comes out the same, byte for byte, whatever the processor: the same instructions on each
# (MKL's for all x86 alike, https://www.intel.com/content/www/us/en/docs/onemkl/developer-guide-linux/2025-2/
# instruction-set-specific-dispatch-in-cnr-mode.html), and sums in as many parts. It takes 2.4 times as long.
_SAME = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_CBWR": "COMPATIBLE",
    "OMP_NUM_THREADS": "2",
}


class Worker:
    """A child process without network that makes one model after another; it starts at once and ends with the block.

        with Worker(folder) as worker:
            figures = worker.make(job, progress)

    Args:
        folder: where the child works; nothing is written there but what a job asks for.
    """

    def __init__(self, folder: Path) -> None:
        self._log = TemporaryFile()  # noqa: SIM115 - closed in __exit__
        # -I: neither the current folder nor PYTHONPATH adds code; then exactly the parent's own path, so that the child
        # finds the same packages.
        path = [p for p in sys.path if p] + [str(Path(__file__).parents[2])]
        self._process = start(
            [sys.executable, "-I", "-c", _BOOT, json.dumps(path)],
            cwd=folder,
            env={**os.environ, **_QUIET, **_SAME},
            log=self._log,
            pipes=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stop(self._process)
        self._log.close()

    def make(self, job: Job, progress: Progress) -> tuple[Figure, ...]:
        """Have one model made and tested.

        Raises:
            StarterError: the recipe or its self-test failed, or the child died.
        """
        tell, hear = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        try:
            tell.write(json.dumps(asdict(job), default=str).encode() + b"\n")
            tell.flush()
        except OSError:
            raise self._died(job) from None
        for line in hear:
            answer = json.loads(line)
            if "figures" in answer:
                return tuple(Figure(**figure) for figure in answer["figures"])
            if "error" in answer:
                raise StarterError(f"{job.name} cannot be made: {answer['error']}")
            progress.percent(f"{job.name}: {answer['stage']}", answer["share"])
        raise self._died(job)

    def _died(self, job: Job) -> StarterError:
        code = self._process.wait()
        self._log.seek(0)
        last = self._log.read().decode("utf-8", errors="replace").strip().rpartition("\n")[2]
        reason = "killed by the system, perhaps for lack of memory" if code == -9 else f"exit code {code}; {last}"
        return StarterError(
            f"{job.name}: the converting process ended ({reason}).", hint="try again: `hfmagic starter`"
        )
