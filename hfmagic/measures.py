"""How good a model's answers are beside what is known: which measure fits a task, and what each row adds to it.

Every measure is a function of sums over rows, so that rows can be drawn anew or swapped between models in a moment.
Each of its rows is one vector (k numbers); see `intervals`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .errors import NotAvailable
from .kinds import Box, Span

if TYPE_CHECKING:
    import numpy as np

_INSTALL = "pip install 'hfmagic[trial]'"
_IOU = 0.5
_UNSPACED = ("zh", "ja", "th", "lo", "km", "my")  # languages written without spaces between words
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True)
class Measure:
    """A measure of answers beside what is known.

    `row` gives what an answer (None where a model gave none) adds to the sums, beside the truth; `value` makes the
    figure of sums of shape (..., k). `is_share`: a row is right (1) or wrong (0), so the figure is a share of rows.
    `more`: larger is better. `percent`: a figure in 0…1. `skips`: a row without an answer cannot count.
    """

    name: str
    help: str
    row: Callable[[Any, Any], tuple[float, ...]]
    value: Callable[[np.ndarray], np.ndarray]
    is_share: bool = False
    more: bool = True
    percent: bool = True
    skips: bool = False

    def goodness(self, value: float) -> float:
        """A figure as 0…1, more is better; of a distance, which has no end, 1 / (1 + distance)."""
        turned = value if self.more else 1 - value if self.percent else 1 / (1 + value)
        return min(max(turned, 0.0), 1.0)


def find_measure(task: str, *, language: str = "") -> Measure:
    """The measure for what a task gives.

    Args:
        language: ISO 639-1 code of what is spoken; characters count where words have no spaces between them.
    Raises: NotAvailable: there is none, and why; or the library that computes it is not installed.
    """
    if task == "automatic-speech-recognition":
        return _errors("cer" if language in _UNSPACED else "wer")
    if task in _CHRF_TASKS:
        return _chrf()
    if task in MEASURES:
        return MEASURES[task]
    why = _WITHOUT.get(task, "no measure of it needs only the answer and the truth")
    raise NotAvailable(f"what {task} gives cannot be measured against a column: {why}.", hint="leave out the labels")


def macro_f1(answers: Sequence[object], truths: Sequence[object]) -> float:
    """F1 of each label, averaged over the labels alike, so that rare ones count as much (scikit-learn)."""
    from sklearn.metrics import f1_score

    names = [plain(t) for t in truths]
    given = [plain(a) for a in answers]
    return float(f1_score(names, given, labels=sorted(set(names)), average="macro", zero_division=0))


def plain(value: object) -> str:
    """A label or short answer as it is compared: width, case, spaces, `_` and `-` aside; 1.0 is 1."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = unicodedata.normalize("NFKC", str(value)).casefold()
    return " ".join(re.sub(r"[_\-\s]+", " ", text).split())


# What a row adds


def _right(answer: Any, truth: Any) -> tuple[float, ...]:
    return (float(plain(answer) == plain(truth)), 1.0)


def _answer(text: Any) -> str:
    """SQuAD's normalisation: case, punctuation and English articles aside (Rajpurkar 2016, arXiv:1606.05250)."""
    kept = "".join(" " if unicodedata.category(c).startswith("P") else c for c in plain(text))
    return " ".join(_ARTICLES.sub(" ", kept).split())


def _exact(answer: Any, truth: Any) -> tuple[float, ...]:
    return (float(any(_answer(answer) == _answer(one) for one in _several(truth))), 1.0)


def word_f1(answer: Any, truth: Any) -> float:
    """Overlap of words with the nearest known answer, as SQuAD has it; Chinese by characters."""
    return max((_overlap(_words(answer), _words(one)) for one in _several(truth)), default=0.0)


def _overlap(mine: Sequence[str], theirs: Sequence[str]) -> float:
    both = (Counter(mine) & Counter(theirs)).total()
    return 2 * both / (len(mine) + len(theirs)) if mine or theirs else 1.0


