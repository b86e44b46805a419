"""Answers to a question about a text: words of it, found by a trained head, or written."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..kinds import Label, Labels
from ..models import Loaded
from .generation import write
from .pairs import longest_pair, pair_counts, window_counts
from .runner import Runner, token_counts
from .text import max_tokens, shorten
from .windows import cut

if TYPE_CHECKING:
    from torch import Tensor

MOST_TOKENS = 50  # of an answer; the SQuAD scripts take 30 words
PROMPT = "question: {question} context: {text}"  # T5, as it was trained on SQuAD (Raffel et al. 2020, appendix D)
FLAN = "Read this and answer the question\n\n{text}\n\n{question}"  # of FLAN's own (Longpre et al. 2023)
"""Of ten questions flan-t5-small-titler answered 10 with FLAN's wording, 7 with T5's."""


def find_answer(loaded: Loaded, values: Sequence[Any], parameters: Mapping[str, Any]) -> list[Labels]:
    """The words of each text that answer its question, with their probability; `values` are (text, question).

    A long text is read in overlapping windows; the best span of all of them wins. The probability is a softmax over
    every span of every window and "no answer", which is what the first token of the window scores that believes in it
    least (Devlin et al. 2019, SQuAD 2.0). Where "no answer" wins, the label is an empty text.
    """
    import torch

    windows = cut(loaded, [text for text, _ in values], [question for _, question in values])
    totals = [-math.inf] * len(values)
    nulls = [math.inf] * len(values)
    best: list[tuple[float, int, int]] = [(-math.inf, 0, 0)] * len(values)
    for first, output in windows.runs(loaded):
        for j in range(len(output.start_logits)):
            i, row = first + j, windows.rows[first + j]
            spans = _spans(output.start_logits[j].float(), output.end_logits[j].float(), windows.own[i])
            totals[row] = float(torch.logaddexp(torch.tensor(totals[row]), spans.flatten().logsumexp(0).cpu()))
            place = int(spans.argmax())
            start, end = divmod(place, spans.shape[1])
            score = float(spans[start, end])
            if score > best[row][0]:
                best[row] = (score, windows.offsets[i][start][0], windows.offsets[i][end][1])
            nulls[row] = min(nulls[row], float(output.start_logits[j, 0] + output.end_logits[j, 0]))
    return [
        (_label(text, spot, null, total),)
        for (text, _), spot, null, total in zip(values, best, nulls, totals, strict=True)
    ]


def _spans(starts: Tensor, ends: Tensor, own: Sequence[bool]) -> Tensor:
    """The score of every span from a token (row) to one at or after it (column); -inf where there can be none."""
    import torch

    allowed = torch.tensor(own, device=starts.device)
    size = len(own)
    scores = starts[:, None] + ends[None, :]  # (tokens, tokens)
    near = torch.ones(size, size, dtype=torch.bool, device=starts.device).triu().tril(MOST_TOKENS - 1)
    return scores.masked_fill(~(near & allowed[:, None] & allowed[None, :]), -math.inf)


def _label(text: str, spot: tuple[float, int, int], null: float, total: float) -> Label:
    score, start, end = spot
    top = max(total, null)
    everything = top + math.log(math.exp(total - top) + math.exp(null - top))
    if null > score:
        return Label("", math.exp(null - everything))
    return Label(text[start:end].strip(), math.exp(score - everything))


def write_answer(loaded: Loaded, values: Sequence[Any], parameters: Mapping[str, Any]) -> list[Labels]:
    """What a model that writes answers to the question about each text; it gives no score: NaN."""
    prompt = FLAN if "flan" in loaded.facts.model_id.lower() else PROMPT
    asked = [prompt.format(question=question, text="") for _, question in values]
    room = max(max_tokens(loaded) - max(token_counts(loaded, asked)), 16)
    texts = shorten(loaded, [text for text, _ in values], room)
    prompts = [prompt.format(question=q, text=text) for (_, q), text in zip(values, texts, strict=True)]
    return [(Label(answer, math.nan),) for answer in write(loaded, prompts, 64)]


RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "question-answering": (
        Runner(find_answer, "AutoModelForQuestionAnswering", of=("ForQuestionAnswering",), cost=window_counts, most=32),
        Runner(
            write_answer,
            "AutoModelForSeq2SeqLM",
            of=("ForConditionalGeneration",),
            cost=pair_counts,
            longest=longest_pair,
            most=32,
            note="answers are written, not found in the text; they have no score",
        ),
    ),
}
