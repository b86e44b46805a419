"""Every runner's own source in a script, over a tiny model: alone in a fresh process it gives what the engine gives."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from hfmagic.config import HFMagic
from hfmagic.export.classic import CLASSIC
from hfmagic.kinds import Audio, Kind, Video
from hfmagic.plan import Column, Constant, Frame, Step, StepOutput, Variable
from hfmagic.runners.registry import RUNNERS, find_runner
from hfmagic.session import Session
from hfmagic.tasks import CATALOGUE
from tests.conformance.harness import SAMPLES, Architecture

from .runs import Case, case, run_scripts

MODULES = sorted(p.stem for p in (Path(__file__).parents[1] / "conformance").glob("test_*.py"))


def one_each() -> dict[str, list[Architecture]]:
    """By module, an architecture for each runner function that goes into scripts."""
    found: dict[str, list[Architecture]] = {}
    seen = {run for run, _ in CLASSIC.values()}
    for module in MODULES:
        for one in import_module(f"tests.conformance.{module}").ARCHITECTURES:
            run = find_runner(one.task, [one.name.partition("-")[0]]).run
            if run not in seen:
                seen.add(run)
                found.setdefault(module, []).append(one)
    return found


def test_every_runner_is_compared():
    compared = {find_runner(a.task, [a.name.partition("-")[0]]).run for many in one_each().values() for a in many}

    assert {r.run for several in RUNNERS.values() for r in several} == compared | {run for run, _ in CLASSIC.values()}


@pytest.mark.parametrize("module", MODULES)
def test_a_script_gives_what_the_engine_gives(module: str, tmp_path: Path):
    cases: dict[str, Case] = {}
    for one in one_each().get(module, []):
        name = f"{one.task}_{one.name}".replace("-", "_").lower()
        cases |= {f"{name}_{how}": _case(one, tmp_path / name, how) for how in ("one", "rows")}

    found = run_scripts(tmp_path, cases)

    for name, case_ in cases.items():
        step = case_.results.plan.steps[0]
        result = case_.results[step.id]
        theirs = found[name]["result"]
        if result.frame is None:
            assert_alike(as_data(result.value), theirs)
        else:
            ours = case_.results.value
            assert list(ours.columns) == list(theirs.columns)
            for column in ours.columns:
                assert_alike(list(ours[column]), list(theirs[column]))


def _case(one: Architecture, folder: Path, how: str) -> Case:
    _made(one, folder)
    session = Session(
        HFMagic(cache_dir=str(folder / "cache"), hub_dirs=[str(folder / "hub")], allowed_dirs=[str(folder)])
    )
    spec = CATALOGUE[one.task]
    first, second = (
        _stored(v, folder / f"{i}") for i, v in enumerate(one.samples or SAMPLES[spec.takes[spec.subject]])
    )
    others: dict[str, Any] = {
        n: Constant(constant=v) for n, v in one.constants.items() if not isinstance(v, pd.DataFrame)
    }
    given: dict[str, tuple[Any, str]] = {}
    if how == "one":
        reference: Any = Variable(variable="data")
        path = first if isinstance(first, Path) else _text(folder / "data.txt", first)
        given["data"] = (first, str(path))
    else:
        reference = Column(column="value", of="data")
        frame = pd.DataFrame(
            {"n": [1, 2, 3, 4], "value": [str(v) if v else None for v in (first, None, second, first)]}
        )
        frame.to_csv(folder / "data.csv", index=False)
        given["data"] = (frame, str(folder / "data.csv"))
    for name, table in one.constants.items():
        if isinstance(table, pd.DataFrame):
            table.to_csv(folder / f"{name}.csv", index=False)
            given[name] = (pd.read_csv(folder / f"{name}.csv"), str(folder / f"{name}.csv"))
            others[name] = Frame(frame=name)
    step = Step(
        id="step",
        task=one.task,
        inputs={spec.subject: reference, **others},
        parameters=dict(one.parameters),
        output="out",
    )
    return case(session, given, step, models={"step": _id(one)})


def _stored(value: Any, stem: Path) -> Any:
    """A value as a file, where it is no text."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(value, Image.Image):
        value.save(path := stem.with_suffix(".png"))
    elif isinstance(value, Audio):
        import soundfile

        soundfile.write(path := stem.with_suffix(".flac"), value.samples, value.sampling_rate)
    elif isinstance(value, Video):
        write_video(path := stem.with_suffix(".mp4"), value)
    else:
        return value
    return path


def write_video(path: Path, video: Video) -> None:
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=round(video.frames_per_second))
        stream.height, stream.width = video.frames.shape[1:3]
        for frame in video.frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())


