"""A model made ready to be trained: its weights, a head for the user's labels, and adapters where it is large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from ..errors import NotAvailable
from ..hub.facts import ModelFacts
from ..measures import plain
from ..models import Loaded, import_bitsandbytes
from ..models.read import class_named, dtype_named, quiet, read_config, read_described, read_weights
from ..runners.runner import Runner

RANK = 16  # of the adapters; the scale is twice that, as in peft's own examples (Hu 2021, arXiv:2106.09685)
INSTALL = "pip install 'hfmagic[tune]'"


def open_model(facts: ModelFacts, runner: Runner, names: Sequence[str], *, device: str, dtype: str) -> Loaded:
    """The model with a head for `names`: its own where it has just these, else one that knows nothing yet.

    Args:
        names: of the head's outputs; empty: it has none.
        dtype: of the weights.
    Raises: NotAvailable for a model that lacks more than a head.
    """
    folder = facts.folder
    if folder is None:
        raise NotAvailable(f"{facts.model_id} is not on this machine.", hint="run the cell first")
    prepare, config = read_described(folder, runner.processor), read_config(folder)
    kind, known = class_named(runner.auto), dict(config.id2label or {}) if names else {}
    own = [str(known[i]) for i in sorted(known)]
    keeps = sorted(map(plain, own)) == sorted(map(plain, names)) and config.problem_type in (None, _SINGLE)
    if names:
        ordered = [next(n for n in names if plain(n) == plain(o)) for o in own] if keeps else list(names)
        config.id2label = dict(enumerate(ordered))
        config.label2id = {name: i for i, name in enumerate(ordered)}
        config.problem_type = _SINGLE if "Token" not in runner.auto else None
    model, info = read_weights(
        str(folder), kind, config=config, dtype=dtype_named(dtype), ignore_mismatched_sizes=not keeps
    )
    heads = head_parts(model, len(names)) if names else []
    lacking = [k for k in info["missing_keys"] if not str(k).startswith((*heads, "pooler.")) and ".pooler." not in k]
    if lacking:
        raise NotAvailable(f"{facts.model_id} lacks {min(lacking)}: it cannot be tuned.", hint="%hf use STEP MODEL")
    if names and not keeps:
        for head in heads:
            _begin_anew(model.get_submodule(head))
    return Loaded(facts, "", model.to(device), prepare, device, dtype, 0, 0.0)


_SINGLE = "single_label_classification"


def names_of(loaded: Loaded) -> tuple[str, ...]:
    """The names of the head's outputs, in their order."""
    names = loaded.model.config.id2label
    return tuple(str(names[i]) for i in sorted(names))


def head_parts(model: Any, outputs: int) -> list[str]:
    """The modules beside the body that give so many numbers: those of the head's last layer."""
    body = f"{model.base_model_prefix}."
    found = {
        name.rpartition(".")[0]
        for name, weight in model.named_parameters()
        if weight.dim() > 1 and weight.shape[0] == outputs and not name.startswith(body)
    }
    return sorted(found)


def _begin_anew(module: Any) -> None:
    """Random weights: those that are there stand for other labels."""
    if hasattr(module, "reset_parameters"):
        module.reset_parameters()


def with_adapters(loaded: Loaded, *, has_head: bool) -> tuple[Loaded, Any]:
    """The model with low-rank adapters in its linear layers, which alone are trained, and its head; and peft's own.

    Raises: NotAvailable without peft, or for a model without linear layers.
    """
    if find_spec("peft") is None:
        raise NotAvailable("peft is not installed: it tunes models of this size.", hint=INSTALL)
    import_bitsandbytes()  # peft imports it
    with quiet():
        import peft

        outputs = len(getattr(loaded.model.config, "id2label", None) or ())
        heads = sorted({name.partition(".")[0] for name in head_parts(loaded.model, outputs)}) if has_head else []
        layers = _linear(loaded.model, heads)
        if not layers:
            what = f"{loaded.facts.model_id} has no linear layers for adapters."
            raise NotAvailable(what, hint="a larger %config HFMagic.tune_lora_params tunes all of it")
        settings = peft.LoraConfig(
            r=RANK, lora_alpha=2 * RANK, lora_dropout=0.05, target_modules=layers, modules_to_save=heads or None
        )
        adapted = peft.get_peft_model(loaded.model, settings)
    return replace(loaded, model=adapted.get_base_model()), adapted


def _linear(model: Any, heads: Sequence[str]) -> list[str]:
    """The full names of the linear layers, but for those of the head."""
    import torch

    found = (name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear))
    return [name for name in found if name.partition(".")[0] not in heads]
