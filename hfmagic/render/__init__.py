"""What a person sees in the cell: plans, results, choices. Everything foreign is escaped; nothing here runs a model."""

from __future__ import annotations

from .choice_view import table_view
from .plan_view import LivePlan, PlanView
from .results_view import results_mimebundle
from .view import View

__all__ = ["LivePlan", "PlanView", "View", "results_mimebundle", "table_view"]
