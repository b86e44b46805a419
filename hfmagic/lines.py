"""The words after `%hf`, such as go, why and use. Each shows something; none is clever."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .comparison import TOLERANCE
from .errors import BadOption, did_you_mean
from .export import Form, is_file_name, write_code
from .limits import license_class, size_words
from .page.comm import somebody_looks
from .render.change_view import change_view
from .render.choice_view import table_view
from .render.html import muted, tag
from .render.plan_view import PlanView
from .render.sent_view import sent_view
from .render.view import View, folded, shell, stack
from .selection.candidates import Candidate
from .session import DEFAULT_OUTPUT, Options, Proposal, Session
from .starter import OFFER
from .tags import HubTag, find_tag, hub_tags
from .tasks import CATALOGUE, TaskSpec

HELP = """\
%%hf [inputs] [-o name]   describe a task in the cell, in English or Chinese
%hf go                    run the plan that was shown with --plan, or run the last one again
%hf why STEP              why this model: every candidate, with the reason where it was rejected
%hf use STEP MODEL        swap the model of a step, then %hf go
%hf code [cell|FILE]      the last plan as plain Python, without hfmagic; --function: as a function

More: %hf plan [json] · %hf models [TASK] · %hf planner [NAME] · %hf sent · %hf reproduce [NOTEBOOK]
      %hf rate STEP good|bad · %hf status · %hf unload [MODEL] · %hf doctor [MODEL]
      %hf help tasks · %hf? for the options"""


@dataclass(frozen=True)
class Call:
    """A `%hf` line: the words after its first, and what they may work on."""

    session: Session
    words: Sequence[str]
    namespace: MutableMapping[str, Any]
    options: Options


def run_line(
    session: Session, words: Sequence[str], namespace: MutableMapping[str, Any], options: Options | None = None
) -> None:
    """Do what a `%hf` line says. Raises: BadOption for a word that is none of LINES."""
    word, *rest = words or ("help",)
    if word not in LINES:
        hint = did_you_mean(word, LINES) or f"one of {', '.join(LINES)}; a request goes under %%hf"
        raise BadOption(f"%hf {word!r} is unknown.", hint=hint)
    low, high, function, takes = LINES[word]
    if options and (given := options.given - takes):
        name = min(given).replace("_", "-")
        raise BadOption(f"%hf {word} takes no --{name}.", hint="options of a request go on the %%hf line")
    if not low <= len(rest) <= high:
        raise BadOption(f"%hf {word} takes {low if low == high else f'{low} to {high}'} words.", hint="see %hf help")
    function(Call(session, rest, namespace, options or Options()))


def show_plan(proposal: Proposal) -> None:
    """The plan, not run."""
    _display(PlanView(proposal.plan))


def show_run(
    session: Session, proposal: Proposal, namespace: MutableMapping[str, Any], *, only_changed: bool = False
) -> None:
    """Run a proposal, which shows its plan and results, and raise the first step's error when a step failed."""
    results, _ = session.run(proposal, namespace, only_changed=only_changed)
    stored = proposal.options.output or DEFAULT_OUTPUT
    if results.failed:
        raise next(iter(results.failed.values()))
    if results.interrupted:
        kept = f"what was finished is kept in {stored}; " if results.steps else ""
        raise KeyboardInterrupt(f"interrupted; {kept}%hf go runs the plan again")


def _go(call: Call) -> None:
    if call.session.proposal is None:
        raise BadOption("there is no plan to run.", hint="describe a task in a %%hf cell first")
    proposal = call.session.proposal
    options = proposal.options.with_given(call.options)
    show_run(call.session, replace(proposal, options=options), call.namespace, only_changed=True)


def _plan(call: Call) -> None:
    if call.session.proposal is None:
        raise BadOption("there is no plan yet.", hint="describe a task in a %%hf cell first")
    if call.words:
        print(call.session.proposal.plan.to_json(indent=2))
    else:
        show_plan(call.session.proposal)


def _why(call: Call) -> None:
    candidates = call.session.why(call.words[0])
    _display(table_view(f"Models for {call.words[0]}", [_row(c) for c in candidates], columns=WHY))


def _use(call: Call) -> None:
    proposal = call.session.proposal
    options = proposal.options.with_given(call.options) if proposal else None
    call.session.use(call.words[0], call.words[1], options)  # which shows the plan


