"""Pictures and speech, hfmagic against transformers' pipeline and a loop by hand, with the starter models on the CPU.

    python bench/media.py [--quick] --out build/media.json

Pictures: JPEGs of mixed sizes, cut from the photos of notebooks/data, a fifth of the rows a file that was there before.
Speech: pieces of the recordings of notebooks/data, 2 to 28 s long. All read the same files. `pipeline` is the best of
several batch sizes, found on a part of the rows; `by hand` is a loop that opens and prepares the next batch on a thread
while the model runs, by the best of several batch sizes; `hfmagic` is a plan that is run, without the cache of results.
The ways take turns within a round; figures are medians over the rounds, ratios are those of a round. Models are loaded
and warm.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import soundfile
import torch
from PIL import Image

from hfmagic.config import HFMagic
from hfmagic.engine.executor import run_plan
from hfmagic.models import quiet
from hfmagic.plan import Column, Plan, Step
from hfmagic.proposal import Options
from hfmagic.recognise import recognise
from hfmagic.session import Session

DATA = Path(__file__).parent.parent / "notebooks" / "data"
SIZES = (1, 2, 4, 8, 16)
AGAIN = 0.2  # of the rows
Way = Callable[[Sequence[Path]], list[str]]


def photos(folder: Path, rows: int, seed: int = 0) -> list[Path]:
    """Files of pictures, 240 to 1,600 pixels wide; a fifth of the rows name one that was there before."""
    draw = np.random.default_rng(seed)
    originals = [Image.open(path).convert("RGB") for path in sorted((DATA / "photos").glob("*.jpg"))]
    paths: list[Path] = []
    for i in range(round(rows * (1 - AGAIN))):
        photo = originals[i % len(originals)]
        width, height = photo.size
        left, top = draw.integers(0, width // 4), draw.integers(0, height // 4)
        part = photo.crop((left, top, width - draw.integers(0, width // 4), height - draw.integers(0, height // 4)))
        wide = int(draw.integers(240, 1600))
        paths.append(folder / f"{i:04d}.jpg")
        part.resize((wide, round(wide * part.height / part.width))).save(paths[-1], quality=90)
    again = [paths[i] for i in draw.integers(0, len(paths), rows - len(paths))]
    return [[*paths, *again][i] for i in draw.permutation(rows)]


def clips(folder: Path, rows: int, seed: int = 0) -> list[Path]:
    """Files of speech, 2 to 28 s long."""
    draw = np.random.default_rng(seed)
    read = [soundfile.read(path, dtype="float32") for path in sorted((DATA / "speech").glob("*.flac"))]
    rate = read[0][1]
    whole = np.concatenate([samples for samples, _ in read] * 3)
    paths = []
    for i, seconds in enumerate(draw.uniform(2, 28, rows)):
        start = int(draw.uniform(0, len(whole) / rate / 2) * rate)
        paths.append(folder / f"{i:03d}.wav")
        soundfile.write(paths[-1], whole[start : start + int(seconds * rate)], rate)
    return paths


def with_pipeline(task: str, folder: Path, size: int) -> Way:
    """transformers' pipeline over paths, in batches."""
    import transformers

    with quiet():
        made = transformers.pipeline(task, model=str(folder), device="cpu", batch_size=size, dtype="float32")
    if made.tokenizer is not None and made.tokenizer.pad_token is None:
        made.tokenizer.pad_token = made.tokenizer.eos_token  # without one it takes no batches
    how: dict[str, Any] = {"top_k": 1}
    if task != "image-classification":
        how = {"generate_kwargs": {"num_beams": 1}}  # by itself it searches with five beams: other texts, 3 × the time

    def run(paths: Sequence[Path]) -> list[str]:
        found = list(made([_heard(path) if task.startswith("auto") else str(path) for path in paths], **how))
        return [one[0]["label"] if isinstance(one, list) else one["text"].strip() for one in found]

    return run


def _heard(path: Path) -> dict[str, Any]:
    """What a pipeline takes of a sound that it need not open: for that it wants ffmpeg."""
    samples, rate = soundfile.read(path, dtype="float32")
    return {"raw": samples, "sampling_rate": rate}


