"""A text that is longer than a model reads, in overlapping windows, with the place of each token in the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import StepFailed
from ..models import Loaded
from .encoded import Encoded, at_once, by_library, in_parts, is_plain, padded
from .text import can_pad, max_tokens, on_device

if TYPE_CHECKING:
    from torch import Tensor

AT_ONCE = 16  # windows of one forward pass
OVERLAP = 128  # tokens; as the SQuAD scripts of BERT and transformers; a quarter of a shorter window


@dataclass(frozen=True)
class Windows:
    """Windows of a batch of texts, `rows[i]` is the text that window `i` is of.

    `offsets[i]` holds (start, end) in characters of its text for each token, `own[i]` which tokens are of the text:
    not of a question before it, no special token, no padding.
    """

    batch: dict[str, Tensor]
    rows: list[int]
    offsets: list[list[tuple[int, int]]]
    own: list[list[bool]]

    def runs(self, loaded: Loaded) -> Iterator[tuple[int, Any]]:
        """The model's output for AT_ONCE windows after another, with the place of the first."""
        import torch

        for first in range(0, len(self.rows), AT_ONCE):
            part = {name: values[first : first + AT_ONCE] for name, values in self.batch.items()}
            with torch.inference_mode():
                yield first, loaded.model(**part)


def cut(loaded: Loaded, texts: Sequence[str], questions: Sequence[str] | None = None) -> Windows:
    """The texts in windows of the model's length; with a question before each window where there are questions.

    Raises: StepFailed for a tokenizer that does not tell where its tokens stand.
    """
    tokenizer = loaded.tokenizer
    if not tokenizer.is_fast:
        raise StepFailed(f"{loaded.facts.model_id} has a tokenizer that tells no places.", hint="%hf use STEP MODEL")
    can_pad(loaded)
    side = tokenizer.padding_side
    tokenizer.padding_side = "right"
    size = max_tokens(loaded)
    asked = list(questions or ())
    if asked:  # half of a window at most
        kept = tokenizer(asked, add_special_tokens=False, truncation=True, max_length=size // 2)["input_ids"]
        asked = [q if len(ids) < size // 2 else tokenizer.decode(ids) for q, ids in zip(asked, kept, strict=True)]
    longest = max((len(i) for i in kept), default=0) if asked else 0
    found = tokenizer(
        *((asked, list(texts)) if asked else (list(texts),)),
        padding=True,
        truncation="only_second" if asked else True,
        max_length=size,
        stride=min(OVERLAP, (size - longest) // 4),
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_tensors="pt",
    )
    tokenizer.padding_side = side
    wanted = 1 if asked else 0
    own = [[s == wanted for s in found.sequence_ids(i)] for i in range(len(found["input_ids"]))]
    offsets = [[(int(a), int(b)) for a, b in row] for row in found["offset_mapping"].tolist()]
    rows = found["overflow_to_sample_mapping"].tolist()
    return Windows(on_device(loaded, found), rows, offsets, own)


class Pieces(NamedTuple):
    """A text with its windows, encoded ahead: `cost` is in tokens, as many as go through the model at once."""

    text: str
    windows: Sequence[Piece]
    cost: int
    value: Any = None


class Piece(NamedTuple):
    """A window: its tokens, what the tokenizer found (it tells where each stands in the text), and which are of it."""

    tokens: Encoded
    found: Any
    own: slice


def pieces(loaded: Loaded, texts: Sequence[str]) -> list[Pieces]:
    """The windows that `cut` gives for each text, without padding."""
    if not is_plain(loaded.tokenizer):
        return [Pieces(text, (), len(text), text) for text in texts]
    can_pad(loaded)
    size = max_tokens(loaded)
    found = by_library(loaded.tokenizer, size, min(OVERLAP, size // 4)).encode_batch(list(texts))
    made = []
    for text, first in zip(texts, found, strict=True):
        windows = [_piece(one) for one in (first, *first.overflowing)]
        made.append(Pieces(text, windows, min(sum(window.tokens.cost for window in windows), size)))
    return made


def _piece(found: Any) -> Piece:
    import numpy as np

    types, of = found.type_ids, found.sequence_ids
    own = slice(of.index(0), len(of) - of[::-1].index(0)) if 0 in of else slice(0)
    tokens = Encoded(np.array(found.ids, np.int32), len(of), np.array(types, np.int32) if any(types) else None)
    return Piece(tokens, found, own)


def runs(loaded: Loaded, windows: Sequence[Piece]) -> Iterator[tuple[list[int], Any]]:
    """Positions of windows, and the model's output for them."""
    import torch

    for part in in_parts([len(window.tokens.ids) for window in windows], at_once(loaded)):
        with torch.inference_mode():
            yield part, loaded.model(**padded(loaded, [windows[i].tokens for i in part], "right"))
