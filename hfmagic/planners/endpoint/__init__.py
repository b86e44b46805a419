"""The planner behind an endpoint: what an LLM is told, the form in which it writes, and how that becomes a plan."""

from .ask import plan_by_endpoint, would_ask

__all__ = ["plan_by_endpoint", "would_ask"]
