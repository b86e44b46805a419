"""Pictures and sounds that are made ready ahead of the model, on another thread, give what they give alone."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from hfmagic.kinds import Audio, Box, Mask
from hfmagic.media import open_audio
from hfmagic.models import Loaded
from hfmagic.runners import prepared, whisper
from hfmagic.runners.prepared import Ready, groups, ready, shapes
from hfmagic.runners.registry import RUNNERS, find_runner
from hfmagic.session import Session
from hfmagic.tasks import CATALOGUE
from tests.conformance import test_audio, test_multimodal, test_vision
from tests.conformance.harness import SAMPLES, Architecture, picture, rows, tone
from tests.conftest import DATA
from tests.runners.loaded import loaded, made

CLOSE, PIXELS = 1e-5, 1e-3
PICTURES = [picture(0), picture(1, (40, 64)), picture(2), picture(3, (64, 64)), picture(4)]
SOUNDS = [tone(440), tone(880, 0.75), tone(220), Audio(np.zeros(8000, np.float32), 16_000)]
ALL = (*test_vision.ARCHITECTURES, *test_audio.ARCHITECTURES, *test_multimodal.ARCHITECTURES)
BY_KIND = {"image": PICTURES, "audio": SOUNDS}


def is_ahead(task: str, name: str) -> bool:
    """True where the runner makes values ready ahead of the model."""
    return task in RUNNERS and find_runner(task, (name.partition("-")[0],)).encode is not None


def values_of(architecture: Architecture) -> list[Any]:
    """Values of several sizes; tuples where the task has several slots."""
    spec = CATALOGUE[architecture.task]
    kind = spec.takes[spec.subject]
    own = list(architecture.samples or BY_KIND.get(kind.value) or SAMPLES[kind])
    if len(spec.takes) == 1:
        return own
    return [tuple(one if name == spec.subject else architecture.constants[name] for name in spec.takes) for one in own]


def flat(value: Any) -> tuple[list[str], list[float]]:
    """The texts and the numbers of a result, in order; of a mask how many points it has."""
    if isinstance(value, str):
        return [str(value)], [n for s in getattr(value, "segments", ()) for n in (s.start, s.end) if n is not None]
    if isinstance(value, Mask):
        return [value.label], [value.score, float(value.mask.sum())]
    if is_dataclass(value):
        return flat([getattr(value, one.name) for one in fields(value)])
    if isinstance(value, tuple | list):
        parts = [flat(one) for one in value]
        return [t for texts, _ in parts for t in texts], [n for _, numbers in parts for n in numbers]
    return [], np.asarray(value, dtype=float).ravel().tolist()


def same(found: Any, wanted: Any) -> None:
    """Texts and numbers agree. Of a model that knows nothing things tie: its boxes may stand in any order."""
    if isinstance(found, tuple) and found and isinstance(found[0], Box):
        boxes, others = (np.array([(b.score, b.xmin, b.ymin, b.xmax, b.ymax) for b in two]) for two in (found, wanted))
        apart = abs(boxes[:, None] - others[None]).max(-1)  # (found, wanted)
        assert boxes.shape == others.shape
        assert apart.min(0).max() < PIXELS
        assert apart.min(1).max() < PIXELS
        return
    assert flat(found)[0] == flat(wanted)[0]
    assert np.allclose(flat(found)[1], flat(wanted)[1], atol=CLOSE, rtol=CLOSE, equal_nan=True)


@rows(tuple(a for a in ALL if is_ahead(a.task, a.name)))
def test_a_batch_made_ready_on_another_thread_gives_what_each_value_gives_alone(
    architecture: Architecture, tmp_path: Path
):
    model = loaded(architecture.task, made(architecture.make, tmp_path))
    runner = find_runner(architecture.task, model.facts.architectures)
    parameters = {p.name: p.default for p in CATALOGUE[architecture.task].parameters} | dict(architecture.parameters)
    values = values_of(architecture)
    assert runner.encode is not None
    assert runner.forward is not None

    with ThreadPoolExecutor(1) as thread:
        encoded = [thread.submit(runner.encode, model, [value], parameters) for value in values]
        alone = [runner.run(model, [value], parameters)[0] for value in values]  # beside the thread
        items = [one.result()[0] for one in encoded]
    together = runner.forward(model, items[::-1], parameters)[::-1]

    for one, other in zip(together, alone, strict=True):
        same(one, other)


def test_what_is_fast_has_both_parts():
    for runners in RUNNERS.values():
        assert all((r.encode is None) == (r.forward is None) for r in runners)


@pytest.fixture(scope="module")
def classifier(starter_hub: Path) -> Loaded:
    return loaded("image-classification", starter_hub / "starter" / "efficientnet-lite0")


def test_pictures_of_a_photographer_are_labelled_in_a_batch_as_alone(classifier: Loaded):
    runner = find_runner("image-classification", classifier.facts.architectures)
    photos = [Image.open(path).convert("RGB") for path in sorted((DATA / "photos").glob("*.jpg"))]

    together = runner.run(classifier, photos, {})

    for photo, labels in zip(photos, together, strict=True):
        [alone] = runner.run(classifier, [photo], {})
        assert [x.label for x in labels] == [x.label for x in alone]
        assert [x.score for x in labels] == pytest.approx([x.score for x in alone], abs=CLOSE)


def test_on_the_cpu_a_few_pictures_of_one_size_are_run_at_once(classifier: Loaded):
    pictures = [Ready({"pixel_values": torch.full((1, 3, side, side), float(i))}, (side, side)) for i, side in SIDES]

    found = [(positions, batch["pixel_values"]) for positions, batch in groups(classifier, pictures)]

    assert sorted(i for positions, _ in found for i in positions) == list(range(len(pictures)))
    for positions, pixels in found:
        assert pixels[:, 0, 0, 0].tolist() == [float(i) for i in positions]
        assert len(positions) == 1 or pixels[:, 0].numel() <= prepared.ON_CPU
        assert pixels.is_contiguous(memory_format=torch.channels_last)
    assert max(len(positions) for positions, _ in found) == 5


SIDES = [(i, 224 if i % 3 else 800) for i in range(15)]


def test_a_picture_that_cannot_be_made_ready_costs_no_other_its_place(classifier: Loaded):
    good = picture(0)

    with pytest.raises(Exception, match=r"."):
        ready(classifier, [good, "no picture"], {})  # type: ignore[list-item]

    assert len(ready(classifier, [good], {})) == 1


def test_a_damaged_file_among_many_costs_only_its_own_row(session: Session, tmp_path: Path):
    from hfmagic.plan import Column, Plan, Step
    from hfmagic.proposal import Options
    from hfmagic.recognise import recognise

    names = [f"{i}.jpg" for i in range(6)]
    for i, name in enumerate(names):
        picture(i, (40 + i, 64)).save(tmp_path / name)
    (tmp_path / names[2]).write_bytes((tmp_path / names[2]).read_bytes()[:300])
    frame = pd.DataFrame({"file": pd.Series([tmp_path / name for name in names], dtype=object)})
    given = recognise("photos", frame, reader=session.reader)
    of = {"image": Column(column="file", of="photos")}
    step = Step(id="label", task="image-classification", inputs=of, output="label")
    plan = Plan(inputs=(given.schema,), steps=(step,))

    results, _ = session.compute(session.choose_models(plan, {"photos": given}, Options()))

    assert [r.row for r in results["label"].rejected] == [2]
    assert [bool(labels) for labels in results["label"].value] == [True, True, False, True, True, True]


def test_short_and_long_recordings_in_a_batch_are_heard_as_alone(starter_hub: Path):
    model = loaded("automatic-speech-recognition", starter_hub / "starter" / "whisper-tiny.en")
    clips = [open_audio(path) for path in sorted((DATA / "speech").glob("*.flac"))]
    long = Audio(np.concatenate([clip.samples for clip in clips * 2])[: 33 * 16_000], 16_000)
    sounds = [clips[0], long, clips[1], Audio(np.zeros(16_000, np.float32), 16_000)]
    parameters = {"language": "", "timestamps": "none"}

    together = whisper.transcribe(model, sounds, parameters)

    assert together == [whisper.transcribe(model, [sound], parameters)[0] for sound in sounds]
    assert together[-1] == ""


def test_the_shape_of_a_picture_is_told_from_its_head(tmp_path: Path):
    picture(0, (40, 80)).save(tmp_path / "tall.png")
    turned = Image.Exif()
    turned[0x0112] = 6
    picture(0, (40, 80)).save(tmp_path / "turned.jpg", exif=turned)
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    asked: Sequence[Any] = [tmp_path / "tall.png", picture(0, (80, 40)), tmp_path / "turned.jpg"]

    assert shapes(asked) == [2.0, 0.5, 0.5]
    assert shapes([tmp_path / "broken.jpg", tmp_path / "missing.png", {"bytes": b""}]) == [0.0, 0.0, 0.0]
