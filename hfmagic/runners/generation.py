"""Tasks that write text: sequence-to-sequence models and chat models, greedily, so that a run can be repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..models import Loaded, quiet
from .text import max_tokens, shorten

PREFIXES = {"summary": "summarize: ", "title": "Write a title for this text: "}
"""T5's own prefix for summaries; for titles the wording that gave flan-t5-small-titler its best titles of six tried."""


def longest(loaded: Loaded, parameters: Mapping[str, Any]) -> int:
    """Tokens that a summary model reads of a text, beside its prefix."""
    return max_tokens(loaded) - len(loaded.tokenizer(PREFIXES[parameters["style"]], add_special_tokens=False).input_ids)


def room(loaded: Loaded, parameters: Mapping[str, Any]) -> int:
    """Tokens that a chat model reads of a text, beside the instruction, its template and the answer."""
    around = len(loaded.tokenizer(_prompt(loaded, "", parameters), add_special_tokens=False).input_ids)
    return max(max_tokens(loaded) - int(parameters["max_new_tokens"]) - around, 16)


def summarize(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[str]:
    """A summary or title of each text."""
    length = int(parameters["max_new_tokens"])
    prefix = PREFIXES[parameters["style"]]
    batch = loaded.tokenizer(
        [prefix + text for text in texts],
        padding=True,
        truncation=True,
        max_length=max_tokens(loaded),
        return_tensors="pt",
    )
    return [_tidy(text) for text in _generate(loaded, batch, length)]


def generate(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[str]:
    """What a chat model answers to the instruction and each text; a base model continues the text."""
    length = int(parameters["max_new_tokens"])
    tokenizer = loaded.tokenizer
    prompts = [_prompt(loaded, text, parameters) for text in shorten(loaded, texts, room(loaded, parameters))]
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    tokenizer.padding_side = "left"  # the answer starts right after the prompt
    batch = tokenizer(prompts, padding=True, add_special_tokens=not tokenizer.chat_template, return_tensors="pt")
    return [text.strip() for text in _generate(loaded, batch, length, skip=batch["input_ids"].shape[1])]


def _prompt(loaded: Loaded, text: str, parameters: Mapping[str, Any]) -> str:
    prompt = f"{parameters['instruction']}\n\n{text}".strip()
    if not loaded.tokenizer.chat_template:
        return prompt
    said = [{"role": "user", "content": prompt}]
    found: str = loaded.tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True)
    return found


def _generate(loaded: Loaded, batch: Any, max_new_tokens: int, *, skip: int = 0) -> list[str]:
    import torch

    batch = {k: v for k, v in batch.items() if k in ("input_ids", "attention_mask")}
    batch = {k: v.to(loaded.device) for k, v in batch.items()}
    with torch.inference_mode(), quiet():
        ids = loaded.model.generate(
            **batch, max_new_tokens=max_new_tokens, do_sample=False, pad_token_id=loaded.tokenizer.pad_token_id
        )  # (rows, tokens)
    decoded: list[str] = loaded.tokenizer.batch_decode(ids[:, skip:], skip_special_tokens=True)
    return decoded


def _tidy(text: str) -> str:
    return text.strip().strip('"').strip()
