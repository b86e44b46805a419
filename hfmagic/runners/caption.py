"""Pictures in words: captions, the text that stands in a picture, what a request says about it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..models import Loaded, quiet
from ..processors import PARTS
from .dialogue import AUTO, ask, on_device, prompts_of, seers, write
from .runner import Runner, one_each
from .stacked import alike, stacked

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor


def describe(loaded: Loaded, images: Sequence[Image], parameters: Mapping[str, Any]) -> list[str]:
    """A caption of each picture."""
    caption = prompts_of(loaded).caption
    return ask(loaded, [[image] for image in images], [caption] * len(images), int(parameters["max_new_tokens"]))


def answer(loaded: Loaded, values: Sequence[tuple[Image, str]], parameters: Mapping[str, Any]) -> list[str]:
    """What each text says to do about its picture."""
    request = prompts_of(loaded).request
    texts = [request.replace("{}", text) for _, text in values]
    return ask(loaded, [[image] for image, _ in values], texts, int(parameters["max_new_tokens"]))


def read(loaded: Loaded, images: Sequence[Image], parameters: Mapping[str, Any]) -> list[str]:
    """What an encoder of pictures with a decoder of text writes: a caption (ViT-GPT2) or a line of text (TrOCR).

    Donut starts with the token of its task, and its fields are given as JSON.
    """
    return read_ready(loaded, pixels(loaded, images, parameters), parameters)


def read_ready(loaded: Loaded, pictures: Sequence[Mapping[str, Tensor]], parameters: Mapping[str, Any]) -> list[str]:
    """The same of pictures that are ready."""
    length, start = int(parameters["max_new_tokens"]), task_token(loaded.tokenizer)
    found: dict[int, str] = {}
    for positions in alike(pictures):
        batch = stacked(loaded, [pictures[i] for i in positions])
        if start:
            tagged = write_tags(loaded, batch, [start] * len(positions), length)
            written = [_fields(loaded.tokenizer, text) for text in tagged]
        else:
            written = write(loaded, batch, length)
        found |= zip(positions, written, strict=True)
    return [found[i] for i in range(len(pictures))]


def pixels(loaded: Loaded, images: Sequence[Image], parameters: Mapping[str, Any]) -> list[dict[str, Tensor]]:
    """Each picture for an encoder, shape (1, channels, height, width)."""
    with quiet():
        prepare = loaded.processor.image_processor
        return [{"pixel_values": prepare([image], return_tensors="pt")["pixel_values"]} for image in images]


def task_token(tokenizer: Any) -> str:
    """Donut's token that starts its task, such as <s_docvqa>: the last added one that has no closing one; else ""."""
    added = [token for token in tokenizer.get_added_vocab() if re.fullmatch(r"<s_[^<>/]+>", token)]
    known = tokenizer.get_added_vocab()
    fields = ("<s_question>", "<s_answer>")
    starts = [t for t in added if t.replace("<s_", "</s_", 1) not in known and t not in fields]
    return max(starts, key=lambda token: known[token], default="")


def write_tags(loaded: Loaded, batch: Mapping[str, Any], prompts: Sequence[str], max_new_tokens: int) -> list[str]:
    """What Donut writes after each prompt, with its tags, without the tokens of begin, end and padding."""
    import torch

    tokenizer = loaded.tokenizer
    written = []
    for row, prompt in enumerate(prompts):
        ids = tokenizer(prompt, add_special_tokens=False, return_tensors="pt").input_ids
        own = on_device(loaded, {"pixel_values": batch["pixel_values"][row : row + 1], "decoder_input_ids": ids})
        with torch.inference_mode(), quiet():
            found = loaded.model.generate(**own, max_new_tokens=max_new_tokens, do_sample=False, num_beams=1)
        text = tokenizer.decode(found[0, ids.shape[1] :])
        for token in {tokenizer.eos_token, tokenizer.bos_token, tokenizer.pad_token} - {None}:
            text = text.replace(token, "")
        written.append(text.strip())
    return written


def _fields(tokenizer: Any, text: str) -> str:
    """Donut's tags as JSON, by its own processor's reading of them; a text without a tag as it is."""
    from transformers import DonutProcessor

    if not re.search(r"<s_", text):
        return re.sub(r"<[^<>]*>", " ", text).strip()
    reader = DonutProcessor.__new__(DonutProcessor)  # its image processor has no part in it
    reader.tokenizer = tokenizer
    return json.dumps(reader.token2json(text), ensure_ascii=False)


RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "image-to-text": (
        Runner(
            read,
            AUTO,
            PARTS,
            of=("VisionEncoderDecoderModel",),
            cost=one_each,
            budget=8,
            most=8,
            encode=pixels,
            forward=read_ready,
        ),
        *seers(describe),
    ),
    "image-text-to-text": seers(answer),
}
