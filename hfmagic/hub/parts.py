"""A diffusers model: model_index.json names its pipeline and its parts, each a folder. Which of their files are needed.

The format: https://huggingface.co/docs/diffusers/main/en/using-diffusers/loading#diffusionpipeline
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .files import HubFile, is_read, shards_of

PIPELINE = "model_index.json"
NEEDS_DIFFUSERS = 'needs diffusers: pip install "hfmagic[diffusion]"'
OWN_CODE = "needs its own code, which hfmagic never runs"
_VARIANTS = ("", "fp16", "bf16")  # the first that a part has: what was trained before what was rounded
_BASES = ("diffusion_pytorch_model", "model")  # of weights: diffusers' name, transformers' name
_PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".msgpack", ".h5", ".onnx")
_NO_WEIGHTS = ("Tokenizer", "TokenizerFast", "Processor", "ProcessorFast", "Extractor", "Scheduler")
_DATA = re.compile(r"[\w-]+/([\w.-]+\.json|vocab\.txt|merges\.txt|chat_template\.jinja|[\w.-]+\.(spm|model))")
_WEIGHTS = re.compile(r"[\w-]+/(?:diffusion_pytorch_model|model)(\.\w+)?(-\d+-of-\d+)?\.safetensors")


@dataclass(frozen=True, slots=True)
class Parts:
    """A pipeline's class, and of each part its library (or diffusers' module) and class."""

    pipeline: str
    classes: Mapping[str, tuple[str, str]]


def is_pipeline(names: Iterable[str]) -> bool:
    """True for the files of a diffusers model."""
    return PIPELINE in set(names)


def parse_parts(text: bytes) -> Parts:
    """What a model_index.json says. Raises ValueError, whose words say why it is refused."""
    try:
        index = json.loads(text)
        name, classes = index["_class_name"], {}
        for part, kind in index.items():
            # What is no pair is a setting of the pipeline; a pair of nulls is a part that it goes without.
            if not part.startswith("_") and isinstance(kind, list) and len(kind) == 2 and all(kind):
                classes[part] = (str(kind[0]), str(kind[1]))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise ValueError(f"its {PIPELINE} is damaged") from None
    if not isinstance(name, str):  # [module, class]: a pipeline of its own
        raise ValueError(OWN_CODE)
    if any(not re.fullmatch(r"[\w-]+", part) for part in classes) or not name.isidentifier():
        raise ValueError(f"its {PIPELINE} is damaged")
    for part, (library, kind) in classes.items():
        if not _is_known(library):
            raise ValueError(f"{OWN_CODE}: its {part} is a {kind} of {library}"[:150])
    return Parts(name, classes)


def pipeline_names(text: bytes) -> list[str]:
    """What a model_index.json that is refused says of its class; a pipeline of its own has a module as well."""
    try:
        found = json.loads(text)["_class_name"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ["DiffusionPipeline"]
    return [str(name) for name in (found if isinstance(found, list) else [found])]


def pipeline_files(files: Sequence[HubFile], read: Callable[[str], bytes]) -> tuple[HubFile, ...]:
    """The files to fetch: the index, of each part its configuration and its weights in one precision.

    Args:
        read: gives an index's contents by its name.
    Raises: ValueError, whose words say why it cannot be fetched.
    """
    names = {f.name for f in files}
    if code := min((n for n in names if n.endswith(".py")), default=""):
        raise ValueError(f"{OWN_CODE} ({code})"[:150])
    parts, wanted = parse_parts(read(PIPELINE)), {PIPELINE}
    for part, (_, kind) in parts.classes.items():
        own = {n for n in names if n.startswith(f"{part}/")}
        if not own:
            raise ValueError(f"lacks its {part}")
        wanted |= {n for n in own if _DATA.fullmatch(n) and ".index." not in n}
        wanted |= _part_weights(part, kind, own, read)
    return tuple(f for f in files if f.name in wanted)


def variant_of(part: str, names: Collection[str]) -> str:
    """The precision in which a part is loaded: "" the one it was trained in, else fp16 or bf16."""
    return next((v for v in _VARIANTS for base in _BASES if _listed(part, base, v) & set(names)), "")


def may_need_parts(files: Sequence[HubFile]) -> tuple[HubFile, ...]:
    """The files that may be fetched, as long as no index is read: where a part has several precisions, the first."""
    names = {f.name for f in files}

    def is_first(name: str) -> bool:
        found = _WEIGHTS.fullmatch(name)
        return found is not None and (found[1] or ".").removeprefix(".") == variant_of(name.partition("/")[0], names)

    return tuple(f for f in files if f.name == PIPELINE or _DATA.fullmatch(f.name) or is_first(f.name))


def read_among(names: Collection[str]) -> frozenset[str]:
    """Those of a folder's files that loading the model may read."""
    if is_pipeline(names):
        return frozenset(n for n in names if n == PIPELINE or _DATA.fullmatch(n) or _WEIGHTS.fullmatch(n))
    return frozenset(n for n in names if is_read(n))


def folder_files(folder: Path) -> tuple[HubFile, ...]:
    """The files in a folder and in the folders directly in it."""
    found = [p for pattern in ("*", "*/*") for p in folder.glob(pattern) if p.is_file()]
    return tuple(HubFile(p.relative_to(folder).as_posix(), p.stat().st_size) for p in sorted(found))


def has_diffusers() -> bool:
    """True where diffusers is installed; does not import it."""
    return importlib.util.find_spec("diffusers") is not None


def _part_weights(part: str, kind: str, own: Collection[str], read: Callable[[str], bytes]) -> set[str]:
    """The weights of a part, with the index of its shards; none of a tokenizer or scheduler."""
    if kind.endswith(_NO_WEIGHTS):
        return set()
    variant = variant_of(part, own)
    listed = next((n for base in _BASES for n in sorted(_listed(part, base, variant) & set(own))), "")
    if not listed and any(n.endswith(_PICKLES) for n in own):
        raise ValueError(f"its {part} has no safetensors; hfmagic never loads pickle")
    if not listed and f"{part}/config.json" in own:
        raise ValueError(f"lacks the weights of its {part}")
    if not listed.endswith(".json"):
        return {listed} if listed else set()
    try:
        shards = {f"{part}/{name}" for name in shards_of(read(listed))}
    except ValueError:
        raise ValueError(f"{listed} is damaged") from None
    if lacking := shards.difference(own):
        raise ValueError(f"lacks {min(lacking)}"[:150])
    return {listed, *shards}


def _listed(part: str, base: str, variant: str) -> set[str]:
    """What names a part's tensors in a precision: its only file, or the index of shards."""
    dotted = f".{variant}" if variant else ""
    return {f"{part}/{base}{dotted}.safetensors", f"{part}/{base}.safetensors.index{dotted}.json"}


def _is_known(library: str) -> bool:
    """True for diffusers, transformers, and a module of diffusers' pipelines; where it is not installed, for any."""
    if library in ("diffusers", "transformers"):
        return True
    found = importlib.util.find_spec("diffusers")
    if found is None or found.origin is None:
        return library.isidentifier()
    return library.isidentifier() and (Path(found.origin).parent / "pipelines" / library).is_dir()
