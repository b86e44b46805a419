"""Lines about what a choice rests on: a trial, ratings, the log, an audit, whether it fits."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from ..alerts import alerts
from ..errors import BadOption, clip
from ..fit import fit_rows
from ..judging import ROWS, Terms
from ..render.audit_view import audit_view
from ..render.choice_view import table_view
from ..render.html import muted, tag, text
from ..render.ledger_view import LEDGER, ledger_rows, ledger_view
from ..render.log_view import alerts_view, log_csv, log_rows, log_view
from ..render.view import View, stack
from ..session import Options, Session
from ..sink import is_new, write_text
from ..trial import Trial, view_of
from ..trial.words import figure
from ..tune import WAYS
from .call import Call, display

RATINGS = MappingProxyType({"good": True, "bad": False})
FIT = ("step", "model", "weights", "activations", "KV cache", "total", "verdict", "fetches", "time")


def trial(call: Call) -> None:
    """The best models of a step, or those named, on varied rows of it: `%hf trial STEP [N] [MODEL …]`."""
    step_id, *others = call.words
    numbers = [int(w) for w in others if w.isdigit()]
    options = call.options
    terms = Terms(
        rows=next(iter(numbers), options.trial or ROWS), labels=options.labels, by=options.by, yes=options.yes
    )
    if terms.rows < 2 or len(numbers) > 1:
        raise BadOption("a trial needs a number of rows, 2 or more.", hint=f"%hf trial {step_id} {ROWS}")
    models = [w for w in others if not w.isdigit()]
    found = call.session.try_models(step_id, models, terms)()
    show_trial(call.session, found, options)


def show_trial(session: Session, found: Trial, options: Options) -> None:
    """How a trial came out, and what can be done then: where it misses the target, also to tune a model."""
    step_id, ends = found.step_id, []
    plan = session.proposal.plan if session.proposal else None
    model = plan.step(step_id).model if plan and step_id in plan.step_ids else None
    taken = model.model_id if model else ""
    best = found.verdict.best if found.verdict.kind == "clear" else ""
    if best and best != taken:
        ends.append(f"%hf use {step_id} {best} takes it")
    elif not best and found.disagreements and not found.known:
        ends.append("no column of labels was named (--labels COLUMN): the sidebar's Trial panel labels rows by a click")
    ends += missed(found, options.target, options.labels)
    display(stack(view_of(found), *map(_line, ends)))


def missed(found: Trial, target: float, labels: str) -> list[str]:
    """What is told of a target that no model has reached: by how much, and how one is tuned where that can be done."""
    measured = [m for m in found.ranked if m.value is not None]
    if not target or not found.known or not measured:
        return []
    best, measure = measured[0], found.scored_by
    value = best.value or 0.0
    if value >= target if measure.more else value <= target:
        return []
    said = f"the target of {figure(found, target)} is missed: the best has {figure(found, value)} ({best.model_id})"
    column = shlex.quote(labels)
    tunes = f"; %hf tune {found.step_id} --labels {column} trains a model on your labels"
    return [said + (tunes if found.task in WAYS else "")]


def rate(call: Call) -> None:
    """A step's result was good, or bad."""
    step_id, word = call.words
    if word not in RATINGS:
        raise BadOption(f"%hf rate takes {' or '.join(RATINGS)}, not {word!r}.", hint=f"%hf rate {step_id} good")
    noticed = call.session.rate(step_id, RATINGS[word])
    print(f"{step_id}: {word}")
    show_notices(noticed)


def show_notices(lines: Sequence[str]) -> None:
    """Notices about models, each a line."""
    for line in lines:
        display(_line(line))


def log(call: Call) -> None:
    """Every choice of a model: `%hf log [WORD …] [--alerts] [--csv FILE]`."""
    store, words = call.session.store, list(call.words)
    if "alerts" in call.flags:
        display(alerts_view(alerts(store)))
        return
    rows = log_rows(store, words)
    if file := call.options.csv:
        _write_csv(log_csv(rows), file)
    else:
        display(log_view(rows, alerts(store)))


def _write_csv(text: str, file: str) -> None:
    """Text into a new file, which is said. Raises: BadOption where there is one, or it cannot be written."""
    path = Path(file)
    if path.suffix != ".csv" or not is_new(path):
        hint = "name one that is not there yet, in a folder"
        raise BadOption(f"--csv {clip(file, 60)!r} is no new .csv file.", hint=hint)
    write_text(path, text)
    print(f"written: {path}")


def ledger(call: Call) -> None:
    """What everything took, by step and model: `%hf ledger [all] [--csv FILE]`."""
    if call.words not in ([], ["all"]):
        raise BadOption(f"%hf ledger {call.words[0]!r} is unknown.", hint="%hf ledger, or %hf ledger all")
    store = call.session.store
    rows = ledger_rows(store.costs("" if call.words else store.kernel))
    if file := call.options.csv:
        _write_csv(log_csv(rows, LEDGER), file)
    else:
        display(ledger_view(rows, "of every kernel" if call.words else "of this kernel"))


def audit(call: Call) -> None:
    """License, safety and age of every model of the last plan and those it was made from: `%hf audit [json]`."""
    if call.words not in ([], ["json"]):
        raise BadOption(f"%hf audit {call.words[0]!r} is unknown.", hint="%hf audit, or %hf audit json")
    found = call.session.audit()
    if call.words:
        print(found.to_json(indent=2))
    else:
        display(audit_view(found))


def fit(call: Call) -> None:
    """Memory and time of the last plan, here or on other hardware: `%hf fit [HARDWARE]`, such as T4."""
    found = call.session.fit(" ".join(call.words))
    where = " ".join(call.words) or "this machine"
    rows: Sequence[Mapping[str, object]] = fit_rows(found)
    display(stack(table_view(f"The last plan on {where}", rows, columns=FIT), _line(found.words)))


def _line(words: str) -> View:
    return View(tag("div", muted(text(words, 400))), words)
