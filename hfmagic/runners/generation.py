"""Tasks that write text: sequence-to-sequence models and chat models, greedily, so that a run can be repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import UnknownKind
from ..models import Loaded, quiet
from .encoded import Encoded, encode, fast, padded
from .prefix import after_prefix
from .runner import Runner
from .text import can_pad, max_tokens, on_device, ready, shorten

PREFIXES = {"summary": "summarize: ", "title": "Write a title for this text: "}
"""T5's own prefix for summaries; for titles the wording that gave flan-t5-small-titler its best titles of six tried."""
AHEAD = 512  # texts that are encoded at once: writing takes so long that more are not wanted for minutes
LEAST = 16  # tokens of a text that are read at least, however long the instruction is


def longest(loaded: Loaded, parameters: Mapping[str, Any]) -> int:
    """Tokens that a summary model reads of a text, beside its prefix."""
    prefix = _prefix(loaded, parameters)
    return max_tokens(loaded) - (len(loaded.tokenizer(prefix, add_special_tokens=False).input_ids) if prefix else 0)


def room(loaded: Loaded, parameters: Mapping[str, Any]) -> int:
    """Tokens that a chat model reads of a text, beside the instruction, its template and the answer."""
    # "a" stands for the text: without one the template would lack what separates it from the instruction.
    around = len(_tokens(loaded, [_prompt(loaded, "a", parameters)])["input_ids"][0])
    return max(max_tokens(loaded) - int(parameters["max_new_tokens"]) - around, LEAST)


