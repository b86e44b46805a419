"""What a forward pass may hold: tokens a second by budget (rows × longest row), length, threads and dtype.

    python bench/budget.py [--models 6x384 2x128] [--dtypes float32 bfloat16] [--threads 1 2] [--rounds 3]

Models of BERT's architecture, at random, layers × width; batches of rows of one length. The budgets of a length take
turns, in another order each round, and a budget's figure is its best round: what else the machine does can only slow it
down. On one thread that thread's own time is measured, so that it counts little what else runs; for more threads the
machine must be idle. The table gives tokens a second at 2048, and the others as a ratio to it; below it stands what the
best budget for each case, and the best one for all, would win. JSON goes to --out.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

BUDGETS = (256, 512, 1024, 2048, 4096, 8192, 16384)
LENGTHS = (16, 35, 128, 512)
DEFAULT = 2048
TOKENS = 4096  # of a measurement at least; a larger budget is measured over one batch
VOCABULARY = 30522


@dataclass(frozen=True)
class Case:
    """What is measured: layers × width of the model, its dtype, torch's threads, and the tokens of each row."""

    model: str
    dtype: str
    threads: int
    length: int


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["6x384", "2x128"])
    parser.add_argument("--dtypes", nargs="+", default=["float32", "bfloat16"])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--lengths", nargs="+", type=int, default=LENGTHS)
    parser.add_argument("--budgets", nargs="+", type=int, default=BUDGETS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    wanted = parser.parse_args()
    curves: dict[Case, dict[int, float]] = {}
    print("| model | dtype | threads | length | tokens/s at 2048 | " + " | ".join(map(str, wanted.budgets)) + " |")
    print("|" + "---|" * (5 + len(wanted.budgets)))
    for name, dtype in product(wanted.models, wanted.dtypes):
        model = random_model(name, dtype)
        for threads, length in product(wanted.threads, wanted.lengths):
            case = Case(name, dtype, threads, length)
            curves[case] = measured(model, case, wanted.budgets, wanted.rounds)
            print(line_of(case, curves[case]), flush=True)
    print(*conclusions(curves), sep="\n")
    if wanted.out:
        wanted.out.write_text(json.dumps([{**vars(c), "curve": curve} for c, curve in curves.items()], indent=1))


def random_model(name: str, dtype: str) -> Any:
    """A classifier of BERT's architecture, such as `6x384`."""
    import torch
    from transformers import AutoModelForSequenceClassification, BertConfig

    layers, width = map(int, name.split("x"))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=VOCABULARY,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=max(width // 64, 2),
        intermediate_size=4 * width,
    )
    return AutoModelForSequenceClassification.from_config(config).eval().to(getattr(torch, dtype))


def measured(model: Any, case: Case, budgets: Sequence[int], rounds: int) -> dict[int, float]:
    """Budget → tokens a second, in the best of the rounds."""
    import torch

    torch.set_num_threads(case.threads)
    clock = time.thread_time if case.threads == 1 else time.perf_counter
    best = dict.fromkeys(budgets, math.inf)
    for budget in orders(budgets, rounds):
        best[budget] = min(best[budget], seconds_a_token(model, case.length, budget, clock))
    return {budget: 1 / seconds for budget, seconds in best.items()}


def orders(budgets: Sequence[int], rounds: int) -> Iterator[int]:
    """The budgets, in another order each round; the first once more before all, to warm up."""
    yield budgets[len(budgets) // 2]
    mixed = random.Random(0)  # noqa: S311  no secret
    for _ in range(rounds):
        yield from mixed.sample(budgets, len(budgets))


def seconds_a_token(model: Any, length: int, budget: int, clock: Callable[[], float]) -> float:
    """Of as many batches as hold TOKENS."""
    import torch

    rows = max(budget // length, 1)
    batches = max(TOKENS // (rows * length), 1)
    ids = torch.randint(1000, VOCABULARY, (rows, length))
    given = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "token_type_ids": torch.zeros_like(ids)}
    with torch.inference_mode():
        model(**given)  # what a shape costs once
        start = clock()
        for _ in range(batches):
            model(**given).logits.float().softmax(-1).max(-1)
        return (clock() - start) / (batches * rows * length)


def line_of(case: Case, curve: Mapping[int, float]) -> str:
    """A row of the table."""
    base = curve[DEFAULT]
    cells = (case.model, case.dtype, case.threads, case.length, f"{base:,.0f}")
    return "| " + " | ".join([*map(str, cells), *(f"{speed / base:.2f}" for speed in curve.values())]) + " |"


def conclusions(curves: Mapping[Case, Mapping[int, float]]) -> Iterator[str]:
    """What would be won over DEFAULT by the best budget of each case, and by one for all cases of a model."""
    for name, dtype, threads in dict.fromkeys((c.model, c.dtype, c.threads) for c in curves):
        own = [curve for c, curve in curves.items() if (c.model, c.dtype, c.threads) == (name, dtype, threads)]
        each = mean(max(curve.values()) / curve[DEFAULT] for curve in own)
        by_budget = {budget: mean(curve[budget] / curve[DEFAULT] for curve in own) for budget in own[0]}
        one = max(by_budget, key=by_budget.__getitem__)
        yield (
            f"{name} {dtype} {threads} threads: the best of each length {each:.3f} × {DEFAULT};"
            f" one for all {one}: {by_budget[one]:.3f} ×"
        )


def mean(values: Iterator[float]) -> float:
    """Geometric."""
    found = [*values]
    return math.exp(sum(map(math.log, found)) / len(found))


if __name__ == "__main__":
    main()
