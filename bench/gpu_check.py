"""What a GPU gives against this machine's CPU, with the starter models: a report, docs/gpu.md.

    make gpu-check

1. Conformance: the same rows on the CPU in float32, on the GPU in float32 and in the dtype that it is best at.
2. Memory: torch is left so little of the GPU's (set_per_process_memory_fraction) that a large batch does not fit; every
   row must be done all the same and come out the same, also with the model's layers offloaded.
3. The benchmark of bench/engine.py on the GPU, where it is there.

Without a GPU nothing is written, and the status is 3. `--device cpu` runs the first two parts on the CPU, which shows
that the check itself works; the memory that runs out is then a limit that is made up.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hfmagic.config import HFMagic
from hfmagic.devices import Device, choose_dtype, find_devices
from hfmagic.engine.agreement import Agreement, agree
from hfmagic.engine.batching import Outcome
from hfmagic.engine.worker import Job, Worker
from hfmagic.hub.facts import read_facts
from hfmagic.kinds import Audio
from hfmagic.models import Pool
from hfmagic.recognise import Reader
from hfmagic.tasks import CATALOGUE

HERE = Path(__file__).parent
NO_GPU = 3
REPORT = HERE.parent / "docs" / "gpu.md"
WORDS = (
    *("the", "a", "film", "was", "great", "awful", "long", "short", "story", "with", "actors", "who", "never"),
    *("always", "seem", "to", "say", "what", "they", "mean"),
)
MADE_UP = 256  # tokens of a batch that "fits" on a CPU
LITTLE = 48 * 2**20  # bytes that a GPU has beside the model
PACKAGES = ("torch", "transformers", "accelerate", "hfmagic")


@dataclass(frozen=True)
class Row:
    """A task with a starter model: `make` gives its nth value."""

    task: str
    model: str
    make: Callable[[int], Any]
    rows: int = 200
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What one row of the table came to. `whole` compares float32 on both, `half` the GPU's own dtype."""

    row: Row
    dtype: str
    whole: Agreement
    half: Agreement
    cpu_seconds: float
    gpu_seconds: float


def text(n: int) -> str:
    """A text of 3 to 60 words, the same each time."""
    return " ".join(WORDS[(n * 7 + i * (n % 5 + 1)) % len(WORDS)] for i in range(3 + n * 13 % 58)) + f" {n}."


def picture(n: int) -> Any:
    """A picture of two colours with a bar in it."""
    from PIL import Image, ImageDraw

    made = Image.new("RGB", (320, 240), (n * 37 % 256, n * 91 % 256, 90))
    ImageDraw.Draw(made).rectangle((n % 200, 40, n % 200 + 100, 200), fill=(240, n * 53 % 256, 20))
    return made


def sound(n: int) -> Any:
    """Two seconds of a rising tone."""
    import numpy as np

    seconds = np.arange(32_000) / 16_000
    return Audio(np.sin(2 * np.pi * (200 + n * 20) * seconds * seconds).astype("float32") * 0.3, 16_000)


ROWS = (
    Row("text-classification", "bert-tiny-sentiment", text),
    Row("text-classification", "minilm-l6-sentiment", text),
    Row("feature-extraction", "all-minilm-l6-v2", text),
    Row("summarization", "flan-t5-small-titler", text, rows=8),
    Row("text-generation", "smollm2-135m-instruct", text, rows=4, parameters={"max_new_tokens": 16}),
    Row("image-classification", "efficientnet-lite0", picture, rows=24),
    Row("automatic-speech-recognition", "whisper-tiny.en", sound, rows=4),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check and write the report. Gives 0, 1 where a float32 result differs or a row is lost, or 3 without a GPU."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--out", type=Path, default=REPORT)
    parser.add_argument("--rows", type=int, default=0, help="rows of each task at most; 0: as many as it has")
    parser.add_argument("--only", default="", help="the name of one starter model; default: all")
    asked = parser.parse_args(arguments)
    devices = find_devices()
    device = next((d for d in devices if d.kind == asked.device), None)
    if device is None:
        print("gpu-check: torch sees no CUDA GPU on this machine; nothing was written.", file=sys.stderr)
        return NO_GPU
    cpu = devices[-1]
    rows = [row for row in ROWS if asked.only in ("", row.model)]
    found = [conform(row, cpu, device, asked.rows or row.rows) for row in rows]
    classifiers = [row for row in rows if row.task == "text-classification"]
    memory = [said for row in classifiers for said in out_of_memory(row, device, asked.rows or 400)]
    parts = [*machine(device), *conformance(found), *ladder(memory), *benchmark(device)]
    asked.out.write_text("\n".join(parts) + "\n", encoding="utf-8")
    good = all(f.whole.agrees for f in found) and all(ok for _, ok in memory)
    print(f"gpu-check: {'all well' if good else 'NOT all well'}; {asked.out}")
    return 0 if good else 1


def job(row: Row, dtype: str, **more: Any) -> Job:
    """A row as the engine runs it."""
    folder = HFMagic().starter_path / "starter" / row.model
    spec = CATALOGUE[row.task]
    parameters = {p.name: p.default for p in spec.parameters} | dict(row.parameters)
    facts = read_facts(folder, f"starter/{row.model}")
    return Job(row.task, facts, row.model, parameters, tuple(spec.takes.values()), Reader(()), dtype=dtype, **more)


