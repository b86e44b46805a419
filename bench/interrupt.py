"""How long the kernel takes to stop: from the signal of Kernel → Interrupt until the run has handed back what it kept.

    python bench/interrupt.py [--times 40] --out build/interrupt.json

A plan of one text-classification over 4,000 different texts, with its cache of results, for a model at random of
6 × 384 and one of 12 × 768. The signal comes from a thread, at a random moment in a run of which it is not the end. The
table gives seconds: the median, the 95th percentile, the longest.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import random
import signal
import tempfile
import threading
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from engine_cases import Bench, Case, Magic, classification

ROWS = 4000
MODELS = ((6, 384), (12, 768))
FIRST, LAST = 0.5, 6.0  # s after the start: a whole run takes longer


def stopped(magic: Magic, after: float) -> float:
    """Seconds from a signal, sent so long after the start, to the end of the run; less than 0: it had ended before."""
    sent: list[float] = []

    def send() -> None:
        sent.append(time.perf_counter())
        signal.raise_signal(signal.SIGINT)  # of the process; Python handles it on the main thread

    timer = threading.Timer(after, send)
    timer.start()
    with contextlib.suppress(KeyboardInterrupt):  # it is raised where no row has a result yet
        magic.empty()
    ended = time.perf_counter()
    timer.join()
    return ended - sent[0]


def measure(bench: Bench, model: tuple[int, int], times: int) -> dict[str, Any]:
    """Seconds of each stop."""
    case = Case("interrupt", classification, ROWS, model, duplicates=0.0)
    texts = bench.texts(case.rows, case.duplicates)
    magic = bench.hfmagic(case, "text-classification", bench.model("Sequence", *model), texts)
    bench.hfmagic(case, "text-classification", bench.model("Sequence", *model), texts[:100]).empty()
    draw = random.Random(0)  # noqa: S311  no secret
    found = [stopped(magic, draw.uniform(FIRST, LAST)) for _ in range(times)]
    if min(found) < 0:
        raise ValueError("a run had ended before its signal: more rows are needed")
    return {"model": "×".join(map(str, model)), "rows": ROWS, "times": times, "seconds": found}


def table(report: Sequence[dict[str, Any]]) -> str:
    """The report as Markdown."""
    lines = ["| model | stops | median, s | 95th percentile, s | longest, s |", "|---|---|---|---|---|"]
    for one in report:
        median, p95 = np.percentile(one["seconds"], [50, 95])
        lines.append(f"| {one['model']} | {one['times']} | {median:.2f} | {p95:.2f} | {max(one['seconds']):.2f} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--out", type=Path, default=Path("build/interrupt.json"))
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    os.environ |= {"TRANSFORMERS_VERBOSITY": "error", "HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), quick=False)
        report = [measure(bench, model, given.times) for model in MODELS]
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(report, indent=1))
    print(table(report))


if __name__ == "__main__":
    main()
