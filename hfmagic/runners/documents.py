"""Questions about the pictures of pages: by words and their places (LayoutLM), from the picture alone, or in a chat."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import UnknownKind
from ..kinds import Label, Labels
from ..models import Loaded, quiet
from ..processors import PARTS
from .caption import pixels, task_token, write_tags
from .dialogue import AUTO, on_device, seers
from .pages import Page, read_page
from .questions import ask_each, unscored
from .runner import Runner, one_each
from .text import max_tokens

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

LONGEST = 15  # tokens of an answer, as transformers' document-question-answering pipeline has it
NOWHERE, END = (0, 0, 0, 0), (1000, 1000, 1000, 1000)  # where LayoutLM is told that questions and ends stand


@dataclass(frozen=True)
class Found:
    """The words `first` to `last` of a page as an answer."""

    score: float
    first: int
    last: int


def extract(loaded: Loaded, values: Sequence[tuple[Image, str]], parameters: Mapping[str, Any]) -> list[Labels]:
    """The words of each page that answer its question best, with their score.

    As transformers' document-question-answering pipeline does it: windows over a long page, softmax over the starts
    and ends in each, the best span of all.
    """
    return extract_read(loaded, read_pages(loaded, values, parameters), parameters)


def read_pages(
    loaded: Loaded, values: Sequence[tuple[Image, str]], parameters: Mapping[str, Any]
) -> list[tuple[Image, Page, str]]:
    """The words of each page, read while the model answers on others. Raises: NotAvailable without RapidOCR."""
    return [(image, read_page(image), question) for image, question in values]


def extract_read(
    loaded: Loaded, values: Sequence[tuple[Image, Page, str]], parameters: Mapping[str, Any]
) -> list[Labels]:
    """The same as extract of pages that are read."""
    return [extract_from(loaded, image, page, question) for image, page, question in values]


def extract_from(loaded: Loaded, image: Image, page: Page, question: str) -> Labels:
    """The answer from the words of one page. Raises: UnknownKind for a page without any."""
    import torch

    if not page.words:
        raise UnknownKind("no word was found on the page.")
    with quiet():
        windows, pieces = _windows(loaded, image, page, question)
    best: Found | None = None
    for inputs, (sequences, words) in zip(windows, pieces, strict=True):
        with torch.inference_mode():
            given = loaded.model(**inputs)
        span = _best_span(given.start_logits[0].float(), given.end_logits[0].float(), sequences, words)
        if span is not None and (best is None or span.score > best.score):
            best = span
    if best is None:
        raise UnknownKind("the question leaves no room for the page.")
    return (Label(" ".join(page.words[best.first : best.last + 1]), best.score),)


def _windows(
    loaded: Loaded, image: Image, page: Page, question: str
) -> tuple[list[dict[str, Any]], list[tuple[list[int | None], list[int | None]]]]:
    """The inputs of each window over the page, and which sequence and which word each of its tokens is of."""
    import torch

    longest, tokenizer = max_tokens(loaded), loaded.tokenizer
    options = {
        "truncation": "only_second",
        "max_length": longest,
        "stride": min(longest // 2, 256),
        "return_overflowing_tokens": True,
        "return_token_type_ids": True,
    }
    boxes = [list(box) for box in page.boxes]
    if loaded.model.config.model_type == "layoutlm":
        found = tokenizer(question.split(), list(page.words), is_split_into_words=True, **options)
    else:
        found = tokenizer([question], [list(page.words)], boxes=[boxes], **options)
    pieces = [(found.sequence_ids(i), found.word_ids(i)) for i in range(len(found["input_ids"]))]
    known = {k: v for k, v in found.items() if k in ("input_ids", "attention_mask", "token_type_ids", "bbox")}
    if "bbox" not in known:
        known["bbox"] = [
            _places(boxes, ids, *piece, end=tokenizer.sep_token_id)
            for ids, piece in zip(found["input_ids"], pieces, strict=True)
        ]
    if loaded.model.config.model_type != "layoutlm":
        picture = loaded.processor.image_processor(image, apply_ocr=False, return_tensors="pt")["pixel_values"]
        known = {k: v for k, v in known.items() if k != "token_type_ids"}
    else:
        picture = None
    windows = [{k: torch.tensor([v[i]]) for k, v in known.items()} for i in range(len(pieces))]
    if picture is not None:
        windows = [window | {"pixel_values": picture} for window in windows]
    return [on_device(loaded, window) for window in windows], pieces


def _places(
    boxes: Sequence[list[int]],
    ids: Sequence[int],
    sequences: Sequence[int | None],
    words: Sequence[int | None],
    *,
    end: int,
) -> list[list[int]]:
    """Where each token of a window stands: words of the page in their boxes, the ids `end` and all others apart."""
    return [
        boxes[word] if sequence == 1 and word is not None else list(END if i == end else NOWHERE)
        for i, sequence, word in zip(ids, sequences, words, strict=True)
    ]


def _best_span(
    starts: Tensor, ends: Tensor, sequences: Sequence[int | None], words: Sequence[int | None]
) -> Found | None:
    """The likeliest span of words in a window; None where it has none. The first token stands for "no answer"."""
    import torch

    starts, ends = starts[: len(sequences)], ends[: len(sequences)]  # LayoutLMv3 goes on with pieces of the picture
    page = torch.tensor([s == 1 for s in sequences], device=starts.device)
    if not bool(page.any()):
        return None
    counted = page.clone()
    counted[0] = True
    chance = [logits.masked_fill(~counted, -10000.0).softmax(-1) * page for logits in (starts, ends)]
    spans = torch.outer(*chance).triu().tril(LONGEST - 1)  # (start, end)
    first, last = divmod(int(spans.argmax()), len(words))
    if words[first] is None or words[last] is None:
        return None
    return Found(float(spans[first, last]), int(words[first] or 0), int(words[last] or 0))


def write_answer(loaded: Loaded, values: Sequence[tuple[Image, str]], parameters: Mapping[str, Any]) -> list[Labels]:
    """What Donut answers from the picture alone; it has no score.

    The prompt is that of the Donut paper's DocVQA models (https://arxiv.org/abs/2111.15664).
    """
    return write_ready(loaded, pixels_asked(loaded, values, parameters), parameters)


def pixels_asked(
    loaded: Loaded, values: Sequence[tuple[Image, str]], parameters: Mapping[str, Any]
) -> list[tuple[Mapping[str, Tensor], str]]:
    """Each page as the encoder sees it, with its question."""
    return list(zip(pixels(loaded, [image for image, _ in values], parameters), (q for _, q in values), strict=True))


def write_ready(
    loaded: Loaded, values: Sequence[tuple[Mapping[str, Tensor], str]], parameters: Mapping[str, Any]
) -> list[Labels]:
    """The same as write_answer of pages that are ready."""
    start, length = task_token(loaded.tokenizer), int(parameters["max_new_tokens"])
    asked = ((page, f"{start}<s_question>{question}</s_question><s_answer>") for page, question in values)
    written = [write_tags(loaded, page, [prompt], length)[0] for page, prompt in asked]
    return [unscored(re.sub(r"<[^<>]*>", " ", text.partition("</s_answer>")[0]).strip()) for text in written]


_SEES: dict[str, Any] = {"cost": one_each, "budget": 8, "most": 8}
_LAYOUT = ("LayoutLMForQuestionAnswering", "LayoutLMv3ForQuestionAnswering")  # v2 needs detectron2

RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "document-question-answering": (
        Runner(
            extract,
            "AutoModelForDocumentQuestionAnswering",
            "AutoProcessor",
            of=_LAYOUT,
            note="the words were read from the page by RapidOCR",
            needs=("rapidocr", "onnxruntime"),
            encode=read_pages,
            forward=extract_read,
            **_SEES,
        ),
        Runner(
            write_answer,
            AUTO,
            PARTS,
            of=("VisionEncoderDecoderModel",),
            encode=pixels_asked,
            forward=write_ready,
            **_SEES,
        ),
        *seers(ask_each),
    ),
}
