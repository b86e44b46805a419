"""Ask a model that sees pictures and writes: by its chat template, or as its makers wrote prompts where it has none."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..models import Loaded, quiet
from .runner import Run, Runner, one_each

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

AUTO = "AutoModelForImageTextToText"
LACKING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "num2words": ("SmolVLMForConditionalGeneration",),
        "torchvision": (
            "Cohere2VisionForConditionalGeneration",
            "Gemma4UnifiedForConditionalGeneration",
            "InklingForConditionalGeneration",
            "Inkling2ForConditionalGeneration",
            "Kimi_K25ForConditionalGeneration",
            "Lfm2VlForConditionalGeneration",
            "Llama4ForConditionalGeneration",
            "MiniCPMOcrForConditionalGeneration",
            "MiniMaxM3SparseForConditionalGeneration",
            "Mistral3ForConditionalGeneration",
            "MistralLarge4ForConditionalGeneration",
            "Molmo2ForConditionalGeneration",
            "MuseGlimmerForConditionalGeneration",
            "MuseSparkForConditionalGeneration",
            "PerceptionLMForConditionalGeneration",
            "PPFormulaNetForConditionalGeneration",
            "Step3p7ForConditionalGeneration",
            "UnlimitedOcrForConditionalGeneration",
        ),
    }
)
"""Package → architectures whose image processor does without it in no way (transformers 5.23)."""
SHORT = "Answer with a word or a short phrase."


@dataclass(frozen=True)
class Prompts:
    """How a model without a chat template is asked.

    `caption` asks for a caption (None: the picture alone does); `question` and `request` have {} where the text goes.
    """

    caption: str | None
    question: str = "{}"
    request: str = "{}"


_PLAIN = Prompts("Describe this picture.", "{}\n" + SHORT)
# As the documentation of each model in transformers, or its makers' card, prompts it.
PROMPTS: Mapping[str, Prompts] = MappingProxyType(
    {
        "blip": Prompts(None),
        "blip-2": Prompts(None, "Question: {} Answer:"),
        "git": Prompts(None),
        "got_ocr2": Prompts(None),
        "instructblip": Prompts("A short image description.", "Question: {} Short answer:"),
        "pix2struct": Prompts(None),
        "kosmos-2": Prompts("An image of", "Question: {} Answer:"),
        "paligemma": Prompts("caption en", "answer en {}"),
        "florence2": Prompts("<CAPTION>"),
    }
)


def seers(run: Run, *, most: int = 8, note: str = "") -> tuple[Runner, ...]:
    """A function for every model that sees and writes; those that lack a package are rows of their own."""
    shared: dict[str, Any] = {"auto": AUTO, "processor": "AutoProcessor", "cost": one_each, "budget": most}
    shared |= {"most": most, "note": note}
    lacking = (Runner(run, of=of, needs=(package,), **shared) for package, of in LACKING.items())
    return (*lacking, Runner(run, **shared))


def prompts_of(loaded: Loaded) -> Prompts:
    """How this model is asked for a caption, a question or what a text says."""
    return _PLAIN if _template(loaded) else PROMPTS.get(loaded.model.config.model_type, _PLAIN)


def ask(
    loaded: Loaded, pictures: Sequence[Sequence[Image]], texts: Sequence[str | None], max_new_tokens: int
) -> list[str]:
    """What the model writes, greedily, about the pictures of each row and its text: the new tokens only."""
    with quiet():
        batch = _template_batch(loaded, pictures, texts) if _template(loaded) else _batch(loaded, pictures, texts)
    return write(loaded, batch, max_new_tokens)


def write(loaded: Loaded, batch: Mapping[str, Any], max_new_tokens: int) -> list[str]:
    """What the model writes on from a batch, greedily; the batch's own tokens are left out."""
    return [text.strip() for text in loaded.tokenizer.batch_decode(_new(loaded, batch, max_new_tokens), **_CLEAN)]


