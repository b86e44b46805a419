"""Diffusers' pipelines: read from a local folder part by part, every weight of each there. Knows no task's inputs."""

from __future__ import annotations

import contextlib
import importlib.metadata
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .devices import uninterrupted
from .errors import DamagedModel, NotAvailable
from .hub.parts import NEEDS_DIFFUSERS, PIPELINE, Parts, folder_files, has_diffusers, parse_parts, variant_of

# Class for a task → diffusers' table of the pipelines that do it, and endings of those that it lacks.
_TASKS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "AutoPipelineForText2Image": ("AUTO_TEXT2IMAGE_PIPELINES_MAPPING", ()),
    "AutoPipelineForImage2Image": (
        "AUTO_IMAGE2IMAGE_PIPELINES_MAPPING",
        ("InstructPix2PixPipeline", "UpscalePipeline", "SuperResolutionPipeline"),
    ),
}
_MORE = {
    "Control": "needs a control picture as well",
    "Inpaint": "needs a mask as well",
    "Video": "makes videos",
    "Combined": "needs a second model, its prior",
}
"""A word in a pipeline's name → why it cannot be run with a text or a picture alone."""


def is_pipeline_folder(folder: Path) -> bool:
    """True for a model folder of diffusers."""
    return (folder / PIPELINE).is_file()


def pipeline_problem(folder: Path, auto: str) -> str:
    """Why a task cannot be done with a pipeline, whose folder may hold model_index.json alone; else an empty string."""
    if not has_diffusers():
        return NEEDS_DIFFUSERS
    try:
        parts = parse_parts((folder / PIPELINE).read_bytes())
        _wanted(parts, _class_for(parts.pipeline, auto))
    except (ValueError, DamagedModel) as error:
        return str(error)
    return ""


def read_pipeline(folder: Path, auto: str, dtype: Any) -> tuple[Any, set[str]]:
    """The pipeline in a folder, on the CPU, without its progress bars; and the weights that are not in its files.

    Its parts are loaded one by one: only so does diffusers say which weights those are.

    Args:
        auto: diffusers' class for the task, such as AutoPipelineForText2Image.
        dtype: torch's.
    Raises: NotAvailable without diffusers; what diffusers raises.
    """
    if not has_diffusers():
        raise NotAvailable("this model needs diffusers.", hint='pip install "hfmagic[diffusion]"')
    parts = parse_parts((folder / PIPELINE).read_bytes())
    kind = _class_for(parts.pipeline, auto)
    names = [f.name for f in folder_files(folder)]
    made: dict[str, Any] = {}
    missing: set[str] = set()
    with quiet_diffusers():
        for part, found in _wanted(parts, kind).items():
            made[part], lacking = _read_part(folder / part, found, variant_of(part, names), dtype)
            missing |= {f"{part}.{name}" for name in lacking}
        pipeline = kind.from_pretrained(str(folder), local_files_only=True, use_safetensors=True, dtype=dtype, **made)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline, missing


def pipeline_bytes(pipeline: Any) -> int:
    """Bytes of the weights of all parts."""
    parts = [part for part in pipeline.components.values() if hasattr(part, "parameters")]
    return sum(p.numel() * p.element_size() for part in parts for p in part.parameters())


def _wanted(parts: Parts, kind: type) -> dict[str, type]:
    """Part → class, of the parts that a pipeline's class takes. Raises DamagedModel for an unknown one."""
    taken = inspect.signature(kind).parameters
    return {name: _part_class(*found) for name, found in parts.classes.items() if name in taken}


def _class_for(name: str, auto: str) -> Any:
    """diffusers' class that does the task with a pipeline's parts. Raises DamagedModel, whose words are the reason."""
    diffusers = _diffusers()
    own = getattr(diffusers, name, None)
    if not (isinstance(own, type) and issubclass(own, diffusers.DiffusionPipeline)):
        raise DamagedModel(f"diffusers {_version()} knows no pipeline {name}")
    from diffusers.pipelines import auto_pipeline

    table, others = _TASKS[auto]
    known = getattr(auto_pipeline, table)
    found = auto_pipeline._get_task_class(known, name, throw_error_if_not_exist=False) or own
    if why := next((why for word, why in _MORE.items() if word in f"{name} {found.__name__}"), ""):
        raise DamagedModel(f"a {name} {why}")
    if found not in known.values() and not name.endswith(others):
        raise DamagedModel(f"a {name} cannot do this task")
    return found


def _part_class(library: str, name: str) -> Any:
    """The class of a part: of diffusers, transformers, or a module of diffusers' pipelines. Raises DamagedModel.

    An AutoModel, say, is none: it would choose itself what it reads, weights that are pickled among it.
    """
    diffusers = _diffusers()
    import transformers

    if library == "transformers":
        # transformers 5 dropped the old name, which the first Stable Diffusion models have.
        newer = name.replace("FeatureExtractor", "ImageProcessor")
        found = getattr(transformers, name, None) or getattr(transformers, newer, None)
    else:
        home = diffusers if library == "diffusers" else getattr(diffusers.pipelines, library, None)
        found = getattr(home, name, None)
    if not (isinstance(found, type) and hasattr(found, "from_pretrained")):
        raise DamagedModel(f"{library} {_version(library)} knows no {name}")
    if not issubclass(found, _part_kinds()):
        raise DamagedModel(f"{library}'s {name} is no model, scheduler, tokenizer or processor of its own")
    return found


def _part_kinds() -> tuple[type, ...]:
    """What a part may be: what is read from safetensors, or from JSON and text."""
    diffusers = _diffusers()
    import transformers
    from transformers.image_processing_utils import ImageProcessingMixin  # BaseImageProcessor, too

    models = (diffusers.ModelMixin, transformers.PreTrainedModel)
    texts = (transformers.PreTrainedTokenizerBase, transformers.ProcessorMixin)
    return (*models, diffusers.SchedulerMixin, *texts, ImageProcessingMixin, transformers.FeatureExtractionMixin)


def _read_part(folder: Path, kind: Any, variant: str, dtype: Any) -> tuple[Any, set[str]]:
    """A part of a pipeline, and the weights that its files lack or have in another shape."""
    diffusers = _diffusers()
    import transformers

    options: dict[str, Any] = {"local_files_only": True}
    if not issubclass(kind, (diffusers.ModelMixin, transformers.PreTrainedModel)):
        if not issubclass(kind, diffusers.SchedulerMixin):
            options["trust_remote_code"] = False
        return kind.from_pretrained(str(folder), **options), set()
    if issubclass(kind, transformers.PreTrainedModel):
        options |= {"trust_remote_code": False, "weights_only": True}
    model, info = kind.from_pretrained(
        str(folder), use_safetensors=True, variant=variant or None, dtype=dtype, output_loading_info=True, **options
    )
    lacking = [*info["missing_keys"], *(k[0] if isinstance(k, tuple) else k for k in info["mismatched_keys"])]
    return model.eval(), {str(name) for name in lacking}


def _diffusers() -> Any:
    with uninterrupted(), quiet_imports():
        import diffusers
        import torch  # noqa: F401 - an import that is broken off leaves it half loaded
        import transformers  # noqa: F401

        return diffusers


def _version(library: str = "diffusers") -> str:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return ""


@contextlib.contextmanager
def quiet_imports() -> Iterator[None]:
    """Imports of modules that warn of what this machine lacks."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def quiet_diffusers() -> Iterator[None]:
    """diffusers without its progress bars and advice; its settings are put back."""
    logging = _diffusers().utils.logging
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with quiet_imports():
            yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
