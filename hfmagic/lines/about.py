"""Lines about hfmagic itself: who plans, what was sent, what is wrong, help."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import BadOption
from ..planners.local import tenths
from ..render.choice_view import table_view
from ..render.sent_view import sent_view
from ..render.view import shell
from ..tags import HubTag, find_tag, hub_tags
from ..tasks import CATALOGUE, TaskSpec
from .call import Call, display

HELP = """\
%%hf [inputs] [-o name]   describe a task in the cell, in English or Chinese
%hf go                    run the plan that was shown with --plan, or run the last one again
%hf why STEP              why this model: every candidate, with the reason where it was rejected
%hf use STEP MODEL        swap the model of a step, then %hf go
%hf code [cell|FILE]      the last plan as plain Python, without hfmagic; --function: as a function
%hf app FOLDER            the last plan as a page for others: a Gradio app, or a Space of the Hub

Which model: %hf trial STEP [N] · %hf fit [HARDWARE] · %hf audit · %hf log · %hf ledger · %hf models ORG/NAME
None is good enough: %hf tune STEP --labels COLUMN
More: %hf plan [json] · %hf models [TASK] · %hf planner [NAME [MODEL]] · %hf sent · %hf reproduce [NOTEBOOK]
      %hf rate STEP good|bad · %hf status · %hf unload [MODEL] · %hf cache [rm|verify] · %hf doctor [MODEL]
      %hf help tasks · %hf? for the options

No row leaves without a yes: %%hf FRAME --share-rows 5 shows what an LLM that plans would be sent, redacted;
%hf go --share-rows sends it. --share-results: the answer's sentences, likewise. --moderate withholds what is unsafe."""


def planner(call: Call) -> None:
    """Who plans now and who could; with a name, plan by that one."""
    planner = call.session.planner
    if call.words:
        name = planner.choose(*call.words, yes=call.options.yes, on=tenths(print))
        where = f" at {planner.address}" if planner.address else ", in this kernel; nothing leaves it"
        print(f"planner: {name}{where}")
        return
    now = planner.name.partition(":")[0]
    rows = [{"": "●" if r["planner"] == now else "", **r} for r in planner.known()]
    if now not in {r["planner"] for r in rows}:
        rows.append({"": "●", "planner": planner.name, "address": "", "key": ""})
    display(table_view(f"Planners; now: {planner.name}", rows, columns=("", "planner", "address", "key")))


def sent(call: Call) -> None:
    """Every byte that went to an LLM, and every question to the Hub, since the kernel started."""
    if call.words not in ([], ["all"]):
        raise BadOption(f"%hf sent {call.words[0]!r} is unknown.", hint="%hf sent, or %hf sent all for earlier kernels")
    kept = call.session.store.sent("" if call.words else call.session.kernel)
    sent = [(at, url, call.session.planner.exactly(body)) for at, url, body in kept]
    view = sent_view(sent, [(a.at, a.url, a.bytes) for a in call.session.asked()])
    if hasattr(shell(), "kernel"):
        display(view)
    else:
        print(view.plain)  # whole: a terminal shows what it is told, a notebook's text is clipped


def doctor(call: Call) -> None:
    """What is wrong on this machine, or with a model."""
    if call.words:
        from ..checkup import check_up

        rows = check_up(call.session, call.words[0], call.options)
        display(table_view(call.words[0], rows, columns=("what", "found", "do")))
        return
    from ..doctor import examine

    rows = examine(call.session, offline=call.options.offline)
    display(table_view("hfmagic on this machine", rows, columns=("what", "found", "do")))


def show_help(call: Call) -> None:
    """The lines; with `tasks` or a task's name, what that does."""
    if not call.words:
        print(HELP)
        return
    if call.words[0] != "tasks":
        print(_about(call.words[0]))
        return
    here = [_task_row(s, s.help) for s in CATALOGUE.values()]
    others = [_task_row(t, t.why_not) for t in hub_tags().values() if not t.runnable]
    display(table_view("Tasks", here, columns=("task", "takes", "gives", "what")))
    display(table_view("Tasks of the Hub that are not run", others, columns=("task", "takes", "gives", "why not")))


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