def _words(text: Any) -> list[str]:
    return _CJK.sub(lambda found: f" {found.group()} ", _answer(text)).split()


def _several(truth: Any) -> Sequence[Any]:
    return list(truth) if isinstance(truth, list | tuple) else [truth]


def _spans(answer: Any, truth: Any) -> tuple[float, ...]:
    """True, false and missed spans; by place where the truth has places, else by what stands there."""
    known = [_span(one) for one in _items(truth)]
    placed = all(start is not None for _, start, _, _ in known)
    wanted = Counter((label, start, end) if placed else (label, text) for label, start, end, text in known)
    found = Counter(
        (label, start, end) if placed else (label, text) for label, start, end, text in map(_span, _items(answer))
    )
    both = (wanted & found).total()
    return (float(both), float(found.total() - both), float(wanted.total() - both))


def _span(one: Any) -> tuple[str, Any, Any, str]:
    """Label, start, end and text of a Span, a dict, (label, start, end) or (text, label)."""
    label: Any
    start: Any
    end: Any
    text: Any
    if isinstance(one, Span):
        label, start, end, text = one.label, one.start, one.end, one.text
    elif isinstance(one, Mapping):
        label = one.get("label", one.get("entity_group", ""))
        start, end, text = one.get("start"), one.get("end"), one.get("text", one.get("word", ""))
    elif len(one) == 3:
        (label, start, end), text = one, ""
    else:
        (text, label), start, end = one, None, None
    return re.sub(r"^[bilus] (?=\w)", "", plain(label)), start, end, plain(text)


def _boxes(answer: Any, truth: Any) -> tuple[float, ...]:
    """Average precision at an overlap of 0.5, averaged over the labels known in a picture; 1 where none is to find.

    Found boxes, best score first, each take the nearest free known one (Everingham 2010,
    https://doi.org/10.1007/s11263-009-0275-4); scikit-learn averages the precision at each, without
    interpolation. COCO's figure pools the pictures instead.
    """
    known, found = list(map(_box, _items(truth))), list(map(_box, _items(answer)))
    labels = {plain(b.label) for b in known}
    if not labels:
        return (float(not found), 1.0)
    each = [
        _precision([b for b in found if plain(b.label) == n], [b for b in known if plain(b.label) == n]) for n in labels
    ]
    return (sum(each) / len(each), 1.0)


