"""What an LLM is to a planner, wherever it runs: behind an endpoint, or in this kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from .manner import Message


class AnyTalk(Protocol):
    """Questions that share a deadline. `left` says how many more may be asked."""

    left: int

    def ask(self, messages: Sequence[Message], *, schema: Mapping[str, Any], name: str) -> dict[str, Any]:
        """The object that the model gives. Raises: PlannerError, of which NoObject may go away when asked again."""


class AnyLLM(Protocol):
    """A model that writes JSON objects."""

    @property
    def name(self) -> str:
        """As a plan's `planner`."""

    def talk(self) -> AnyTalk:
        """Questions with one deadline."""

    def ask(self, messages: Sequence[Message], *, schema: Mapping[str, Any], name: str) -> dict[str, Any]:
        """A talk of one question."""
