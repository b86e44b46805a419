"""Pieces of tiny models that see: tokenizers with marks for pictures, image processors, a chat template."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from hfmagic.devices import find_devices
from hfmagic.hub.facts import read_facts
from hfmagic.models import Loaded, Pool
from hfmagic.runners.registry import find_runner
from tests.hubserver.tiny import WORDS

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "<s>", "</s>")
SPOKEN = "user assistant describe this picture what say in one short phrase word answer question with or total due"
CHAT = (
    "{% for message in messages %}{{ message['role'] }} : "
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}IMAGE{% else %}{{ part['text'] }} {% endif %}{% endfor %}"
    "</s>{% endfor %}{% if add_generation_prompt %}assistant : {% endif %}"
)
"""IMAGE stands for the model's own mark of a picture."""


def tokenizer(*marks: str, frame: bool = False, names: dict[str, Any] | None = None) -> Any:
    """A fast word-level tokenizer that knows `marks` as special tokens; `frame` puts [CLS] … [SEP] around."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = dict.fromkeys([*SPECIAL, *WORDS.split(), *SPOKEN.split(), *"abcdefghijklmnopqrstuvwxyz0123456789.,!?:"])
    vocab = {word: i for i, word in enumerate(words)}
    made = Tokenizer(models.WordLevel(vocab, unk_token="[UNK]"))  # noqa: S106  no secret
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = {"pad_token": "[PAD]", "unk_token": "[UNK]", "bos_token": "<s>", "eos_token": "</s>"}
    if frame:
        ends |= {"cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
        made.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]",
            pair="[CLS] $A [SEP] $B:1 [SEP]:1",
            special_tokens=[("[CLS]", vocab["[CLS]"]), ("[SEP]", vocab["[SEP]"])],
        )
    found = PreTrainedTokenizerFast(tokenizer_object=made, model_max_length=512, **ends, **(names or {}))
    found.add_tokens(list(marks), special_tokens=True)
    return found


def chat(mark: str) -> str:
    """The chat template of a model with such a mark of a picture."""
    return CHAT.replace("IMAGE", mark)


def text_sizes(**more: Any) -> dict[str, Any]:
    """A decoder of two layers, which knows the tokenizer's words with room for marks."""
    return {
        "vocab_size": 128,
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "max_position_embeddings": 1024,
        "pad_token_id": 0,
        "bos_token_id": 5,
        "eos_token_id": 6,
        **more,
    }


def vision_sizes(**more: Any) -> dict[str, Any]:
    """An encoder of two layers for pictures of 16 × 16 pixels."""
    return {
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": 16,
        "patch_size": 8,
        **more,
    }


def clip_pictures() -> Any:
    """Pictures of 16 × 16 pixels for CLIP."""
    from transformers import CLIPImageProcessorPil

    return CLIPImageProcessorPil(size={"height": 16, "width": 16}, do_center_crop=False)


def save(folder: Path, model: Any, *parts: Any) -> None:
    """Write a model and what prepares its inputs."""
    for part in (model, *parts):
        part.save_pretrained(folder)


def processor_file(folder: Path, name: str, **settings: Any) -> None:
    """processor_config.json of a processor whose class cannot be made without torchvision."""
    (folder / "processor_config.json").write_text(json.dumps({"processor_class": name, **settings}))


def page(*lines: str) -> Image.Image:
    """A page with a few lines of print."""
    image = Image.new("RGB", (420, 400), "white")
    for i, line in enumerate(lines):
        ImageDraw.Draw(image).text((20, 20 + 60 * i), line, fill="black", font=ImageFont.load_default(26))
    return image


def loaded(folder: Path, task: str) -> Loaded:
    """The model in a folder, ready for its task, on the CPU."""
    facts = read_facts(folder, f"tiny/{folder.name}")
    runner = find_runner(task, facts.architectures)
    device = next(d for d in find_devices() if d.kind == "cpu")
    return Pool().get(facts, str(folder), auto=runner.auto, processor=runner.processor, device=device)


def run(model: Loaded, task: str, values: list[Any], **parameters: Any) -> list[Any]:
    """The task's runner over values, with few new tokens."""
    runner = find_runner(task, model.facts.architectures)
    return runner.run(model, values, {"max_new_tokens": 6, **parameters})
