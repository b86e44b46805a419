"""One sentence a task, from what its step gave."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ..errors import clip, one_line
from ..plan import StepOutput
from ..results import StepResult
from .found import MAX_LISTED, MAX_QUOTE, answers, best_row, found, pictures, ranked
from .read import given_values, table_of
from .teller import Teller, capital, shown_number

TIE = 1e-6  # two scores this close are one
_NAME = r'"(?:[^"]|"")+"'
_ROWS = re.compile(
    rf"SELECT \* FROM {_NAME}"  # noqa: S608  a pattern, no query
    rf"(?: WHERE .+|(?: ORDER BY (?P<name>{_NAME})(?: DESC)?(?: NULLS LAST)?)?(?: LIMIT \d+)?)",
    re.DOTALL,
)
REST = ("other", "其他")  # what a chart calls the categories beyond its largest


def _top(result: StepResult) -> list[tuple[str, int]]:
    """How often each label came first, the most frequent first."""
    return Counter(clip(one_line(v[0].label), 60) for v in given_values(result) if v).most_common()


def _labels(teller: Teller, result: StepResult, key: str = "labels") -> str | None:
    counts = _top(result)
    if not counts:
        return None
    if result.frame is None and not result.step.map:
        best = result.value[0]
        scored = best.score == best.score
        told = teller.say("label" if scored else "unscored", label=teller.quoted(best.label), score=f"{best.score:.0%}")
        return told + (teller.say("tied") if _tied(result) else "")
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
    told = teller.say(key, first=f"{first:,}", whole=whole, verb=verb, label=label, others=others)
    return told + (teller.say("tied") if _tied(result) else "")


def _tied(result: StepResult) -> bool:
    """True when the first two labels of most values have one score: the order of such labels says nothing."""
    given = [v for v in given_values(result) if len(v) > 1]
    return sum(1 if v[0].score - v[1].score < TIE else -1 for v in given) > 0


def _languages(teller: Teller, result: StepResult) -> str | None:
    return _labels(teller, result, "label" if result.frame is None else "languages")


def _themes(teller: Teller, result: StepResult) -> str | None:
    counts = _top(result)
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
    return teller.say("texts", count=f"{len(texts):,}", word=word, whole=whole, text=teller.quoted(texts[0]))


def _parts(teller: Teller, result: StepResult) -> str | None:
    """Into how many parts each value was cut, in all."""
    parts = [part for value in given_values(result) for part in value]
    if result.frame is None and not result.step.map:
        return teller.say("number", name=result.step.output, value=f"{len(parts):,}")
    return teller.say("cut", count=f"{len(parts):,}", whole=teller.whole(result)) if parts else None


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
    given = given_values(result)
    seconds = f"{sum(sound.seconds for sound in given):,.1f}"
    if result.frame is None:
        return teller.say("sound", seconds=seconds)
    return teller.say("sounds", count=f"{len(given):,}", whole=teller.whole(result), seconds=seconds) if given else None


def _filter(teller: Teller, result: StepResult) -> str | None:
    table = table_of(result.value)
    if table is None:
        return None
    verb = "is" if len(table) == 1 else "are"
    whole = teller.rows("all", result.rows, result.step.id)
    return teller.say("kept", count=f"{len(table):,}", whole=whole, verb=verb)


def _sql(teller: Teller, result: StepResult) -> str | None:
    table = table_of(result.value)
    if table is None:
        return None
    rows = list(table.head(MAX_LISTED).iter_rows(named=True))
    if not rows:
        return teller.say("none")
    numeric = [c for c in table.columns if table.schema[c].is_numeric()]
    keys = [c for c in table.columns if c not in numeric]
    if whole := _ROWS.fullmatch(result.step.parameters.get("query", "")):
        return _listed(teller, result, table, (whole["name"] or "")[1:-1].replace('""', '"'), keys)
    more = teller.more(len(table) - MAX_LISTED)
    values = teller.say("rows-word") if numeric == ["n"] else numeric[0] if numeric else ""
    if len(numeric) == len(table.columns) == len(table) == 1:
        return teller.say("number", name=values, value=shown_number(rows[0][numeric[0]]))
    if len(numeric) == 1 and keys:
        pairs = [(" · ".join(shown_number(row[k]) for k in keys), row[numeric[0]]) for row in rows]
        return teller.say("per", values=values, keys=" · ".join(keys), pairs=_pairs(teller, pairs), others=more)
    lines = [teller.say("comma").join(f"{c} {shown_number(row[c])}" for c in table.columns) for row in rows]
    return "; ".join(lines) + more + teller.say("stop")


def _listed(teller: Teller, result: StepResult, table: Any, name: str, keys: Sequence[str]) -> str | None:
    """A query that gives whole rows: how many, and from which to which value of the column that they are sorted by."""
    values = [v for v in table[name].to_list() if v is not None] if name in table.columns else []
    if not values:
        return _filter(teller, result)
    first = next(table.head(1).iter_rows(named=True))
    row = " · ".join(shown_number(first[k]) for k in [k for k in keys if k != name][:2]) or "1"
    key = "first" if len(table) == 1 < result.rows else "top" if len(table) < result.rows else "sorted"
    ends = {"first": shown_number(values[0]), "last": shown_number(values[-1])}
    whole = teller.rows("all", result.rows, result.step.id)
    return teller.say(key, whole=whole, name=name, count=f"{len(table):,}", row=row, **ends)


def _chart(teller: Teller, result: StepResult) -> str | None:
    """The longest bars; a chart of a query's table says nothing new."""
    parameters = result.step.parameters
    source = result.step.inputs.get("table")
    told = isinstance(source, StepOutput) and teller.results.plan.step(source.step).task == "sql"
    if told or parameters.get("mark", "bar") != "bar" or parameters.get("aggregate", "count") != "count":
        return None
    bars = bar_lengths(result.value)
    if len(bars) < 2:
        return None
    named = [(name, count) for name, count in bars.most_common(4) if name not in REST][:3]
    pairs = _pairs(teller, named)
    return teller.say("most", keys=parameters.get("x", ""), pairs=pairs, others="")


def bar_lengths(figure: Any) -> Counter[str]:
    """The bars of a matplotlib figure by the label of their tick; stacked and grouped bars are summed."""
    found: Counter[str] = Counter()
    for axes in getattr(figure, "axes", [])[:1]:
        for bars in axes.containers:
            across = getattr(bars, "orientation", "") == "horizontal"
            axis = axes.yaxis if across else axes.xaxis
            texts = [tick.get_text() for tick in axis.get_ticklabels()]
            ticks = list(zip(axis.get_ticklocs(), texts, strict=False))
            for patch in bars.patches:
                middle = patch.get_y() + patch.get_height() / 2 if across else patch.get_x() + patch.get_width() / 2
                near = min(ticks, key=lambda tick: abs(tick[0] - middle), default=None)
                if near and near[1] and abs(near[0] - middle) < 0.5:
                    found[clip(one_line(near[1]), 60)] += round(patch.get_width() if across else patch.get_height())
    return found


def _pairs(teller: Teller, pairs: Sequence[tuple[str, Any]]) -> str:
    return teller.say("comma").join(teller.say("pair", name=name, value=shown_number(value)) for name, value in pairs)


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
        "filter": _filter,
        "sql": _sql,
        "chart": _chart,
    }
)
