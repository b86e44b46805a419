"""Labels as bars: the scores of one value, or how often each label came in a column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ...kinds import Labels
from ..html import Markup, join, muted, number_cell, table, tag, text
from ..plain import bar, fit, grid
from ..view import View, stack
from .output import Output

MAX_BARS = 8
MAX_ANSWER = 400


def labels_view(output: Output) -> View:
    """The labels of one value, best first, with their scores; under the question where they answer one."""
    labels: Labels = output.value or ()
    if any(one.score != one.score for one in labels):  # a model that writes its answer gives no score
        shown = _without_scores(labels)
    else:
        rows = [(one.label, one.score, f"{one.score:.1%}") for one in labels[:MAX_BARS]]
        shown = bars(rows, len(labels) - MAX_BARS)
    return stack(question_view(output.asked), shown)


def question_view(asked: str) -> View:
    """A question that something answers."""
    if not asked:
        return View()
    words = tag("div", muted("asked: "), text(asked, MAX_ANSWER), class_="hfm-caption", dir="auto")
    return View(words, f"asked: {fit(asked, 100)}")


def _without_scores(labels: Labels) -> View:
    blocks = [tag("div", text(one.label, MAX_ANSWER), class_="hfm-block", dir="auto") for one in labels[:MAX_BARS]]
    return View(join(blocks), "\n".join(fit(one.label, 100) for one in labels[:MAX_BARS]))


def labels_column(output: Output) -> View:
    """How often each label came first."""
    lists = [value for value in output.value if value is not None]
    return label_bars(Counter(one[0].label for value in lists for one in (value if _mapped(value) else [value]) if one))


def label_bars(found: Mapping[str, int]) -> View:
    """How often each label came, as bars; nothing where each came once."""
    counts = Counter(dict(found)).most_common()
    if len(counts) > MAX_BARS and counts[0][1] == 1:  # answers, each its own: the frame shows them
        return View()
    every = max(sum(found.values()), 1)
    shown = [(label, count / every, f"{count:,} · {count / every:.0%}") for label, count in counts[:MAX_BARS]]
    return bars(shown, len(counts) - MAX_BARS)


def score_words(label: str, score: float) -> str:
    """A label with its score; alone where there is none."""
    return f"{label} {score:.0%}" if score == score else label


def _mapped(value: Sequence[object]) -> bool:
    return isinstance(value, list)


def bars(rows: Sequence[tuple[str, float, str]], hidden: int = 0) -> View:
    """Rows of (label, share in 0…1, number in words) as horizontal bars; without styles the numbers remain."""
    if not rows:
        return View()
    cells = [(text(label, 80), _bar(share), number_cell(muted(words))) for label, share, words in rows]
    more = muted(f"and {hidden:,} more labels") if hidden > 0 else None
    plain = grid(["", "", ""], [(fit(label), bar(share), words) for label, share, words in rows]).lstrip("\n")
    return View(join([table((), cells, class_="hfm-bars"), more]), plain)


def _bar(share: float) -> Markup:
    width = f"width:{100 * min(max(share, 0.0), 1.0):.1f}%"
    return tag("div", tag("div", class_="hfm-bar", style=width), class_="hfm-track")
