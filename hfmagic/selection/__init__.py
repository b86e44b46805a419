"""Limits applied → fit → score → pick. Reads facts, never weights."""
