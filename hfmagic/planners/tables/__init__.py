"""Clauses over whole tables: rows kept and ordered, figures for groups, charts."""
