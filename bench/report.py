"""docs/benchmarks.md from what the other files of bench/ measured.

python bench/report.py build/bench.json build/media.json build/interrupt.json build/guards.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine import table
from guards import table as checks
from interrupt import table as stops

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
BEFORE = """# Benchmarks

What `make bench` measured. Figures are medians of rounds in which the contenders take turns, in one process; a ratio is
that of a round, with the least and the most in brackets. The frames are texts of realistic lengths (log-normal, 35
tokens on average, some of 500), a fifth of them duplicates unless said otherwise; the models have random weights and a
real tokenizer, but those that write.

- **pipeline**: `transformers.pipeline` at the best of several batch sizes, in the same number format; for embeddings
  `encode` of sentence-transformers.
- **hand loop**: the best that we could write for the same case (`bench/hand.py`): different texts, sorted, tokenised
  once, batches by tokens at its best budget, labels and scores in order.
- **hfmagic**: `run_plan` over a pandas frame, with an empty cache of results, which it fills on the way; *full cache*:
  the same once more.

The texts of models that write, the labels and the transcripts are compared with those of the hand loop before they are
timed. Speech: all three search greedily (the pipeline by itself with five beams).

Not yet run on a GPU: `make gpu-check` does, and writes its report beside this page.

"""
TRIED = """
Attention and compiling, tried once (November 2026, torch 2.13) on the same texts: five rounds in turns, times as fast
as SDPA as it stands.

| model | eager | `torch.compile`, dynamic | its first use |
|---|---|---|---|
| 6×384 float32 | 0.98 (0.95–0.99) | 1.03 (1.00–1.06) | 7.5 s |
| 6×384 bfloat16 | 1.10 (1.08–1.11) | 1.03 (1.01–1.05) | 2.5 s |
| 2×128 float32 | 0.96 (0.67–0.97) | 1.10 (1.08–1.14) | 5.2 s |

So nothing is compiled: of a run of two minutes its start costs more than the 3 % it gains, and it needs a C++ compiler.
"""
MEDIA = """
Pictures and speech from files, opened and made ready in the time that counts:

| case | files (different) | pipeline, s (batch) | hand loop, s | hfmagic, s | ÷ hand | ÷ pipeline | same results |
|---|---|---|---|---|---|---|---|
"""


def media_table(report: Mapping[str, Any]) -> str:
    """The rows of what bench/media.py found."""
    lines = []
    for name in ("pictures", "speech"):
        if found := report.get(name):
            taken, faster, sizes = found["seconds"], found["times_as_fast"], found["batch_sizes"]
            lines.append(
                f"| {name} | {found['rows']} ({found['different']}) | {taken['pipeline']} ({sizes['pipeline']}) "
                f"| {taken['by hand']} | {taken['hfmagic']} | {faster['by hand']} | {faster['pipeline']} "
                f"| {found['agree']:.0%} |"
            )
    return "\n".join(lines)


STOPS = """
From Kernel → Interrupt until a run has handed back what it kept, 4,000 rows, at random moments (`bench/interrupt.py`):

"""
CHECKS = """
What the checks of security and reliability take of a cell: hashes, heads, templates, plans, paths, markup, secrets
(`bench/guards.py`). Those on the thread that makes batches ready count as if the cell had waited for them. A template
is tried in a process of its own while the weights are read.

"""


def main(engine: str, media: str, interrupt: str, guards: str) -> None:
    """Write the page."""
    words = BEFORE + table(json.loads(Path(engine).read_text("utf-8"))) + "\n"
    if found := media_table(json.loads(Path(media).read_text("utf-8"))):
        words += MEDIA + found + "\n"
    words += STOPS + stops(json.loads(Path(interrupt).read_text("utf-8"))) + "\n"
    words += CHECKS + checks(json.loads(Path(guards).read_text("utf-8"))) + "\n"
    PAGE.write_text(words + TRIED, "utf-8")
    print(PAGE)


if __name__ == "__main__":
    main(*sys.argv[1:])