def conform(row: Row, cpu: Device, device: Device, rows: int) -> Found:
    """The same rows three times: the CPU's float32, the GPU's, and what the GPU is best at."""
    values = [row.make(n) for n in range(min(rows, row.rows))]
    kind = CATALOGUE[row.task].gives
    best = choose_dtype(device, wanted="fast")
    base, cpu_seconds = timed(job(row, "float32").worker(Pool(), cpu), values)
    whole, _ = timed(job(row, "float32").worker(Pool(), device), values)
    half, gpu_seconds = timed(job(row, best).worker(Pool(), device), values)
    return Found(row, best, agree(kind, base, whole), agree(kind, base, half), cpu_seconds, gpu_seconds)


def timed(worker: Worker, values: Sequence[Any]) -> tuple[list[Any], float]:
    """The results of a second run, None where there is none, and its seconds: the first one warms up."""
    worker.run(values[:2])
    start = time.perf_counter()
    outcome = worker.run(values)
    return results(outcome, len(values)), time.perf_counter() - start


def results(outcome: Outcome, count: int) -> list[Any]:
    """By position, None where there is none."""
    return [outcome.results.get(i) for i in range(count)]


def out_of_memory(row: Row, device: Device, rows: int) -> Iterator[tuple[str, bool]]:
    """What was tried with too little memory, and whether every row came out the same."""
    values = [row.make(n) for n in range(rows)]
    kind = CATALOGUE[row.task].gives
    pool = Pool()
    plain = job(row, "float32").worker(pool, device)
    wanted = results(plain.run(values), rows)
    greedy = job(row, "float32", batch_tokens=10**6, batch_size=rows).worker(pool, device)
    with little_memory(device, greedy) as tried:
        found = agree(kind, wanted, results(greedy.run(values), rows))
        words = f"{rows} rows in one batch, as far as it fits ({tried[0]} did not): {found.words}"
        yield words, found.agrees and tried[0] > 0
    if pool.offload(greedy.loaded):
        found = agree(kind, wanted, results(greedy.run(values), rows))
        yield f"with its layers offloaded to the CPU: {found.words}", found.agrees


@contextmanager
def little_memory(device: Device, worker: Worker) -> Iterator[list[int]]:
    """Room for the model and a small batch only; gives how many batches did not fit, in a list of one."""
    import torch

    model, tried = worker.loaded.model, [0]
    forward = model.forward

    def counted(*args: Any, **named: Any) -> Any:
        try:
            if device.kind == "cpu" and named["input_ids"].numel() > MADE_UP:
                raise torch.OutOfMemoryError("out of memory: a limit that is made up")
            return forward(*args, **named)
        except torch.OutOfMemoryError:
            tried[0] += 1
            raise

    model.forward = counted
    if device.kind == "cuda":
        torch.cuda.empty_cache()
        room = (torch.cuda.memory_allocated(device.index) + LITTLE) / device.total_bytes
        torch.cuda.set_per_process_memory_fraction(room, device.index)
    try:
        yield tried
    finally:
        model.forward = forward
        if device.kind == "cuda":
            torch.cuda.set_per_process_memory_fraction(1.0, device.index)


def machine(device: Device) -> Iterator[str]:
    """What the report was made with."""
    import torch

    yield "# On a GPU"
    yield ""
    yield "Written by `make gpu-check` (`bench/gpu_check.py`); do not edit."
    yield ""
    yield f"- Date: {datetime.now(UTC):%Y-%m-%d}"
    yield f"- Device: {device.name}, {device.total_bytes / 2**30:.1f} GiB, {device.free_bytes / 2**30:.1f} GiB free"
    yield f"- Driver: {driver()}; CUDA {torch.version.cuda or 'none'}"
    yield f"- {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    yield "- " + ", ".join(f"{name} {version(name)}" for name in PACKAGES)


def driver() -> str:
    """The version of NVIDIA's driver, as its own tool says it."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return "not known"
    command = [tool, "--query-gpu=driver_version", "--format=csv,noheader"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603  fixed words
    return (found.stdout.strip().splitlines() or ["not known"])[0]


def conformance(found: Sequence[Found]) -> Iterator[str]:
    """A table of the tasks."""
    yield from ("", "## The same results as on the CPU", "")
    yield "| task | model | float32 | dtype | in it | CPU, float32 (s) | GPU (s) |"
    yield "| --- | --- | --- | --- | --- | ---: | ---: |"
    for one in found:
        same = [f"{a.same} of {a.rows}" for a in (one.whole, one.half)]
        seconds = f"{one.cpu_seconds:.2f} | {one.gpu_seconds:.2f}"
        yield f"| {one.row.task} | {one.row.model} | {same[0]} | {one.dtype} | {same[1]} | {seconds} |"


def ladder(memory: Sequence[tuple[str, bool]]) -> Iterator[str]:
    """What happened when memory ran out."""
    yield from ("", "## Out of memory", "")
    for words, ok in memory:
        yield f"- {'✓' if ok else '✗'} {words}"


def benchmark(device: Device) -> Iterator[str]:
    """What bench/engine.py prints on this device."""
    script = HERE / "engine.py"
    if device.kind == "cpu" or not script.is_file():
        return
    command = [sys.executable, str(script), "--device", device.kind]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  a script of ours
    yield from (
        "",
        "## Speed",
        "",
        "```",
        (found.stdout if found.returncode == 0 else found.stderr[-2000:]).strip(),
        "```",
    )


if __name__ == "__main__":
    sys.exit(main())
