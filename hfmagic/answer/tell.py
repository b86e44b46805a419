"""One sentence a task, from what its step gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType

from ..errors import clip, one_line
from ..results import StepResult
from .found import MAX_LISTED, MAX_QUOTE, answers, best_row, found, pictures, ranked
from .read import given_values
from .tables import charted, kept, queried
from .teller import Teller, capital, shown_number

TIE = 1e-6  # two scores this close are one


def _top(teller: Teller, result: StepResult) -> list[tuple[str, int]]:
    """How often each label came first, the most frequent first."""
    lazy = teller.streamed(result)
    labels = lazy.labels if lazy else Counter(v[0].label for v in given_values(result) if v)
    shown: Counter[str] = Counter()
    for label, count in labels.items():
        shown[clip(one_line(label), 60)] += count
    return shown.most_common()


def _labels(teller: Teller, result: StepResult) -> str | None:
    counts = _top(teller, result)
    if not counts:
        return None
    if result.frame is None and not result.step.map:
        best = result.value[0]
        scored = best.score == best.score
        told = teller.say("label" if scored else "unscored", label=teller.quoted(best.label), score=f"{best.score:.0%}")
        return told + (teller.say("tied") if _tied(teller, result) else "")
    whole = teller.whole(result)
    # quoted when one has a space, so that labels do not run into the words around them
    named = [(teller.quoted(name) if any(" " in n for n, _ in counts) else name, count) for name, count in counts]
    if counts[0][1] == 1 and len(counts) > 1:
        shown = teller.say("comma").join(name for name, _ in named[:MAX_LISTED]) + teller.more(len(named) - MAX_LISTED)
        return teller.say("each", whole=capital(whole), labels=shown)
    others = "".join(teller.say("other", count=f"{count:,}", label=name) for name, count in named[1:4])
    others += teller.more(len(named) - 4)
    (label, first), *_ = named
    verb = "is" if first == 1 else "are"
    told = teller.say("labels", first=f"{first:,}", whole=whole, verb=verb, label=label, others=others)
    return told + (teller.say("tied") if _tied(teller, result) else "")


def _tied(teller: Teller, result: StepResult) -> bool:
    """True when the first two labels of most values have one score: the order of such labels says nothing."""
    given = [v for v in given_values(result) if len(v) > 1] if not teller.streamed(result) else []
    return sum(1 if v[0].score - v[1].score < TIE else -1 for v in given) > 0


def _languages(teller: Teller, result: StepResult) -> str | None:
    """Languages by name, which Babel knows in the language of the answer."""
    from babel import Locale

    names = Locale.parse(teller.language).languages
    counts = Counter({names.get(code, code): count for code, count in _top(teller, result)})
    if not counts:
        return None
    if result.frame is None and not result.step.map:
        return teller.say("language", name=next(iter(counts)), score=f"{result.value[0].score:.0%}")
    named = [teller.say("other", count=f"{count:,}", label=name) for name, count in counts.most_common(4)[1:]]
    (label, first), *_ = counts.most_common(1)
    others = "".join(named) + teller.more(len(counts) - 4)
    verb = "is" if first == 1 else "are"
    whole = teller.whole(result)
    return teller.say("languages", first=f"{first:,}", whole=whole, verb=verb, label=label, others=others)


def _themes(teller: Teller, result: StepResult) -> str | None:
    counts = _top(teller, result)
    if not counts:
        return None
    pairs = [teller.say("pair", name=teller.quoted(name), value=f"{count:,}") for name, count in counts[:3]]
    whole = capital(teller.whole(result))
    if len(counts) == 1:
        return teller.say("theme", whole=whole, labels=pairs[0])
    return teller.say("themes", whole=whole, groups=len(counts), verb="are", labels=teller.listed(pairs))


def _texts(teller: Teller, result: StepResult) -> str | None:
    texts = given_values(result)
    if not texts:
        return None
    if result.frame is None:
        quoted = teller.quoted(texts[0], MAX_QUOTE)
        return teller.say("titled", title=capital(teller.titles(result, many=False)), text=quoted)
    word = teller.titles(result, many=len(texts) > 1 or teller.language == "zh")  # Chinese has one form for a number
    whole = teller.whole(result)
    count = f"{teller.given(result):,}"
    return teller.say("texts", count=count, word=word, whole=whole, text=teller.quoted(texts[0]))


def _parts(teller: Teller, result: StepResult) -> str | None:
    """Into how many parts each value was cut, in all."""
    parts = [part for value in given_values(result) for part in value]
    if result.frame is None and not result.step.map:
        return teller.say("number", name=result.step.output, value=f"{len(parts):,}")
    count = teller.given(result) if teller.streamed(result) else len(parts)
    return teller.say("cut", count=f"{count:,}", whole=teller.whole(result)) if parts else None


def _similarity(teller: Teller, result: StepResult) -> str | None:
    if result.frame is None:
        return teller.say("number", name=result.step.output, value=shown_number(result.value))
    best = best_row(teller, result)
    if best is None:
        return None
    row, score, text = best
    sentence = teller.quoted(result.step.parameters.get("sentence", ""))
    return teller.say("closest", sentence=sentence, row=row, score=f"{score:.2f}", text=text)


def _embeddings(teller: Teller, result: StepResult) -> str | None:
    given = given_values(result)
    return teller.say("embeddings", whole=capital(teller.whole(result)), size=len(given[0])) if given else None


def _sounds(teller: Teller, result: StepResult) -> str | None:
    if teller.streamed(result):  # their seconds are not counted
        return None
    given = given_values(result)
    seconds = f"{sum(sound.seconds for sound in given):,.1f}"
    if result.frame is None:
        return teller.say("sound", seconds=seconds)
    return teller.say("sounds", count=f"{len(given):,}", whole=teller.whole(result), seconds=seconds) if given else None


TELL: Mapping[str, Callable[[Teller, StepResult], str | None]] = MappingProxyType(
    {
        "text-classification": _labels,
        "zero-shot-classification": _labels,
        "image-classification": _labels,
        "zero-shot-image-classification": _labels,
        "audio-classification": _labels,
        "zero-shot-audio-classification": _labels,
        "video-classification": _labels,
        "fill-mask": _labels,
        "question-answering": answers,
        "visual-question-answering": answers,
        "document-question-answering": answers,
        "table-question-answering": _texts,
        "token-classification": found,
        "object-detection": found,
        "zero-shot-object-detection": found,
        "image-segmentation": found,
        "mask-generation": found,
        "translation": _texts,
        "image-to-text": _texts,
        "image-text-to-text": _texts,
        "text-to-image": pictures,
        "image-to-image": pictures,
        "depth-estimation": pictures,
        "image-feature-extraction": _embeddings,
        "text-ranking": ranked,
        "text-to-audio": _sounds,
        "video-text-to-text": _texts,
        "redact": _texts,
        "split": _parts,
        "frames": _parts,
        "crop": _parts,
        "detect-language": _languages,
        "cluster": _themes,
        "summarization": _texts,
        "text-generation": _texts,
        "automatic-speech-recognition": _texts,
        "template": _texts,
        "sentence-similarity": _similarity,
        "feature-extraction": _embeddings,
        "text-to-speech": _sounds,
        "filter": kept,
        "sql": queried,
        "chart": charted,
    }
)
