"""Tasks that write text, greedily: the same input gives the same text."""

from __future__ import annotations

from typing import Any

import torch


@torch.inference_mode()
def summarize(
    texts: list[str], tokenizer: Any, model: Any, prefix: str, max_new_tokens: int, batch_size: int = 32
) -> list[str]:
    """What a sequence-to-sequence model writes after the prefix and each text."""
    positions = getattr(model.config, "max_position_embeddings", None) or max_new_tokens + 1
    length = min(max_new_tokens, positions - 1)  # beyond them a model with learned positions fails
    found: list[str] = []
    for start in range(0, len(texts), batch_size):
        prompts = [prefix + text for text in texts[start : start + batch_size]]
        batch = tokenizer(prompts, padding=True, truncation=True, return_token_type_ids=False, return_tensors="pt")
        ids = model.generate(**batch.to(model.device), max_new_tokens=length, do_sample=False)
        found += tokenizer.batch_decode(ids, skip_special_tokens=True)
    return [text.strip().strip('"').strip() for text in found]


@torch.inference_mode()
def answer(
    texts: list[str], tokenizer: Any, model: Any, instruction: str, max_new_tokens: int, batch_size: int = 8
) -> list[str]:
    """What a chat model answers to the instruction and each text; a base model continues the text."""

    def prompt(text: str) -> str:
        said = f"{instruction}\n\n{text}".strip()
        if not tokenizer.chat_template:
            return said
        turn = [{"role": "user", "content": said}]
        return str(tokenizer.apply_chat_template(turn, tokenize=False, add_generation_prompt=True))

    whole = not tokenizer.chat_template  # a template writes the special tokens itself
    around = len(tokenizer(prompt("a"), add_special_tokens=whole)["input_ids"])
    room = max(tokenizer.model_max_length - max_new_tokens - around, 16)  # tokens left for a text
    positions = getattr(model.config, "max_position_embeddings", None)  # what is read and written fits into them
    tokenizer.padding_side = "left"  # the answer starts right after the prompt
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    found: list[str] = []
    for start in range(0, len(texts), batch_size):
        part = texts[start : start + batch_size]
        cut = tokenizer(part, add_special_tokens=False, truncation=True, max_length=room)["input_ids"]
        part = [tokenizer.decode(ids) if len(ids) == room else text for text, ids in zip(part, cut, strict=True)]
        batch = tokenizer(
            [prompt(text) for text in part],
            padding=True,
            add_special_tokens=whole,
            return_token_type_ids=False,
            return_tensors="pt",
        ).to(model.device)
        read = batch["input_ids"].shape[1]
        length = min(max_new_tokens, positions - read) if positions else max_new_tokens
        ids = model.generate(**batch, max_new_tokens=length, do_sample=False, pad_token_id=tokenizer.pad_token_id)
        found += tokenizer.batch_decode(ids[:, read:], skip_special_tokens=True)
    return [text.strip() for text in found]