def by_hand(task: str, folder: Path, size: int) -> Way:
    """A loop: a thread opens and prepares the next batch while the model runs."""
    import transformers

    words = task != "image-classification"
    kind = "AutoModelForSpeechSeq2Seq" if words else "AutoModelForImageClassification"
    model = getattr(transformers, kind).from_pretrained(folder, dtype="float32").eval()
    prepare = (transformers.AutoProcessor if words else transformers.AutoImageProcessor).from_pretrained(folder)

    def ready(part: Sequence[Path]) -> Any:
        if not words:
            return prepare([Image.open(path).convert("RGB") for path in part], return_tensors="pt")
        sounds = [soundfile.read(path, dtype="float32")[0] for path in part]
        return prepare(sounds, sampling_rate=16_000, return_tensors="pt", return_attention_mask=True)

    def told(batch: Any) -> list[str]:
        with torch.inference_mode():
            if words:
                ids = model.generate(**batch)
                return [text.strip() for text in prepare.batch_decode(ids, skip_special_tokens=True)]
            return [model.config.id2label[i] for i in model(**batch).logits.argmax(-1).tolist()]

    def run(paths: Sequence[Path]) -> list[str]:
        with ThreadPoolExecutor(1) as thread, quiet():
            waiting = [thread.submit(ready, paths[i : i + size]) for i in range(0, len(paths), size)]
            return [label for one in waiting for label in told(one.result())]

    return run


def with_hfmagic(task: str, slot: str, folder: Path) -> Way:
    """A plan of one step over a column of paths."""
    here = {"hub_dirs": [str(HFMagic().starter_path)], "offline": True}
    session = Session(HFMagic(cache_dir=str(folder / "cache"), allowed_dirs=[str(folder)], cache_results=False, **here))
    step = Step(id="step", task=task, inputs={slot: Column(column="file", of="x")}, output="out")

    def run(paths: Sequence[Path]) -> list[str]:
        frame = pd.DataFrame({"file": pd.Series(list(paths), dtype=object)})
        given = recognise("x", frame, reader=session.reader)
        proposal = session.choose_models(Plan(inputs=(given.schema,), steps=(step,)), {"x": given}, Options())
        found = run_plan(proposal.plan, {"x": given}, session._machine(Options()), lambda _: None)["step"]
        return [value if isinstance(value, str) else value[0].label for value in found.value]

    return run


def seconds(way: Way, paths: Sequence[Path]) -> float:
    """How long a way takes over the rows."""
    start = time.perf_counter()
    way(paths)
    return time.perf_counter() - start


def best(make: Callable[[int], Way], sizes: Iterable[int], paths: Sequence[Path]) -> tuple[int, Way]:
    """The batch size that takes the least time over some rows, the better of two goes, and the way by it."""
    ways = {size: make(size) for size in sizes}
    taken = {size: min(seconds(way, paths) for _ in range(2)) for size, way in ways.items()}
    size = min(taken, key=lambda size: taken[size])
    return size, ways[size]


def measured(task: str, slot: str, model: Path, paths: Sequence[Path], rounds: int, work: Path) -> dict[str, Any]:
    """Seconds of each way, how much faster hfmagic is than the others, and the share of rows on which they agree."""
    some = paths[: max(4, len(paths) // 6)]
    size, pipeline = best(lambda n: with_pipeline(task, model, n), SIZES, some)
    own, loop = best(lambda n: by_hand(task, model, n), SIZES, some)
    ways = {"pipeline": pipeline, "by hand": loop, "hfmagic": with_hfmagic(task, slot, work)}
    told = {name: way(some) for name, way in ways.items()}
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        names = list(ways) if turn % 2 else list(ways)[::-1]
        for name in names:
            taken[name].append(seconds(ways[name], paths))
    ratios = {
        name: statistics.median(other / own for other, own in zip(taken[name], taken["hfmagic"], strict=True))
        for name in ("pipeline", "by hand")
    }
    agree = np.mean([a == b for a, b in zip(told["pipeline"], told["hfmagic"], strict=True)])
    return {
        "rows": len(paths),
        "different": len(set(paths)),
        "batch_sizes": {"pipeline": size, "by hand": own},
        "seconds": {name: round(statistics.median(values), 2) for name, values in taken.items()},
        "all_seconds": {name: [round(value, 2) for value in values] for name, values in taken.items()},
        "times_as_fast": {name: round(ratio, 2) for name, ratio in ratios.items()},
        "agree": float(agree),
    }


def main() -> None:
    """Measure and write."""
    arguments = argparse.ArgumentParser(description="hfmagic against transformers' pipeline over pictures and speech")
    arguments.add_argument("--quick", action="store_true", help="few rows")
    arguments.add_argument("--only", default="", help="pictures or speech")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--out", type=Path, required=True)
    asked = arguments.parse_args()
    starter = HFMagic().starter_path / "starter"
    found: dict[str, Any] = {"threads": torch.get_num_threads(), "torch": torch.__version__}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        if asked.only != "speech":
            rows = photos(work, 60 if asked.quick else 300)
            model = starter / "efficientnet-lite0"
            found["pictures"] = measured("image-classification", "image", model, rows, asked.rounds, work)
        if asked.only != "pictures":
            rows = clips(work, 6 if asked.quick else 16)
            model = starter / "whisper-tiny.en"
            found["speech"] = measured("automatic-speech-recognition", "audio", model, rows, asked.rounds, work)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
