"""The engine against pipelines and loops by hand: rows a second, pair by pair, in one run.

    python bench/engine.py [--quick] [--only NAME] --out build/bench.json

Frames of texts of realistic lengths (log-normal, 35 tokens on average, some of 500), some of them duplicates, through
- transformers' pipeline at its best batch size of several (sentence-transformers' `encode` for embeddings),
- the loop of bench/hand.py at its best budget,
- hfmagic's `run_plan` with an empty result cache, and once more with a full one.
They take turns; figures are medians of the rounds, ratios are those of a round, with their least and most. Models are
made at random from a config, with tokenizers of the starter set, but those that write. JSON goes to --out, a table to
the standard output. An engine without a model ("overhead") runs in a process of its own for each number of rows.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import hand
from engine_cases import CASES, Again, Bench, Case

ROUNDS, QUICK = 3, 2
QUICK_SHARE = 0.1  # of a case's rows
FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_bf16", "amx_int8", "asimd", "sve", "bf16")
NUMBERS = (1_000, 10_000, 100_000, 1_000_000)
COLUMNS = ("case", "dtype", "pipeline, rows/s (batch)", "hand loop (budget)", "hfmagic", "÷ hand", "÷ pipeline")
COLUMNS += ("full cache",)
EMPTY = ("rows, no model", "cache", "µs a row", "µs a row once more", "MB at most", "MB before")


@dataclass(frozen=True)
class Ratio:
    """How many times as quick one was as another: the median of the rounds, the least and the most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, one: Sequence[float], other: Sequence[float]) -> Ratio:
        """From seconds of the same rounds: of `other` by those of `one`."""
        found = [b / a for a, b in zip(one, other, strict=True)]
        return cls(statistics.median(found), min(found), max(found))

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f}–{self.most:.2f})"


def measure(bench: Bench, case: Case) -> dict[str, Any]:
    """Every contender in every round, in turns; each ran before."""
    runs = case.make(bench, case)
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(QUICK if bench.quick else ROUNDS):
        for name in list(runs)[:: -1 if number % 2 else 1]:  # who comes first is not always the same
            run = runs[name]
            ready = run.prepare() if isinstance(run, Again) else run
            gc.collect()
            taken[name].append(hand.seconds(ready))
    return {
        "case": case.name,
        "dtype": case.dtype,
        "rows": case.rows,
        "best": {name: bench.best.get(f"{case.name} {name}") for name in ("pipeline", "hand")},
        "seconds": taken,
        "rows_per_second": {name: case.rows / statistics.median(found) for name, found in taken.items()},
        "to_hand": vars(Ratio.of(taken["hfmagic"], taken["hand"])),
        "to_pipeline": vars(Ratio.of(taken["hfmagic"], taken["pipeline"])),
    }


def overhead(rows: int, *, cached: bool) -> dict[str, Any]:
    """What the engine itself costs: different texts, a model that gives one answer at once. Runs alone in a process."""
    from hfmagic.kinds import Label
    from hfmagic.runners import registry
    from hfmagic.runners.registry import RUNNERS

    answer = (Label("POSITIVE", 1.0),)
    (runner,) = RUNNERS["text-classification"]
    empty = replace(
        runner,
        encode=lambda _, values, __: list(values),
        forward=lambda _, values, __: [answer] * len(values),
        size=lambda _: 8,
    )
    registry.RUNNERS = {**RUNNERS, "text-classification": (empty,)}  # type: ignore[misc]
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), quick=True)
        bench.hfmagic(CASES[0], "text-classification", "starter/bert-tiny-sentiment", ["good"] * 3).run(None)
        texts = [f"the parcel with the number {i} came late, and the box was open" for i in range(rows)]
        magic = bench.hfmagic(CASES[0], "text-classification", "starter/bert-tiny-sentiment", texts)
        before = _peak_bytes()
        kept = Path(folder) / "kept" if cached else None
        start = time.perf_counter()
        found = magic.run(kept)
        seconds = time.perf_counter() - start
        if len(found) != rows:
            raise ValueError(f"{len(found)} of {rows} rows")
        again = hand.seconds(lambda: magic.run(kept)) if cached else None
    peak = _peak_bytes()
    return {"rows": rows, "cached": cached, "seconds": seconds, "again": again, "before": before, "peak": peak}