def _models(call: Call) -> None:
    if call.words:
        rows = [_row(c) for c in call.session.candidates(call.words[0], call.options)]
        view = table_view(f"Models for {call.words[0]}", rows, columns=WHY)
        if hasattr(shell(), "kernel") and not call.options.given and somebody_looks():
            from .page.picker import open_picker

            _display(open_picker(call.session, call.namespace, call.words[0]))
            view = folded(view, f"the {len(rows)} models for {call.words[0]} as a table")  # a saved notebook keeps it
        _display(view)
        return
    rows = [
        {
            "model": m.model_id,
            "task": m.task or "",
            "license": m.license or "unknown",
            "size": size_words(m.weight_bytes),
            "downloaded": m.fetched,
            "languages": ", ".join(m.languages),
            "problem": m.problem,
        }
        for m in call.session.hub.models()
    ]
    if not rows:
        print(OFFER)
        return
    _display(table_view("Models on this machine", rows, columns=tuple(rows[0])))


CAME_OUT = MappingProxyType({"same": "✓ same", "close": "≈ close", "differs": "✗ differs"})
RATINGS = MappingProxyType({"good": True, "bad": False})
WHY = ("model", "license", "size", "score", "quality", "speed", "why")


def _row(candidate: Candidate) -> Mapping[str, object]:
    facts, out = candidate.facts, bool(candidate.rejected)
    return {
        "model": facts.model_id,
        "license": f"{facts.license or 'unknown'} ({license_class(facts.license)})",
        "size": size_words(facts.weight_bytes) + ("" if facts.folder else " to fetch"),
        "score": "" if out else f"{candidate.score:.2f}",
        "quality": "" if out else f"{candidate.quality:.2f}",
        "speed": "" if out else f"{candidate.speed:.2f}",
        "why": f"✗ {candidate.rejected}" if out else candidate.basis,
    }


def _code(call: Call) -> None:
    """The last plan as Python: printed, put into a new cell, or written to a file."""
    where = [word for word in call.words if word != "function"]
    if len(where) > 1 or not all(word == "cell" or is_file_name(word) for word in where):
        hint = "%hf code [cell | NAME.py | NAME.ipynb] [--function]"
        raise BadOption(f"%hf code cannot read {' '.join(call.words)!r}.", hint=hint)
    place = where[0] if where else ""
    form: Form = "cell" if place == "cell" else "notebook" if place.endswith(".ipynb") else "script"
    code = call.session.to_python(form, call.namespace, function="function" in call.words)
    if place and place != "cell":
        print(f"written: {write_code(code, place)}")
    elif place and shell() is not None:
        shell().set_next_input(code)
    else:
        print(code)


def _reproduce(call: Call) -> None:
    """The last run once more, or a saved notebook's in a fresh kernel; how each part came out."""
    if call.words:
        from .reproduce import reproduce_notebook

        print(f"running {call.words[0]} in a fresh kernel …")
        rows = []
        for cell, found in reproduce_notebook(Path(call.words[0]), yes=call.options.yes):
            rows.append({"cell": cell, "came out": CAME_OUT[found.verdict], "where": found.words})
        _display(table_view(f"{call.words[0]} · {TOLERANCE}", rows, columns=("cell", "came out", "where")))
        return
    done = call.session.reproduce(call.namespace, yes=call.options.yes)
    if done.results.interrupted:
        raise KeyboardInterrupt("interrupted; %hf reproduce begins again")
    rows = [{"what": p.what, "came out": CAME_OUT[p.verdict], "where": p.words} for p in done.comparison.parts]
    table = table_view(f"Reproduced · {done.comparison.line}", rows, columns=("what", "came out", "where"))
    noted = [View(tag("div", muted(line)), f"note: {line}") for line in (*done.comparison.noted, TOLERANCE)]
    _display(stack(table, *noted, *(change_view(c) for c in done.changes if c.changed)))


def _rate(call: Call) -> None:
    step_id, word = call.words
    if word not in RATINGS:
        raise BadOption(f"%hf rate takes {' or '.join(RATINGS)}, not {word!r}.", hint=f"%hf rate {step_id} good")
    call.session.rate(step_id, RATINGS[word])
    print(f"{step_id}: {word}")


def _status(call: Call) -> None:
    from .devices import find_devices

    devices = [
        {
            "what": d.torch_name,
            "detail": d.name,
            "memory": f"{d.free_bytes / 2**30:.1f} of {d.total_bytes / 2**30:.1f} GiB free",
        }
        for d in find_devices()
    ]
    models = [
        {"what": m.facts.model_id, "detail": f"{m.device} · {m.dtype}", "memory": size_words(m.bytes)}
        for m in call.session.pool.loaded()
    ]
    _display(table_view("Devices and loaded models", [*devices, *models], columns=("what", "detail", "memory")))


