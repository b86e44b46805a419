"""Architectures of the tasks that make pictures: pipelines of diffusers, and enlargers."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from hfmagic.devices import find_cpu
from hfmagic.errors import InvalidPlan, StepFailed
from hfmagic.hub.facts import read_facts
from hfmagic.models import Loaded, Pool
from hfmagic.runners import enlarge
from hfmagic.runners.diffusion import change, draw
from hfmagic.tasks import CATALOGUE

from .harness import Architecture, Make, check, picture, rows
from .tiny_pipelines import (
    flux,
    latent_consistency,
    pixart,
    stable_diffusion,
    stable_diffusion_3,
    stable_diffusion_xl,
    swin2sr,
)

TWO = {"steps": 2}
SMALL = {"steps": 2, "width": 64, "height": 64}
AS_OIL = {"text": "as an oil painting"}
ARCHITECTURES = (
    Architecture("text-to-image", "StableDiffusionPipeline", stable_diffusion, SMALL),
    Architecture("text-to-image", "StableDiffusionXLPipeline", stable_diffusion_xl, SMALL),
    Architecture("text-to-image", "StableDiffusion3Pipeline", stable_diffusion_3, SMALL),
    Architecture("text-to-image", "FluxPipeline", flux, SMALL),
    Architecture("text-to-image", "PixArtSigmaPipeline", pixart, SMALL),
    Architecture("text-to-image", "LatentConsistencyModelPipeline", latent_consistency, SMALL),
    Architecture(
        "image-to-image",
        "StableDiffusionImg2ImgPipeline",
        lambda f: stable_diffusion(f, "StableDiffusionImg2ImgPipeline"),
        {"steps": 2, "strength": 0.9},
        AS_OIL,
    ),
    Architecture("image-to-image", "StableDiffusionPipeline", stable_diffusion, TWO, AS_OIL),
    Architecture("image-to-image", "StableDiffusionXLPipeline", stable_diffusion_xl, {"steps": 4}, AS_OIL),
    Architecture("image-to-image", "FluxPipeline", flux, {"steps": 2, "strength": 0.9}, AS_OIL),
    Architecture(
        "image-to-image",
        "StableDiffusionInstructPix2PixPipeline",
        lambda f: stable_diffusion(f, "StableDiffusionInstructPix2PixPipeline", 8),
        TWO,
        AS_OIL,
    ),
    Architecture("image-to-image", "Swin2SRForImageSuperResolution", swin2sr),
)


@rows(ARCHITECTURES)
def test_an_architecture_runs(architecture: Architecture, tmp_path: Path):
    results = check(architecture, tmp_path)

    pictures = [results["one"].value, *results["list"].value]
    assert pictures[0].tobytes() == pictures[1].tobytes() == pictures[3].tobytes()
    assert pictures[1].tobytes() != pictures[2].tobytes()


# What a runner does with a batch, without a Hub


@pytest.fixture(scope="module")
def drawer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Stable Diffusion, built once."""
    return made(stable_diffusion, tmp_path_factory.mktemp("drawer"))


def made(make: Make, folder: Path) -> Path:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        make(folder)
    return folder


def loaded(folder: Path, auto: str = "AutoPipelineForText2Image") -> Loaded:
    facts = read_facts(folder, "tiny/model")
    return Pool().get(facts, "0" * 40, auto=auto, processor="", device=find_cpu())


def defaults(task: str, **given: Any) -> dict[str, Any]:
    return {p.name: p.default for p in CATALOGUE[task].parameters} | {"steps": 2} | given


def far(one: Image.Image, other: Image.Image) -> int:
    """The largest difference of a number, 0…255."""
    return int(np.abs(np.asarray(one, dtype=int) - np.asarray(other, dtype=int)).max())


@pytest.mark.parametrize("make", [stable_diffusion, stable_diffusion_3, latent_consistency])
def test_a_text_gives_the_same_picture_alone_and_in_a_batch(make: Make, tmp_path: Path):
    model, parameters = loaded(made(make, tmp_path)), defaults("text-to-image", width=64, height=64)

    alone, batch = draw(model, ["a cat"], parameters), draw(model, ["a dog", "a cat"], parameters)

    assert far(alone[0], batch[1]) <= 1
    assert far(batch[0], batch[1]) > 1


