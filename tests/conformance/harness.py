"""One test for every architecture: a tiny model of it, served by the Test Hub, pinned, run on one, many and missing.

The weights are random: what is tested is that the model is found, judged, fetched, loaded and run, and that what comes
out has the kind and shape that the task promises.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from hfmagic.config import HFMagic
from hfmagic.kinds import Audio, Box, Kind, Label, Mask, Span, Video
from hfmagic.plan import Column, Constant, Frame, Plan, Step, Variable
from hfmagic.proposal import Options
from hfmagic.recognise import recognise
from hfmagic.results import StepResult
from hfmagic.session import Session
from hfmagic.tasks import CATALOGUE, TaskSpec
from tests.hubserver import TestHub

Make = Callable[[Path], None]


@dataclass(frozen=True)
class Architecture:
    """A row of the conformance test.

    Args:
        task: the Hub task.
        name: of the architecture, as in `config.architectures`; ids of tests and the table in the docs show it.
        make: writes a model folder: config.json, model.safetensors, tokenizer or processor. A README.md with the task
            as its pipeline_tag is added where `make` wrote none.
        parameters: of the step.
        constants: what slots beside the first hold: a text, or a DataFrame for a table.
        samples: two values for the first slot; None: those of its kind.
    """

    task: str
    name: str
    make: Make
    parameters: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    samples: tuple[Any, Any] | None = None


def rows(architectures: tuple[Architecture, ...]) -> Any:
    """The architectures as parameters of a test, named by task and architecture."""
    return pytest.mark.parametrize("architecture", architectures, ids=[f"{a.task}-{a.name}" for a in architectures])


def check(architecture: Architecture, folder: Path) -> dict[str, StepResult]:
    """Run it on one value, on a list and on a column with a missing value; each result has the promised kind and shape.

    Returns: the results by "one", "list" and "column".
    """
    import torch

    model_id = f"tiny/{architecture.name.lower()}"
    model = folder / "hub" / model_id
    model.mkdir(parents=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        architecture.make(model)
    if not (model / "README.md").exists():
        (model / "README.md").write_text(f"---\nlicense: mit\npipeline_tag: {architecture.task}\n---\n")
    # The downloads' processes are measured by the tests of hub/; 200 more would tell nothing and take half a minute.
    unmeasured = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_PROCESS")}
    with TestHub(folder / "hub") as hub, mock.patch.dict(os.environ, unmeasured, clear=True):
        session = Session(
            HFMagic(
                hub_endpoint=hub.url,
                offline=False,
                hub_dirs=[],
                cache_dir=str(folder / "cache"),
                hub_cache=str(folder / "models"),
                allowed_dirs=[str(folder)],
            )
        )
        return {how: _run(session, architecture, model_id, how) for how in ("one", "list", "column")}


def _run(session: Session, architecture: Architecture, model_id: str, how: str) -> StepResult:
    spec = CATALOGUE[architecture.task]
    first, second = architecture.samples or SAMPLES[spec.takes[spec.subject]]
    values: dict[str, Any] = {
        "one": first,
        "list": [first, second, first],
        "column": pd.DataFrame({"n": [1, 2, 3], "value": pd.Series([first, None, second], dtype=object)}),
    }
    tables = {name: value for name, value in architecture.constants.items() if isinstance(value, pd.DataFrame)}
    inputs = {n: recognise(n, v, reader=session.reader) for n, v in {"data": values[how], **tables}.items()}
    schema = inputs["data"].schema
    subject = (
        Variable(variable="data")
        if how == "one"
        else Column(column=schema.columns[0].name if how == "list" else "value", of="data")
    )
    others = {n: Frame(frame=n) if n in tables else Constant(constant=v) for n, v in architecture.constants.items()}
    step = Step(
        id="step",
        task=architecture.task,
        inputs={spec.subject: subject, **others},
        parameters=dict(architecture.parameters),
        output="out",
    )
    plan = Plan(request="test", planner="rules", inputs=tuple(i.schema for i in inputs.values()), steps=(step,))
    proposal = session.choose_models(plan, inputs, Options(models={"step": model_id}))
    results, _ = session.compute(proposal)
    for error in results.failed.values():
        raise error
    result = results["step"]
    expected = {"one": [True], "list": [True, True, True], "column": [True, False, True]}[how]
    given = result.value if result.frame else [result.value]
    assert result.kind is spec.gives
    assert [value is not None for value in given] == expected, result.rejected
    for value in given:
        if value is not None:
            assert_kind(spec, value)
    return result


def assert_kind(spec: TaskSpec, value: Any) -> None:
    """A value is what its kind promises."""
    match spec.gives:
        case Kind.TEXT:
            assert isinstance(value, str)
        case Kind.LABELS:
            assert value
            assert all(isinstance(x, Label) and x.label is not None for x in value)
            scores = [x.score for x in value if x.score == x.score]
            assert scores == sorted(scores, reverse=True)
        case Kind.SPANS:
            assert all(isinstance(x, Span) and x.start < x.end for x in value)
        case Kind.BOXES:
            assert all(isinstance(x, Box) and x.xmin <= x.xmax and x.ymin <= x.ymax for x in value)
        case Kind.MASK:
            assert all(isinstance(x, Mask) and x.mask.dtype == bool and x.mask.ndim == 2 for x in value)
        case Kind.EMBEDDING:
            assert np.asarray(value).ndim == 1
            assert np.isfinite(np.asarray(value)).all()
        case Kind.NUMBER:
            assert isinstance(value, float)
        case Kind.AUDIO:
            assert isinstance(value, Audio)
            assert len(value.samples)
            assert value.sampling_rate
        case Kind.IMAGE:
            assert isinstance(value, Image.Image)
        case kind:
            raise AssertionError(kind)


def picture(seed: int, size: tuple[int, int] = (48, 40)) -> Image.Image:
    """A picture of noise, `size` is (width, height)."""
    noise = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(noise)


def tone(hertz: float, seconds: float = 0.5, rate: int = 16_000) -> Audio:
    """A sine."""
    time = np.arange(int(seconds * rate)) / rate
    return Audio(np.sin(2 * np.pi * hertz * time).astype(np.float32), rate)


def film(seed: int, frames: int = 8) -> Video:
    """A video of noise."""
    noise = np.random.default_rng(seed).integers(0, 255, (frames, 40, 48, 3), dtype=np.uint8)
    return Video(noise, 8.0)


SAMPLES: dict[Kind, tuple[Any, Any]] = {
    Kind.TEXT: ("the order was late and awful", "good price, we like it"),
    Kind.IMAGE: (picture(0), picture(1, (40, 64))),
    Kind.AUDIO: (tone(440), tone(880, 0.75)),
    Kind.VIDEO: (film(0), film(1, 12)),
}