def _unload(call: Call) -> None:
    gone = call.session.pool.unload(call.words[0] if call.words else "")
    print(f"unloaded: {', '.join(gone)}" if gone else "no such model is loaded; %hf status lists those that are")


def _planner(call: Call) -> None:
    planner = call.session.planner
    if call.words:
        name = planner.choose(*call.words)
        where = f" at {planner.llm.endpoint.base_url}" if planner.llm else ", in this kernel; nothing leaves it"
        print(f"planner: {name}{where}")
        return
    now = planner.name.partition(":")[0]
    rows = [{"": "●" if r["planner"] == now else "", **r} for r in planner.known()]
    if now not in {r["planner"] for r in rows}:
        rows.append({"": "●", "planner": planner.name, "address": "", "key": ""})
    _display(table_view(f"Planners; now: {planner.name}", rows, columns=("", "planner", "address", "key")))


def _sent(call: Call) -> None:
    """Every byte that went to an LLM, and every question to the Hub, since the kernel started."""
    if call.words not in ([], ["all"]):
        raise BadOption(f"%hf sent {call.words[0]!r} is unknown.", hint="%hf sent, or %hf sent all for earlier kernels")
    sent = call.session.store.sent("" if call.words else call.session.kernel)
    view = sent_view(sent, [(a.at, a.url, a.bytes) for a in call.session.asked()])
    if hasattr(shell(), "kernel"):
        _display(view)
    else:
        print(view.plain)  # whole: a terminal shows what it is told, a notebook's text is clipped


def _doctor(call: Call) -> None:
    if call.words:
        from .checkup import check_up

        rows = check_up(call.session, call.words[0], call.options)
        _display(table_view(call.words[0], rows, columns=("what", "found", "do")))
        return
    from .doctor import examine

    rows = examine(call.session, offline=call.options.offline)
    _display(table_view("hfmagic on this machine", rows, columns=("what", "found", "do")))


def _help(call: Call) -> None:
    if not call.words:
        print(HELP)
        return
    if call.words[0] != "tasks":
        print(_about(call.words[0]))
        return
    here = [_task_row(s, s.help) for s in CATALOGUE.values()]
    others = [_task_row(t, t.why_not) for t in hub_tags().values() if not t.runnable]
    _display(table_view("Tasks", here, columns=("task", "takes", "gives", "what")))
    _display(table_view("Tasks of the Hub that are not run", others, columns=("task", "takes", "gives", "why not")))


def _task_row(task: TaskSpec | HubTag, said: str) -> Mapping[str, object]:
    takes = ", ".join(map(str, task.takes.values()))
    return {"task": task.name, "takes": takes, "gives": str(task.gives), "what": said, "why not": said}


def _about(name: str) -> str:
    """A task in words: what it does, takes and gives, its parameters; of a tag that is not run, why not."""
    task = CATALOGUE.get(name) or find_tag(name)
    first, last = (task.help, "") if isinstance(task, TaskSpec) else (task.summary, f"  not run: {task.why_not}")
    takes = f"  takes {', '.join(map(str, task.takes.values()))}, gives {task.gives}"
    parameters = [f"  {p.name}: {p.help}" for p in task.parameters]
    return "\n".join(filter(None, (f"{task.name}: {first}", takes, *parameters, last)))


Line = Callable[[Call], None]
NONE: frozenset[str] = frozenset()
LINES: Mapping[str, tuple[int, int, Line, frozenset[str]]] = MappingProxyType(
    {
        "go": (0, 0, _go, frozenset({"yes", "offline", "output", "device", "batch_size"})),
        "plan": (0, 1, _plan, NONE),
        "why": (1, 1, _why, NONE),
        "use": (2, 2, _use, frozenset({"offline", "limit", "device"})),
        "models": (0, 1, _models, frozenset({"offline", "limit", "device"})),
        "code": (0, 2, _code, NONE),
        "reproduce": (0, 1, _reproduce, frozenset({"yes"})),
        "rate": (2, 2, _rate, NONE),
        "unload": (0, 1, _unload, NONE),
        "planner": (0, 2, _planner, NONE),
        "sent": (0, 1, _sent, NONE),
        "status": (0, 0, _status, NONE),
        "doctor": (0, 1, _doctor, frozenset({"offline", "device"})),
        "help": (0, 1, _help, NONE),
    }
)
"""Word → fewest and most words after it, its function, and the options it takes."""


def _display(view: Any) -> None:
    from IPython.display import display

    display(view)
