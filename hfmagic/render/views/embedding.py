"""Embeddings: their numbers in a line, and all of them as points on their two main directions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..html import data_uri, muted, tag, text
from ..plain import fit
from ..view import View, beside, stack
from .output import Output, showing
from .palette import OTHER, color, legend

if TYPE_CHECKING:
    import numpy as np

FIRST = 6
MAX_POINTS = 2_000
MAX_GROUPS = 8
SIZE = (5.2, 3.6)  # inches
REST = "other"


def embedding_view(output: Output) -> View:
    """Its length and first numbers."""
    words = _words(output.value)
    return View(tag("div", text(words, 200)), words)


def embedding_column(output: Output) -> View:
    """Shape of all of them, the first numbers of the first, and a map."""
    given = [value for _, value in output.given]
    if not given:
        return View()
    words = f"{len(given):,} × {len(given[0]):,} numbers, first row {_words(given[0])}"
    return stack(View(tag("div", text(words, 300)), words), map_view(output))


def map_view(output: Output) -> View:
    """The rows as points: near ones are alike. Nothing where there are too few, or all are the same."""
    import numpy as np

    rows = _sampled([(row, v) for row, v in output.given if np.ndim(v) == 1])
    if len(rows) < 4 or len({len(v) for _, v in rows}) != 1:
        return View()
    points, share = directions(np.stack([np.asarray(v, dtype=np.float64) for _, v in rows]))
    if not share:
        return View()
    names = [output.groups[row] if row < len(output.groups) else None for row, _ in rows]
    colors = _colors(names)
    known = [name if name in colors else REST for name in names] if colors else [""] * len(rows)
    alt = f"map of {len(rows):,} embeddings" + (f", coloured by {output.grouped}" if colors else "")
    if len(rows) * 4 + 20_000 > output.room.raw:
        return View(muted(f"no map, {output.room.words}"), f"no map, {output.room.words}")
    source = data_uri("image/png", _drawn(points, [colors.get(name, OTHER if colors else color(1)) for name in known]))
    width = round(SIZE[0] * 100 * 0.8)
    chart = View(tag("img", src=source, alt=alt, width=width, class_="hfm-chart"))
    counts = Counter(known)
    named = [(colors.get(name, OTHER), name, [f"{counts[name]:,}"]) for name in [*colors, REST] if counts[name]]
    key = legend(named) if colors else View()
    said = f"alike rows are near each other; the two main directions hold {share:.0%} of the differences"
    by = f"coloured by {output.grouped}; " if colors and output.grouped else ""
    cut = showing(len(rows), len(output.given), "row")
    foot = " · ".join(filter(None, (by + said, cut)))
    below = tag("div", muted(text(foot, 300)), class_="hfm-sub")
    return View(tag("div", beside(chart, key).html, below), f"{alt}: {fit(said, 100)}")


def _sampled(rows: Sequence[tuple[int, Any]]) -> list[tuple[int, Any]]:
    """Every so many-th row, where there are more than are drawn."""
    if len(rows) <= MAX_POINTS:
        return list(rows)
    return [rows[i * len(rows) // MAX_POINTS] for i in range(MAX_POINTS)]


def directions(vectors: np.ndarray) -> tuple[np.ndarray, float]:
    """Principal components by scikit-learn: points (n, 2), and the share of the variance that they hold; 0 for none."""
    import numpy as np
    from sklearn.decomposition import PCA

    if vectors.shape[1] < 2 or not np.isfinite(vectors).all() or not np.ptp(vectors, axis=0).any():
        return np.zeros((len(vectors), 2)), 0.0
    pca = PCA(n_components=2, svd_solver="covariance_eigh" if vectors.shape[1] <= 1_000 else "auto", random_state=0)
    points = pca.fit_transform(vectors)
    return points, float(pca.explained_variance_ratio_.sum())


def _colors(names: Sequence[str | None]) -> dict[str, str]:
    """A colour for each of the largest groups; nothing where none is named."""
    counts = Counter(name for name in names if name is not None)
    return {name: color(i) for i, (name, _) in enumerate(counts.most_common(MAX_GROUPS - 1))}


def _drawn(points: np.ndarray, shades: Sequence[str]) -> bytes:
    """PNG bytes: the points, without axes, whose numbers mean nothing to a reader."""
    from matplotlib.figure import Figure

    from .chart import chart_png

    figure = Figure(figsize=SIZE, dpi=80)
    axes = figure.add_axes((0.01, 0.01, 0.98, 0.98))
    size = 30 if len(points) <= 400 else 12
    axes.scatter(points[:, 0], points[:, 1], s=size, c=list(shades), alpha=0.85, linewidths=0)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.margins(0.06)
    for spine in axes.spines.values():
        spine.set_alpha(0.5)
    return chart_png(figure)


def _words(vector: Sequence[Any]) -> str:
    more = " …" if len(vector) > FIRST else ""
    return f"[{', '.join(f'{float(n):.3f}' for n in vector[:FIRST])}{more}] ({len(vector):,})"
