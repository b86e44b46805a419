"""Tasks that write text, greedily: the same input gives the same text."""

from __future__ import annotations

from typing import Any

import torch


def summarize(
    tokenizer: Any, model: Any, texts: list[str], prefix: str, longest: int, max_new_tokens: int
) -> list[str]:
    """What a sequence-to-sequence model writes after the prefix and each text."""
    prompts = [prefix + text for text in texts]
    batch = tokenizer(prompts, padding=True, truncation=True, max_length=longest, return_tensors="pt")
    found = generate(tokenizer, model, batch, max_new_tokens)
    return [text.strip().strip('"').strip() for text in found]


def answer(tokenizer: Any, model: Any, texts: list[str], instruction: str, room: int, max_new_tokens: int) -> list[str]:
    """What a chat model answers to the instruction and each text; a base model continues the text."""
    prompts = [prompt(tokenizer, instruction, text) for text in shorten(tokenizer, texts, room)]
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    tokenizer.padding_side = "left"  # the answer starts right after the prompt
    batch = tokenizer(prompts, padding=True, add_special_tokens=not tokenizer.chat_template, return_tensors="pt")
    found = generate(tokenizer, model, batch, max_new_tokens, skip=batch["input_ids"].shape[1])
    return [text.strip() for text in found]


def prompt(tokenizer: Any, instruction: str, text: str) -> str:
    """The instruction and a text in the model's own chat template, if it has one."""
    said = f"{instruction}\n\n{text}".strip()
    if not tokenizer.chat_template:
        return said
    turn = [{"role": "user", "content": said}]
    return str(tokenizer.apply_chat_template(turn, tokenize=False, add_generation_prompt=True))


def room_for_text(tokenizer: Any, instruction: str, longest: int, max_new_tokens: int) -> int:
    """Tokens left for a text beside the instruction, the chat template and the answer."""
    around = len(tokenizer(prompt(tokenizer, instruction, ""), add_special_tokens=False)["input_ids"])
    return max(longest - max_new_tokens - around, 16)


def shorten(tokenizer: Any, texts: list[str], room: int) -> list[str]:
    """The texts, cut to so many tokens: of the prompt itself, the end would be cut off."""
    found = tokenizer(texts, add_special_tokens=False, truncation=True, max_length=room)["input_ids"]
    cut = zip(texts, found, strict=True)
    return [tokenizer.decode(ids) if len(ids) == room else text for text, ids in cut]


def generate(tokenizer: Any, model: Any, batch: Any, max_new_tokens: int, skip: int = 0) -> list[str]:
    """The text that the model writes, without the first `skip` tokens."""
    with torch.inference_mode():
        ids = model.generate(
            input_ids=batch["input_ids"].to(model.device),
            attention_mask=batch["attention_mask"].to(model.device),
            max_new_tokens=max_new_tokens,
            do_sample=False,
            pad_token_id=tokenizer.pad_token_id,
        )  # (rows, tokens)
    return list(tokenizer.batch_decode(ids[:, skip:], skip_special_tokens=True))