def summarize(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[str]:
    """A summary or title of each text."""
    prefix = _prefix(loaded, parameters)
    written = write(loaded, [prefix + text for text in texts], int(parameters["max_new_tokens"]))
    return [_tidy(text) for text in written]


def generate(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[str]:
    """What a chat model answers to the instruction and each text; a base model continues the text."""
    can_pad(loaded)
    loaded.tokenizer.padding_side = "left"  # the answer starts right after the prompt
    tokens = room(loaded, parameters)
    prompts = [_prompt(loaded, text, parameters) for text in shorten(loaded, texts, tokens)]
    batch = _tokens(loaded, prompts, padding=True, return_tensors="pt")
    length = int(parameters["max_new_tokens"])
    return [text.strip() for text in _generate(loaded, batch, length, skip=batch["input_ids"].shape[1])]


def generate_by_encoder(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[str]:
    """What an encoder-decoder, such as FLAN-T5, answers to the instruction and each text."""
    instruction = f"{parameters['instruction']}\n\n".lstrip()
    return [t.strip() for t in write(loaded, [instruction + t for t in texts], int(parameters["max_new_tokens"]))]


def write(loaded: Loaded, texts: Sequence[str], max_new_tokens: int, **options: Any) -> list[str]:
    """What an encoder-decoder writes for each text; `options` are those of its `generate`."""
    can_pad(loaded)
    batch = loaded.tokenizer(
        list(texts), padding=True, truncation=True, max_length=max_tokens(loaded), return_tensors="pt"
    )
    return write_on(loaded, batch, max_new_tokens, **options)


def write_on(loaded: Loaded, batch: Any, max_new_tokens: int, **options: Any) -> list[str]:
    """What an encoder-decoder writes for each row of a batch of tokens."""
    if loaded.model.config.model_type == "led":  # its first token sees the whole text (Beltagy et al. 2020)
        options["global_attention_mask"] = _first_only(batch["input_ids"]).to(loaded.device)
    return _generate(loaded, batch, max_new_tokens, **options)


def _prefix(loaded: Loaded, parameters: Mapping[str, Any]) -> str:
    """What stands before a text: T5 alone was trained with prefixes."""
    return PREFIXES[parameters["style"]] if loaded.model.config.model_type == "t5" else ""


def _prompt(loaded: Loaded, text: str, parameters: Mapping[str, Any]) -> str:
    prompt = f"{parameters['instruction']}\n\n{text}".strip()
    if not loaded.tokenizer.chat_template:
        return prompt
    said = [{"role": "user", "content": prompt}]
    found: str = loaded.tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True)
    return found


def _tokens(loaded: Loaded, prompts: Sequence[str], **options: Any) -> Any:
    """Prompts as tokens; a chat template has written its special tokens already."""
    return loaded.tokenizer(list(prompts), add_special_tokens=not loaded.tokenizer.chat_template, **options)


def _generate(loaded: Loaded, batch: Any, max_new_tokens: int, *, skip: int = 0, **options: Any) -> list[str]:
    import torch

    batch = {k: v for k, v in batch.items() if k in ("input_ids", "attention_mask")}
    max_new_tokens = _most_written(loaded, max_new_tokens, read=skip or 1)
    with torch.inference_mode(), quiet():
        ids = loaded.model.generate(
            **on_device(loaded, batch),
            max_new_tokens=max_new_tokens,
            do_sample=False,
            pad_token_id=loaded.tokenizer.pad_token_id,
            **options,
        )  # (rows, tokens)
    decoded: list[str] = loaded.tokenizer.batch_decode(ids[:, skip:], skip_special_tokens=True)
    return decoded


def _most_written(loaded: Loaded, wanted: int, read: int) -> int:
    """Tokens that are written at most: what is read and written has to fit into the positions that the model knows.

    Beyond them a model with learned positions fails; those of T5 are relative, and without an end.
    """
    most = loaded.facts.max_tokens
    if not most or hasattr(loaded.model.config, "relative_attention_num_buckets"):
        return wanted
    if read >= most:
        raise UnknownKind(f"instruction and text have {read:,} tokens, the model has room for {most:,}.")
    return min(wanted, most - read)


def _first_only(ids: Any) -> Any:
    import torch

    mask = torch.zeros_like(ids)
    mask[:, 0] = 1
    return mask


def _tidy(text: str) -> str:
    return text.strip().strip('"').strip()


def _ready_to_summarize(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Encoded]:
    return ready_after(loaded, texts, _prefix(loaded, parameters))


def _summarize_encoded(loaded: Loaded, encoded: Sequence[Encoded], parameters: Mapping[str, Any]) -> list[str]:
    return [_tidy(text) for text in write_on(loaded, padded(loaded, encoded), int(parameters["max_new_tokens"]))]


def ready_after(loaded: Loaded, texts: Sequence[str], prefix: str) -> list[Encoded]:
    """Texts after a prefix as tokens; their costs do not tell of the prefix."""
    around = len(loaded.tokenizer(prefix, add_special_tokens=False).input_ids) if prefix else 0
    return [item._replace(cost=item.cost - around) for item in ready(loaded, [prefix + text for text in texts], {})]


def _ready_to_answer(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Encoded]:
    can_pad(loaded)
    loaded.tokenizer.padding_side = "left"
    tokens = room(loaded, parameters)
    prompts = [_prompt(loaded, text, parameters) for text in shorten(loaded, texts, tokens)]
    found = encode(loaded, prompts, 0, special=not loaded.tokenizer.chat_template)
    own = encode(loaded, texts, 0)
    return [item._replace(cost=text.cost) for item, text in zip(found, own, strict=True)]


def _answer_encoded(loaded: Loaded, encoded: Sequence[Encoded], parameters: Mapping[str, Any]) -> list[str]:
    length = int(parameters["max_new_tokens"])
    batch, read = after_prefix(loaded, encoded, length)
    return [text.strip() for text in _generate(loaded, batch, length, skip=batch["input_ids"].shape[1], **read)]


def _ready_by_encoder(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Encoded]:
    return ready_after(loaded, texts, f"{parameters['instruction']}\n\n".lstrip())


def _by_encoder_encoded(loaded: Loaded, encoded: Sequence[Encoded], parameters: Mapping[str, Any]) -> list[str]:
    return [t.strip() for t in write_on(loaded, padded(loaded, encoded), int(parameters["max_new_tokens"]))]


RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "summarization": (
        Runner(
            summarize,
            "AutoModelForSeq2SeqLM",
            longest=longest,
            most=32,
            **fast(summarize, _ready_to_summarize, _summarize_encoded, AHEAD),
        ),
    ),
    "text-generation": (
        Runner(
            generate,
            "AutoModelForCausalLM",
            of=("ForCausalLM", "LMHeadModel"),
            longest=room,
            most=16,
            **fast(generate, _ready_to_answer, _answer_encoded, AHEAD),
        ),
        Runner(
            generate_by_encoder,
            "AutoModelForSeq2SeqLM",
            of=("ForConditionalGeneration",),
            longest=room,
            most=16,
            **fast(generate_by_encoder, _ready_by_encoder, _by_encoder_encoded, AHEAD),
        ),
    ),
}
