"""Which function runs which task with which architecture: the tables of all modalities as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from ..hub.facts import read_architectures, read_config
from ..models import head_problem
from . import (
    answers,
    caption,
    depth,
    detection,
    diffusion,
    documents,
    embeddings,
    entailment,
    entities,
    gaps,
    generation,
    masks,
    questions,
    ranking,
    segmentation,
    sounds,
    speech,
    tables,
    text,
    translation,
    video,
    vision,
    voice,
)
from .runner import Runner

RUNNERS: Mapping[str, tuple[Runner, ...]] = MappingProxyType(
    {
        **text.RUNNERS,
        **generation.RUNNERS,
        **translation.RUNNERS,
        **answers.RUNNERS,
        **embeddings.RUNNERS,
        **entailment.RUNNERS,
        **entities.RUNNERS,
        **gaps.RUNNERS,
        **ranking.RUNNERS,
        **tables.RUNNERS,
        **speech.RUNNERS,
        **sounds.RUNNERS,
        **voice.RUNNERS,
        **vision.RUNNERS,
        **depth.RUNNERS,
        **detection.RUNNERS,
        **masks.RUNNERS,
        **segmentation.RUNNERS,
        **caption.RUNNERS,
        **questions.RUNNERS,
        **documents.RUNNERS,
        **video.RUNNERS,
        **diffusion.RUNNERS,
    }
)
"""Task → its runners, the first that knows the model's architecture is taken; the last may be for any."""
EXTRAS = {
    "diffusers": '"hfmagic[diffusion]"',
    "rapidocr": '"hfmagic[documents]"',
    "onnxruntime": '"hfmagic[documents]"',
}
"""Package → what to install instead, where hfmagic knows which versions fit."""


def find_runner(task: str, architectures: Sequence[str]) -> Runner:
    """The task's runner for a model of those architectures (`config.architectures`).

    The last one where none names them: loading says what is wrong.
    """
    runners = RUNNERS[task]
    fitting = (r for r in runners if not r.of or any(a.endswith(r.of) for a in architectures))
    return next(fitting, runners[-1])


def refusal(task: str, architectures: Sequence[str]) -> str:
    """Why a model of those architectures is not run here, though it is for the task; else an empty string."""
    refused = voice.REFUSED.get(task, {})
    if why := next((why for ending, why in refused.items() if any(a.endswith(ending) for a in architectures)), ""):
        return why
    lacking = [name for name in find_runner(task, architectures).needs if find_spec(name) is None]
    return f"needs a package that is not here: pip install {EXTRAS.get(lacking[0], lacking[0])}" if lacking else ""


def misfit(task: str, folder: Path) -> str:
    """Why the task cannot be done with a model folder, also one without weights (hub/skeleton); else an empty string.

    By its config first, then by the weights that its head wants and has not.
    """
    config = read_config(folder)
    runner = find_runner(task, read_architectures(folder))
    return (runner.problem(config) if runner.problem else "") or head_problem(folder, runner.auto)
