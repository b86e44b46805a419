"""Planners: each turns a request and the schemas of its inputs into a Plan."""
