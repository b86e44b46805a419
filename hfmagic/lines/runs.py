"""Lines about the last plan and its run: go, plan, code, reproduce."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..comparison import TOLERANCE
from ..errors import BadOption, NotShared
from ..export import Form, is_file_name, write_app, write_code
from ..render.change_view import change_view
from ..render.choice_view import table_view
from ..render.html import muted, tag
from ..render.plan_view import PlanView
from ..render.view import View, shell, stack
from ..render.words import kept_words
from ..results import Results
from ..session import DEFAULT_OUTPUT, Proposal, Session
from .call import Call, display
from .evidence import show_notices, show_trial

PHRASED = frozenset({"phrase", "share_results"})
"""Options that change the words of an answer alone: nothing runs again for them."""
CAME_OUT = MappingProxyType({"same": "✓ same", "close": "≈ close", "differs": "✗ differs"})


def show_plan(proposal: Proposal) -> None:
    """The plan, not run."""
    display(PlanView(proposal.plan))


def show_run(
    session: Session, proposal: Proposal, namespace: MutableMapping[str, Any], *, only_changed: bool = False
) -> None:
    """Run a proposal, which shows its plan and results, and raise the first step's error when a step failed."""
    results, _ = session.run(proposal, namespace, only_changed=only_changed)
    show_notices(session.notices)
    stored = proposal.options.output or DEFAULT_OUTPUT
    if results.failed:
        raise next(iter(results.failed.values()))
    if results.interrupted:
        raise KeyboardInterrupt(_interrupted(session, results, stored))


def _interrupted(session: Session, results: Results, stored: str) -> str:
    """What an interrupt left, and how to go on."""
    if words := kept_words(results, cached=session.config.cache_results):
        return f"interrupted: {words}"
    kept = f"what was finished is kept in {stored}; " if results.steps else ""
    return f"interrupted; {kept}%hf go runs the plan again"


def run_proposal(
    session: Session, proposal: Proposal, namespace: MutableMapping[str, Any], *, runs: bool = True
) -> None:
    """What a cell does with its plan: try models where that was asked for, then run it; or leave it as it is shown."""
    for trial in session.try_steps(proposal) if proposal.options.trial else ():
        show_trial(session, trial, proposal.options)
    if runs:
        show_run(session, session.proposal or proposal, namespace)
    else:  # the session has shown it
        session.end_cell()


def go(call: Call) -> None:
    """Run the plan that was shown, or the last one again; with --share-rows: plan with the rows that were shown."""
    if call.options.share_rows:
        held = call.session.agree()
        options = held.options.with_given(replace(call.options, share_rows=0))
        proposal = call.session.propose(held.request, call.namespace, held.names, options)
        run_proposal(call.session, proposal, call.namespace)
        return
    if call.session.held is not None:
        hint = "%hf go --share-rows sends them; the cell without --share-rows needs none"
        raise NotShared("the last request waits for a yes to its example rows.", hint=hint)
    if call.session.proposal is None:
        raise BadOption("there is no plan to run.", hint="describe a task in a %%hf cell first")
    if call.options.given and call.options.given <= PHRASED and call.session.last is not None:
        call.session.tell_again(call.options)
        return
    proposal = call.session.proposal
    options = proposal.options.with_given(call.options)
    show_run(call.session, replace(proposal, options=options), call.namespace, only_changed=True)


def plan(call: Call) -> None:
    """The last plan, as a table or as JSON."""
    if call.session.proposal is None:
        raise BadOption("there is no plan yet.", hint="describe a task in a %%hf cell first")
    if call.words:
        print(call.session.proposal.plan.to_json(indent=2))
    else:
        show_plan(call.session.proposal)


def code(call: Call) -> None:
    """The last plan as Python: printed, put into a new cell, or written to a file."""
    where = call.words
    if len(where) > 1 or not all(word == "cell" or is_file_name(word) for word in where):
        hint = "%hf code [cell | NAME.py | NAME.ipynb] [--function]"
        raise BadOption(f"%hf code cannot read {' '.join(call.words)!r}.", hint=hint)
    place = where[0] if where else ""
    form: Form = "cell" if place == "cell" else "notebook" if place.endswith(".ipynb") else "script"
    code = call.session.to_python(form, call.namespace, function="function" in call.flags)
    if place and place != "cell":
        print(f"written: {write_code(code, place)}")
    elif place and shell() is not None:
        shell().set_next_input(code)
    else:
        print(code)


def app(call: Call) -> None:
    """The last plan as a Gradio app in a new folder."""
    found = write_app(call.session.to_app(), call.words[0])
    print(f"written: {found}/app.py, requirements.txt, README.md")
    print(f"start it: cd {found} && pip install -r requirements.txt && python app.py")


def reproduce(call: Call) -> None:
    """The last run once more, or a saved notebook's in a fresh kernel; how each part came out."""
    if call.words:
        from ..reproduce import reproduce_notebook

        print(f"running {call.words[0]} in a fresh kernel …")
        rows = []
        for cell, found in reproduce_notebook(Path(call.words[0]), yes=call.options.yes):
            rows.append({"cell": cell, "came out": CAME_OUT[found.verdict], "where": found.words})
        display(table_view(f"{call.words[0]} · {TOLERANCE}", rows, columns=("cell", "came out", "where")))
        return
    done = call.session.reproduce(call.namespace, yes=call.options.yes)
    if done.results.interrupted:
        raise KeyboardInterrupt("interrupted; %hf reproduce begins again")
    rows = [{"what": p.what, "came out": CAME_OUT[p.verdict], "where": p.words} for p in done.comparison.parts]
    table = table_view(f"Reproduced · {done.comparison.line}", rows, columns=("what", "came out", "where"))
    noted = [View(tag("div", muted(line)), f"note: {line}") for line in (*done.comparison.noted, TOLERANCE)]
    display(stack(table, *noted, *(change_view(c) for c in done.changes if c.changed)))
