"""How each task is tuned: what a label is, what a batch is made of, the loss, and the measure. A table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..conversions import convert
from ..errors import NotAvailable
from ..kinds import Kind
from ..measures import ACCURACY, SPAN_F1, Measure, plain
from ..models import Loaded
from ..runners.embeddings import POOLINGS, SHARPNESS, _poolings, _prompt
from ..runners.prepared import ready
from ..runners.text import can_pad, max_tokens, on_device, tokenize
from .examples import Example
from .spans import spans_of, tag_names, tags_of

if TYPE_CHECKING:
    from torch import Tensor

LONGEST = 512  # tokens of a text that are trained on: attention to more takes memory by the square
IGNORED = -100  # of torch's cross entropy: such a token adds nothing

NEAREST = Measure(
    "nearest label",
    "share of rows whose nearest training row has their label",
    ACCURACY.row,
    ACCURACY.value,
    is_share=True,
)
"""Of embeddings: the rule of the nearest neighbour (Cover and Hart 1967, https://doi.org/10.1109/TIT.1967.1053964)."""

Batch = Mapping[str, Any]


@dataclass(frozen=True)
class Way:
    """How a task is tuned.

    `target` reads a cell of the labels beside its input (None: it has none that can be read), `labels_of` gives a
    target's labels, `heads` the names of a head's outputs for all labels (none: it has no head). `batch` makes
    examples ready, with `names` of the head, on the model's device; `loss` is of a model and a batch, a number.
    `answers` are what a model gives for values, as `measure` reads it, from what the runner gave; of `beside` rows
    what the runner gave for those that were trained on. `paired`: an example is drawn with another one of its label.
    """

    target: Callable[[Any, Any], Any]
    labels_of: Callable[[Any], Sequence[str]]
    heads: Callable[[Sequence[str]], tuple[str, ...]]
    batch: Callable[[Loaded, Sequence[Example], Sequence[str]], Batch]
    loss: Callable[[Any, Loaded, Batch], Tensor]
    answers: Callable[[Sequence[Any], Sequence[Any], Sequence[Example]], list[Any]]
    measure: Measure = ACCURACY
    fewest_labels: int = 2
    paired: bool = False

    def knows(self, labels: Sequence[str], classes: Sequence[str]) -> bool:
        """True for a model whose head has just these classes, or needs none: it is about the same as before."""
        names = self.heads(classes)
        return not names or sorted(map(plain, labels)) == sorted(map(plain, names))


# Labels of a whole


def _label(truth: Any, _: Any) -> str | None:
    """A label's name; 1.0 is 1, as a column with gaps holds whole numbers."""
    if isinstance(truth, float) and truth.is_integer():
        truth = int(truth)
    return str(truth).strip() or None if isinstance(truth, str | int | float) else None


def _only(target: str) -> tuple[str, ...]:
    return (target,)


def _text_batch(loaded: Loaded, examples: Sequence[Example], names: Sequence[str]) -> Batch:
    texts = [e.value for e in examples]
    return {**tokenize(loaded, texts, min(LONGEST, max_tokens(loaded))), "labels": _places(loaded, examples, names)}


def _picture_batch(loaded: Loaded, examples: Sequence[Example], names: Sequence[str]) -> Batch:
    """Raises: NotAvailable where the model takes pictures in their own sizes."""
    import torch

    made = [one.tensors["pixel_values"] for one in ready(loaded, [e.value for e in examples], {})]
    if len({tuple(one.shape) for one in made}) > 1:
        raise NotAvailable(f"{loaded.facts.model_id} takes pictures in their own sizes, which cannot be tuned.")
    pixels = torch.cat(made).to(loaded.device, loaded.model.dtype)  # (pictures, channels, height, width)
    return {"pixel_values": pixels, "labels": _places(loaded, examples, names)}


def _places(loaded: Loaded, examples: Sequence[Example], names: Sequence[str]) -> Tensor:
    """The place of each label among the names, shape (rows,)."""
    import torch

    places = {name: i for i, name in enumerate(names)}
    return torch.tensor([places[e.target] for e in examples], device=loaded.device)


def _cross_entropy(model: Any, _: Loaded, batch: Batch) -> Tensor:
    """Of the logits, (rows, labels) or (rows, tokens, labels), with the places of the right labels."""
    import torch

    logits = model(**{name: value for name, value in batch.items() if name != "labels"}).logits.float()
    return torch.nn.functional.cross_entropy(logits.flatten(0, -2), batch["labels"].flatten(), ignore_index=IGNORED)


def _best_labels(given: Sequence[Any], _: Sequence[Any], __: Sequence[Example]) -> list[Any]:
    return [convert(labels, Kind.LABELS, Kind.TEXT) for labels in given]


# Spans


def _spans(truth: Any, value: Any) -> Any:
    try:
        return spans_of(truth, value)
    except (TypeError, ValueError, KeyError):
        return None


def _span_labels(target: Any) -> tuple[str, ...]:
    return tuple(span.label for span in target)


def _tag_batch(loaded: Loaded, examples: Sequence[Example], names: Sequence[str]) -> Batch:
    """Raises: NotAvailable for a tokenizer that does not tell where its tokens stand."""
    import torch

    tokenizer = loaded.tokenizer
    if not tokenizer.is_fast:
        raise NotAvailable(f"{loaded.facts.model_id} has a tokenizer that tells no places; it cannot be tuned.")
    can_pad(loaded)
    found = tokenizer(
        [e.value for e in examples],
        padding=True,
        truncation=True,
        max_length=min(LONGEST, max_tokens(loaded)),
        return_offsets_mapping=True,
        return_tensors="pt",
    )
    places = {name: i for i, name in enumerate(names)}
    tags = [
        tags_of(e.value, map(tuple, row), e.target)
        for e, row in zip(examples, found.pop("offset_mapping").tolist(), strict=True)
    ]
    labels = torch.tensor([[IGNORED if t is None else places[t] for t in row] for row in tags])  # (rows, tokens)
    return {**on_device(loaded, found), "labels": labels.to(loaded.device)}


def _as_they_are(given: Sequence[Any], _: Sequence[Any], __: Sequence[Example]) -> list[Any]:
    return list(given)


# Embeddings


def _pair_batch(loaded: Loaded, examples: Sequence[Example], _: Sequence[str]) -> Batch:
    import torch

    prompt = _prompt(loaded)
    batch = tokenize(loaded, [prompt + e.value for e in examples], min(LONGEST, max_tokens(loaded)))
    known = {name: i for i, name in enumerate(dict.fromkeys(e.target for e in examples))}
    return {**batch, "labels": torch.tensor([known[e.target] for e in examples], device=loaded.device)}


def _contrast(model: Any, loaded: Loaded, batch: Batch) -> Tensor:
    """The supervised contrastive loss, each row against all others of its batch, those of its label being right.

    Khosla 2020 (https://arxiv.org/abs/2004.11362), equation 2, over cosines times SHARPNESS. With two rows a label it
    is that of multiple negatives (Henderson 2017, https://arxiv.org/abs/1705.00652), both ways.
    """
    import torch

    tokens = {name: value for name, value in batch.items() if name != "labels"}
    hidden = model(**tokens).last_hidden_state.float()  # (rows, tokens, dimensions)
    pooled = torch.cat([POOLINGS[name](hidden, batch["attention_mask"]) for name in _poolings(loaded)], dim=-1)
    vectors = torch.nn.functional.normalize(pooled, dim=-1)
    itself = torch.eye(len(vectors), dtype=torch.bool, device=vectors.device)
    near = (vectors @ vectors.T * SHARPNESS).masked_fill(itself, -1e9)  # (rows, rows)
    alike = (batch["labels"][:, None] == batch["labels"]) & ~itself
    loss: Tensor = -(near.log_softmax(-1) * alike).sum(-1) / alike.sum(-1).clamp(min=1)
    return loss.mean()


def _nearest(given: Sequence[Any], beside: Sequence[Any], train: Sequence[Example]) -> list[Any]:
    """The label of the nearest training row; embeddings have length 1."""
    import numpy as np

    near = np.stack(given) @ np.stack(beside).T  # (rows, training rows)
    return [train[i].target for i in near.argmax(1).tolist()]


_CLASSES = {"target": _label, "labels_of": _only, "heads": tuple, "loss": _cross_entropy, "answers": _best_labels}
WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "text-classification": Way(batch=_text_batch, **_CLASSES),  # type: ignore[arg-type]
        "image-classification": Way(batch=_picture_batch, **_CLASSES),  # type: ignore[arg-type]
        "token-classification": Way(
            _spans, _span_labels, tag_names, _tag_batch, _cross_entropy, _as_they_are, SPAN_F1, fewest_labels=1
        ),
        "feature-extraction": Way(_label, _only, lambda _: (), _pair_batch, _contrast, _nearest, NEAREST, paired=True),
    }
)
"""Task → how it is tuned."""


def one_spelling(examples: Sequence[Example]) -> list[Example]:
    """Labels that a trial takes for the same (case, spaces, `_` and `-` aside) in their first spelling."""
    first: dict[str, str] = {}
    found = []
    for e in examples:
        target = e.target
        if isinstance(target, str):
            target = first.setdefault(plain(target), target)
        found.append(Example(e.value, target, e.row))
    return found
