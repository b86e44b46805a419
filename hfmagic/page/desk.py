"""One page's desk in the kernel: checks each message, answers it, and tells the page what changes."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, MutableMapping
from typing import Any

from pydantic import ValidationError

from ..errors import (
    BadOption,
    HFMagicError,
    InvalidPlan,
    Unforeseen,
    UnknownColumn,
    UnknownModel,
    did_you_mean,
    reason_of,
)
from ..judging import Terms
from ..selection.candidates import Candidate
from ..session import Session
from ..stage import Standing
from .asks import (
    Approve,
    Ask,
    Cancel,
    Candidates,
    Delete,
    Details,
    Dismiss,
    Edit,
    Export,
    Hello,
    LabelRow,
    LookAtMemory,
    Message,
    Rate,
    Search,
    Try,
    Unload,
    Use,
)
from .export import exported
from .home import home
from .memory_shown import memory_shown
from .model_shown import model_details, model_shown
from .plan_shown import plan_shown
from .search import search_models, step_candidates
from .shows import Answer, Push, Refused, Taken, Text
from .trial_shown import trial_shown

Send = Callable[[dict[str, Any]], None]
MOST_AT_ONCE = 16  # questions of one page that wait for their answers
MOST_JOBS = 4  # runs of one page that wait for their turn


class Desk:
    """Answers one page. Each question has a thread of its own, so that a slow one holds up no other.

    Args:
        namespace: the user's variables, where a run's result is stored.
        send: sends to the page; it is called in the context in which the desk was made, because ipykernel takes the
            thread for the page's next messages from it (ipykernel 7.4, `comm.BaseComm._reply_subshell_for`).
        in_page: the extension of the page is there, which takes the clicks on buttons in cells.
    """

    def __init__(
        self, session: Session, namespace: MutableMapping[str, Any], send: Send, *, in_page: bool = True
    ) -> None:
        self._session, self._namespace = session, namespace
        self._context, self._send_plain = contextvars.copy_context(), send
        self._listed: dict[str, Candidate] = {}  # what the page was shown: no other id is taken
        self._places = threading.Semaphore(MOST_AT_ONCE)
        self._jobs = threading.Semaphore(MOST_JOBS)
        self._waiting = 0
        self._told: Standing | None = None
        self._closed = False
        self._leave = session.stage.watch(self._tell, takes_clicks=in_page)

    def close(self) -> None:
        """The page has gone; what it still asks is refused."""
        self._closed = True
        self._leave()

    def take(self, content: object) -> None:
        """A message of the page's; one that is none of `asks.Ask` is refused."""
        try:
            message = Message.model_validate(content)
        except (ValidationError, RecursionError):
            number = content.get("id") if isinstance(content, dict) else None
            refused = Refused(code="HF103", line="hfmagic does not know this message.")
            self._answer(Answer(id=number if type(number) is int and number >= 0 else 0, refused=refused))
            return
        if self._closed:
            self._answer(Answer(id=message.id, refused=Refused(code="HF503", line="hfmagic is not loaded any more.")))
        elif not self._places.acquire(blocking=False):
            self._answer(Answer(id=message.id, refused=Refused(code="HF103", line="too many questions at once.")))
        else:
            self._start(self._reply, message)

    def _reply(self, message: Message) -> None:
        ask = message.body
        try:
            answer = ANSWERS[type(ask)](self, ask)
        except HFMagicError as error:
            answer = {"refused": Refused(code=error.code, line=error.line)}
        except Exception as error:  # noqa: BLE001  the page must hear of it, or it waits for ever
            ours = Unforeseen(reason_of(error))
            answer = {"refused": Refused(code=ours.code, line=ours.line)}
        finally:
            self._places.release()
        self._answer(Answer(id=message.id, **answer))
        if message.id == 0 and "refused" in answer:  # a click in a cell's output awaits no answer
            self._send(Push(line=f"{answer['refused'].code} {answer['refused'].line}"))

    # What is answered

    def _hello(self, _: Hello) -> dict[str, Any]:
        return {"home": home(self._session)}

    def _search(self, ask: Search) -> dict[str, Any]:
        shown, found = search_models(self._session, ask)
        self._listed |= {c.facts.model_id: c for c in found}
        return {"models": shown}

    def _candidates(self, ask: Candidates) -> dict[str, Any]:
        shown, found = step_candidates(self._session, ask.step)
        self._listed |= {c.facts.model_id: c for c in found}
        return {"models": shown}

    def _details(self, ask: Details) -> dict[str, Any]:
        session, candidate = self._session, self._known(ask.model_id)
        facts = candidate.facts
        shown = model_shown(candidate, session.device(), session.store.ratings(facts.task or ""))
        hub = session.hub
        address = hub.client.endpoint if hub.client else ""
        return {"details": model_details(shown, facts, hub.card(facts), address)}

    def _use(self, ask: Use) -> dict[str, Any]:
        self._known(ask.model_id)
        self._session.use(ask.step, ask.model_id, seen=ask.plan)
        return self._under_way(f"{ask.model_id} for {ask.step}")

    def _edit(self, ask: Edit) -> dict[str, Any]:
        parameters = {k: list(v) if isinstance(v, tuple) else v for k, v in ask.parameters.items()}
        self._session.edit(ask.step, parameters, seen=ask.plan)
        return self._under_way(f"{', '.join(parameters)} of {ask.step}")

    def _approve(self, ask: Approve) -> dict[str, Any]:
        self._start_job(self._session.approve(ask.plan, self._namespace), "")
        return {"taken": Taken()}

    def _dismiss(self, ask: Dismiss) -> dict[str, Any]:
        self._session.dismiss(ask.plan)
        return {"taken": Taken()}

    def _cancel(self, _: Cancel) -> dict[str, Any]:
        if not self._session.turn.stop():
            raise BadOption("nothing runs.")
        return {"taken": Taken()}

    def _rate(self, ask: Rate) -> dict[str, Any]:
        if ask.plan != self._session.stage.now.hash:
            raise InvalidPlan("the plan has changed meanwhile.", hint="look at it and try again")
        self._session.rate(ask.step, ask.liked)
        return {"taken": Taken()}

    def _memory(self, _: LookAtMemory) -> dict[str, Any]:
        return {"memory": memory_shown(self._session)}

    def _unload(self, ask: Unload) -> dict[str, Any]:
        if not self._session.pool.unload(ask.model_id):
            raise BadOption("no such model is loaded.")
        return {"memory": memory_shown(self._session)}

    def _delete(self, ask: Delete) -> dict[str, Any]:
        self._session.pool.unload(ask.model_id)
        self._session.hub.delete(ask.model_id, ask.revision)
        return {"memory": memory_shown(self._session)}

    def _try(self, ask: Try) -> dict[str, Any]:
        for model_id in ask.model_ids:
            self._known(model_id)
        self._check_columns(ask.labels, ask.by)
        terms = Terms(rows=ask.rows, labels=ask.labels, by=ask.by)
        trial = self._session.try_models(ask.step, ask.model_ids, terms, seen=ask.plan)
        return {"taken": Taken(line=self._start_job(trial, f"{len(ask.model_ids)} models on {ask.rows} rows"))}

    def _label(self, ask: LabelRow) -> dict[str, Any]:
        self._session.label_row(ask.row, ask.label)
        return {"taken": Taken()}

    def _export(self, ask: Export) -> dict[str, Any]:
        return {"text": Text(text=exported(self._session, ask.form, self._namespace))}

    # What it rests on

    def _known(self, model_id: str) -> Candidate:
        if model_id not in self._listed:
            raise UnknownModel("no such model was listed.", hint="search for it first")
        return self._listed[model_id]

    def _check_columns(self, *names: str) -> None:
        """Raises: UnknownColumn for a name that no input of the plan has. An empty one names none."""
        proposal = self._session.proposal
        columns = [c.name for i in (proposal.plan.inputs if proposal else ()) for c in i.columns]
        for name in names:
            if name and name not in columns:
                raise UnknownColumn(f"no input has a column {name!r}.", hint=did_you_mean(name, columns))

    def _under_way(self, what: str) -> dict[str, Any]:
        """The plan has changed: what depends on it runs as soon as nothing else does, unless it has not run at all."""
        now = self._session.stage.now
        if not now.running and now.results is None:
            return {"taken": Taken(line=what)}

        def catch_up() -> None:
            self._session.catch_up(now.cell, self._namespace)

        return {"taken": Taken(line=self._start_job(catch_up, what))}

    def _start_job(self, work: Callable[[], object], what: str) -> str:
        """A run on a thread of its own; how it waits, in words. Raises: BadOption when too many wait."""
        if not self._jobs.acquire(blocking=False):
            raise BadOption("too much waits to run already.", hint="cancel what runs")
        line = f"{what}: as soon as what runs has ended".removeprefix(": ") if self._session.turn.busy else ""
        cell = self._session.stage.now.cell
        self._waiting += 1
        self._session.stage.set(cell, queued=line or what)

        def job() -> None:
            try:
                self._run_job(work)
            finally:
                self._jobs.release()
                self._waiting -= 1
                if not self._waiting:
                    self._session.stage.set(cell, queued="")

        self._start(job)
        return line

    def _run_job(self, work: Callable[[], object]) -> None:
        """How a job ends is told, as there is no cell to fail."""
        try:
            work()
        except HFMagicError as error:
            self._send(Push(line=f"{error.code} {error.line}"))
        except KeyboardInterrupt:
            self._send(Push(line="interrupted"))
        except Exception as error:  # noqa: BLE001  a thread's error would be lost
            self._send(Push(line=Unforeseen(reason_of(error)).line))

    def _start(self, function: Callable[..., object], *arguments: object) -> None:
        run = self._context.copy().run
        threading.Thread(target=run, args=(function, *arguments), daemon=True, name="hfmagic-page").start()

    def _tell(self, now: Standing) -> None:
        """The stage has changed: what of it is new goes to the page."""
        before, self._told = self._told, now
        if before is None or before.trial is not now.trial:
            self._send(Push(trial=trial_shown(now.trial)))
        if before is None or any(getattr(before, name) != getattr(now, name) for name in _OF_PLAN):
            self._send(Push(plan=plan_shown(now)))

    def _answer(self, answer: Answer) -> None:
        self._put({"answer": answer.model_dump(mode="json")})

    def _send(self, push: Push) -> None:
        if push != Push():
            self._put({"push": push.model_dump(mode="json")})

    def _put(self, content: dict[str, Any]) -> None:
        self._context.copy().run(self._send_plain, content)


_OF_PLAN = ("view", "proposal", "running", "waits", "answer", "stored", "error", "queued", "kept", "changes", "rated")
ANSWERS: dict[type[Ask], Callable[[Desk, Any], dict[str, Any]]] = {
    Hello: Desk._hello,
    Search: Desk._search,
    Candidates: Desk._candidates,
    Details: Desk._details,
    Use: Desk._use,
    Edit: Desk._edit,
    Approve: Desk._approve,
    Dismiss: Desk._dismiss,
    Cancel: Desk._cancel,
    Rate: Desk._rate,
    LookAtMemory: Desk._memory,
    Unload: Desk._unload,
    Delete: Desk._delete,
    Try: Desk._try,
    LabelRow: Desk._label,
    Export: Desk._export,
}