def _peak_bytes() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def overheads(numbers: Sequence[int]) -> list[dict[str, Any]]:
    """The engine without a model, each number of rows in a process of its own, without a cache and with one."""
    found = []
    for rows in numbers:
        for cached in (False, True):
            call = [sys.executable, __file__, "--rows", str(rows), *(["--cached"] if cached else [])]
            made = subprocess.run(call, check=True, capture_output=True, text=True, timeout=600)  # noqa: S603  ourselves
            found.append(json.loads(made.stdout.splitlines()[-1]))
    return found


def machine() -> dict[str, Any]:
    """What the figures hang on."""
    import torch
    import transformers

    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    lines = dict(line.split(":", 1) for line in reversed(text.splitlines()) if ":" in line)
    known = {key.strip(): value.strip() for key, value in lines.items()}
    return {
        "processor": known.get("model name") or platform.processor() or platform.machine(),
        "flags": [flag for flag in FLAGS if flag in known.get("flags", known.get("Features", "")).split()],
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "load": os.getloadavg()[0],
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "python": platform.python_version(),
    }


def table(report: Mapping[str, Any]) -> str:
    """The report as Markdown."""
    m = report["machine"]
    flags = ", ".join(m["flags"]) or "unknown"
    lines = [
        f"{m['processor']}, {m['cores']} cores ({flags}); torch {m['torch']}, transformers {m['transformers']}, "
        f"Python {m['python']}; load when it began: {m['load']:.1f}.",
        "",
    ]
    if report["cases"]:
        lines += _head(COLUMNS)
    for one in report["cases"]:
        speed = {name: f"{found:,.1f}" for name, found in one["rows_per_second"].items()}
        best = [f"{speed[name]} ({one['best'][name]:,})" for name in ("pipeline", "hand")]
        ratios = [str(Ratio(**one[name])) for name in ("to_hand", "to_pipeline")]
        lines.append(_line([one["case"], one["dtype"], *best, speed["hfmagic"], *ratios, speed["cached"]]))
    if report["overhead"]:
        lines += ["", *_head(EMPTY)]
    for one in report["overhead"]:
        first, again = ((s or 0) / one["rows"] * 1e6 for s in (one["seconds"], one["again"]))
        cells = [f"{one['rows']:,}", "on" if one["cached"] else "off", f"{first:.1f}", f"{again:.1f}" if again else ""]
        lines.append(_line([*cells, f"{one['peak'] / 1e6:,.0f}", f"{one['before'] / 1e6:,.0f}"]))
    return "\n".join(lines)


def _head(columns: Sequence[str]) -> list[str]:
    return [_line(columns), "|---" * len(columns) + "|"]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rows and rounds: 2 minutes at most")
    parser.add_argument("--only", default="", help="cases whose name has this in it, or overhead")
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    parser.add_argument("--rows", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--cached", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    os.environ |= {"TRANSFORMERS_VERBOSITY": "error", "HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"}
    if given.rows:
        print(json.dumps(overhead(given.rows, cached=given.cached)))
        return
    report: dict[str, Any] = {"machine": machine(), "cases": [], "overhead": []}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), quick=given.quick)
        for case in CASES:
            if given.only in case.name:
                print(f"… {case.name}", file=sys.stderr)
                rows = max(24, round(case.rows * QUICK_SHARE)) if given.quick else case.rows
                report["cases"].append(measure(bench, replace(case, rows=rows)))
                _keep(report, given.out)
    if given.only in "overhead":
        print("… overhead", file=sys.stderr)
        report["overhead"] = overheads(NUMBERS[:2] if given.quick else NUMBERS)
    _keep(report, given.out)
    print(table(report))


def _keep(report: Mapping[str, Any], file: Path) -> None:
    """Write what is known by now: a case takes minutes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
