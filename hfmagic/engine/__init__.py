"""A bound plan over inputs → Results. Emits events, knows no display and no planner."""
