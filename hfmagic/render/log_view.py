"""The log: which models were chosen for what, what that took and how it was rated, as a table, a chart and CSV."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..alerts import Alert
from ..errors import BadOption, one_line
from ..limits import size_words
from ..operations.chart import draw_chart
from ..store import Selection, Store
from .choice_view import table_view
from .html import tag, text
from .view import NOTHING, View, stack
from .views.chart import chart_view
from .views.output import Output

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = ("when", "step", "task", "model", "rating", "score", "seconds", "memory", "request")
MOST_SHOWN = 50  # selections in the table; the chart and the CSV have all
MOST_MODELS = 8  # in the chart of quality over time: more lines cannot be told apart
RUNNING = 10  # ratings whose mean is drawn there
_UNITS: Mapping[str, timedelta] = MappingProxyType(
    {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
)
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_MOODS = MappingProxyType({"good": "positive", "bad": "negative", "": "neutral"})  # charts have colours for these
_RATINGS = MappingProxyType({True: "good", False: "bad", None: ""})
Row = dict[str, object]


def log_rows(store: Store, words: Sequence[str] = (), *, now: datetime | None = None) -> list[Row]:
    """The selections that all words fit, newest first, one a row with the keys of COLUMNS.

    `memory` in bytes, `seconds` and `memory` None where the step did not run, `request` a hash, `rating` good or bad.

    Args:
        words: "kernel" for those of this kernel; "since=2026-11-01", "since=7d" (h, d, w); any other one is looked for
            in the names of task and model.
        now: what "7d" counts from; default: the clock.
    Raises: BadOption for a `since` that cannot be read.
    """
    tests = [_test(word, store.kernel, now or datetime.now()) for word in words]
    return [_row(s) for s in reversed(store.selections()) if all(fits(s) for fits in tests)]


def log_view(rows: Sequence[Row], waiting: Sequence[Alert] = ()) -> View:
    """The table of the latest selections, the charts of all, and how many notices wait for a review.

    Args:
        rows: as `log_rows` gives them.
    """
    shown = [row | {"memory": _size(row["memory"])} for row in rows[:MOST_SHOWN]]
    title = f"{len(rows):,} selection{'' if len(rows) == 1 else 's'}"
    title += f", the latest {MOST_SHOWN}" if len(rows) > MOST_SHOWN else ""
    return stack(_waiting(waiting), table_view(title, shown, columns=COLUMNS), *map(_drawn, _charts(rows)))


def alerts_view(waiting: Sequence[Alert]) -> View:
    """The notices that wait for a review, each with what to do."""
    rows: list[Row] = [
        {
            "when": _time(a.at),
            "task": a.task,
            "model": a.model_id,
            "quality before": f"{a.before:.0%}",
            "now": f"{a.now:.0%} of {a.results:,}",
            "do": a.line.rpartition(" → ")[2],
        }
        for a in waiting
    ]
    return table_view("Models to review", rows, columns=("when", "task", "model", "quality before", "now", "do"))


def log_csv(rows: Sequence[Row], columns: Sequence[str] = COLUMNS) -> str:
    """Rows as CSV with a header line. A text that a spreadsheet would take for a formula begins with a quote."""
    import pandas as pd

    safe = [{name: _harmless(row[name]) for name in columns} for row in rows]
    return str(pd.DataFrame(safe, columns=list(columns)).to_csv(index=False, lineterminator="\n"))


def _row(chosen: Selection) -> Row:
    return {
        "when": _time(chosen.at),
        "request": chosen.request[:8],
        "step": chosen.step,
        "task": chosen.task,
        "model": chosen.model_id,
        "score": chosen.score,
        "seconds": chosen.seconds,
        "memory": chosen.peak_bytes,
        "rating": _RATINGS[chosen.liked],
    }


def _time(at: float) -> str:
    return f"{datetime.fromtimestamp(at):%Y-%m-%d %H:%M:%S}"


def _size(value: object) -> str:
    return size_words(value) if isinstance(value, int) and value else ""


def _harmless(value: object) -> object:
    """As OWASP advises against CSV injection: https://owasp.org/www-community/attacks/CSV_Injection."""
    if not isinstance(value, str):
        return value
    plain = one_line(value)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


def _test(word: str, kernel: str, now: datetime) -> Callable[[Selection], bool]:
    if word == "kernel":
        return lambda s: s.kernel == kernel
    name, equals, value = word.partition("=")
    if equals and name == "since":
        first = _since(value, now).timestamp()
        return lambda s: s.at >= first
    looked_for = word.lower()
    return lambda s: looked_for in s.task.lower() or looked_for in s.model_id.lower()


def _since(value: str, now: datetime) -> datetime:
    try:
        if value[-1:] in _UNITS:
            return now - int(value[:-1]) * _UNITS[value[-1]]
        return datetime.fromisoformat(value)
    except (ValueError, OverflowError):
        raise BadOption(
            f"since={value!r} is no time.", hint="since=2026-11-01, since=12h, since=7d or since=4w"
        ) from None


def _waiting(waiting: Sequence[Alert]) -> View:
    """Each notice in a line of its own above the log."""
    if not waiting:
        return NOTHING
    lines = [a.line for a in waiting]
    return View(tag("ul", [tag("li", text(line, 400), class_="hfm-warn") for line in lines]), "\n".join(lines))


def _charts(rows: Sequence[Row]) -> list[Figure]:
    """How often each model was chosen, by rating; how its ratings went, where there are several days of them."""
    import pyarrow as pa

    if not rows:
        return []
    counts = Counter((str(r["model"]), _MOODS[str(r["rating"])]) for r in rows)
    model, rated = zip(*counts, strict=True)
    chosen = pa.table({"model": model, "rated": rated, "choices": list(counts.values())})
    drawn = {"x": "model", "y": "choices", "color": "rated", "aggregate": "none"}
    figures = [draw_chart(chosen, mark="bar", title="Times chosen (neutral: not rated)", **drawn)]
    good = _good_by_day(rows)
    if len({day for _, day in good}) > 1:
        model, days = zip(*good, strict=True)
        table = pa.table({"day": days, "share rated good": list(good.values()), "model": model})
        drawn = {"x": "day", "y": "share rated good", "color": "model", "aggregate": "none"}
        figures.append(
            draw_chart(table, mark="line", title=f"Quality over each model's last {RUNNING} ratings", **drawn)
        )
    return figures


def _good_by_day(rows: Sequence[Row]) -> dict[tuple[str, date], float]:
    """Model and day → the share of its last RUNNING ratings that were good, at the end of the day."""
    rated = [(str(r["model"]), str(r["when"]), r["rating"] == "good") for r in reversed(rows) if r["rating"]]
    often = {model for model, _ in Counter(model for model, *_ in rated).most_common(MOST_MODELS)}
    latest: dict[str, deque[bool]] = defaultdict(lambda: deque(maxlen=RUNNING))
    found = {}
    for model, when, good in rated:
        if model in often:
            latest[model].append(good)
            found[model, datetime.fromisoformat(when).date()] = sum(latest[model]) / len(latest[model])
    return found


def _drawn(figure: Figure) -> View:
    return chart_view(Output(figure, name="chart of the log"))