def test_another_seed_and_what_is_not_to_be_seen_give_another_picture(drawer: Path):
    model = loaded(drawer)
    pictures = [
        draw(model, ["a cat"], defaults("text-to-image", **given))[0]
        for given in ({}, {}, {"seed": 1}, {"negative": "a tail"}, {"guidance": 1.0}, {"steps": 3})
    ]

    assert pictures[0].tobytes() == pictures[1].tobytes()
    assert len({p.tobytes() for p in pictures}) == 5


def test_a_picture_keeps_its_shape_and_is_no_larger_than_the_model_draws(drawer: Path):
    model = loaded(drawer, "AutoPipelineForImage2Image")
    values = [(picture(0, (640, 320)), "red"), (picture(1, (20, 45)), "red"), (picture(0, (640, 320)), "red")]

    found = change(model, values, defaults("image-to-image"))

    assert [p.size for p in found] == [(64, 32), (16, 40), (64, 32)]
    assert found[0].tobytes() == found[2].tobytes()


def test_a_picture_cannot_be_changed_without_words(drawer: Path):
    with pytest.raises(StepFailed, match="needs a text"):
        change(loaded(drawer, "AutoPipelineForImage2Image"), [(picture(0), None)], defaults("image-to-image"))


def test_an_enlarger_reads_no_text_and_shows_no_seams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    facts = read_facts(made(swin2sr, tmp_path), "tiny/enlarger")
    model = Pool().get(
        facts, "0" * 40, auto="AutoModelForImageToImage", processor="AutoImageProcessor", device=find_cpu()
    )
    whole = enlarge.enlarge(model, [(picture(0, (70, 50)), None)], {})[0]
    monkeypatch.setattr(enlarge, "TILE", 32)
    tiles = enlarge.enlarge(model, [(picture(0, (70, 50)), "")], {})[0]

    assert whole.size == tiles.size == (140, 100)
    assert np.abs(np.asarray(whole, dtype=int) - np.asarray(tiles, dtype=int)).mean() < 1
    with pytest.raises(StepFailed, match="reads no text"):
        enlarge.enlarge(model, [(picture(0), "a cat")], {})


@pytest.mark.parametrize(
    ("make", "given", "why"),
    [
        (stable_diffusion, {"width": 65}, "multiple of 8"),
        (latent_consistency, {"negative": "a tail"}, "takes no `negative`"),
        (flux, {"negative": "a tail"}, "takes no `negative`"),
    ],
    ids=["an odd size", "no negative", "a negative that is not read"],
)
def test_a_setting_that_cannot_be_followed_is_refused(make: Make, given: dict[str, Any], why: str, tmp_path: Path):
    with pytest.raises(InvalidPlan, match=why):
        draw(loaded(made(make, tmp_path)), ["a cat"], defaults("text-to-image", **given))


def test_what_the_safety_checker_refuses_is_a_reason(drawer: Path, monkeypatch: pytest.MonkeyPatch):
    model = loaded(drawer)

    def refuse(_self: Any, image: Any, *_: Any) -> tuple[Any, list[bool]]:
        return image * 0, [True] * len(image)

    monkeypatch.setattr(type(model.model), "run_safety_checker", refuse)

    with pytest.raises(StepFailed, match="safety checker"):
        draw(model, ["a cat"], defaults("text-to-image"))


def test_numbers_out_of_range_are_no_picture(drawer: Path):
    model = loaded(drawer)
    with torch.no_grad():
        next(model.model.vae.decoder.parameters()).fill_(float("nan"))

    with pytest.raises(StepFailed, match="no picture"):
        draw(model, ["a cat"], defaults("text-to-image"))


def test_an_interrupt_ends_it_within_a_step(drawer: Path, monkeypatch: pytest.MonkeyPatch):
    model, steps = loaded(drawer), 0
    forward = model.model.unet.forward

    def interrupted(*args: Any, **options: Any) -> Any:
        nonlocal steps
        steps += 1
        if steps == 3:
            signal.raise_signal(signal.SIGINT)
        return forward(*args, **options)

    monkeypatch.setattr(model.model.unet, "forward", interrupted)

    with pytest.raises(KeyboardInterrupt):
        draw(model, ["a cat"], defaults("text-to-image", steps=50))
    assert steps == 3
