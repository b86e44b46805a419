"""A page without a browser: it sends what a page would send, and keeps what it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from hfmagic.page.desk import Desk
from hfmagic.session import Session

PATIENCE = 30.0


class Page:
    """One page over a session; `plan` and `trial` are what it was shown last."""

    def __init__(self, session: Session, namespace: dict[str, Any] | None = None) -> None:
        self.session, self.namespace = session, {} if namespace is None else namespace
        self.plans: list[dict[str, Any]] = []
        self.trial: dict[str, Any] | None = None
        self.lines: list[str] = []
        self._answers: dict[int, dict[str, Any]] = {}
        self._changed = threading.Condition()
        self._count = 0
        self.desk = Desk(session, self.namespace, self._take)

    def _take(self, content: dict[str, Any]) -> None:
        with self._changed:
            if "answer" in content:
                self._answers[content["answer"]["id"]] = content["answer"]
            else:
                push = content["push"]
                self.plans += [push["plan"]] if push["plan"] else []
                self.trial = push["trial"] or self.trial
                self.lines += [push["line"]] if push["line"] else []
            self._changed.notify_all()

    def ask(self, ask: str, **body: Any) -> dict[str, Any]:
        """The answer, without the parts that are empty."""
        self._count += 1
        return self.send({"id": self._count, "body": {"ask": ask, **body}}, self._count)

    def send(self, content: object, number: int = 0) -> dict[str, Any]:
        """The answer to anything at all."""
        self.desk.take(content)
        self.until(lambda: number in self._answers)
        answer = self._answers.pop(number)
        return {name: value for name, value in answer.items() if value is not None and name != "id"}

    def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds of what was told."""
        with self._changed:
            assert self._changed.wait_for(holds, PATIENCE), (self.lines, self.plans[-1:] or None)

    @property
    def plan(self) -> dict[str, Any]:
        """The last plan that was shown."""
        return self.plans[-1]

    def act(self, ask: str, **body: Any) -> dict[str, Any]:
        """Something that is about the plan as it was seen last."""
        return self.ask(ask, plan=self.plan["hash"], **body)

    def settled(self) -> dict[str, Any]:
        """The plan once nothing runs nor waits for its turn."""
        self.until(lambda: self.plans and not self.plan["running"] and not self.plan["queued"])
        return self.plan

    def step(self, step_id: str) -> dict[str, Any]:
        """A step of the last plan that was shown."""
        return next(s for s in self.plan["steps"] if s["id"] == step_id)