def on_device(loaded: Loaded, batch: Mapping[str, Any]) -> dict[str, Any]:
    """A batch on the model's device, its fractional numbers in the model's dtype."""
    import torch

    def moved(value: Any) -> Any:
        if not isinstance(value, torch.Tensor):
            return value
        return value.to(loaded.device, loaded.model.dtype if value.is_floating_point() else None)

    return {name: moved(value) for name, value in batch.items()}


_CLEAN = {"skip_special_tokens": True}


def _new(loaded: Loaded, batch: Mapping[str, Any], max_new_tokens: int) -> Tensor:
    """Ids of the new tokens, shape (rows, tokens). Some models repeat the prompt, others do not."""
    import torch

    batch = on_device(loaded, batch)
    known = inspect.signature(loaded.model.forward).parameters
    batch = {k: v for k, v in batch.items() if k != "token_type_ids" or k in known}
    with torch.inference_mode(), quiet():
        ids = loaded.model.generate(**batch, max_new_tokens=max_new_tokens, do_sample=False, num_beams=1)
    prompt = batch.get("decoder_input_ids", batch.get("input_ids"))
    if prompt is not None and ids.shape[1] >= prompt.shape[1] and bool((ids[:, : prompt.shape[1]] == prompt).all()):
        ids = ids[:, prompt.shape[1] :]
    written: Tensor = ids.masked_fill(ids < 0, loaded.tokenizer.pad_token_id or 0)
    return written


def _template(loaded: Loaded) -> Any:
    return getattr(loaded.processor, "chat_template", None)


def _template_batch(loaded: Loaded, pictures: Sequence[Sequence[Image]], texts: Sequence[str | None]) -> Any:
    _pad_left(loaded.tokenizer)
    chats = []
    for own, text in zip(pictures, texts, strict=True):
        content: list[dict[str, Any]] = [{"type": "image", "image": picture} for picture in own]
        chats.append([{"role": "user", "content": [*content, {"type": "text", "text": text or _PLAIN.caption}]}])
    return loaded.processor.apply_chat_template(
        chats,
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        processor_kwargs={"padding": True},
    )


def _batch(loaded: Loaded, pictures: Sequence[Sequence[Image]], texts: Sequence[str | None]) -> Any:
    flat = [picture for own in pictures for picture in own]
    if all(text is None for text in texts):
        return loaded.processor(images=flat, return_tensors="pt")
    kind = loaded.model.config.model_type
    if kind == "git":
        return _git(loaded, flat, texts)
    _pad_left(loaded.tokenizer)
    said = [_with_pictures(loaded, len(own), text or "") for own, text in zip(pictures, texts, strict=True)]
    return loaded.processor(images=flat, text=said, padding=True, return_tensors="pt")


def _with_pictures(loaded: Loaded, count: int, text: str) -> str:
    """The prompt, with a mark for each picture where the processor wants them in the text (LLaVA's own dialogue)."""
    mark = getattr(loaded.processor, "image_token", None)
    if mark is None or loaded.model.config.model_type in PROMPTS:
        return text
    return f"USER: {mark * count}\n{text} ASSISTANT:"


def _git(loaded: Loaded, pictures: Sequence[Image], texts: Sequence[str | None]) -> dict[str, Any]:
    """GIT reads a question as the beginning of what it writes, so no end may stand after it."""
    import torch

    tokenizer = loaded.tokenizer
    if len(texts) > 1:
        raise ValueError("GIT reads one question at a time")  # the engine halves the batch
    ids = [tokenizer.cls_token_id, *tokenizer(texts[0] or "", add_special_tokens=False).input_ids]
    pixels = loaded.processor(images=list(pictures), return_tensors="pt")["pixel_values"]
    return {"pixel_values": pixels, "input_ids": torch.tensor([ids])}


def _pad_left(tokenizer: Any) -> None:
    """The answer starts right after the prompt."""
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
