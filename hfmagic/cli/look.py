"""Commands that look at models and at what a plan rests on: models, audit, fit, trial, tune, log, ledger, sent."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ..errors import BadOption, NeedsConsent
from ..sink import is_new, write_text
from .call import Command, add_format, as_json, as_rows, options_of, read_plan, say, session_for
from .data import inputs_for
from .hints import in_shell
from .work import proposal_for


def _models(given: Namespace) -> int:
    session, options, word = session_for(), options_of(given), given.what
    if "/" in word:
        if given.format == "json":
            raise BadOption("all about one model is told as text.", hint="--format text, or a task")
        print(session.about(word, options).plain)
        return 0
    if word:
        found = session.candidates(word, options)
        rows: list[dict[str, object]] = [
            {
                "model": c.facts.model_id,
                "license": c.facts.license,
                "bytes": c.facts.weight_bytes,
                "score": None if c.rejected else round(c.score, 4),
                "rejected": c.rejected or None,
            }
            for c in found
        ]
        return as_rows(given, rows, ("model", "license", "bytes", "score", "rejected"))
    rows = [
        {"model": m.model_id, "task": m.task, "license": m.license, "bytes": m.weight_bytes, "problem": m.problem}
        for m in session.hub.models()
    ]
    if not rows:
        from ..starter import OFFER

        say(given, OFFER)
    return as_rows(given, rows, ("model", "task", "license", "bytes", "problem"))


def _audit(given: Namespace) -> int:
    from ..render.audit_view import audit_view

    session = session_for()
    session.adopt(session.proposal_of(read_plan(given.plan), {}))
    found = session.audit()
    print(found.to_json(indent=2) if given.format == "json" else in_shell(audit_view(found).plain))
    return 0


def _fit(given: Namespace) -> int:
    from ..fit import fit_rows

    session = session_for()
    found = session.forecast(session.proposal_of(read_plan(given.plan), {}), given.hardware)
    as_rows(given, fit_rows(found))
    say(given, found.words)
    return 0


def _trial(given: Namespace) -> int:
    from ..judging import Terms
    from ..proposal import Options
    from ..trial import view_of

    if given.rows < 2:
        raise BadOption("a trial needs 2 rows or more.", hint="--rows 50")
    plan = read_plan(given.plan)
    files = inputs_for([i.name for i in plan.inputs], [given.data])
    session = session_for(*files.values())
    session.adopt(proposal_for(session, plan, files, Options()), others=True)
    found = session.try_models(given.step, given.models, Terms(given.rows, given.labels, yes=given.yes))()
    if given.format == "text":
        print(view_of(found).plain)
        return 0
    ranked = [{"model": m.model_id, "value": m.value} for m in found.ranked]
    as_json({"step": given.step, "measure": found.scored_by.name if found.scored_by else None, "models": ranked})
    return 0


def _tune(given: Namespace) -> int:
    from ..proposal import Options
    from ..tune import view_of

    plan = read_plan(given.plan)
    files = inputs_for([i.name for i in plan.inputs], [given.data])
    session = session_for(*files.values())
    proposal = proposal_for(session, plan, files, Options(yes=given.yes))
    try:
        found = session.tune_for(proposal, given.step, given.labels)
    except NeedsConsent as error:
        raise NeedsConsent(error.message, hint="--yes agrees") from None
    print(in_shell(view_of(found).plain))
    again = f"hfmagic plan REQUEST {given.data} --model {given.step}={found.model_id}"
    say(given, f"→ {found.model_id}. Next: {again} -o tuned.json")
    return 0


def _log(given: Namespace) -> int:
    from ..render.log_view import log_csv, log_rows

    rows = log_rows(session_for().store, given.words)
    return _to_csv(given, log_csv(rows)) if given.csv else as_rows(given, rows)


def _ledger(given: Namespace) -> int:
    from ..render.ledger_view import LEDGER, ledger_rows
    from ..render.log_view import log_csv

    rows = ledger_rows(session_for().store.costs())
    return _to_csv(given, log_csv(rows, LEDGER)) if given.csv else as_rows(given, rows)


def _to_csv(given: Namespace, text: str) -> int:
    path = Path(given.csv)
    if path.suffix != ".csv" or not is_new(path):
        raise BadOption(f"--csv {given.csv!r} is no new .csv file.", hint="name one that is not there yet, in a folder")
    write_text(path, text)
    say(given, f"→ {path}")
    return 0


def _sent(given: Namespace) -> int:
    rows = [{"at": at, "to": url, "body": body} for at, url, body in session_for().store.sent("")]
    if not rows:
        say(given, "nothing was sent to an LLM from this machine")
    return as_rows(given, rows, ("at", "to", "body"))


def _add_models(parser: ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", default="", metavar="TASK|ORG/NAME", help="default: those on this machine")
    parser.add_argument("--limit", default="", help="limits on models: license=permissive,max_size=2GB")
    parser.add_argument("--offline", action="store_true", help="only the models on this machine")
    add_format(parser)


def _add_plan(parser: ArgumentParser) -> None:
    parser.add_argument("plan", type=Path, help="the file that hfmagic plan wrote")
    add_format(parser)


def _add_fit(parser: ArgumentParser) -> None:
    _add_plan(parser)
    parser.add_argument("--hardware", default="", help="such as T4; default: this machine")


def _add_trial(parser: ArgumentParser) -> None:
    parser.add_argument("plan", type=Path)
    parser.add_argument("step", help="a step's id; hfmagic plan shows them")
    parser.add_argument("data", help="the file of the plan's input")
    parser.add_argument("models", nargs="*", help="two or more; default: the best candidates")
    parser.add_argument("--labels", default="", metavar="COLUMN", help="the column that says what is right")
    parser.add_argument("--rows", type=int, default=50, help="rows that are tried; default: 50")
    parser.add_argument("--yes", action="store_true", help="agree to large downloads")
    add_format(parser)


def _add_tune(parser: ArgumentParser) -> None:
    parser.add_argument("plan", type=Path)
    parser.add_argument("step", help="a step's id; hfmagic plan shows them")
    parser.add_argument("data", help="the file of the plan's input, with the labels")
    parser.add_argument("--labels", required=True, metavar="COLUMN", help="the column that says what is right")
    parser.add_argument("--yes", action="store_true", help="agree to the time that it takes, and to large downloads")


def _add_log(parser: ArgumentParser) -> None:
    parser.add_argument("words", nargs="*", help="only choices that these fit, such as since=7d")
    parser.add_argument("--csv", default="", metavar="FILE", help="write a new CSV file")
    add_format(parser)


def _add_ledger(parser: ArgumentParser) -> None:
    parser.add_argument("--csv", default="", metavar="FILE", help="write a new CSV file")
    add_format(parser)


COMMANDS = (
    Command("models", "the models on this machine, the candidates of a task, or all about one", _add_models, _models),
    Command("audit", "license, safety and age of a plan's models", _add_plan, _audit),
    Command("fit", "memory and time of a plan, foretold", _add_fit, _fit),
    Command("trial", "models of a step, tried on your rows", _add_trial, _trial),
    Command("tune", "train the model of a step on your labels, beside its base", _add_tune, _tune),
    Command("log", "every choice of a model", _add_log, _log),
    Command("ledger", "seconds, bytes and tokens by step and model", _add_ledger, _ledger),
    Command("sent", "every byte that went to an LLM", add_format, _sent),
)
