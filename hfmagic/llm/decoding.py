"""Write greedily within a grammar: forced tokens in one pass, and what was read before is not read again.

A loop of our own, as `generate` runs the model once for every token, also for those that the grammar leaves no choice
about: more than half of a plan.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import grammar
from .strict import CutObject

if TYPE_CHECKING:
    import torch
    from llguidance import LLMatcher, LLTokenizer

_GOES_ON = re.compile(r"\},(?: (?:\{\"?)?)?$")
CHUNK = 256  # tokens that are read at a time, so that a deadline is met while a long prompt is read


@dataclass
class Read:
    """What a model has read: `ids` of tokens, and their keys and values in `cache` (None: nothing). Holds no model."""

    ids: list[int] = field(default_factory=list)
    cache: Any = None

    def back_to(self, prompt: Sequence[int]) -> None:
        """Forget what does not begin the prompt, and at least its last token, which is to be read again."""
        same = next((n for n, (a, b) in enumerate(zip(self.ids, prompt[:-1], strict=False)) if a != b), None)
        keep = min(len(self.ids), len(prompt) - 1) if same is None else same
        surplus = len(self.ids) - keep
        if surplus and not _can_forget(self.cache):
            keep = 0
        if keep == 0:
            self.cache = None
        elif surplus:
            self.cache.crop(-surplus)
        self.ids = self.ids[:keep]

    def more(self, model: Any, ids: Sequence[int]) -> torch.Tensor:
        """Read on: the scores of what comes next, shape (vocabulary,)."""
        import torch
        from transformers import DynamicCache

        self.cache = DynamicCache(config=model.config) if self.cache is None else self.cache
        batch = torch.tensor([list(ids)], device=model.device)  # (1, tokens)
        with torch.inference_mode():
            found = model(input_ids=batch, past_key_values=self.cache, use_cache=True, logits_to_keep=1)
        self.ids += ids
        scores: torch.Tensor = found.logits[0, -1]
        return scores


@dataclass(frozen=True)
class Usage:
    """What an answer took: tokens of the prompt, those of them that were read before, tokens written, runs, seconds."""

    prompt: int
    reused: int
    written: int
    passes: int = 0
    seconds: float = 0.0


def write(
    model: Any,
    read: Read,
    prompt: Sequence[int],
    matcher: LLMatcher,
    vocabulary: LLTokenizer,
    *,
    most: int,
    over: Callable[[], bool],
) -> tuple[list[int], Usage]:
    """The tokens of the answer, each the likeliest of those that the grammar allows, until it is complete.

    Args:
        read: what the model has read before; holds prompt and answer afterwards.
        most: tokens of the answer.
        over: True when there is no time left; asked between runs of the model.
    Raises: CutObject at `most` and when time is over; NoObject when the grammar fails.
    """
    read.back_to(prompt)
    reused, passes = len(read.ids), 0
    unread, written = list(prompt[reused:]), list[int]()
    while not matcher.is_stopped():
        if forced := matcher.compute_ff_tokens():
            matcher.consume_tokens(forced)
            unread, written = unread + forced, written + forced
        else:
            for start in range(0, len(unread), CHUNK):
                if over():
                    raise CutObject("its time was over before the answer was complete.")
                scores, passes = read.more(model, unread[start : start + CHUNK]), passes + 1
            token = _best(scores, matcher, vocabulary.decode_str(written), vocabulary)
            matcher.consume_token(token)
            unread, written = [token], [*written, token]
        if len(written) > most:
            raise CutObject(f"the answer was not complete after {most:,} tokens.")
    grammar.check(matcher)
    return written, Usage(len(prompt), reused, len(written), passes)


def _best(scores: torch.Tensor, matcher: LLMatcher, text: str, vocabulary: LLTokenizer) -> int:
    """The likeliest token that is allowed after a text; one that ends a list where it would loop, if the list can end.

    Small models write a step again and again until the list is full.
    """
    import torch

    allowed = torch.from_numpy(grammar.allowed(matcher, scores.shape[-1])).to(scores.device)
    found = int(scores.masked_fill(~allowed, -torch.inf).argmax())
    again = text + vocabulary.decode_str([found])
    if not _is_again(again):
        return found
    ended = again[: again.rindex("}") + 1]

    def ends(token: int) -> bool:
        other = text + vocabulary.decode_str([token])
        return (ended.startswith(other) or other.startswith(ended)) and not _is_again(other)

    return max(filter(ends, allowed.nonzero()[:, 0].tolist()), key=lambda t: float(scores[t]), default=found)


def _is_again(text: str) -> bool:
    """True for a JSON text in which a list goes on after an object that stands there twice in a row."""
    ended = _GOES_ON.search(text)
    if not ended:
        return False
    before, comma, last = text[: ended.start()].rpartition("}, {")
    return bool(comma) and before.endswith("{" + last)


def _can_forget(cache: Any) -> bool:
    """True when a cache keeps all that was read: windows and recurrent states cannot go back."""
    return all(type(layer).__name__ == "DynamicLayer" for layer in cache.layers)