def _precision(found: list[Box], known: list[Box]) -> float:
    from sklearn.metrics import average_precision_score

    free, hits = list(known), []
    found = sorted(found, key=lambda b: -b.score)
    for box in found:
        best = max(free, key=lambda k: overlap(box, k), default=None)
        hits.append(best is not None and overlap(box, best) >= _IOU)
        if hits[-1] and best is not None:
            free.remove(best)
    if not any(hits):
        return 0.0
    return float(average_precision_score(hits, [-i for i in range(len(hits))])) * sum(hits) / len(known)


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes, 0…1."""
    wide = max(0.0, min(one.xmax, other.xmax) - max(one.xmin, other.xmin))
    high = max(0.0, min(one.ymax, other.ymax) - max(one.ymin, other.ymin))
    both = wide * high
    whole = sum((b.xmax - b.xmin) * (b.ymax - b.ymin) for b in (one, other)) - both
    return both / whole if whole > 0 else 0.0


def _box(one: Any) -> Box:
    if isinstance(one, Box):
        return one
    places = one.get("box", one)
    return Box(str(one["label"]), 1.0, *(float(places[n]) for n in ("xmin", "ymin", "xmax", "ymax")))


def _items(value: Any) -> Iterable[Any]:
    return () if value is None else value


def _distance(answer: Any, truth: Any) -> tuple[float, ...]:
    return (abs(float(answer) - float(truth)), 1.0)


def _errors(name: str) -> Measure:
    """Word or character error rate by jiwer, over all rows; case and punctuation aside."""
    try:
        import jiwer
    except ImportError:
        raise NotAvailable("jiwer is not installed: it counts the errors of a transcript.", hint=_INSTALL) from None
    count = jiwer.process_words if name == "wer" else jiwer.process_characters

    def row(answer: Any, truth: Any) -> tuple[float, ...]:
        between = " " if name == "wer" else ""
        wanted, found = (between.join(_spoken(text)) for text in (truth, answer))
        if not wanted:
            return (float(len(found.split() if between else found)), 0.0)
        out = count(wanted, found)
        return (
            float(out.substitutions + out.deletions + out.insertions),
            float(out.hits + out.substitutions + out.deletions),
        )

    unit = "words" if name == "wer" else "characters"
    return Measure(name, f"errors in {unit} that were said; less is better", row, _rate, more=False)


def _spoken(text: Any) -> list[str]:
    kept = "".join("" if c in "'’" else " " if unicodedata.category(c)[0] in "PS" else c for c in plain(text))
    return kept.split()


def _chrf() -> Measure:
    """chrF (Popović 2015, https://aclanthology.org/W15-3049/) by sacrebleu: needs no words, so it holds for Chinese."""
    try:
        from sacrebleu.metrics import CHRF
    except ImportError:
        raise NotAvailable("sacrebleu is not installed: it compares written texts.", hint=_INSTALL) from None
    score = CHRF()

    def row(answer: Any, truth: Any) -> tuple[float, ...]:
        known = [str(one) for one in _several(truth)]
        return (score.sentence_score(str(answer or ""), known).score / 100, 1.0)

    return Measure("chrf", "chrF of each row, averaged: letters in common with the known text", row, _mean)


# What the sums make


def _mean(sums: np.ndarray) -> np.ndarray:
    mean: np.ndarray = sums[..., 0] / sums[..., 1]
    return mean


def _rate(sums: np.ndarray) -> np.ndarray:
    import numpy as np

    rate: np.ndarray = sums[..., 0] / np.maximum(sums[..., 1], 1)
    return rate


def _f1(sums: np.ndarray) -> np.ndarray:
    """1 where there was nothing to find and nothing was found."""
    import numpy as np

    whole = 2 * sums[..., 0] + sums[..., 1] + sums[..., 2]
    f1: np.ndarray = np.where(whole > 0, 2 * sums[..., 0] / np.maximum(whole, 1), 1.0)
    return f1


ACCURACY = Measure("accuracy", "share of rows with the right label", _right, _mean, is_share=True)
EXACT = Measure("exact match", "share of rows with a known answer, word for word", _exact, _mean, is_share=True)
SPAN_F1 = Measure("span F1", "F1 of the spans, of all rows together; place and label must fit", _spans, _f1)
PRECISION = Measure("AP50", "average precision a picture, boxes that overlap by half", _boxes, _mean)
DISTANCE = Measure(
    "mean error", "how far off the numbers are; less is better", _distance, _mean, more=False, percent=False, skips=True
)
_CLASSES = ("text", "zero-shot", "image", "zero-shot-image", "audio", "zero-shot-audio", "video")
_ASKED = ("question-answering", "table-question-answering", "visual-question-answering", "document-question-answering")
_CHRF_TASKS = frozenset(
    ("summarization", "translation", "text-generation", "image-to-text", "image-text-to-text", "video-text-to-text")
)
MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        **{f"{what}-classification": ACCURACY for what in _CLASSES},
        "fill-mask": ACCURACY,
        "token-classification": SPAN_F1,
        **dict.fromkeys(_ASKED, EXACT),
        "object-detection": PRECISION,
        "zero-shot-object-detection": PRECISION,
        "sentence-similarity": DISTANCE,
    }
)
"""Task → measure, beside those for speech and written text, whose libraries may be missing."""
_WITHOUT = {
    "feature-extraction": "an embedding is not right or wrong by itself",
    "image-feature-extraction": "an embedding is not right or wrong by itself",
    "text-ranking": "its scores order the texts of one query and have no scale",
    "text-to-image": "there is no one right picture",
    "text-to-speech": "there is no one right recording",
    "text-to-audio": "there is no one right sound",
}