def _text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def as_data(value: Any) -> Any:
    """A value as scripts have it."""
    if isinstance(value, Audio):
        return {"array": value.samples, "sampling_rate": value.sampling_rate}
    if isinstance(value, tuple | list):
        return [as_data(v) for v in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def assert_alike(ours: Any, theirs: Any) -> None:
    """Texts and labels equal, numbers within 1e-5, pixels within 1 of 255."""
    if ours is None or (isinstance(ours, float) and ours != ours):
        assert theirs is None or theirs != theirs
    elif isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        for key, value in ours.items():
            assert_alike(value, theirs[key])
    elif isinstance(ours, list):
        assert len(ours) == len(theirs)
        for mine, other in zip(ours, theirs, strict=True):
            assert_alike(mine, other)
    elif isinstance(ours, Image.Image):
        np.testing.assert_allclose(
            np.asarray(ours, float), np.asarray(theirs, float), atol=1 if ours.mode != "F" else 1e-4
        )
    elif isinstance(ours, np.ndarray):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    elif isinstance(ours, float):
        assert abs(ours - theirs) < 1e-5
    else:
        assert ours == theirs


def test_chains_of_operations_and_models_give_what_the_engine_gives(tmp_path: Path):
    rows = {(a.task, a.name): a for m in MODULES for a in import_module(f"tests.conformance.{m}").ARCHITECTURES}
    names, things, labels = (
        rows["token-classification", "BertForTokenClassification"],
        rows["object-detection", "DetrForObjectDetection"],
        rows["image-classification", "ViTForImageClassification"],
    )
    for one in (names, things, labels):
        _made(one, tmp_path)
    session = Session(
        HFMagic(cache_dir=str(tmp_path / "cache"), hub_dirs=[str(tmp_path / "hub")], allowed_dirs=[str(tmp_path)])
    )
    texts = pd.DataFrame({"text": ["good price. call 020 7946 0958! we like it", None, "write to ann@example.org"]})
    texts.to_csv(tmp_path / "texts.csv", index=False)
    texts = pd.read_csv(tmp_path / "texts.csv")
    first, second = (_stored(v, tmp_path / f"{i}") for i, v in enumerate(SAMPLES[Kind.IMAGE]))
    photos = pd.DataFrame({"photo": [str(first), str(second)]})
    photos.to_csv(tmp_path / "photos.csv", index=False)
    clip = _stored(SAMPLES[Kind.VIDEO][0], tmp_path / "clip")
    text, photo = Column(column="text", of="texts"), Column(column="photo", of="photos")
    mail = Constant(constant="write to ann@example.org")
    cases = {
        "texts": case(
            session,
            {"texts": (texts, str(tmp_path / "texts.csv"))},
            Step(id="parts", task="split", inputs={"text": text}, output="parts"),
            Step(id="names", task="token-classification", inputs={"text": text}, output="names"),
            Step(
                id="told",
                task="token-classification",
                inputs={"text": StepOutput(step="parts")},
                map=True,
                output="told",
            ),
            Step(
                id="clean", task="redact", inputs={"text": text, "entities": StepOutput(step="names")}, output="clean"
            ),
            models={"names": _id(names), "told": _id(names)},
        ),
        "photos": case(
            session,
            {"photos": (photos, str(tmp_path / "photos.csv"))},
            Step(
                id="things",
                task="object-detection",
                inputs={"image": photo},
                parameters={"threshold": 0.0},
                output="things",
            ),
            Step(
                id="pieces",
                task="crop",
                inputs={"image": photo, "boxes": StepOutput(step="things")},
                parameters={"most": 2},
                output="pieces",
            ),
            models={"things": _id(things)},
        ),
        "clip": case(
            session,
            {"clip": (clip, str(clip))},
            Step(id="frames", task="frames", inputs={"video": Variable(variable="clip")}, output="frames"),
        ),
        "mail": case(session, {}, Step(id="clean", task="redact", inputs={"text": mail}, output="clean")),
    }

    found = run_scripts(tmp_path, cases)

    for name, one in cases.items():
        ours, theirs = one.results.value, found[name]["result"]
        if isinstance(ours, pd.DataFrame):
            assert list(ours.columns) == list(theirs.columns)
            for column in ours.columns:
                assert_alike(list(ours[column]), list(theirs[column]))
        else:
            assert_alike(ours, theirs)
    assert found["mail"]["result"] == "write to [EMAIL]"


def _id(one: Architecture) -> str:
    return f"tiny/{one.name.lower()}"


def _made(one: Architecture, folder: Path) -> None:
    """A tiny model in a folder Hub."""
    import torch

    model = folder / "hub" / _id(one)
    if model.exists():
        return
    model.mkdir(parents=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        one.make(model)
    if not (model / "README.md").exists():
        (model / "README.md").write_text(f"---\nlicense: mit\npipeline_tag: {one.task}\n---\n")
