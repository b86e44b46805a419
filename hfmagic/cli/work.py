"""Commands that plan and run: plan, run, code."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import BadOption, NeedsConsent, one_line
from ..sink import write_text
from .call import Command, options_of, read_plan, say, session_for
from .data import check_target, inputs_for, loaded, named_files, printed, written

if TYPE_CHECKING:
    from ..export import Form
    from ..plan import Plan
    from ..proposal import Options, Proposal
    from ..results import Results
    from ..session import Session
    from ..stage import Standing


def proposal_for(session: Session, plan: Plan, files: dict[str, Path], options: Options) -> Proposal:
    """A plan over files, with just the models that it pins. Raises: InvalidPlan, UnknownModel, UnknownColumn."""
    return session.proposal_of(plan, {name: loaded(path) for name, path in files.items()}, options)


def _plan(given: Namespace) -> int:
    files = named_files(given.data)
    target = Path(given.output) if given.output else None
    if target and target.exists() and not given.force:
        raise BadOption(f"there is a {target.name} already.", hint="--force writes over it, or name another file")
    session = session_for(*files.values())
    namespace = {name: loaded(path) for name, path in files.items()}
    found = session.propose(given.request, namespace, tuple(namespace), options_of(given))
    plan = found.plan
    from ..render.plan_view import PlanView

    say(given, PlanView(plan).view.plain)
    text = plan.to_json(indent=2)
    if target is None:
        print(text)
        say(given, "→ save it with -o plan.json. Next: hfmagic run plan.json DATA -o out.parquet")
        return 0
    write_text(target, text + "\n")
    say(given, f"→ {target}. Next: hfmagic run {target} {' '.join(given.data)} -o out.parquet")
    return 0


def _run(given: Namespace) -> int:
    targets = [Path(name) for name in (given.output, given.rejected) if name]
    for target in targets:
        check_target(target, force=given.force)
    plan = read_plan(given.plan)
    files = inputs_for([i.name for i in plan.inputs], given.data)
    read = {path.resolve() for path in files.values()}
    if any(target.resolve() in read for target in targets) or len({t.resolve() for t in targets}) < len(targets):
        raise BadOption("a file would be written over what is read or written.", hint="name another file")
    session = session_for(*files.values())
    proposal = proposal_for(session, plan, files, options_of(given))
    leave = session.stage.watch(_progress(given), takes_clicks=False)
    try:
        results, answer = session.run(proposal)
    except NeedsConsent as error:
        raise NeedsConsent(error.message, hint=f"--yes, or --approve {proposal.plan.hash}, agrees") from None
    finally:
        leave()
    if results.failed:
        raise next(iter(results.failed.values()))
    if results.interrupted:
        raise KeyboardInterrupt(_left(results, cached=session.config.cache_results))
    _keep(given, results, answer.text)
    return 0


def _keep(given: Namespace, results: Results, answer: str) -> None:
    """Write or print what a run gave, and say how it went."""
    say(given, answer)
    value = results.value
    rows = written(value, Path(given.output)) if given.output else _print(value)
    if given.rejected:
        written(results.rejected, Path(given.rejected))
    say(given, _summary(given, results, rows))


def _print(value: Any) -> int:
    if isinstance(value, Path) or hasattr(value, "columns"):
        return printed(value, sys.stdout)
    from ..kinds import Label
    from ..render.html import clean

    if isinstance(value, tuple) and value and all(isinstance(one, Label) for one in value):  # the best first
        print(*(f"{one_line(one.label)}\t{one.score:.4f}" for one in value), sep="\n")
    else:
        print(clean(value, sys.maxsize))
    return 1


def _summary(given: Namespace, results: Results, rows: int) -> str:
    from ..limits import size_words
    from ..render.words import rows_words

    bad = sum(sum(results.bad(step).values()) for step in results.steps)
    peak = max((r.peak_bytes for r in results.values()), default=0)
    parts = [rows_words(rows), rows_words(len(results), "step"), f"{results.seconds:.1f} s"]
    parts += [f"peak {size_words(peak)}"] if peak else []
    lost = f" {rows_words(bad)} rejected{'' if given.rejected else ' (--rejected FILE says why)'}." if bad else ""
    return f"→ {', '.join(parts)}.{lost} Next: hfmagic code {given.plan}"


def _left(results: Results, *, cached: bool) -> str:
    """What an interrupt left."""
    from ..render.words import kept_words

    kept = kept_words(results, cached=cached)
    return f"interrupted: {kept}" if kept else "interrupted; run it again to go on"


def _progress(given: Namespace) -> Callable[[Standing], None]:
    """A line on stderr for each state of a step, said once; rows are counted on a terminal only."""
    told: set[tuple[str, str]] = set()

    def tell(now: Standing) -> None:
        for number, step in enumerate(now.view.plan.steps if now.view else (), 1):
            state = now.view.state(step.id) if now.view else None
            if state is None or state.phase == "pending":
                continue
            if (step.id, state.phase) not in told:  # a step that loads runs before and after it
                told.add((step.id, state.phase))
                say(given, f"{number}. {step.id} ({step.task}): {state.phase}")
            elif state.phase == "running" and sys.stderr.isatty() and not given.quiet:
                print(f"   {state.done:,} of {state.total:,} rows\r", end="", file=sys.stderr, flush=True)

    return tell


def _code(given: Namespace) -> int:
    from ..api import to_python
    from ..export import write_code

    output = given.output
    form: Form = given.form or ("notebook" if output.endswith(".ipynb") else "script")
    code = to_python(read_plan(given.plan), form=form, function=given.function)
    if not output:
        print(code)
        return 0
    say(given, f"→ {write_code(code, output)}")
    return 0


def _add_common(parser: ArgumentParser) -> None:
    parser.add_argument("--offline", action="store_true", help="use the models on this machine alone")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")


def _add_plan(parser: ArgumentParser) -> None:
    parser.add_argument("request", help="what is to be done, in English or Chinese")
    parser.add_argument("data", nargs="+", help="FILE or NAME=FILE: parquet, csv, jsonl, a picture, a sound, a folder")
    parser.add_argument("-o", "--output", default="", help="where the plan goes; default: stdout")
    parser.add_argument("--limit", default="", help="limits on models: license=permissive,max_size=2GB")
    parser.add_argument("--model", action="append", default=[], metavar="STEP=ID", help="this model for a step")
    _add_common(parser)


def _add_run(parser: ArgumentParser) -> None:
    parser.add_argument("plan", type=Path, help="the file that hfmagic plan wrote")
    parser.add_argument("data", nargs="+", help="the file of its input; of several, NAME=FILE each")
    parser.add_argument("-o", "--output", default="", help="a .parquet, .csv or .jsonl file; default: CSV on stdout")
    parser.add_argument("--rejected", default="", metavar="FILE", help="the rows without a result, and why")
    parser.add_argument("--yes", action="store_true", help="agree to large downloads")
    parser.add_argument("--approve", default="", metavar="HASH", help="agree to the downloads of the plan of that hash")
    parser.add_argument("--rows", type=int, default=0, help="only so many rows from the first on")
    parser.add_argument("--device", default="", choices=("", "cpu", "cuda", "mps", "xpu"), help="where models run")
    parser.add_argument("--batch-size", type=int, default=0, help="rows a forward pass")
    parser.add_argument("--on-error", default="", choices=("", "skip", "stop"), help="a bad row; default: skip")
    parser.add_argument("--engine", default="", choices=("", "local", "ray"), help="where steps run; default: local")
    _add_common(parser)


def _add_code(parser: ArgumentParser) -> None:
    parser.add_argument("plan", type=Path)
    parser.add_argument("-o", "--output", default="", metavar="FILE", help="a new .py or .ipynb file below this folder")
    parser.add_argument("--form", default="", choices=("script", "notebook"), help="default: by the file's ending")
    parser.add_argument("--function", action="store_true", help="as a function of its inputs")


def _app(given: Namespace) -> int:
    from ..api import to_app
    from ..export import write_app

    found = write_app(to_app(read_plan(given.plan)), given.folder)
    say(given, f"→ {found}. Next: cd {found} && pip install -r requirements.txt && python app.py")
    return 0


def _add_app(parser: ArgumentParser) -> None:
    parser.add_argument("plan", type=Path)
    parser.add_argument("folder", help="a new folder below this one")


COMMANDS = (
    Command("plan", "a request over files as a plan, its models pinned, as JSON", _add_plan, _plan),
    Command("run", "run a plan over files", _add_run, _run),
    Command("code", "a plan as plain Python without hfmagic", _add_code, _code),
    Command("app", "a plan as a Gradio app: app.py, requirements, README of a Space", _add_app, _app),
)
